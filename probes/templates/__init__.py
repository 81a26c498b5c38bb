"""Templates: which sentences can a person be put into?"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from probes.errors import AuditError
from probes.home import expanded
from probes.parameters import Named

_FOLDER = Path(__file__).parent
SLOT = "{person}"


class Templates(BaseModel):
    """Sentence frames with one slot for a person.

    Attributes:
        source: where the frames come from.
        frames: context ("neutral", "positive", ...) -> frames.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(min_length=1)
    frames: Mapping[str, tuple[str, ...]] = Field(min_length=1)


def fill(frame: str, person: str) -> str:
    """The frame with the person in its slot, and a capital where the sentence begins with it.

    Example:
        >>> fill("{person} reads.", "my sister")
        'My sister reads.'
    """
    at_start = frame.startswith(SLOT)
    return frame.replace(SLOT, person[:1].upper() + person[1:] if at_start else person)


def built_in() -> tuple[str, ...]:
    """The names of the frames that come with the package."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@cache
def load(name_or_path: str) -> Templates:
    """Read built-in frames by name (`english`), or a TOML file of the same form by path.

    Raises:
        AuditError: when there are no such frames, or with one sentence per fault in the file.
    """
    path = _FOLDER / f"{name_or_path}.toml" if name_or_path in built_in() else expanded(name_or_path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        known = ", ".join(built_in())
        raise AuditError(
            f"templates {name_or_path!r} cannot be read; give the path of a TOML file, or one of: {known}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuditError(
            f"templates {name_or_path!r} are not TOML in UTF-8: {error}; mend that line"
        ) from None
    return _checked(content, name_or_path)


FramesName = Annotated[str, Named(load, lambda: (*built_in(), "a TOML file"))]
"""The name of frames, as a parameter of a probe."""


def _checked(content: Mapping[str, object], name: str) -> Templates:
    try:
        templates = Templates.model_validate(content)
    except ValidationError as error:
        raise AuditError(
            *(
                f"templates {name!r}, {'.'.join(map(str, fault['loc']))}: {fault['msg'].lower()}; "
                "the file needs `source` and a table `frames` with lists of sentences"
                for fault in error.errors()
            )
        ) from None
    faults = tuple(
        f"templates {name!r}, frames.{context}: {frame!r} needs {SLOT} exactly once"
        for context, frames in templates.frames.items()
        for frame in frames
        if frame.count(SLOT) != 1
    )
    if faults:
        raise AuditError(*faults)
    return templates
