"""What was done to make a model? The training record that lies beside its weights."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from probes.errors import AuditError
from probes.home import everywhere
from training.plan import Plan

SCHEMA_VERSION = 1
RECORD_FILE = "training.json"
TEXTS_FILE = "training_texts.txt"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Source(_Frozen):
    """Where the rows came from, so that an audit finds those that were held out."""

    source: str = Field(description="As the user named it: a file, a folder, a resource, `hf:NAME`.")
    path: str | None = Field(
        description="Path of the file or folder, from `/` or `~`, the home folder; None for `hf:NAME`."
    )
    text: str = Field(description="Column of the texts.")
    label: str = Field(description="Column of the labels.")
    part: str | None = Field(default=None, description="Split of `hf:NAME` or of a datasets folder.")


class Base(_Frozen):
    """The model that training began with."""

    reference: str = Field(description="As the user named it: a folder, a resource, a hub id.")
    fingerprint: str | None = Field(
        description="sha256 of its files, as an audit takes it; None when unknown."
    )
    architecture: str


class Split(_Frozen):
    """Which rows were held out: `training.split.assign` finds them again from the seed and the fractions."""

    seed: int
    fractions: dict[str, float]
    sizes: dict[str, int] = Field(description="Rows in each split.")


class Data(Source):
    """The rows."""

    fingerprint: str = Field(description="sha256 of the content of all rows.")
    rows: int
    labels: dict[str, int] = Field(description="Rows per class; empty in a private run.")
    split: Split


class Scores(_Frozen):
    """How good the model is on a split.

    Attributes:
        loss: mean cross-entropy in nats, 0 at best, ln C for a model that knows nothing of C classes.
        accuracy: share of rows whose most probable class is their label, 0 to 1.
    """

    rows: int
    loss: float
    accuracy: float
    criterion: float | None = Field(
        default=None, description="What chose the best epoch, where that was not the loss: see `chosen_by`."
    )

    @property
    def decisive(self) -> float:
        """What is lowest in the best epoch."""
        return self.loss if self.criterion is None else self.criterion


class Epoch(_Frozen):
    """One pass over the training rows."""

    epoch: int = Field(description="Counted from 1.")
    train_loss: float | None = Field(
        description="Mean training loss over the epoch, with dropout and label smoothing; None in a private "
        "run, where it would be told without noise."
    )
    validation: Scores | None = Field(description="After the epoch; None when no rows were set aside for it.")
    seconds: float


class TrainingRecord(_Frozen):
    """One training run: from what, on what, how, and how well it went."""

    schema_version: int = SCHEMA_VERSION
    tool_version: str
    method: str = Field(default="standard", description="How gradients were made.")
    base: Base
    data: Data
    classes: tuple[str, ...]
    plan: Plan = Field(description="As run, defaults filled in.")
    device: str
    precision: str
    processes: int = Field(default=1, description="Processes that trained it together, sharing each batch.")
    parameters: int = Field(description="Number of weights.")
    trainable_parameters: int = Field(description="Number of weights that training could change.")
    steps: int = Field(description="Optimiser steps taken.")
    epochs: tuple[Epoch, ...]
    best_epoch: int = Field(description="The epoch whose weights were kept.")
    chosen_by: str = Field(
        default="validation loss",
        description="What was lowest in it; what a mitigation makes small where there is one.",
    )
    test: Scores | None = Field(description="On the held-out rows; None when none were held out.")
    seconds: float = Field(description="Of all runs together, when it was taken up again.")
    resumed: int = Field(default=0, description="Times the run was taken up again from a checkpoint.")
    method_record: dict[str, Any] = Field(
        default_factory=dict, description="What the method has to say, such as the ledger of a private run."
    )
    versions: dict[str, str]

    def to_json(self) -> str:
        """The content of `training.json`, which may be published with the weights: `~` is the home folder."""
        content = everywhere(self.model_dump(mode="json"))
        return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read(folder: Path) -> TrainingRecord | None:
    """The training record of a model folder; None when it has none.

    Raises:
        AuditError: when there is one that cannot be read.
    """
    path = folder / RECORD_FILE
    try:
        return TrainingRecord.model_validate_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise AuditError(
            f"{path} cannot be read as a training record: {error}; train the model again"
        ) from None


def texts(folder: Path) -> frozenset[str]:
    """The `text_key` of every text that training saw, for training or for choosing the best epoch."""
    path = folder / TEXTS_FILE
    return frozenset(path.read_text("utf-8").split()) if path.is_file() else frozenset()
