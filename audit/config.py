"""What does the user want audited, and how? From `audit.toml`, `pyproject.toml` and the command line."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from audit.data import DataOptions
from audit.params import by_probe
from probes.errors import AuditError
from probes.suggestion import suggestion
from probes.types import MAIN

_PLACE = 'write parameters below [params."PROBE"]'


class AuditConfig(DataOptions):
    """Everything an audit depends on; a key of `audit.toml` has the name of its command-line option."""

    model: str | None = Field(
        default=None, description="A model folder, a hub id, or `py:module:function` for a black box."
    )
    suite: tuple[str, ...] = Field(
        default=("fairness",), description="Suites by name, or TOML files of yours."
    )
    gates: tuple[str, ...] = Field(
        default=(), description="Gates; one on the same measurement replaces the gate of the suite."
    )
    suite_gates: bool = Field(default=True, description="Whether the gates that come with the suites hold.")
    params: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description='Probe parameters: a table `[params."fairness.template"]` for each probe. '
        '`"none"` gives a parameter no value, where it can be without.',
    )
    positive: str | None = Field(
        default=None, description="The class that counts as the positive outcome; of two classes the second."
    )
    shift: dict[str, str] = Field(
        default_factory=dict,
        description="Further data to compare the audited with: a table of names and sources like `data`.",
    )
    classes: tuple[str, ...] = Field(
        default=(), description="Class names of a black box, in the order of its columns."
    )
    alpha: float = Field(
        default=0.05, gt=0, lt=0.5, description="Largest share of wrong verdicts that the gates may give."
    )
    confidence: float = Field(default=0.95, gt=0.5, lt=1, description="Level of the intervals.")
    seed: int = Field(default=0, ge=0, description="Seed of everything that is drawn at random.")
    undecided: Literal["undecided", "pass", "fail"] = Field(
        default="undecided", description="What an undecided gate counts as in the exit code."
    )
    allow_invalid: bool = Field(
        default=False, description="Whether gates may pass although the model gave some rows no valid answer."
    )
    include_examples: bool = Field(
        default=False, description="Whether texts of the data may stand in the record."
    )
    outcomes: bool = Field(
        default=True,
        description="Whether the answers to single rows are kept beside the record, without texts.",
    )
    device: str = Field(default="auto", description="`auto`, `cpu`, `cuda`, `cuda:1`, `mps`.")
    dtype: str = Field(
        default="auto", description="`auto` (chosen by a short timing), `float32`, `bfloat16`, `float16`."
    )

    @field_validator("params", mode="before")
    @classmethod
    def _of_probes(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            raise ValueError(f"params = {given!r} is not a table; {_PLACE}")
        if wrong := [name for name, value in given.items() if not isinstance(value, Mapping)]:
            raise ValueError(f"params.{wrong[0]} = {given[wrong[0]]!r} is not the table of a probe; {_PLACE}")
        return given

    @field_validator("shift")
    @classmethod
    def _named(cls, given: dict[str, str]) -> dict[str, str]:
        if wrong := [name for name in given if name.strip() in ("", MAIN)]:
            raise ValueError(
                f"shift {wrong[0]!r}: give further data a name, and not {MAIN!r}, which is the audited data"
            )
        return given


OTHERS = ("diff",)
"""Tables of the settings file that belong to other commands than `audit run`."""


def read(path: Path | None) -> dict[str, Any]:
    """The settings in `path`, else in ./audit.toml, else under [tool.audit] in ./pyproject.toml, else none.

    Raises:
        AuditError: when the file named cannot be read or is not TOML.
    """
    return {key: value for key, value in content(path).items() if key not in OTHERS}


def content(path: Path | None) -> dict[str, Any]:
    """All of the file that `read` reads, with the tables of other commands.

    Raises:
        AuditError: when the file named cannot be read or is not TOML.
    """
    found = located(path)
    return _section(found, toml(found)) if found else {}


def located(path: Path | None) -> Path | None:
    """The file that `read` reads; None when there is none."""
    if path is not None:
        return path
    here = (p for p in (Path("audit.toml"), Path("pyproject.toml")) if p.is_file())
    return next((p for p in here if _section(p, toml(p))), None)


def build(*layers: Mapping[str, Any]) -> AuditConfig:
    """One configuration from layers of settings, later ones before earlier ones.

    Raises:
        AuditError: with one sentence per wrong setting.
    """
    found, faults = sound(*layers)
    if faults:
        raise AuditError(*faults)
    return found


def sound(*layers: Mapping[str, Any]) -> tuple[AuditConfig, tuple[str, ...]]:
    """The configuration of the settings that are right, and one sentence for each that is wrong."""
    settings = _listed(_layered(layers))
    try:
        return AuditConfig.model_validate(settings), ()
    except ValidationError as error:
        faults = error.errors()
        wrong = {fault["loc"][0] for fault in faults}
        right = {key: value for key, value in settings.items() if key not in wrong}
        return AuditConfig.model_validate(right), tuple(_fault(fault) for fault in faults)


def _layered(layers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for layer in layers:
        given = layer.get("params", {})
        params = _merged(merged.get("params", {}), by_probe(given) if isinstance(given, Mapping) else given)
        merged |= {**layer, "params": params}
    return merged


def toml(path: Path, *, option: str = "--config") -> dict[str, Any]:
    """The content of a settings file; `option` is how the user names another one.

    Raises:
        AuditError: when it cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(f"{path}: cannot be read: {error}; name another file with {option}") from None
    except tomllib.TOMLDecodeError as error:
        raise AuditError(f"{path}: not valid TOML: {error}") from None


def _section(path: Path, content: dict[str, Any]) -> dict[str, Any]:
    if path.name != "pyproject.toml":
        return content
    tools = content.get("tool", {})
    found = tools.get("audit", {}) if isinstance(tools, dict) else tools
    if not isinstance(found, dict):
        raise AuditError(f"{path}: [tool.audit] is {found!r}, not a table; write settings below [tool.audit]")
    return found


def _merged(first: Any, second: Any) -> Any:
    """Parameters of the same probe from two layers are joined key by key."""
    return _joined(first, second, lambda one, other: _joined(one, other, lambda _, later: later))


def _joined(first: Any, second: Any, both: Callable[[Any, Any], Any]) -> Any:
    """Two tables as one, `both` where both have a value; what is no table is kept, so that it can be told."""
    for given in (first, second):
        if not isinstance(given, Mapping):
            return given
    return {**first, **second, **{k: both(first[k], second[k]) for k in first if k in second}}


def _listed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """One value where several may stand is a list of one."""
    several = {k for k, f in AuditConfig.model_fields.items() if str(f.annotation).startswith("tuple")}
    return {k: (v,) if k in several and isinstance(v, str) else v for k, v in settings.items()}


def _fault(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "settings"
    if error["type"] == "extra_forbidden":
        return f"{key} is not a setting{suggestion(key, tuple(AuditConfig.model_fields))}"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return f"{key} = {error['input']!r}: {error['msg'][0].lower()}{error['msg'][1:]}"
