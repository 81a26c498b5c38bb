"""Is every byte as it was when the audit was sealed, and who sealed it?"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.evidence.envelope import Forged, opened
from audit.evidence.keys import public_key
from audit.evidence.roots import ROLES, SEAL, Role, Roots, digests, record_file, roots, sha256
from audit.evidence.statement import PREDICATE, STATEMENT
from probes.errors import AuditError
from reports import files
from reports.display import name as shown
from reports.record import AuditRecord
from reports.statement import plural


@dataclass(frozen=True)
class Verification:
    """What came of a verification.

    Attributes:
        faults: a sentence for each file that is changed, missing or added; () when there is none.
        checked: how many files are as they were sealed.
        left_out: sealed roles that were not looked at because the user said so -> number of their files.
        result: PASSED, WARNED or FAILED, as the seal states of the audit; "" when the seal is not genuine.
    """

    faults: tuple[str, ...]
    checked: int
    left_out: Mapping[Role, int]
    result: str


def verify(
    path: Path,
    key: Path,
    *,
    given: Mapping[Role, Path | None] | None = None,
    without: Sequence[str] = (),
) -> Verification:
    """Compare everything that a seal covers with what is there. Needs no network.

    Args:
        path: a sealed folder, or the record in it.
        key: the file of the public key of who sealed it. It must come from them another way than the folder.
        given: where model, data and settings are; left out, they are looked for where the record says.
        without: roles that are not at hand and are left out: model, data, config.

    Raises:
        AuditError: when there is no seal or no key to verify it with, or a file cannot be read.
    """
    if strangers := [role for role in without if role not in ROLES[1:]]:
        raise AuditError(*(f"--without {role!r}: known are {', '.join(ROLES[1:])}" for role in strangers))
    record_path = record_file(path)
    seal = record_path.parent / SEAL
    try:
        stated = _stated(_content(seal), key)
    except Forged as reason:
        return Verification((f"{SEAL}: {reason}; nothing that it says can be relied on",), 0, {}, "")
    sealed = {entry["name"]: entry["digest"]["sha256"] for entry in stated["subject"]}
    record = _record(record_path, sealed)
    found = roots(record, record_path.parent, given or {}, settings=_settings(sealed))
    return _compared(sealed, found, without, seal, result=str(stated["predicate"]["result"]))


def _content(seal: Path) -> bytes:
    try:
        return seal.read_bytes()
    except OSError as error:
        raise AuditError(
            f"{seal} cannot be read: {error.strerror}; name a folder that `audit seal` sealed"
        ) from None


def _stated(content: bytes, key: Path) -> dict[str, Any]:
    """The statement that the owner of the key signed."""
    stated: dict[str, Any] = json.loads(opened(content, public_key(key)))
    if (stated.get("_type"), stated.get("predicateType")) != (STATEMENT, PREDICATE):
        raise Forged("it is a genuine statement of another kind")
    return stated


def _record(path: Path, sealed: Mapping[str, str]) -> AuditRecord | None:
    """The record, to find what it names; one that was changed must not say which files are read."""
    genuine = path.is_file() and sha256(path) == sealed.get(f"audit/{path.name}")
    return files.read(path) if genuine else None


def _settings(sealed: Mapping[str, str]) -> Path | None:
    """The settings file of the sealed name, here."""
    names = (Path(name).name for name in sealed if name.startswith("config/"))
    return next(map(Path, names), None)


def _compared(
    digested: Mapping[str, str], found: Roots, without: Sequence[str], seal: Path, *, result: str
) -> Verification:
    sealed = _by_role(digested)
    looked_at = {role: names for role, names in sealed.items() if role not in without}
    faults: list[str] = []
    same = 0
    for role, expected in looked_at.items():
        there = digests(role, found[role], seal=seal) if role in found else {}
        faults += _differences(expected, there) if role in found else [_absent(role, len(expected))]
        same += len(expected.items() & there.items())
    left_out = {role: len(names) for role, names in sealed.items() if role not in looked_at}
    return Verification(tuple(faults), same, left_out, result)


def _absent(role: Role, count: int) -> str:
    return (
        f"{role}: the {plural(count, 'file')} of it that were sealed are not found; name it with --{role}, "
        f"or leave it out with --without {role}"
    )


def _by_role(digested: Mapping[str, str]) -> dict[Role, dict[str, str]]:
    found = {role: {n: d for n, d in digested.items() if n.startswith(f"{role}/")} for role in ROLES}
    return {role: names for role, names in found.items() if names}


def _differences(expected: Mapping[str, str], there: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*expected, *there}):
        if name not in there:
            yield f"{shown(name)}: missing"
        elif name not in expected:
            yield f"{shown(name)}: added after the seal"
        elif there[name] != expected[name]:
            yield f"{shown(name)}: changed"
