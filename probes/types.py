"""The types that every probe reads and yields."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from probes.errors import Skip
from probes.progress import Progress, silent

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.integer[Any]]
FloatArray = npt.NDArray[np.floating[Any]]

UNKNOWN = "unknown"
MAIN = "main"
"""The name of the audited data beside that of further data."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """One way of dividing the rows into disjoint groups.

    Attributes:
        feature: the name of the column, or `a × b` for the intersection of two.
        names: the groups, in the order of reports.
        codes: (N,) index into `names`; -1 where the group of a row is not known. Such rows are counted
            and shown as "unknown" and take no part in gaps.
    """

    feature: str
    names: tuple[str, ...]
    codes: IntArray


@dataclass(frozen=True, eq=False)
class Samples:
    """The audited rows.

    Attributes:
        inputs: (N,) texts, or None when only predictions were given.
        labels: (N,) true labels as index into the context's `classes`, or None.
        groups: feature -> grouping of the rows, intersections included.
        ids: (N,) an identifier for each row.
        fingerprint: sha256 of the content; two audits with the same fingerprint saw the same data.
    """

    inputs: Sequence[str] | None
    labels: IntArray | None
    groups: Mapping[str, Grouping]
    ids: npt.NDArray[Any]
    fingerprint: str

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class Predictions:
    """What the model answered for each row.

    Attributes:
        labels: (N,) predicted class as index into `classes`; -1 where the answer was invalid (NaN).
        probabilities: (N, C) class probabilities, or None when only decisions were given.
        scores: (N,) the score of the positive class when it was given as a column of its own, or None.
    """

    labels: IntArray
    probabilities: FloatArray | None = None
    scores: FloatArray | None = None

    @cached_property
    def valid(self) -> BoolArray:
        """(N,) True where the model gave a usable answer."""
        return np.asarray(self.labels >= 0)


class Model(Protocol):
    """Anything that answers texts with class probabilities: the one seam for fakes."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the columns of `predict`."""

    def predict(self, inputs: Sequence[str]) -> FloatArray:
        """Class probabilities (N, C) of N texts; a row of NaN where there is no valid answer."""


@runtime_checkable
class GradientModel(Model, Protocol):
    """A model whose gradients can be taken."""

    @property
    def module(self) -> Any:
        """The torch module."""

    @property
    def tokenizer(self) -> Any:
        """The tokenizer that belongs to the module."""


@runtime_checkable
class LogitModel(Model, Protocol):
    """A model that tells its logits too, of which `predict` is the softmax."""

    def logits(self, inputs: Sequence[str]) -> FloatArray:
        """Logits (N, C) of N texts; a row of NaN where there is no valid answer."""


@runtime_checkable
class ApproximateModel(Model, Protocol):
    """A model that can answer faster where an answer need not be the last word: for searches."""

    def approximate(self, inputs: Sequence[str]) -> FloatArray:
        """Class probabilities (N, C) of N texts, whose decision may be another near a tie."""

    def exact(self, inputs: Sequence[str]) -> FloatArray:
        """Class probabilities (N, C) of N texts, each in full precision."""


@dataclass(frozen=True)
class Measurement:
    """One number with what is needed to believe it.

    Attributes:
        metric: the name of the number, as in gates (`true_positive_rate_gap`).
        value: the number, or None when it is undefined; `note` then says why.
        low: lower end of the confidence interval, or None.
        high: upper end of the confidence interval, or None.
        n: the number of rows that the value rests on (for a rate, its denominator).
        slice: what part of the data it speaks of, such as `{"feature": "gender", "group": "F"}`.
        note: a sentence for the reader, or "".
        successes: for a proportion, its numerator; None for other numbers.
        standard_error: for a number that is roughly normal, its standard error; None for proportions.
        comparisons: for a gap or ratio, the groups that it compares; a gate tests these.
        paired: for the difference of two shares of the same n rows, how many rows only the first counts, and
            how many only the second; the value is their difference over n.
    """

    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    slice: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    successes: int | None = None
    standard_error: float | None = None
    comparisons: tuple["Comparison", ...] = ()
    paired: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        numbers = (self.value, self.low, self.high, self.standard_error)
        if not all(x is None or math.isfinite(x) for x in numbers):
            raise ValueError(
                f"{self.metric}: {numbers} is not finite; an undefined number is None with a note"
            )
        if self.value is None and not self.note:
            raise ValueError(f"{self.metric} is undefined and its note does not say why")


@dataclass(frozen=True)
class Comparison:
    """Independent groups that a gap or a ratio compares, each with its own rate or mean.

    A measurement with several comparisons (equalized odds: true and false positive rates) is their worst.

    Attributes:
        contrast: "difference" (max - min of the values), "ratio" (min / max of the values), or "ordered" (the
            first of two groups minus the second).
        groups: one measurement per group, all of the same metric; one with value None makes every
            statement about its pairs undecided.
    """

    contrast: Literal["difference", "ratio", "ordered"]
    groups: tuple[Measurement, ...]


