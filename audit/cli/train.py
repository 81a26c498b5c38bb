"""`audit train`: make a model to audit."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from training.record import TrainingRecord

ROWS, STEPS, MACHINE = "Data", "Training", "Machine"


def train(
    *,
    data: Annotated[
        str | None,
        typer.Option(
            help="CSV, TSV, JSON Lines, Parquet, a saved datasets folder, hf:NAME, or a resource.",
            rich_help_panel=ROWS,
        ),
    ] = None,
    text: Annotated[
        str | None, typer.Option(help="Column of the texts.", show_default="text", rich_help_panel=ROWS)
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="Column of the labels.", show_default="label", rich_help_panel=ROWS)
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="Split of hf:NAME or of a datasets folder.", rich_help_panel=ROWS)
    ] = None,
    class_: Annotated[
        list[str] | None,
        typer.Option(
            "--class",
            help="Class name, in the order of the model's outputs. Repeatable.",
            show_default="the labels, sorted",
            rich_help_panel=ROWS,
        ),
    ] = None,
    validation: Annotated[
        float | None,
        typer.Option(
            help="Share of the rows that chooses the best epoch.", show_default="0.05", rich_help_panel=ROWS
        ),
    ] = None,
    test: Annotated[
        float | None,
        typer.Option(
            help="Share of the rows held out for the audit.", show_default="0.2", rich_help_panel=ROWS
        ),
    ] = None,
    split_seed: Annotated[
        int | None,
        typer.Option(help="Seed of which rows are held out.", show_default="0", rich_help_panel=ROWS),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(help="Model folder, resource, or hub id to begin with.", show_default="minilm-l6"),
    ] = None,
    out: Annotated[str | None, typer.Option(help="Folder to make.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the model that is in --out.")] = False,
    plan: Annotated[
        Path | None,
        typer.Option(help="TOML file with these options, in names_like_this; the command line wins."),
    ] = None,
    num_train_epochs: Annotated[
        int | None,
        typer.Option(
            "--num-train-epochs",
            "--epochs",
            help="Passes over the rows, at most.",
            show_default="2",
            rich_help_panel=STEPS,
        ),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(help="Peak of the learning rate.", show_default="5e-5", rich_help_panel=STEPS),
    ] = None,
    per_device_train_batch_size: Annotated[
        int | None,
        typer.Option(
            "--per-device-train-batch-size",
            "--batch-size",
            help="Rows of a step.",
            show_default="32",
            rich_help_panel=STEPS,
        ),
    ] = None,
    warmup_steps: Annotated[
        float | None,
        typer.Option(
            help="Steps of warm-up; below 1, their share of all.", show_default="0.1", rich_help_panel=STEPS
        ),
    ] = None,
    weight_decay: Annotated[
        float | None,
        typer.Option(help="Weight decay, of matrices only.", show_default="0.01", rich_help_panel=STEPS),
    ] = None,
    max_grad_norm: Annotated[
        float | None,
        typer.Option(help="Norm to which gradients are clipped.", show_default="1.0", rich_help_panel=STEPS),
    ] = None,
    label_smoothing_factor: Annotated[
        float | None,
        typer.Option(
            help="Share of a label given to all classes alike.", show_default="0", rich_help_panel=STEPS
        ),
    ] = None,
    dropout: Annotated[
        float | None,
        typer.Option(help="Dropout while training.", show_default="that of the base", rich_help_panel=STEPS),
    ] = None,
    max_length: Annotated[
        int | None,
        typer.Option(help="Tokens of a text; the rest is cut.", show_default="256", rich_help_panel=STEPS),
    ] = None,
    early_stopping_patience: Annotated[
        int | None,
        typer.Option(
            help="Epochs without a lower validation loss before stopping.",
            show_default="2",
            rich_help_panel=STEPS,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Seed of new weights, order and dropout.", show_default="0", rich_help_panel=STEPS),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(help="auto, cpu, cuda, cuda:1, mps.", show_default="auto", rich_help_panel=MACHINE),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(help="auto, fp32, bf16, fp16.", show_default="auto", rich_help_panel=MACHINE),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print faults and the folder only.")] = False,
) -> None:
    """Fine-tune a text classifier and leave it, with the record of its training, in a folder.

    Part of the rows is held out: `audit run FOLDER` audits the model on them.
    Equal texts are held out together.
    """
    # Read when torch is loaded. Threads that spin while they wait cost a step four times its time and more on a
    # machine that others use too.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from audit import trainer
    from audit.cli.show import console
    from audit.progress import bars

    given: dict[str, Any] = {
        "data": data, "text": text, "label": label, "split": split, "classes": class_,
        "validation": validation, "test": test, "split_seed": split_seed, "base": base, "out": out,
        "num_train_epochs": num_train_epochs, "learning_rate": learning_rate,
        "per_device_train_batch_size": per_device_train_batch_size, "warmup_steps": warmup_steps,
        "weight_decay": weight_decay, "max_grad_norm": max_grad_norm,
        "label_smoothing_factor": label_smoothing_factor, "dropout": dropout, "max_length": max_length,
        "early_stopping_patience": early_stopping_patience, "seed": seed, "device": device,
        "precision": precision,
    }  # fmt: skip
    config = trainer.build(trainer.read(plan), {k: v for k, v in given.items() if v is not None and v != []})
    record = trainer.train(config, force=force, progress=bars(console(error=True), quiet=quiet))
    if not quiet:
        typer.echo(_summary(record), err=True)
    typer.echo(config.out)


def _summary(record: "TrainingRecord") -> str:
    sizes = record.data.split.sizes
    rows = ", ".join(f"{count:,} {name}" for name, count in sizes.items())
    lines = [
        f"{record.base.reference} on {record.data.source}: {rows} rows; {record.device}, {record.precision}"
    ]
    for epoch in record.epochs:
        seen = epoch.validation
        validation = f", validation loss {seen.loss:.4f}, accuracy {seen.accuracy:.1%}" if seen else ""
        lines.append(
            f"epoch {epoch.epoch}: training loss {epoch.train_loss:.4f}{validation} ({epoch.seconds:.0f} s)"
        )
    held_out = (
        f"; {record.test.accuracy:.1%} of {record.test.rows:,} held-out rows right" if record.test else ""
    )
    return "\n".join([*lines, f"kept epoch {record.best_epoch}{held_out} ({record.seconds:.0f} s in all)"])
