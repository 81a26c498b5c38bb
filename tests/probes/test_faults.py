"""Are faults of several steps kept, each once, and told together?"""

import pytest

from probes.errors import AuditError
from probes.faults import Faults


def refused(*sentences):
    raise AuditError(*sentences)


def test_steps_that_find_nothing_give_their_results():
    faults = Faults()
    assert faults.attempt(int, "3") == 3
    assert faults.require(int, "3") == 3
    faults.check()
    assert faults.found == ()


def test_faults_are_told_together_and_once():
    faults = Faults()
    assert faults.attempt(refused, "a", "b") is None
    faults.add("b", "c")
    with pytest.raises(AuditError) as caught:
        faults.check()
    assert caught.value.faults == ("a", "b", "c")


def test_what_is_required_ends_the_search_with_all_that_was_found():
    faults = Faults()
    faults.add("a")
    with pytest.raises(AuditError) as caught:
        faults.require(refused, "b")
    assert caught.value.faults == ("a", "b")
