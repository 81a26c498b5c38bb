"""What did the user say about the data?"""

from collections import Counter
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from audit.data.readers import is_file
from audit.data.sentences import quoted
from probes.errors import AuditError


class DataOptions(BaseModel):
    """Where the rows are, and what their columns mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str | None = Field(
        default=None,
        description="Texts to ask the model about: a file, a saved datasets folder, or `hf:NAME`.",
    )
    predictions: str | None = Field(
        default=None, description="A file with the answers of a model, which is then not loaded."
    )
    split: str | None = Field(
        default=None, description="Split of a dataset; of the training data, `test` when nothing is named."
    )
    text: str | None = Field(default=None, description="Column of the texts; left out, `text`.")
    label: str | None = Field(
        default=None, description="Column of the true labels; left out, `label` if there is one."
    )
    prediction: str | None = Field(
        default=None, description="Column of the predicted classes; left out, `prediction`."
    )
    score: str | None = Field(default=None, description="Column of the probabilities of the positive class.")
    id: str | None = Field(default=None, description="Column that names the rows; left out, their numbers.")
    group: tuple[str, ...] = Field(default=(), description="Columns that divide the rows into groups.")
    group_from_text: tuple[str, ...] = Field(
        default=(), description="Lexicons: the rows are divided by whom their texts mention."
    )
    lexicon: str | None = Field(default=None, description="A lexicon file to use in place of ours.")


def check(options: DataOptions) -> None:
    """Refuse options that contradict each other.

    Raises:
        AuditError: with one sentence per fault.
    """
    faults = (*_sources(options), *_columns(options), *_lexicons(options))
    if faults:
        raise AuditError(*faults)


def given(options: DataOptions) -> Iterator[str]:
    """The options that say something about data: `--label`, `--group`."""
    for name in DataOptions.model_fields:
        if getattr(options, name):
            yield "--" + name.replace("_", "-")


def _sources(options: DataOptions) -> Iterator[str]:
    if options.data is not None and options.predictions is not None:
        yield (
            f"--data {options.data} and --predictions {options.predictions}: name one of them, "
            "texts for a model or the answers of a model"
        )
    if options.predictions is None:
        for flag, value in (("prediction", options.prediction), ("score", options.score)):
            if value is not None:
                yield f"--{flag} {value} names a column of --predictions FILE; name the file or leave it out"
    if options.predictions is not None and options.split is not None and is_file(options.predictions):
        yield f"--split {options.split}: {options.predictions} is one file, without splits; leave --split out"


def _columns(options: DataOptions) -> Iterator[str]:
    for column, times in Counter((*options.group, *options.group_from_text)).items():
        if times > 1:
            yield f"group {quoted(column)} is named {times} times; name it once"
    if options.predictions is not None and (options.label or "label") == (options.prediction or "prediction"):
        yield (
            f"--label and --prediction both name {quoted(options.label or 'label')}; "
            "a column compared with itself agrees everywhere: name the column with the model's answers"
        )


def _lexicons(options: DataOptions) -> Iterator[str]:
    if options.group_from_text and options.predictions is not None and options.text is None:
        yield "--group-from-text needs texts; name their column with --text"
    if options.lexicon is not None and len(options.group_from_text) > 1:
        yield (
            f"--lexicon {options.lexicon} replaces one lexicon, but --group-from-text is given "
            f"{len(options.group_from_text)} times; give it once, or name the files in --group-from-text"
        )
