"""Does a dropped-in file become a probe, and do its keyword arguments become a checked schema?"""

import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

import probes.fairness
from audit import agenda, config
from probes import registry
from probes.errors import AuditError
from probes.registry import Probe, discover
from probes.types import Context, Predictions, Samples

PAGE = Path(__file__).parents[2] / "docs" / "add-a-probe.md"
EXAMPLE = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]


@pytest.fixture
def fresh():
    discover.cache_clear()
    yield
    discover.cache_clear()
    sys.modules.pop("probes.fairness.hesitation", None)


@pytest.fixture
def dropped(tmp_path, monkeypatch, fresh):
    (tmp_path / "hesitation.py").write_text(EXAMPLE)
    monkeypatch.setattr(probes.fairness, "__path__", [*probes.fairness.__path__, str(tmp_path)])
    return discover()["fairness.hesitation"]


def test_the_example_of_the_docs_is_a_probe_once_dropped_in(dropped):
    chances = np.array([[0.5, 0.5], [0.9, 0.1], [0.48, 0.52], [0.2, 0.8]])
    rows = Samples(["a", "b", "c", "d"], None, {}, np.arange(4), "")
    ctx = Context(rows, ("no", "yes"), predictions=Predictions(chances.argmax(1), chances))
    (found,) = dropped(ctx, **dropped.complete({}))
    assert (found.metric, found.value, found.n) == ("hesitation_rate", 0.5, 4)


def test_it_runs_in_the_suite_that_its_name_matches(dropped):
    planned = agenda.plan(config.build({"params": {"fairness.hesitation": {"margin": "0.2"}}}))
    assert {p.name: v for p, v in planned.probes}["fairness.hesitation"] == {"margin": 0.2}


def test_unknown_and_mistyped_parameters_are_refused(dropped):
    with pytest.raises(AuditError) as caught:
        dropped.complete({"margn": 1, "margin": "wide"})
    assert len(caught.value.faults) == 2
    assert any("params.fairness.hesitation.margn" in f and "margin" in f for f in caught.value.faults)


def entry(monkeypatch, value):
    monkeypatch.setattr(registry, "_entries", lambda: iter([EntryPoint("acme.rates", value, "assay.probes")]))


def test_other_packages_register_by_entry_point(monkeypatch, fresh):
    entry(monkeypatch, "probes.fairness.rates:rates")
    assert isinstance(discover()["acme.rates"], Probe)


def test_an_entry_point_that_is_no_probe_is_a_sentence(monkeypatch, fresh):
    entry(monkeypatch, "os.path:join")
    with pytest.raises(AuditError, match=r"acme\.rates.*not a probe"):
        discover()


def documented(text):
    def probe(ctx, *, margin: float = 0.1):
        yield from ()

    probe.__doc__ = text
    return Probe("x.y", probe)


def test_the_metrics_of_a_probe_are_the_names_that_its_page_quotes():
    """Parameters and names with a dot are quoted too, and are none."""
    found = documented("`rate` above `margin`, and `rate_gap`; see `fairness.rates` and `MetricFrame.by`.")
    assert found.metrics == ("rate", "rate_gap")
    assert [found.measures(name) for name in ("rate", "rate_gap", "margin", "ratio")] == [True, True] + [
        False
    ] * 2


def test_a_metric_that_a_parameter_names_is_measured_by_its_form():
    found = documented("`<name>_gap` of the function.")
    assert [found.measures(name) for name in ("mcc_gap", "mcc", "_gap")] == [True, False, False]


def test_a_page_without_names_leaves_all_open():
    assert documented("How often?").measures("rate")


def test_a_wrong_part_is_told_once():
    found = discover()["robustness.attacks"]
    with pytest.raises(AuditError) as caught:
        found.complete({"recipes": ("pwss",), "exampls": 3})
    assert caught.value.faults == (
        "params.robustness.attacks.recipes = 'pwss': there is no attack 'pwss'; did you mean 'pwws'?",
        "params.robustness.attacks.exampls is not a parameter; did you mean 'examples'?",
    )
