"""Does every setting of a configuration have its option, with the default that the help tells?"""

from inspect import Parameter, Signature
from typing import Any

import pytest

from audit.cli import mitigate, run
from audit.cli.options import Setting, given, taking
from audit.cli.parameters import parameters
from audit.config import AuditConfig
from audit.mitigator import MitigationConfig
from probes.faults import Faults

OWN = {"model", "params", "shift"}
"""Settings that are read from what is given, each by an option or argument of its own."""


@pytest.mark.parametrize(
    ("panels", "config"),
    [(run.PANELS, AuditConfig), (mitigate.PANELS, MitigationConfig)],
    ids=["run", "mitigate"],
)
def test_every_option_is_a_setting_and_tells_its_default(panels, config):
    options = {name: setting for panel in panels.values() for name, setting in panel.items()}
    assert set(options) <= set(config.model_fields)
    for name, setting in options.items():
        default = config.model_fields[name].get_default(call_default_factory=True)
        if isinstance(default, bool):
            assert setting.shown in {"yes" if default else "no", "keep"}, name
        elif isinstance(default, int | float):
            assert float(setting.shown) == default, name


def test_every_setting_of_an_audit_has_an_option():
    options = {name for panel in run.PANELS.values() for name in panel}
    assert set(AuditConfig.model_fields) == options | OWN


def test_a_table_becomes_the_signature_of_a_command():
    """The argument stays first, the settings stand in the place of `**settings`, own options come last."""

    @taking({None: {"seed": Setting(int, "A seed.", "0")}, "Data": {"text": Setting(str, "A column.")}})
    def command(model: str, *, quiet: bool = False, **settings: Any) -> None:
        pass

    parameters = Signature.from_callable(command).parameters
    assert list(parameters) == ["model", "seed", "text", "quiet"]
    assert parameters["seed"].kind is Parameter.KEYWORD_ONLY
    assert parameters["seed"].default is None


def test_what_was_not_given_is_left_to_others():
    assert given({"seed": 0, "text": None, "group": [], "quiet": False}) == {"seed": 0, "quiet": False}


@pytest.mark.parametrize("wrong", ["x", "x=1", ".x=1", "probe.=1"])
def test_what_is_no_parameter_is_told_and_left_out(wrong):
    faults = Faults()
    read = parameters(["fairness.a.x=3", wrong, "fairness.a.y=b,c", "fairness.a.z=a=b"], faults)
    assert read == {"fairness.a": {"x": 3, "y": "b,c", "z": "a=b"}}
    assert faults.found == (f"--param {wrong!r}: write it as PROBE.PARAMETER=VALUE",)
