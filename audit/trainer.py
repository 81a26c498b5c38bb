"""What is asked of a training run, and what does it take to start one?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from audit import data, grouping, models
from audit.attacker import attacker
from audit.config import toml
from audit.data import AuditData, DataOptions
from audit.resources import resolve
from probes.errors import AuditError
from probes.faults import Faults
from probes.home import expanded
from probes.lexicons import Lexicon
from probes.lexicons import load as load_lexicon
from probes.progress import Progress, silent
from probes.suggestion import suggestion
from probes.types import Grouping, Samples
from training import checkpoint, choice, device, folder, processes
from training.adversarial.edits import Attacker
from training.augmentation import synonyms
from training.augmentation.synonyms import Synonyms
from training.base import Start
from training.belonging import Of, unused
from training.composition import ATTACKERS, NO_SYNONYMS, Known, Teacher
from training.distillation import check_classes, teacher_logits
from training.fit import check, divide, fit
from training.plan import Plan
from training.record import Source, TrainingRecord
from training.split import TRAIN

HUB = "hf:"


class TrainingConfig(Plan):
    """Everything a training run depends on; a key of a plan file has the name of its command-line option."""

    data: str = Field(
        description="Labelled texts: a file, a saved datasets folder, `hf:NAME`, or a resource."
    )
    text: str | None = Field(default=None, description="Column of the texts; left out, `text`.")
    label: str | None = Field(default=None, description="Column of the labels; left out, `label`.")
    split: str | None = Field(default=None, description="Split of `hf:NAME` or of a datasets folder.")
    group: Annotated[tuple[str, ...], Of(mitigation=())] = Field(
        default=(), description="Column that divides the rows into the groups of a mitigation."
    )
    group_from_text: Annotated[tuple[str, ...], Of(mitigation=(), augment=("counterfactual",))] = Field(
        default=(),
        description="Lexicons: groups by whom a text mentions, and terms of counterfactual copies.",
    )
    lexicon: Annotated[str | None, Of(group_from_text=(), augment=("counterfactual",))] = Field(
        default=None, description="A lexicon file to use in place of ours."
    )
    synonyms: Annotated[str | None, Of(augment=("synonyms",))] = Field(
        default=None, description="JSON file of the words that may stand in the place of each word."
    )
    teacher: str | None = Field(
        default=None, description="Classifier whose answers are learnt too: a folder, or a hub id."
    )
    classes: tuple[str, ...] = Field(
        default=(),
        description="Class names in the order of the model's outputs; left out, the labels sorted.",
    )
    base: str = Field(
        default="minilm-l6", description="Model to begin with: a folder, a resource, or a hub id."
    )
    out: str = Field(description="Folder to make.")

    @property
    def plan(self) -> Plan:
        """What of it training itself needs."""
        # Only what was given, so that the plan knows what was given.
        return Plan.model_validate(self.model_dump(include=set(Plan.model_fields), exclude_unset=True))


@dataclass(frozen=True, eq=False)
class _Ready:
    """What was checked before the first weight is loaded."""

    rows: AuditData
    base: Start
    lexicons: tuple[Lexicon, ...]
    groups: Grouping | None
    synonyms: Synonyms | None
    attacker: Attacker | None


def read(path: Path | None) -> dict[str, Any]:
    """The settings in a plan file.

    Raises:
        AuditError: when it cannot be read or is not TOML.
    """
    return {} if path is None else toml(path, option="--plan")


def build(*layers: Mapping[str, Any]) -> TrainingConfig:
    """One configuration from layers of settings, later ones before earlier ones.

    Raises:
        AuditError: with one sentence per wrong setting.
    """
    merged = {key: value for layer in layers for key, value in layer.items()}
    try:
        return TrainingConfig.model_validate(merged)
    except ValidationError as error:
        raise AuditError(*(_fault(e) for e in error.errors())) from None


def train(config: TrainingConfig, *, force: bool = False, progress: Progress = silent) -> TrainingRecord:
    """Fine-tune as asked and leave the model and its training record in `config.out`.

    Raises:
        AuditError: with the faults of data, base, device and folder together.
    """
    with processes.joined(lambda: _place(config.plan)) as together:
        show = progress if together.main else silent
        ready = processes.agreed(together, _prepare, config, force=force)
        known = processes.by_main(together, _known, config, ready, show)
        return fit(
            config.plan,
            ready.rows.samples,
            ready.rows.classes,
            base=ready.base,
            out=Path(config.out),
            source=_source(config),
            method=choice.chosen(config.plan, replace(known, attacker=ready.attacker)),
            force=force,
            together=together,
            progress=show,
        )


def checkpointed(config: TrainingConfig) -> bool:
    """Whether a run that did not come to its end can go on."""
    return checkpoint.exists(checkpoint.path_of(Path(config.out)))


def _place(plan: Plan) -> Any:
    device.check(plan)
    return device.resolve(plan)


def _known(config: TrainingConfig, ready: _Ready, progress: Progress) -> Known:
    """What is known beside the rows, the teacher's answers among it; the teacher is asked by one process."""
    return Known(
        classes=ready.rows.classes,
        grouping=ready.groups,
        lexicons=ready.lexicons,
        teacher=_teacher(config, ready.rows, progress),
        synonyms=ready.synonyms,
    )


