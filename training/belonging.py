"""Which settings change nothing, because what they belong to was not asked for?

A setting declares in its annotation what it belongs to; nobody else has to know. A setting that was given and
changes nothing is a fault: whoever gave it expects something of it.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

Value = str | float | None


class Of:
    """What a setting belongs to: `Annotated[float, Of(mitigation=("group_dro",))]`.

    Any one of the owners will do. With several `Of` in one annotation there must be one of each.

    Attributes:
        owners: setting -> the values with which it has this one; none named stands for any but "none", 0 and
            nothing at all.
    """

    def __init__(self, **owners: tuple[Value, ...]) -> None:
        self.owners = owners

    def holds(self, given: BaseModel) -> bool:
        """Whether one of the owners was asked for; an owner that the table does not have is not asked."""
        known = {name: values for name, values in self.owners.items() if name in type(given).model_fields}
        return not known or any(_has(getattr(given, name), values) for name, values in known.items())

    def __str__(self) -> str:
        return " or ".join(_named(name, values) for name, values in self.owners.items())

    @property
    def flags(self) -> str:
        """The options that ask for the owners."""
        return " or ".join(
            " ".join(["--" + name.replace("_", "-"), *map(str, _first(values))])
            for name, values in self.owners.items()
        )


def unused(given: BaseModel) -> Iterator[str]:
    """One sentence for each setting that was given and changes nothing."""
    for name, field in type(given).model_fields.items():
        value = getattr(given, name)
        if name not in given.model_fields_set or value is None or value == ():
            continue
        lacking = [of for of in field.metadata if isinstance(of, Of) and not of.holds(given)]
        if lacking:
            yield (
                f"{name} = {_shown(value)} does nothing without {lacking[0]}; add {lacking[0].flags}, or "
                "leave it out"
            )


def _has(value: Any, wanted: tuple[Value, ...]) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return bool(set(values) & set(wanted)) if wanted else any(one not in (None, "none", 0) for one in values)


def _first(values: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(value for value in values if value is not None)[:1]


def _named(name: str, values: tuple[Value, ...]) -> str:
    known = [repr(value) for value in values if value is not None]
    return f"{name} = {', '.join(known)}" if known else name


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else repr(value)
