"""What did the model answer to each row? A compact file beside the record, without texts and names."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from probes.errors import AuditError
from probes.types import Context, FloatArray, Grouping, IntArray, Predictions, Samples
from reports.files import write_bytes
from reports.record import AuditRecord, DataInfo, OutcomesInfo

FILE = "outcomes.parquet"
VERSION = 1
_KEY = b"assay.outcomes"
_HASH_BYTES = 8


@dataclass(frozen=True, eq=False)
class Outcomes:
    """The rows of an audit as far as probes that only need predictions look at them.

    Attributes:
        ids: (N,) 64-bit hashes of the rows' identifiers, see `hashed`.
        labels: (N,) true labels as index into `classes`, or None.
        predicted: (N,) predicted class; -1 where the answer was invalid.
        probabilities: (N, C) class probabilities, exactly as the probes saw them, or None.
        scores: (N,) scores of the positive class that were given as a column of their own, or None.
        groups: feature -> grouping of the rows, intersections included.
        classes: the names of the classes.
        positive: index of the positive class, or None.
        fingerprint: the data fingerprint of the record.
        inputs_fingerprint: the same without predictions and scores: it is equal for two models that were
            asked about the same rows.
    """

    ids: IntArray
    labels: IntArray | None
    predicted: IntArray
    probabilities: FloatArray | None
    scores: FloatArray | None
    groups: Mapping[str, Grouping]
    classes: tuple[str, ...]
    positive: int | None
    fingerprint: str
    inputs_fingerprint: str

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def samples(self) -> Samples:
        """The rows without their texts."""
        return Samples(None, self.labels, self.groups, self.ids, self.fingerprint)

    @property
    def predictions(self) -> Predictions:
        """The answers."""
        return Predictions(self.predicted, self.probabilities, self.scores)

    def context(self, *, seed: int = 0, confidence: float = 0.95) -> Context:
        """What a probe needs to measure again.

        With the seed and the confidence of the record, a probe that only needs predictions gives the same
        numbers, to the last digit.
        """
        return Context(
            samples=self.samples,
            classes=self.classes,
            positive=self.positive,
            predictions=self.predictions,
            seed=seed,
            confidence=confidence,
        )


def of(context: Context, data: DataInfo) -> Outcomes | None:
    """The outcomes of an audit; None when it had no rows to predict."""
    if context.predictions is None or not len(context.samples):
        return None
    inputs = data.inputs_fingerprint or data.fingerprint
    return Outcomes(
        ids=hashed(context.samples.ids.tolist(), salt=inputs),
        labels=context.samples.labels,
        predicted=context.predictions.labels,
        probabilities=context.predictions.probabilities,
        scores=context.predictions.scores,
        groups=context.samples.groups,
        classes=context.classes,
        positive=context.positive,
        fingerprint=data.fingerprint,
        inputs_fingerprint=inputs,
    )


def hashed(ids: Iterable[Any], *, salt: str) -> IntArray:
    """The first 64 bits of the BLAKE2b hash of the salt and each identifier.

    It keeps names out of the file and lets who has the data find a row again. It is no protection against
    who has a list of likely identifiers and the record: both are all it takes to try them.
    """
    salted = hashlib.blake2b(salt.encode() + b"\n", digest_size=_HASH_BYTES)
    digests = bytearray()
    for name in ids:
        each = salted.copy()
        each.update(str(name).encode("utf-8", "surrogatepass"))
        digests += each.digest()
    return np.frombuffer(bytes(digests), dtype="<u8")


def write(path: Path, outcomes: Outcomes) -> OutcomesInfo:
    """Write the file, the same bytes for the same outcomes, and return what the record says of it.

    Raises:
        AuditError: when the folder cannot be written.
    """
    content = to_bytes(outcomes)
    write_bytes(path, content)
    return OutcomesInfo(file=path.name, sha256=hashlib.sha256(content).hexdigest(), rows=len(outcomes))


def to_bytes(outcomes: Outcomes) -> bytes:
    """The outcomes as Parquet; floats are kept exactly."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = _columns(outcomes)
    table = pa.table(columns).replace_schema_metadata({_KEY: json.dumps(_about(outcomes)).encode()})
    sink = pa.BufferOutputStream()
    floats = [name for name, column in columns.items() if column.dtype.kind == "f"]
    coded = [name for name, column in columns.items() if column.dtype.kind == "i"]
    pq.write_table(
        table, sink, compression="zstd", compression_level=9, use_dictionary=coded,
        use_byte_stream_split=floats, write_statistics=False,
    )  # fmt: skip
    return bytes(sink.getvalue())


