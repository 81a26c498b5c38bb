"""What is already known of a model? Probes that ask the same share the work."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from probes.types import Model

A = TypeVar("A")
_KNOWN: WeakKeyDictionary[Model, dict[Hashable, Any]] = WeakKeyDictionary()


def known(model: Model) -> dict[Hashable, Any]:
    """What has been kept of this model; it goes when the model goes."""
    return _KNOWN.setdefault(model, {})


def remembered(model: Model, key: Hashable, make: Callable[[], A]) -> A:
    """What `make` gave the first time."""
    kept = known(model)
    if key not in kept:
        kept[key] = make()
    return kept[key]  # type: ignore[no-any-return]
