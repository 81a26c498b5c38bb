"""`audit seal`: sign an audit, so that a later change of any byte shows."""

from pathlib import Path
from typing import Annotated

import typer

from audit.cli.options import Quiet
from probes.errors import AuditError

Model = Annotated[
    Path | None,
    typer.Option("--model", help="Model folder.", show_default="the one in the record, if it is there"),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", help="Data file or folder.", show_default="that of the record, if it is there"),
]
Config = Annotated[
    Path | None, typer.Option("--config", help="Settings file.", show_default="audit.toml, if it is there")
]
"""Where evidence lies that is not in the folder of the record: the same for sealing and verifying."""


def seal(
    record: Annotated[Path | None, typer.Argument(help="A record.json, or the folder of one.")] = None,
    *,
    key: Annotated[Path | None, typer.Option(help="Ed25519 private key, in PEM.")] = None,
    new_key: Annotated[
        Path | None,
        typer.Option(help="Make a private key in this file, and its public half beside it in FILE.pub."),
    ] = None,
    model: Model = None,
    data: Data = None,
    config: Config = None,
    quiet: Quiet = False,
) -> None:
    """Write seal.json beside a record: the sha256 of every file of the audit, signed.

    It covers the folder of the record, the model folder, the data and the settings file, as far as they are
    named or found. With --new-key and no record, only a key is made.
    """
    if (key is None) == (new_key is None):
        raise AuditError("name the key to sign with: --key FILE, or --new-key FILE to make one")
    if record is None and new_key is None:
        raise AuditError("name what to seal: a record.json, or the folder of one")
    from audit import evidence

    if new_key is not None:
        public = evidence.new_key(new_key)
        _tell(f"Key: {new_key} (keep it to yourself), {public} (give it to who verifies)", quiet=quiet)
    signer = key or new_key
    if record is None or signer is None:
        return
    file, covered = evidence.seal(record, signer, given={"model": model, "data": data, "config": config})
    _tell(f"Sealed {_counted(covered)}: {file}", quiet=quiet)


def _counted(names: dict[str, str]) -> str:
    roles = [name.partition("/")[0] for name in names]
    parts = (f"{roles.count(role)} of {role}" for role in dict.fromkeys(roles))
    return f"{len(roles)} files ({', '.join(parts)})"


def _tell(text: str, *, quiet: bool) -> None:
    from reports.terminal import plain

    if not quiet:
        typer.echo(plain(text))
