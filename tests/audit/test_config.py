"""Are settings read from the right place, merged in the right order, and refused in sentences?"""

from pathlib import Path

import pytest

from audit import config
from probes.errors import AuditError


def test_later_layers_come_first_and_parameters_are_joined():
    file = {"seed": 1, "params": {"fairness.template": {"a": 1, "b": 2}, "x": {"y": 1}}}
    flags = {"seed": 7, "params": {"fairness.template": {"b": 3}}}
    built = config.build(file, flags)
    assert built.seed == 7
    assert built.params == {"fairness.template": {"a": 1, "b": 3}, "x": {"y": 1}}


def test_one_value_may_stand_where_several_can():
    assert config.build({"group": "sex", "suite": "fairness"}).group == ("sex",)


def test_every_fault_is_told_at_once():
    with pytest.raises(AuditError) as caught:
        config.build({"sed": 1, "alpha": 2, "undecided": "maybe"})
    assert len(caught.value.faults) == 3
    assert "sed is not a setting; did you mean 'seed'?" in caught.value.faults
    assert any(f.startswith("alpha = 2:") for f in caught.value.faults)
    assert any(f.startswith("undecided = 'maybe':") for f in caught.value.faults)


@pytest.mark.parametrize(
    ("name", "text"),
    [("audit.toml", "seed = 3"), ("pyproject.toml", "[tool.audit]\nseed = 3")],
)
def test_settings_are_found_in_the_current_folder(name, text, tmp_path, monkeypatch):
    (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    assert config.read(None) == {"seed": 3}


def test_audit_toml_comes_before_pyproject(tmp_path, monkeypatch):
    (tmp_path / "audit.toml").write_text("seed = 1")
    (tmp_path / "pyproject.toml").write_text("[tool.audit]\nseed = 2")
    monkeypatch.chdir(tmp_path)
    assert config.read(None) == {"seed": 1}


def test_no_settings_file_is_no_settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert config.read(None) == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read"), (b"seed = ", "not valid TOML"), (b"\xff\xfe", "cannot be read")],
)
def test_a_settings_file_that_cannot_be_used_is_a_sentence(content, said, tmp_path):
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AuditError, match=said) as caught:
        config.read(path)
    assert str(path) in str(caught.value)


def test_a_broken_tool_table_is_a_sentence(tmp_path):
    path = tmp_path / "pyproject.toml"
    path.write_text('tool = "x"')
    with pytest.raises(AuditError, match=r"tool\.audit"):
        config.read(Path(path))


@pytest.mark.parametrize(
    "params",
    [
        {"fairness.template": {"frames": "x"}},
        {"fairness": {"template": {"frames": "x"}}},
        {"fairness.template.frames": "x"},
        {"fairness": {"template.frames": "x"}},
    ],
)
def test_parameters_are_those_of_their_probe_however_the_file_nests_them(params):
    assert config.build({"params": params}).params == {"fairness.template": {"frames": "x"}}


def test_a_table_can_be_the_value_of_a_parameter():
    given = {"fairness": {"custom_metric": {"arguments": {"beta": 2}}}}
    assert config.build({"params": given}).params == {"fairness.custom_metric": {"arguments": {"beta": 2}}}


def test_parameters_of_several_spellings_are_joined():
    given = {"fairness.template": {"a": 1}, "fairness": {"template": {"b": 2}}}
    assert config.build({"params": given}).params == {"fairness.template": {"a": 1, "b": 2}}


def test_parameters_of_an_unknown_probe_keep_its_name():
    given = {"fairness": {"tmplate": {"frames": "x"}}, "fairness.tmplate.lexicon": "y"}
    assert config.build({"params": given}).params == {"fairness.tmplate": {"frames": "x", "lexicon": "y"}}


@pytest.mark.parametrize("params", [3, {"frames": "x"}, {"fairness.template": 3}])
def test_parameters_outside_of_a_table_are_a_sentence(params):
    with pytest.raises(AuditError, match="write parameters below") as caught:
        config.build({"params": params}, {"params": {"fairness.template": {"frames": "y"}}})
    assert len(caught.value.faults) == 1
