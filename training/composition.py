"""How do the losses, rows, texts and perturbations that a plan asks for make one method?

They go together in one order: the loss of a row (with a teacher or without), how rows make up the loss of a
batch (a mitigation or the mean), how that becomes gradients (an attack or none), and apart from these, which
rows and which texts an epoch shows.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np

from probes.errors import AuditError
from probes.lexicons import Lexicon
from probes.types import FloatArray, Grouping, IntArray
from training.adversarial.asking import InTraining
from training.adversarial.edits import Attacker, greedy_typos
from training.adversarial.mixing import AdversarialTexts, Mixing, replaced
from training.adversarial.strategies import STRATEGIES
from training.augmentation.counterfactual import counterfactuals
from training.augmentation.rows import Transform, augmented
from training.augmentation.synonyms import Synonyms, synonyms
from training.augmentation.typos import typos
from training.batches import Tokens
from training.distillation import distilled
from training.evaluate import LOSS, Criterion
from training.losses import RowLoss, cross_entropy_of_rows, mean, weighted
from training.methods import Gradients, Loss, Method, cross_entropy, plain
from training.mitigations.balancing import balanced
from training.mitigations.cells import Cells, cells, losses_by_cell
from training.mitigations.group_dro import GroupDRO, size_adjustments
from training.mitigations.reweighting import reweighting
from training.plan import Plan
from training.split import text_key
from training.stepping import Material, Procedure, Work, as_they_are, epochs, every_row, per_epoch

BALANCING = 1
"""Keeps the draw of balanced rows apart from that of their order, which has the same seed and epoch."""
JUDGED = 10
"""Validation rows that a cell needs to be called the worst: of two or three rows, chance alone decides."""


@dataclass(frozen=True, eq=False)
class Teacher:
    """Whose answers are learnt along with the labels.

    Attributes:
        reference: as the user named it.
        logits: (N, C) its answers to all rows, as `training.distillation.teacher_logits` gives them.
    """

    reference: str
    logits: FloatArray


@dataclass(frozen=True, eq=False)
class Known:
    """What is known beside texts and labels.

    Attributes:
        classes: the names of the classes.
        grouping: the groups that a mitigation evens out.
        lexicons: whose terms counterfactual copies exchange.
        teacher: whose answers are learnt.
        attacker: makes adversarial texts, when the plan names one that is not of `ATTACKERS`.
        synonyms: words that may stand in each other's place.
    """

    classes: tuple[str, ...] = ()
    grouping: Grouping | None = None
    lexicons: tuple[Lexicon, ...] = ()
    teacher: Teacher | None = None
    attacker: Attacker | None = None
    synonyms: Synonyms | None = None


ATTACKERS: Mapping[str, Callable[[Plan], Attacker]] = {
    "typos": lambda plan: greedy_typos(queries=plan.attacker_queries, seed=plan.seed),
}
"""Attackers that need nothing but the plan."""

NOTHING = Known()

NO_SYNONYMS = "augment = 'synonyms' needs a file of synonyms; name one with --synonyms"


def asked(plan: Plan, known: Known) -> tuple[str, ...]:
    """What is asked for beside the method; () for none of it."""
    settings = {
        "mitigation": plan.mitigation != "none",
        "augment": bool(plan.augment),
        "attacker": plan.attacker != "none",
        "teacher": known.teacher is not None,
    }
    return tuple(name for name, wanted in settings.items() if wanted)


def composed(plan: Plan, known: Known) -> Method:
    """All that the plan asks for, as one method.

    Raises:
        AuditError: when a mitigation has no groups, or counterfactual copies have no lexicon.
    """
    if missing := tuple(_missing(plan, known)):
        raise AuditError(*missing)
    return Method(
        plan.method,
        lambda of: perturbed(of, cross_entropy(of.label_smoothing_factor)),
        begin=lambda work, _: _begun(work, known),
        material=lambda given: _material(plan, known, given),
        identity=_identity(known),
    )


def attack(plan: Plan) -> dict[str, Any]:
    """The settings of the attack on embeddings, defaults filled in; none for other methods."""
    if plan.method != "adversarial":
        return {}
    strategy = plan.attack or "fgm"
    given = {"radius": plan.radius, "steps": plan.attack_steps, "clean": plan.attack_clean}
    known = signature(STRATEGIES[strategy]).parameters.values()
    defaults = {p.name: p.default for p in known if p.kind is p.KEYWORD_ONLY}
    return {"strategy": strategy, **defaults, **{k: v for k, v in given.items() if v is not None}}


def perturbed(plan: Plan, loss: Loss) -> Gradients:
    """The gradients of the loss, under the attack when there is one."""
    settings = attack(plan)
    return STRATEGIES[settings.pop("strategy")](loss, **settings) if settings else plain(loss)


def _missing(plan: Plan, known: Known) -> Iterator[str]:
    if plan.mitigation != "none" and known.grouping is None:
        yield (
            f"mitigation = {plan.mitigation!r} evens out groups; name their column with --group, or derive "
            "them with --group-from-text"
        )
    if "counterfactual" in plan.augment and not known.lexicons:
        yield "augment = 'counterfactual' needs a lexicon; name one with --group-from-text"
    if "synonyms" in plan.augment and not known.synonyms:
        yield NO_SYNONYMS
    if plan.attacker not in {"none", *ATTACKERS} and known.attacker is None:
        yield f"attacker = {plan.attacker!r} is not known; take {', '.join(ATTACKERS)} or none"


def _begun(work: Work, known: Known) -> AbstractContextManager[Procedure]:
    plan, found = work.plan, _cells(work.material, known)
    loss = _loss(plan, known, work.material, found)
    texts = _texts(work, known) if plan.attacker != "none" else None
    kept: dict[str, Any] = {"texts": texts} if texts else {}
    kept |= {"group_dro": loss} if isinstance(loss, GroupDRO) else {}

    def restore(state: Mapping[str, Any]) -> None:
        for name, part in kept.items():
            part.load_state_dict(state[name])

    return epochs(
        rows=_balanced(found) if found and plan.mitigation == "balanced" else every_row,
        tokens=_showing(texts) if texts else as_they_are,
        state=lambda: {name: part.state_dict() for name, part in kept.items()},
        restore=restore,
        record=lambda: _record(work, known, found, loss, texts),
        criterion=_criterion(plan, found, work.material) if found else LOSS,
    )(work, perturbed(plan, loss))


def _cells(material: Material, known: Known) -> Cells | None:
    """The cell of each row; a copy is in that of the row that it comes from."""
    if known.grouping is None:
        return None
    origin = material.origins
    codes = known.grouping.codes[origin]
    grouping = Grouping(known.grouping.feature, known.grouping.names, codes)
    return cells(grouping, material.labels, known.classes)


def _loss(plan: Plan, known: Known, material: Material, found: Cells | None) -> Loss:
    row_loss = _row_loss(plan, known, material)
    if found and plan.mitigation == "reweighting":
        return weighted(row_loss, reweighting(found, material.rows))
    if found and plan.mitigation == "group_dro":
        strength = plan.group_dro_adjustment
        added = _adjustments(found, material, strength) if strength else None
        return GroupDRO(row_loss, found.codes, plan.group_dro_step_size, added)
    return mean(row_loss)


def _adjustments(found: Cells, material: Material, strength: float) -> FloatArray:
    """By the size of each cell among the training rows; where rows of unknown cell are, they are one more."""
    codes = np.where(found.codes < 0, found.codes.max(initial=-1) + 1, found.codes)
    counted = codes[material.rows]
    return size_adjustments(counted, strength, cells=int(codes.max(initial=0)) + 1)


def _criterion(plan: Plan, found: Cells, material: Material) -> Criterion:
    """What the mitigation makes small, of the validation rows."""

    def weighted_loss(losses: FloatArray, rows: IntArray) -> float:
        return float((losses * reweighting(found, material.rows)[rows]).mean())

    def mean_of_cells(losses: FloatArray, rows: IntArray) -> float:
        return float(losses_by_cell(found.codes[rows], losses).mean())

    def worst_of_cells(losses: FloatArray, rows: IntArray) -> float:
        return float(losses_by_cell(found.codes[rows], losses, least=JUDGED).max())

    return {
        "reweighting": Criterion("validation loss, weighted as in training", weighted_loss),
        "balanced": Criterion("mean over groups and classes of their validation loss", mean_of_cells),
        "group_dro": Criterion("validation loss of the worst group with a class", worst_of_cells),
    }.get(plan.mitigation, LOSS)


def _row_loss(plan: Plan, known: Known, material: Material) -> RowLoss:
    row_loss = cross_entropy_of_rows(plan.label_smoothing_factor)
    if known.teacher is None:
        return row_loss
    told = known.teacher.logits[material.origins]
    return distilled(row_loss, told, temperature=plan.temperature, weight=plan.distillation_weight)


def _balanced(found: Cells) -> Callable[[Work, int], IntArray]:
    def rows(work: Work, epoch: int) -> IntArray:
        return balanced(found, work.material.rows, np.random.default_rng([work.plan.seed, epoch, BALANCING]))

    return rows


def _texts(work: Work, known: Known) -> AdversarialTexts:
    plan, model, material = work.plan, work.model, work.material
    if fault := unshown(plan, len(material.rows)):
        raise AuditError(fault)
    names = tuple(str(name) for name in model.module.config.id2label.values())
    return AdversarialTexts(
        Mixing(
            known.attacker or ATTACKERS[plan.attacker](plan),
            share=plan.attacker_share,
            every=plan.attacker_epochs,
            seed=plan.seed,
        ),
        InTraining(model.module, model.tokenizer, names, min(plan.max_length, model.longest)),
        material.texts,
        material.labels,
        material.rows,
        work.session.together,
        work.progress,
    )


def unshown(plan: Plan, rows: int | None) -> str:
    """Why a run over so many rows would show none of the attacker's texts; empty when it shows them.

    Args:
        plan: how to train.
        rows: the number of training rows; None when it is not known yet.
    """
    if plan.attacker == "none":
        return ""
    told = (
        f"attacker = {plan.attacker!r} makes texts from epoch 2 on: the model is attacked once it has learnt "
        "something"
    )
    if plan.max_steps is None:
        return f"{told}; raise num_train_epochs to two or more" if plan.num_train_epochs < 2 else ""
    steps = per_epoch(plan, rows) if rows else 0
    if plan.max_steps <= steps:
        return (
            f"{told}, and max_steps = {plan.max_steps} ends within epoch 1, which has {steps} steps; raise it"
        )
    return ""


def _showing(texts: AdversarialTexts) -> Callable[[Work, int], Tokens]:
    def tokens(work: Work, epoch: int) -> Tokens:
        shown = texts.of(epoch)
        return replaced(work.tokens, shown, work.tokenised) if shown else work.tokens

    return tokens


def _material(plan: Plan, known: Known, given: Material) -> Material:
    """The given rows, and the copies of training rows that are asked for.

    A copy that equals a held-out text is left out: on that text the audit would measure what was learnt by
    heart.
    """
    transforms = tuple(_transforms(plan, known))
    if not transforms:
        return given
    made = augmented(
        given.texts, given.labels, given.rows, transforms, copies=plan.augment_copies, seed=plan.seed
    )
    rows = len(given.texts)
    held_out = {text_key(given.texts[row]) for row in np.setdiff1d(np.arange(rows), given.rows)}
    kept = [row for row in range(rows, len(made.texts)) if text_key(made.texts[row]) not in held_out]
    chosen = np.array([*range(rows), *kept], dtype=np.int64)
    return Material(
        [made.texts[row] for row in chosen],
        made.labels[chosen],
        np.concatenate([given.rows, np.arange(rows, len(chosen))]),
        made.origin[chosen],
    )


def _transforms(plan: Plan, known: Known) -> Iterator[Transform]:
    if "counterfactual" in plan.augment:
        for lexicon in known.lexicons:
            yield from counterfactuals(lexicon)
    if "typos" in plan.augment:
        yield typos(plan.augment_typos)
    if "synonyms" in plan.augment and known.synonyms:
        yield synonyms(known.synonyms, plan.augment_synonyms)


def _identity(known: Known) -> dict[str, Any]:
    """What the weights depend on, beside the plan: in short, for the checkpoint."""
    grouping, teacher = known.grouping, known.teacher
    return {
        "groups": None if grouping is None else [grouping.feature, _digest(grouping.codes)],
        "lexicons": [_sha256(lexicon.model_dump_json().encode()) for lexicon in known.lexicons],
        "synonyms": None
        if known.synonyms is None
        else _sha256(repr(sorted(known.synonyms.items())).encode()),
        "teacher": None if teacher is None else [teacher.reference, _digest(teacher.logits)],
    }


def _digest(array: IntArray | FloatArray) -> str:
    return _sha256(np.ascontiguousarray(array).tobytes())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _record(
    work: Work, known: Known, found: Cells | None, loss: Loss, texts: AdversarialTexts | None
) -> dict[str, Any]:
    """What was done, with the numbers that follow from the rows; what was not asked for is left out."""
    plan = work.plan
    said: dict[str, Any] = {"attack": attack(plan)}
    if found and known.grouping and plan.mitigation != "none":
        said["mitigation"] = {
            "name": plan.mitigation,
            "feature": known.grouping.feature,
            "rows": dict(zip(found.names, found.counts(work.material.rows).ravel().tolist(), strict=True)),
            **_weights(plan, found, work.material, loss),
        }
    if plan.augment:
        said["augmentation"] = {
            "kinds": list(plan.augment),
            "lexicons": [lexicon.name for lexicon in known.lexicons],
            "copies": int((work.material.origins != np.arange(len(work.material.texts))).sum()),
        }
    if known.teacher:
        said["distillation"] = {
            "teacher": known.teacher.reference,
            "temperature": plan.temperature,
            "weight": plan.distillation_weight,
        }
    if texts:
        said["attacker"] = {"name": plan.attacker, "made_in_epoch": texts.made, "changed": len(texts.shown)}
    return {name: part for name, part in said.items() if part}


def _weights(plan: Plan, found: Cells, material: Material, loss: Loss) -> dict[str, Any]:
    """Cell -> its weight: that of each of its rows, or that of its mean loss at the end of training."""
    if isinstance(loss, GroupDRO):
        last = loss.state_dict()["weights"]
        return {"weights": {name: round(weight, 6) for name, weight in zip(found.names, last, strict=False)}}
    if plan.mitigation != "reweighting":
        return {}
    weights = reweighting(found, material.rows)
    firsts = {name: material.rows[found.codes[material.rows] == i] for i, name in enumerate(found.names)}
    return {"weights": {name: round(float(weights[rows[0]]), 6) for name, rows in firsts.items()}}
