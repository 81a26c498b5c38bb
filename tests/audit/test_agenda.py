"""Does a configuration become the right probes and gates, and does each fault in it get its sentence?"""

import pytest

from audit import agenda, config, suites
from probes.errors import AuditError

GATE = "fairness.accuracy_parity/accuracy_gap <= 0.10"


def plan(**settings):
    return agenda.plan(config.build(settings))


def faults(**settings):
    with pytest.raises(AuditError) as caught:
        plan(**settings)
    return caught.value.faults


def test_the_fairness_suite_takes_every_fairness_probe_and_its_gates():
    planned = plan()
    assert [p.name for p, _ in planned.probes] == [p for p in agenda.discover() if p.startswith("fairness.")]
    assert [g.text for g in planned.gates] == list(suites.load("fairness").gates)


def test_a_gate_on_the_same_measurement_replaces_that_of_the_suite():
    limits = {g.metric: g.limit for g in plan(gates=[GATE.replace("0.10", "0.02")]).gates}
    assert limits == {"true_positive_rate_gap": 0.1, "false_positive_rate_gap": 0.1, "accuracy_gap": 0.02}


def test_a_gate_on_a_part_stands_beside_that_of_the_whole():
    assert len(plan(gates=[GATE.replace(" <=", "{feature=sex} <=")]).gates) == 4


def test_the_gates_of_the_suite_can_be_left_out():
    assert [g.text for g in plan(gates=[GATE], suite_gates=False).gates] == [GATE]


def test_parameters_are_completed_with_defaults():
    given = {"fairness.counterfactual": {"max_texts": 5}}
    parameters = {p.name: v for p, v in plan(params=given).probes}["fairness.counterfactual"]
    assert parameters["max_texts"] == 5
    assert len(parameters) > 1


def test_all_faults_are_told_at_once():
    told = faults(
        gates=["nonsense", "fairness.acuracy_parity/accuracy_gap <= 0.1"],
        params={"fairness.counterfactual": {"max_text": 3}, "robust.x": {}},
    )
    assert len(told) == 4
    assert any("'nonsense' cannot be read" in f for f in told)
    assert any("did you mean 'fairness.accuracy_parity'" in f for f in told)
    assert any("params.fairness.counterfactual.max_text" in f for f in told)
    assert any(f.startswith("params.robust.x") for f in told)


def test_an_unknown_suite_is_told_with_what_is_near():
    assert faults(suite=["fairnes"]) == (
        "suite 'fairnes' is not known; did you mean 'fairness'? (a suite of yours ends in .toml)",
    )


def test_a_suite_of_the_users_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('title = "Mine?"\nprobes = ["fairness.rates"]')
    planned = plan(suite=[str(path)])
    assert [p.name for p, _ in planned.probes] == ["fairness.rates"]
    assert planned.gates == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "not valid TOML"),
        ('title = "x"\nprobes = ["nothing.*"]', "no probe matches 'nothing.*'"),
        ('title = "x"\nprobes = ["fairness.*"]\ngate = []', "gate: Extra inputs"),
        (None, "cannot be read"),
    ],
)
def test_a_broken_suite_file_is_a_sentence(text, said, tmp_path):
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text)
    assert said in faults(suite=[str(path)])[0]
