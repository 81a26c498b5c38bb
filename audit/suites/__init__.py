"""Which probes, with which parameters and gates, answer a question as a whole?"""

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from audit.params import by_probe
from probes.errors import AuditError
from probes.home import expanded
from probes.registry import discover
from probes.suggestion import suggestion


class Suite(BaseModel):
    """A named choice of probes with default gates.

    A suite is a TOML file; those of Assay stand beside this module, and `--suite path/to/file.toml` takes
    one of the user's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    probes: tuple[str, ...] = Field(description="Probe names; `fairness.*` takes every probe of a folder.")
    params: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Probe name -> its parameters."
    )
    gates: tuple[str, ...] = Field(default=(), description="Gates that hold unless the user replaces them.")

    @field_validator("params", mode="before")
    @classmethod
    def _of_probes(cls, given: Any) -> Any:
        return by_probe(given) if isinstance(given, Mapping) else given

    @property
    def members(self) -> tuple[str, ...]:
        """The names of the probes that the patterns take, sorted."""
        return tuple(name for name in discover() if any(fnmatchcase(name, p) for p in self.probes))


def names() -> tuple[str, ...]:
    """The suites that come with Assay."""
    files = resources.files("audit.suites").iterdir()
    return tuple(sorted(f.name.removesuffix(".toml") for f in files if f.name.endswith(".toml")))


def load(name: str) -> Suite:
    """The suite of that name, or in that file.

    Raises:
        AuditError: for an unknown name, a file that cannot be read, or a pattern that takes no probe.
    """
    suite = _parse(*_text(name))
    known = tuple(discover())
    faults = [
        f"suite {name}: no probe matches {pattern!r}{suggestion(pattern, known)}"
        for pattern in suite.probes
        if not any(fnmatchcase(probe, pattern) for probe in known)
    ]
    if faults:
        raise AuditError(*faults)
    return suite


def _text(name: str) -> tuple[str, str]:
    if name in names():
        return name, resources.files("audit.suites").joinpath(f"{name}.toml").read_text("utf-8")
    path = expanded(name)
    if path.suffix != ".toml":
        raise AuditError(
            f"suite {name!r} is not known{suggestion(name, names())} (a suite of yours ends in .toml)"
        )
    try:
        return path.stem, path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(f"suite {name}: the file cannot be read: {error}") from None


def _parse(name: str, text: str) -> Suite:
    try:
        return Suite.model_validate({"name": name, **tomllib.loads(text)})
    except tomllib.TOMLDecodeError as error:
        raise AuditError(f"suite {name}: not valid TOML: {error}") from None
    except ValidationError as error:
        faults = (f"suite {name}, {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise AuditError(*faults) from None