@dataclass(frozen=True)
class Table:
    """Plain rows for a report."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]
    caption: str = ""
    kind: Literal["table"] = "table"
    private: ClassVar[bool] = False


@dataclass(frozen=True)
class Curve:
    """A line with an optional band for a report.

    Attributes:
        title: what the figure shows; curves of one probe with the same title are drawn in one figure.
        x_label: what is along the horizontal axis, with its unit.
        y_label: what is along the vertical axis, with its unit.
        x: where the line has points, ascending.
        y: the line.
        low: lower end of the band, or ().
        high: upper end of the band, or ().
        caption: how to read it.
        name: which of the lines of the figure this is, or "".
    """

    title: str
    x_label: str
    y_label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    caption: str = ""
    name: str = ""
    kind: Literal["curve"] = "curve"
    private: ClassVar[bool] = False


@dataclass(frozen=True)
class Example:
    """Texts of the audited data, side by side.

    Attributes:
        title: what they have in common.
        texts: what each is, and the text.
        caption: how to read it.
        marks: for each of the texts, from where to where it is marked; () for no marks at all.
        pairs: whether each two texts belong together, and are shown beside each other.
    """

    title: str
    texts: tuple[tuple[str, str], ...]
    caption: str = ""
    marks: tuple[tuple[tuple[int, int], ...], ...] = ()
    pairs: bool = False
    kind: Literal["example"] = "example"
    private: ClassVar[bool] = True


@dataclass(frozen=True)
class Highlight:
    """One text with a score for each of its words.

    Attributes:
        label: what the scores explain, such as `positive, 0.93`.
        pieces: the text, cut, in order; what stands between the words has no score.
    """

    label: str
    pieces: tuple[tuple[str, float | None], ...]


@dataclass(frozen=True)
class Highlights:
    """Texts whose words are marked by the sign and the size of their scores.

    Attributes:
        title: what the scores are.
        texts: the texts.
        caption: how to read it.
        upwards: what a score above 0 says of a word.
        downwards: what a score below 0 says of a word.
        private: whether the texts are those of the audited data.
    """

    title: str
    texts: tuple[Highlight, ...]
    caption: str = ""
    upwards: str = "speaks for the class"
    downwards: str = "speaks against it"
    private: bool = True
    kind: Literal["highlights"] = "highlights"


Exhibit = Table | Curve | Example | Highlights
"""What a report shows besides numbers. A private one has texts of the audited data in it: it is left out of
the record unless examples are asked for."""
Finding = Measurement | Exhibit


@dataclass(frozen=True, eq=False)
class Context:
    """What a probe is given: the rows, the model's answers to them, the model itself, and a seed.

    Attributes:
        samples: the audited rows; empty when the audit has no data.
        classes: the names of the classes.
        positive: index of the class that counts as the positive outcome; None when there are more than two
            classes and none was named.
        predictions: the answers to `samples`, or None when there is no data.
        model: the model, or None when only its predictions are known.
        seed: the seed of the run.
        confidence: the level of every interval.
        shifted: further data sets by name, each as a context of its own, to compare the rows with.
        progress: told how far long work of a probe is.
    """

    samples: Samples
    classes: tuple[str, ...]
    positive: int | None = None
    predictions: Predictions | None = None
    model: Model | None = None
    seed: int = 0
    confidence: float = 0.95
    shifted: Mapping[str, "Context"] = field(default_factory=dict)
    progress: Progress = silent

    def rng(self, name: str) -> np.random.Generator:
        """A generator that depends on the seed of the run and on `name` alone, not on the order of probes."""
        words = np.frombuffer(name.encode().ljust(-(-len(name.encode()) // 4) * 4, b"\0"), dtype=np.uint32)
        return np.random.default_rng([self.seed, *words.tolist()])

    @property
    def labels(self) -> IntArray:
        """(N,) true labels; skips the probe when there are none."""
        if self.samples.labels is None:
            raise Skip("the data has no true labels (name their column with --label)")
        return self.samples.labels

    @property
    def texts(self) -> Sequence[str]:
        """(N,) texts; skips the probe when there are none."""
        if self.samples.inputs is None or not len(self.samples):
            raise Skip("there are no texts to ask the model about (name a file with --data)")
        return self.samples.inputs

    @property
    def groups(self) -> Mapping[str, Grouping]:
        """Feature -> grouping; skips the probe when there is none."""
        if not self.samples.groups:
            raise Skip(
                "no groups are known (name a column with --group, or derive one with --group-from-text)"
            )
        return self.samples.groups

    @property
    def shifts(self) -> Mapping[str, "Context"]:
        """Name -> further data set; skips the probe when there is none."""
        if not self.shifted:
            raise Skip("there is no other data to compare with (name some with --shift NAME=FILE)")
        return self.shifted

    @property
    def answers(self) -> Predictions:
        """The model's answers to the rows; skips the probe when there are none."""
        if self.predictions is None or not len(self.samples):
            raise Skip("there is no data to predict (name a file with --data or --predictions)")
        return self.predictions

    @property
    def oracle(self) -> Model:
        """The model; skips the probe when only its predictions are known."""
        if self.model is None:
            raise Skip("the model cannot be asked: only its predictions are known")
        return self.model
