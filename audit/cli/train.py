"""`audit train`: make a model to audit."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audit.cli import options
from audit.cli.options import MACHINE, Panels, Setting, given, taking

if TYPE_CHECKING:
    from training.record import Epoch, TrainingRecord


PANELS: Panels = {
    "Data": {
        "data": Setting(
            str, "CSV, TSV, JSON Lines, Parquet, a saved datasets folder, hf:NAME, or a resource.", None
        ),
        "text": Setting(str, "Column of the texts.", "text"),
        "label": Setting(str, "Column of the labels.", "label"),
        "split": Setting(str, "Split of hf:NAME or of a datasets folder.", None),
        "classes": Setting(
            list[str],
            "Class name, in the order of the model's outputs. Repeatable.",
            "the labels, sorted",
            ("--class",),
        ),
        "validation": Setting(float, "Share of the rows that chooses the best epoch.", "0.05"),
        "test": Setting(float, "Share of the rows held out for the audit.", "0.2"),
        "split_seed": Setting(int, "Seed of which rows are held out.", "0"),
    },
    "Model": {
        "base": Setting(str, "Model folder, resource, or hub id to begin with.", "minilm-l6"),
        "out": Setting(str, "Folder to make.", None),
        "method": Setting(str, "standard, private, adversarial.", "standard"),
        "adapter": Setting(
            str, "What is trained: none, head, bitfit, lora, adalora, ia3, prefix, prompt.", "none: all"
        ),
        "lora_r": Setting(int, "Rank of lora; of adalora, the mean rank at the end.", "8"),
        "lora_alpha": Setting(int, "Weight of lora and adalora, times the rank.", "16"),
        "lora_dropout": Setting(float, "Dropout of what goes into lora and adalora.", "0"),
        "num_virtual_tokens": Setting(int, "Tokens that prefix and prompt put before each text.", "10"),
    },
    "Training": {
        "num_train_epochs": Setting(
            int, "Passes over the rows, at most.", "2", ("--num-train-epochs", "--epochs")
        ),
        "max_steps": Setting(int, "Steps to take, whatever the epochs.", None),
        "learning_rate": Setting(
            float, "Peak of the learning rate.", "by method and adapter; 5e-5 for all weights"
        ),
        "lr_scheduler_type": Setting(str, "linear, cosine, constant, constant_with_warmup.", "linear"),
        "warmup_steps": Setting(float, "Steps of warm-up; below 1, their share of all.", "0.1"),
        "per_device_train_batch_size": Setting(
            int,
            "Rows that go through the model together.",
            "32",
            ("--per-device-train-batch-size", "--batch-size"),
        ),
        "gradient_accumulation_steps": Setting(int, "Batches that make one step.", "1"),
        "weight_decay": Setting(float, "Weight decay, of matrices only.", "0.01"),
        "max_grad_norm": Setting(float, "Norm to which gradients are clipped; 0 is not at all.", "1.0"),
        "label_smoothing_factor": Setting(float, "Share of a label given to all classes alike.", "0"),
        "dropout": Setting(float, "Dropout while training.", "that of the base"),
        "max_length": Setting(int, "Tokens of a text; the rest is cut.", "256"),
        "early_stopping_patience": Setting(
            int, "Epochs without a lower validation loss before stopping.", "2"
        ),
        "seed": Setting(int, "Seed of new weights, order and dropout.", "0"),
    },
    "Private": {
        "epsilon": Setting(float, "Bound that method private keeps, such as 3.", None),
        "noise_multiplier": Setting(float, "Noise in units of the norm, instead of epsilon.", None),
        "delta": Setting(float, "Chance that the bound fails, at most 1/N.", "1/(10 N)"),
    },
    "Adversarial": {
        "attack": Setting(str, "Perturbation of embeddings: fgm, pgd, freelb, smart.", "fgm"),
        "radius": Setting(float, "Largest perturbation, as a share of a text's embeddings.", "0.02"),
        "attack_steps": Setting(int, "Steps to a perturbation.", "3; smart 1"),
        "attack_clean": Setting(float, "Chance of a row to stay as it is with fgm and pgd.", "0.5"),
        "attacker": Setting(
            str, "What makes adversarial texts of training rows: none, typos, deepwordbug, pwws, …", "none"
        ),
        "attacker_share": Setting(float, "Share of the rows that show an adversarial text.", "0.25"),
        "attacker_epochs": Setting(int, "Epochs after which adversarial texts are made anew.", "1"),
        "attacker_queries": Setting(int, "Most questions to the model for one such text.", "60"),
    },
    "Groups": {
        "mitigation": Setting(str, "none, reweighting, balanced, group_dro.", "none"),
        "group": Setting(list[str], "Column of the groups to even out. Repeatable.", None),
        "group_from_text": Setting(
            list[str], "Lexicon: groups by whom a text mentions, such as gender. Repeatable.", None
        ),
        "lexicon": Setting(str, "Lexicon file to use in place of ours.", None),
        "group_dro_step_size": Setting(float, "How fast group_dro turns to the worse group.", "0.01"),
        "group_dro_adjustment": Setting(
            float, "How much worse than they look small groups count with group_dro.", "0"
        ),
    },
    "Further texts and answers": {
        "augment": Setting(
            list[str], "Changed copies of training texts: counterfactual, typos, synonyms. Repeatable.", None
        ),
        "augment_copies": Setting(int, "Copies of each text with typos, and with synonyms.", "1"),
        "augment_typos": Setting(float, "Share of longer words with a typo in a copy.", "0.1"),
        "augment_synonyms": Setting(float, "Share of words replaced by a synonym in a copy.", "0.1"),
        "synonyms": Setting(str, "JSON file of synonyms: a list of words for each word.", None),
        "teacher": Setting(str, "Classifier whose answers are learnt too: a folder, or a hub id.", None),
        "temperature": Setting(float, "Temperature of distillation.", "2"),
        "distillation_weight": Setting(float, "Weight of the teacher against the labels.", "0.5"),
    },
    "Machine": {
        **MACHINE,
        "precision": Setting(str, "auto, fp32, bf16, fp16.", "auto"),
        "save_steps": Setting(int, "Steps between checkpoints; 0 is none.", "five minutes"),
        "report_to": Setting(str, "Watch the run in: none, tensorboard, wandb.", "none"),
    },
}
"""The settings of training; tests compare them with the plan."""


@taking(PANELS)
def train(
    *,
    plan: Annotated[
        Path | None,
        typer.Option(help="TOML file with these options, in names_like_this; the command line wins."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the model in --out, and a checkpoint of another run.")
    ] = False,
    quiet: Annotated[bool, options.quiet("Print faults and the folder only.")] = False,
    **settings: Any,
) -> None:
    """Fine-tune a text classifier and leave it, with the record of its training, in a folder.

    Part of the rows is held out: `audit run FOLDER` audits the model on them.
    Equal texts are held out together. A run that was killed goes on when the same command is given again.
    """
    from probes.errors import AuditError
    from training.processes import launched

    if launched().main:
        _train(plan, settings, force=force, quiet=quiet)
        return
    try:
        _train(plan, settings, force=force, quiet=True)
    except (AuditError, KeyboardInterrupt):
        # The main process found the same, and tells it.
        raise SystemExit(1) from None


def _train(plan: Path | None, settings: Mapping[str, Any], *, force: bool, quiet: bool) -> None:
    from audit import trainer
    from audit.cli.show import console
    from audit.progress import bars
    from training.processes import launched

    config = trainer.build(trainer.read(plan), given(settings))
    try:
        record = trainer.train(config, force=force, progress=bars(console(error=True), quiet=quiet))
    except KeyboardInterrupt:
        if launched().main and trainer.checkpointed(config):
            typer.echo("audit: there is a checkpoint; the same command goes on from it", err=True)
        raise
    if not quiet:
        typer.echo(_summary(record), err=True)
    if launched().main:
        typer.echo(config.out)


def _summary(record: "TrainingRecord") -> str:
    sizes = record.data.split.sizes
    rows = ", ".join(f"{count:,} {name}" for name, count in sizes.items())
    lines = [
        f"{record.base.reference} on {record.data.source}: {rows} rows; {record.device}, {record.precision}",
        f"{record.trainable_parameters:,} of {record.parameters:,} weights trained",
    ]
    lines += [_epoch(epoch) for epoch in record.epochs]
    if record.method == "private":
        lines.append(_privacy(record.method_record))
    held_out = (
        f"; {record.test.accuracy:.1%} of {record.test.rows:,} held-out rows right" if record.test else ""
    )
    return "\n".join([*lines, f"kept epoch {record.best_epoch}{held_out} ({record.seconds:.0f} s in all)"])


def _epoch(epoch: "Epoch") -> str:
    seen, loss = epoch.validation, epoch.train_loss
    training = "" if loss is None else f" training loss {loss:.4f},"
    validation = f" validation loss {seen.loss:.4f}, accuracy {seen.accuracy:.1%}" if seen else ""
    return f"epoch {epoch.epoch}:{training}{validation}".rstrip(",:") + f" ({epoch.seconds:.0f} s)"


def _privacy(ledger: Mapping[str, Any]) -> str:
    spent = ledger["epsilon"]
    return (
        f"epsilon {spent['value']:.3g} at delta {ledger['delta']:.2g} ({spent['accountant']}; rdp "
        f"{spent['rdp']:.3g}): noise {ledger['noise_multiplier']:.3g}, {ledger['steps']} steps, sample rate "
        f"{ledger['sample_rate']:.3g}, {ledger['clipping']} clipping"
    )
