"""Does docs/fairness.md name every fairness probe and every metric that its reference page names?"""

import re
from pathlib import Path

import pytest

from probes.lexicons import built_in
from probes.registry import discover

PAGE = (Path(__file__).parents[3] / "docs" / "fairness.md").read_text(encoding="utf-8")
METRIC = re.compile(r"`([a-z]+(?:_[a-z]+)+)`(?= =|:|,| and| of)")


@pytest.mark.parametrize("name", [name for name in discover() if name.startswith("fairness.")])
def test_probe_and_its_metrics_are_named(name):
    assert f"`{name}`" in PAGE
    named = set(METRIC.findall(discover()[name].documentation.partition("Reference:")[0]))
    assert not [metric for metric in named if f"`{metric}`" not in PAGE]


@pytest.mark.parametrize("lexicon", built_in())
def test_built_in_lexicons_are_named(lexicon):
    assert f"`{lexicon}`" in PAGE