def _prepare(config: TrainingConfig, *, force: bool) -> _Ready:
    faults = Faults()
    faults.attempt(folder.check, Path(config.out), force=force)
    faults.attempt(check, config.plan)
    base = faults.attempt(_base, config.base)
    rows = faults.attempt(_rows, config)
    if rows:
        faults.attempt(_check_rows, config.plan, rows)
    faults.add(*unused(config), *_unbounded(config))
    groups = faults.attempt(_grouping, config, rows.samples) if rows else None
    lexicons = faults.attempt(_lexicons, config)
    words = faults.attempt(_synonyms, config)
    searching = faults.attempt(_attacker, config)
    faults.attempt(_check_teacher, config.teacher, rows.classes if rows else ())
    faults.check()
    assert base is not None  # noqa: S101 - without faults all are there
    assert rows is not None  # noqa: S101
    assert lexicons is not None  # noqa: S101
    return _Ready(rows, base, lexicons, groups, words, searching)


def _check_rows(plan: Plan, rows: AuditData) -> None:
    """Refuse rows that cannot be divided, and a plan that does not fit to their number."""
    choice.check(plan, len(divide(plan, rows.samples, rows.classes).parts[TRAIN]))


def _rows(config: TrainingConfig) -> AuditData:
    """The rows with their groups; the fingerprint is that of texts and labels alone.

    An audit knows the training data by it, whatever groups it is asked for.
    """
    grouped = {name: getattr(config, name) for name in ("group", "group_from_text", "lexicon")}
    options = DataOptions(
        data=resolve(config.data),
        text=config.text,
        label=config.label or "label",
        split=config.split,
        **grouped if _features(config) else {},
    )
    found = data.load(options, classes=config.classes or None, positive=None, training=None)
    return replace(found, samples=replace(found.samples, fingerprint=found.labelled_fingerprint))


def _features(config: TrainingConfig) -> tuple[str, ...]:
    """What divides the rows into groups, when a mitigation looks at them."""
    return (*config.group, *config.group_from_text) if config.mitigation != "none" else ()


def _grouping(config: TrainingConfig, samples: Samples) -> Grouping | None:
    """The grouping that a mitigation evens out, when there is one."""
    if config.mitigation == "none":
        return None
    return grouping.one(samples, _features(config), f"mitigation = {config.mitigation!r}")


def _lexicons(config: TrainingConfig) -> tuple[Lexicon, ...]:
    """Whose terms counterfactual copies exchange: those that are named, else of gender."""
    if "counterfactual" not in config.augment:
        return ()
    names = (config.lexicon,) if config.lexicon else config.group_from_text or ("gender",)
    return tuple(load_lexicon(name) for name in names)


def _synonyms(config: TrainingConfig) -> Synonyms | None:
    """The words that may stand in each other's place, when copies exchange them."""
    if "synonyms" not in config.augment:
        return None
    if config.synonyms is None:
        raise AuditError(NO_SYNONYMS)
    return synonyms.load(Path(config.synonyms))


def _attacker(config: TrainingConfig) -> Attacker | None:
    """What makes adversarial texts, when it is not one that training knows itself."""
    if config.attacker in {"none", *ATTACKERS}:
        return None
    return attacker(config.attacker, queries=config.attacker_queries, seed=config.seed)


def _unbounded(config: TrainingConfig) -> Iterator[str]:
    """What the bound of a private run says nothing of, beside what `training.choice` refuses."""
    if config.teacher and config.method == "private":
        yield (
            "method = 'private' with a teacher: the bound says nothing of what the teacher has seen; drop "
            "it, or take another method"
        )


def _check_teacher(reference: str | None, classes: tuple[str, ...]) -> None:
    """Refuse a teacher that cannot be opened, or has other classes, before a weight is loaded."""
    if reference is None:
        return
    found = models.find(resolve(reference))
    if faults := models.preflight(found):
        raise AuditError(*faults)
    if classes:
        check_classes(models.labels(str(found)), classes)


def _teacher(config: TrainingConfig, rows: AuditData, progress: Progress) -> Teacher | None:
    """The answers of the teacher, which is let go of before training begins."""
    if config.teacher is None or rows.samples.inputs is None:
        return None
    model = models.load(str(models.find(resolve(config.teacher))), device=config.device, progress=progress)
    return Teacher(config.teacher, teacher_logits(model, rows.samples.inputs, rows.classes))


def _base(reference: str) -> Start:
    from audit.models.fingerprint import fingerprint
    from audit.models.folder import find
    from audit.models.preflight import preflight_base

    found = find(resolve(reference))
    if faults := preflight_base(found):
        raise AuditError(*faults)
    return Start(found, reference, fingerprint(found))


def _source(config: TrainingConfig) -> Source:
    at_hub = config.data.startswith(HUB)
    return Source(
        source=config.data,
        path=None if at_hub else str(expanded(resolve(config.data)).absolute()),
        text=config.text or "text",
        label=config.label or "label",
        part=config.split,
    )


def _fault(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "plan"
    if error["type"] == "extra_forbidden":
        return f"{key} is not a setting of training{suggestion(key, tuple(TrainingConfig.model_fields))}"
    if error["type"] == "missing":
        return f"{key} is missing; give it with --{key} or in the plan file"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return f"{key} = {error['input']!r}: {error['msg'][0].lower()}{error['msg'][1:]}"
