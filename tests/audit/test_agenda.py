"""Does a configuration become the right probes and gates, and does each fault in it get its sentence?"""

import subprocess
import sys

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
    assert any(f.startswith("params.robust.x: there is no probe") for f in told)


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


def test_a_suite_of_the_users_own_may_nest_its_parameters(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'title = "Mine?"\nprobes = ["robustness.attacks"]\n[params.robustness.attacks]\nexamples = 7'
    )
    ((_, parameters),) = plan(suite=[str(path)]).probes
    assert parameters["examples"] == 7


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


def attacked(**given):
    return plan(suite=["robustness"], params={"robustness.attacks": given})


@pytest.mark.parametrize(
    ("probe", "parameter", "near"),
    [
        (
            "robustness.attacks",
            "recipes=pwss,pruthi",
            "'pwss': there is no attack 'pwss'; did you mean 'pwws'?",
        ),
        ("robustness.perturbations", "perturbation=keybord", "did you mean 'keyboard'?"),
        ("fairness.template", "lexicon=gendr", "'gendr'"),
        ("fairness.template", "frames=inglish", "'inglish'"),
        ("explanations.sanity", "methods=salience", "did you mean 'saliency'?"),
    ],
)
def test_a_name_that_a_parameter_cannot_take_is_told_before_the_run(probe, parameter, near):
    name, _, value = parameter.partition("=")
    (told,) = faults(suite=[probe.partition(".")[0]], params={probe: {name: value}})
    assert told.startswith(f"params.{probe}.{name} = ")
    assert near in told


def test_names_are_checked_without_loading_what_they_stand_for():
    code = (
        "import sys; from audit import agenda, config; agenda.plan(config.build({'suite': ['robustness']}))"
    )
    loaded = "; print({'textattack', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code + loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_recipe_of_the_users_own_is_looked_up_before_the_run():
    (told,) = faults(suite=["robustness"], params={"robustness.attacks": {"recipes": "py:no_such_module:f"}})
    assert "no_such_module" in told


@pytest.mark.parametrize("given", ["none", None])
def test_none_is_no_value_where_there_can_be_none(given):
    parameters = {p.name: v for p, v in attacked(max_queries=given).probes}["robustness.attacks"]
    assert parameters["max_queries"] is None


def test_none_is_text_where_there_must_be_a_value():
    parameters = {p.name: v for p, v in attacked(grammar="none").probes}["robustness.attacks"]
    assert parameters["grammar"] == "none"


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("attacks/sucess_rate <= 1", "does not measure 'sucess_rate'; did you mean 'success_rate'?"),
        ("attacks/success_rate{recipe=leap} <= 1", "this run has no recipe=leap; known: pwws"),
        ("shift/accuracy_drop{data=tweet} <= 1", "this run has no data=tweet; did you mean 'tweets'?"),
        ("perturbations/consistency{perturbation=al} >= 0", "did you mean 'all'?"),
    ],
)
def test_a_gate_on_what_will_not_be_measured_is_told_before_the_run(gate, said):
    given = {"robustness.attacks": {"recipes": "pwws"}}
    (told,) = faults(suite=["robustness"], params=given, shift={"tweets": "x"}, gates=[f"robustness.{gate}"])
    assert said in told


@pytest.mark.parametrize(
    "gate",
    [
        "robustness.attacks/success_rate{recipe=pwws} <= 1",
        "robustness.perturbations/consistency{perturbation=all} >= 0",
        "robustness.shift/accuracy{data=main} >= 0",
        "fairness.custom_metric/any_name_gap <= 1",
    ],
)
def test_a_gate_on_what_can_be_measured_holds(gate):
    assert gate in [g.text for g in plan(suite=["robustness", "fairness"], gates=[gate]).gates]