def _columns(outcomes: Outcomes) -> dict[str, Any]:
    columns: dict[str, Any] = {"id": outcomes.ids.astype("<u8"), "predicted": _small(outcomes.predicted)}
    if outcomes.labels is not None:
        columns["label"] = _small(outcomes.labels)
    if outcomes.scores is not None:
        columns["score"] = outcomes.scores
    if outcomes.probabilities is not None:
        columns |= {f"probability {i}": p for i, p in enumerate(outcomes.probabilities.T)}
    return columns | {f"group {i}": _small(g.codes) for i, g in enumerate(outcomes.groups.values())}


def _small(codes: IntArray) -> IntArray:
    return codes.astype(np.int16 if codes.max(initial=0) < np.iinfo(np.int16).max else np.int32)


def _about(outcomes: Outcomes) -> dict[str, Any]:
    return {
        "version": VERSION,
        "fingerprint": outcomes.fingerprint,
        "inputs_fingerprint": outcomes.inputs_fingerprint,
        "classes": list(outcomes.classes),
        "positive": outcomes.positive,
        "groups": [{"feature": g.feature, "names": list(g.names)} for g in outcomes.groups.values()],
    }


def read(path: Path, *, sha256: str | None = None) -> Outcomes:
    """The outcomes in a file.

    Args:
        path: the file.
        sha256: the checksum that the record states; None to take the file as it is.

    Raises:
        AuditError: when the file is missing, is not what the record states, or holds no outcomes.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AuditError(
            f"{path} cannot be read: {error.strerror}; it belongs beside the record of the audit"
        ) from None
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise AuditError(f"{path} is not the file that the record names: its sha256 differs; audit again")
    return from_bytes(content, source=str(path))


def beside(path: Path, record: AuditRecord) -> Outcomes | None:
    """The outcomes of the record in the file `path`; None when it names none or they are not there.

    Raises:
        AuditError: when the file that the record names is another one, or cannot be read.
    """
    if record.outcomes is None:
        return None
    file = path.with_name(Path(record.outcomes.file).name)
    return read(file, sha256=record.outcomes.sha256) if file.exists() else None


def from_bytes(content: bytes, *, source: str = "the file") -> Outcomes:
    """The outcomes in the bytes of a file.

    Raises:
        AuditError: when they are no outcomes of this version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(content))
        about = json.loads((table.schema.metadata or {})[_KEY])
        if about["version"] > VERSION:
            raise AuditError(
                f"{source} has version {about['version']}, this version of Assay reads up to {VERSION}; "
                "upgrade assay-audit"
            )
        return _built({name: table[name].to_numpy() for name in table.column_names}, about)
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise AuditError(
            f"{source} holds no outcomes of an audit ({type(error).__name__}); name one of `audit run`"
        ) from None


def _built(columns: Mapping[str, Any], about: Mapping[str, Any]) -> Outcomes:
    classes = tuple(about["classes"])
    probabilities = [columns[key] for i in range(len(classes)) if (key := f"probability {i}") in columns]
    return Outcomes(
        ids=columns["id"],
        labels=columns["label"].astype(np.int64) if "label" in columns else None,
        predicted=columns["predicted"].astype(np.int64),
        probabilities=np.ascontiguousarray(np.stack(probabilities, axis=1)) if probabilities else None,
        scores=columns.get("score"),
        groups={
            g["feature"]: Grouping(g["feature"], tuple(g["names"]), columns[f"group {i}"].astype(np.int64))
            for i, g in enumerate(about["groups"])
        },
        classes=classes,
        positive=about["positive"],
        fingerprint=about["fingerprint"],
        inputs_fingerprint=about["inputs_fingerprint"],
    )
