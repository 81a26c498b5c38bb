"""Which probes are there, and what parameters do they take?"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

import probes
from probes.errors import AuditError
from probes.suggestion import suggestion
from probes.types import Context, Finding

ProbeFunction = Callable[..., Iterator[Finding]]
ENTRY_POINT_GROUP = "assay.probes"
# A name in backticks; `<name>_gap` stands for any name with that end.
_QUOTED = re.compile(r"`((?:<\w+>)?[A-Za-z_]?[\w\-]*)`")


@dataclass(frozen=True)
class Probe:
    """A question that can be asked of a model.

    Attributes:
        name: where it lives below `probes`, such as `fairness.equalized_odds`; the name in suites and gates.
        function: a generator function `(ctx, *, parameters…)` that yields measurements and exhibits.
        version: counts up when the same data would give other numbers.
    """

    name: str
    function: ProbeFunction
    version: int = 1

    @property
    def title(self) -> str:
        """The question it answers: the first line of its docstring."""
        return self.documentation.partition("\n")[0]

    @property
    def documentation(self) -> str:
        """Its reference page: the whole docstring."""
        return inspect.getdoc(self.function) or ""

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names in backticks in its docstring, which must name every metric there; no parameters.

        `<name>_gap` there stands for every name with that end, for metrics that a parameter names.
        """
        quoted, parameters = _QUOTED.findall(self.documentation), self.parameters.model_fields
        return tuple(name for name in dict.fromkeys(quoted) if name and name not in parameters)

    def measures(self, metric: str) -> bool:
        """Whether it may have a metric of that name; a docstring without any name leaves all open."""
        forms = [re.sub(r"<\w+>", ".+", name) for name in self.metrics]
        return not forms or any(re.fullmatch(form, metric) for form in forms)

    @property
    def parameters(self) -> type[BaseModel]:
        """The schema of its keyword arguments; unknown keys are refused."""
        given = inspect.signature(self.function, eval_str=True).parameters.values()
        fields: dict[str, Any] = {
            p.name: (p.annotation, ... if p.default is p.empty else p.default)
            for p in given
            if p.kind is p.KEYWORD_ONLY
        }
        return create_model(self.name, __config__=ConfigDict(extra="forbid"), **fields)

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters as run: `given` checked, with the defaults filled in.

        Raises:
            AuditError: with one sentence per wrong parameter.
        """
        try:
            return self.parameters.model_validate(dict(given)).model_dump()
        except ValidationError as error:
            raise AuditError(*(self._fault(e) for e in _innermost(error.errors()))) from None

    def _fault(self, error: Any) -> str:
        name = f"params.{self.name}.{error['loc'][0]}"
        if error["type"] == "extra_forbidden":
            return f"{name} is not a parameter{suggestion(error['loc'][0], self.parameters.model_fields)}"
        message = str(error["ctx"]["error"]) if error["type"] == "value_error" else error["msg"]
        return f"{name} = {error['input']!r}: {message[0].lower()}{message[1:]}"

    def __call__(self, ctx: Context, **parameters: Any) -> Iterator[Finding]:
        """Measure."""
        return self.function(ctx, **parameters)


def _innermost(errors: Sequence[Any]) -> Iterator[Any]:
    """Without those of a whole that has a wrong part: it counts the right parts alone."""
    places = [error["loc"] for error in errors]
    yield from (e for e in errors if not any(e["loc"] == place[: len(e["loc"])] != place for place in places))


def probe(*, version: int = 1) -> Callable[[ProbeFunction], Probe]:
    """Make a generator function a probe, named after its module below `probes`.

    Example:
        >>> @probe()
        ... def rows(ctx: Context) -> Iterator[Finding]:
        ...     '''How many rows are there?'''
        ...     yield Measurement("rows", len(ctx.samples), None, None, n=len(ctx.samples))
    """

    def register(function: ProbeFunction) -> Probe:
        return Probe(function.__module__.removeprefix("probes."), function, version)

    return register


@cache
def discover() -> Mapping[str, Probe]:
    """Every probe in the folders below `probes` and behind the entry points, by name, sorted."""
    found = {p.name: p for module in _modules() for p in vars(module).values() if isinstance(p, Probe)}
    found |= {e.name: Probe(e.name, _loaded(e).function, _loaded(e).version) for e in _entries()}
    return dict(sorted(found.items()))


def _modules() -> Iterator[Any]:
    for package in pkgutil.iter_modules(probes.__path__, "probes."):
        if package.ispkg:
            folder = importlib.import_module(package.name)
            for module in pkgutil.iter_modules(folder.__path__, f"{package.name}."):
                yield importlib.import_module(module.name)


def _entries() -> Iterator[Any]:
    yield from entry_points(group=ENTRY_POINT_GROUP)


def _loaded(entry: Any) -> Probe:
    loaded = entry.load()
    if not isinstance(loaded, Probe):
        raise AuditError(
            f"entry point {entry.name!r} ({entry.value}) is not a probe; decorate it with @probe()"
        )
    return loaded
