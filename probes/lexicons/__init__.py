"""Lexicons: which words and names speak of which group, and what is the counterpart of each?"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from probes.errors import AuditError
from probes.home import expanded
from probes.parameters import Named

_FOLDER = Path(__file__).parent

Row = tuple[str, ...]


class Lexicon(BaseModel):
    """Terms that identify groups, with their counterparts in the other groups.

    A row of `words`, `titles`, `names` or `people` holds one counterpart per group, in the order of `order`.

    Attributes:
        name: `gender` for a built-in, the path for a file.
        feature: what the groups differ in; the `feature` of the slices measured with this lexicon.
        source: where the terms come from.
        order: the groups, in the order of the columns of every row.
        words: nouns, pronouns and adjectives, swapped whatever their capitals.
        titles: swapped only with a capital and before a capital letter.
        names: proper names; see `ordinary`.
        generic: words said of anyone: counterparts that identify no group and are never swapped away.
        ordinary: titles and names that are ordinary words too, swapped only where a capital tells them apart.
        ambiguous: term -> (counterpart before a noun phrase, counterpart elsewhere), for two groups.
        ambiguous_groups: group -> its ambiguous terms.
        keep: phrases that stay as they are although they contain a term.
        people: noun phrases for sentence frames.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    feature: str = Field(min_length=1)
    source: str = Field(min_length=1)
    order: tuple[str, ...] = Field(alias="groups", min_length=2)
    words: tuple[Row, ...] = ()
    generic: frozenset[str] = frozenset()
    titles: tuple[Row, ...] = ()
    names: tuple[Row, ...] = ()
    ordinary: frozenset[str] = frozenset()
    ambiguous: Mapping[str, tuple[str, str]] = Field(default_factory=dict)
    ambiguous_groups: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    keep: tuple[str, ...] = ()
    people: tuple[Row, ...] = ()

    @property
    def groups(self) -> Mapping[str, frozenset[str]]:
        """Group -> its terms in lower case, for finding the group that a text mentions.

        Names are left out where the lexicon has words, and so are titles that are ordinary words ("miss").
        """
        return {group: frozenset(self._terms(group)) for group in self.order}

    def _terms(self, group: str) -> set[str]:
        column = self.order.index(group)
        rows = (*self.words, *self.titles) if self.words else (*self.titles, *self.names)
        terms = {row[column] for row in rows} - self.ordinary - self.generic
        return {term.lower() for term in terms | set(self.ambiguous_groups.get(group, ()))}


def built_in() -> tuple[str, ...]:
    """The names of the lexicons that come with the package."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@cache
def load(name_or_path: str) -> Lexicon:
    """Read a built-in lexicon by name, or a TOML file of the same form by path.

    Raises:
        AuditError: when there is no such lexicon, or with one sentence per fault in the file.
    """
    path = _FOLDER / f"{name_or_path}.toml" if name_or_path in built_in() else expanded(name_or_path)
    return _checked(_read(path), name_or_path)


LexiconName = Annotated[str, Named(load, lambda: (*built_in(), "a TOML file"))]
"""The name of a lexicon, as a parameter of a probe."""


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        known = ", ".join(built_in())
        raise AuditError(
            f"lexicon {str(path)!r} cannot be read; give the path of a TOML file, or one of: {known}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuditError(f"lexicon {str(path)!r} is not TOML in UTF-8: {error}; mend that line") from None


def _checked(content: dict[str, Any], name: str) -> Lexicon:
    try:
        lexicon = Lexicon.model_validate({**content, "name": name})
    except ValidationError as error:
        raise AuditError(*(_fault(name, fault) for fault in error.errors())) from None
    faults = tuple(_row_faults(lexicon))
    if faults:
        raise AuditError(*faults)
    return lexicon


def _fault(name: str, error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"])
    known = ", ".join(field.alias or key for key, field in Lexicon.model_fields.items() if key != "name")
    what = "is not a key of a lexicon" if error["type"] == "extra_forbidden" else error["msg"].lower()
    return f"lexicon {name!r}, {key}: {what}; its keys are {known}"


def _row_faults(lexicon: Lexicon) -> Sequence[str]:
    tables = {key: getattr(lexicon, key) for key in ("words", "titles", "names", "people")}
    order = list(lexicon.order)
    faults = [
        f"lexicon {lexicon.name!r}, {key}, row {index + 1}: {list(row)} needs one term for each of {order}"
        for key, rows in tables.items()
        for index, row in enumerate(rows)
        if len(row) != len(lexicon.order) or not all(re.search(r"\w", term) for term in row)
    ]
    strange = sorted(set(lexicon.ambiguous_groups) - set(lexicon.order))
    if strange:
        faults.append(f"lexicon {lexicon.name!r}, ambiguous_groups: {strange} are not among {order}")
    alone = sorted({t for terms in lexicon.ambiguous_groups.values() for t in terms} - set(lexicon.ambiguous))
    faults += [f"lexicon {lexicon.name!r}: {term!r} has no counterparts in ambiguous" for term in alone]
    if not any(tables.values()):
        faults.append(f"lexicon {lexicon.name!r} has no terms; give rows of words, titles, names or people")
    return faults
