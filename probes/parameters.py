"""What may a parameter of a probe be, and what of the measurements hangs on it?"""

import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from probes.errors import AuditError


@dataclass(frozen=True)
class Named:
    """Marks a name in the type of a parameter: `tuple[Annotated[str, Named(named, recipes)], ...]`.

    A wrong one is a fault of the configuration, told with all others before a model is loaded. What is known
    may depend on what is installed, so it is asked for when a value is checked.

    Attributes:
        find: finds what a name stands for, and raises AuditError when there is nothing; must be quick.
        known: gives the names, for the reader; `find` may take others, such as files.
        key: the slice key under which each name has its measurements; "" when there is none.
        besides: what else stands under that key.
    """

    find: Callable[[str], object]
    known: Callable[[], Iterable[str]]
    key: str = ""
    besides: tuple[str, ...] = ()

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of what is marked, and then the check."""
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def _checked(self, name: str) -> str:
        try:
            self.find(name)
        except AuditError as error:
            raise ValueError("; ".join(error.faults)) from None
        return name


@dataclass(frozen=True)
class Limit:
    """Marks a parameter that limits how many rows a number rests on: `Annotated[int, Limit()]`."""


def limits(schema: type[BaseModel]) -> tuple[str, ...]:
    """The parameters that limit how many rows a number rests on."""
    fields = schema.model_fields.items()
    return tuple(name for name, field in fields if any(isinstance(part, Limit) for part in field.metadata))


def marks(schema: type[BaseModel]) -> Mapping[str, Named]:
    """Parameter -> the mark in its type, for those that have one."""
    found = {name: _mark((field.annotation, *field.metadata)) for name, field in schema.model_fields.items()}
    return {name: mark for name, mark in found.items() if mark}


def choices(schema: type[BaseModel]) -> Mapping[str, tuple[str, ...]]:
    """Parameter -> the values it can take, for those whose type tells them."""
    listed = {name: _listed(field.annotation) for name, field in schema.model_fields.items()}
    return {name: values for name, values in listed.items() if values} | {
        name: tuple(mark.known()) for name, mark in marks(schema).items()
    }


def sliced(schema: type[BaseModel], values: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """Slice key -> the values that measurements can have under it, as parameters with these values ask."""
    return {
        mark.key: (*_several(values[name]), *mark.besides) for name, mark in marks(schema).items() if mark.key
    }


def _mark(parts: Iterable[Any]) -> Named | None:
    for part in parts:
        if found := part if isinstance(part, Named) else _mark(typing.get_args(part)):
            return found
    return None


def _listed(kind: Any) -> tuple[str, ...]:
    if typing.get_origin(kind) is typing.Literal:
        return tuple(map(str, typing.get_args(kind)))
    return tuple(value for part in typing.get_args(kind) for value in _listed(part))


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
