"""How is an audit sealed, so that a later change of any byte shows?"""

from collections.abc import Mapping
from pathlib import Path

from audit import config
from audit.evidence.envelope import signed
from audit.evidence.keys import private_key
from audit.evidence.roots import SEAL, Role, Roots, digests, record_file, roots
from audit.evidence.statement import statement
from probes.errors import AuditError
from probes.faults import Faults
from reports import files, outcomes
from reports.canonical import canonical
from reports.record import AuditRecord


def seal(
    path: Path, key: Path, *, given: Mapping[Role, Path | None] | None = None
) -> tuple[Path, dict[str, str]]:
    """Sign what belongs to an audit, and write the seal beside the record.

    Args:
        path: a record, or the folder of one.
        key: the file of an Ed25519 private key; it must lie outside of everything that is sealed.
        given: where model, data and settings are; left out, they are looked for where the record says.

    Returns:
        The file of the seal, and name -> sha256 of what it covers.

    Raises:
        AuditError: when the record, the outcomes or the model are not those of one audit, when the key is not
            one or lies among the evidence, or when a file cannot be read.
    """
    record_path = record_file(path)
    record = files.read(record_path)
    found = roots(record, record_path.parent, given or {}, settings=config.located(None))
    target = record_path.parent / SEAL
    faults = Faults()
    faults.attempt(outcomes.beside, record_path, record)
    faults.attempt(_check_model, record, found)
    faults.attempt(_check_key, key, found)
    signer = faults.attempt(private_key, key)
    faults.check()
    assert signer is not None  # noqa: S101 - without faults there is a key
    covered = {
        name: d for role, root in found.items() for name, d in digests(role, root, seal=target).items()
    }
    payload = canonical(statement(record, covered)).encode()
    files.write_bytes(target, signed(payload, signer))
    return target, covered


def _check_model(record: AuditRecord, found: Roots) -> None:
    from audit.models.fingerprint import fingerprint

    folder = found.get("model")
    if folder is None or record.model.fingerprint is None:
        return
    if fingerprint(folder) != record.model.fingerprint:
        raise AuditError(
            f"the model in {folder} is not the one that was audited: its fingerprint differs from the "
            "record's; name the audited one with --model, or audit again"
        )


def _check_key(key: Path, found: Roots) -> None:
    for root in found.values():
        if key.resolve().is_relative_to(root.resolve()):
            raise AuditError(
                f"the key {key} lies in {root}, which is sealed and handed on; move the key to another folder"
            )
