"""`audit run`: audit a model and gate on the answer."""

from pathlib import Path
from typing import Annotated, Any

import typer


def run(
    model: Annotated[
        str | None,
        typer.Argument(help="Model folder, hub id, or py:module:function. Left out with --predictions."),
    ] = None,
    *,
    suite: Annotated[
        list[str] | None, typer.Option(help="A suite, or a TOML file of yours. Repeatable.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="CSV, TSV, JSON Lines, Parquet, a saved datasets folder, or hf:NAME.", rich_help_panel="Data"
        ),
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="Split of hf:NAME or of a datasets folder.", rich_help_panel="Data")
    ] = None,
    predictions: Annotated[
        str | None,
        typer.Option(
            help="A file with predictions: audits any model without loading it.", rich_help_panel="Data"
        ),
    ] = None,
    text: Annotated[str | None, typer.Option(help="Column of the texts.", rich_help_panel="Data")] = None,
    label: Annotated[
        str | None, typer.Option(help="Column of the true labels.", rich_help_panel="Data")
    ] = None,
    prediction: Annotated[
        str | None, typer.Option(help="Column of the predicted labels.", rich_help_panel="Data")
    ] = None,
    score: Annotated[
        str | None, typer.Option(help="Column of the scores of the positive class.", rich_help_panel="Data")
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(help="Column that divides the rows into groups. Repeatable.", rich_help_panel="Data"),
    ] = None,
    group_from_text: Annotated[
        list[str] | None,
        typer.Option(
            help="Lexicon whose terms in the text give the group, such as gender. Repeatable.",
            rich_help_panel="Data",
        ),
    ] = None,
    id_: Annotated[
        str | None, typer.Option("--id", help="Column of row identifiers.", rich_help_panel="Data")
    ] = None,
    lexicon: Annotated[
        str | None, typer.Option(help="Lexicon file to use in place of ours.", rich_help_panel="Data")
    ] = None,
    positive: Annotated[
        str | None, typer.Option(help="The class that counts as the positive outcome.")
    ] = None,
    class_: Annotated[
        list[str] | None, typer.Option("--class", help="Class names of a black box, in order. Repeatable.")
    ] = None,
    gate: Annotated[
        list[str] | None,
        typer.Option(help="'probe/metric{slice} <= limit'. Repeatable.", rich_help_panel="Verdicts"),
    ] = None,
    suite_gates: Annotated[
        bool | None,
        typer.Option(
            "--suite-gates/--no-suite-gates",
            help="Keep the gates of the suite.",
            show_default="keep",
            rich_help_panel="Verdicts",
        ),
    ] = None,
    alpha: Annotated[
        float | None,
        typer.Option(
            help="Largest share of wrong verdicts.", show_default="0.05", rich_help_panel="Verdicts"
        ),
    ] = None,
    confidence: Annotated[
        float | None,
        typer.Option(help="Level of the intervals.", show_default="0.95", rich_help_panel="Verdicts"),
    ] = None,
    undecided: Annotated[
        str | None,
        typer.Option(
            help="Count undecided gates as pass or fail in the exit code.", rich_help_panel="Verdicts"
        ),
    ] = None,
    allow_invalid: Annotated[
        bool | None,
        typer.Option(
            "--allow-invalid/--no-allow-invalid",
            help="Gates may pass although some answers were invalid.",
            show_default="no",
            rich_help_panel="Verdicts",
        ),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(
            help="PROBE.PARAMETER=VALUE, such as fairness.counterfactual.max_texts=500. Repeatable."
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of everything drawn at random.", show_default="0")
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="auto, cpu, cuda, cuda:1, mps.", show_default="auto")
    ] = None,
    dtype: Annotated[
        str | None, typer.Option(help="auto, float32, bfloat16, float16.", show_default="auto")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="Settings file.", show_default="audit.toml, else [tool.audit] in pyproject.toml"),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for record.json and report.html.", rich_help_panel="Output")
    ] = Path("audit-out"),
    include_examples: Annotated[
        bool | None,
        typer.Option(
            "--include-examples/--no-include-examples",
            help="Let texts of the data into the record and report.",
            show_default="no",
            rich_help_panel="Output",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the record to standard output.", rich_help_panel="Output")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print faults only.", rich_help_panel="Output")
    ] = False,
) -> None:
    """Audit a model: measure, judge, write a record and a report.

    With no data named, the held-out rows of the training record in the model folder are audited; with no such
    record, sentences of our own probe the model, and whatever needs data is undecided.
    """
    from audit import config as settings
    from audit import runner
    from audit.cli.parameters import parameters
    from audit.cli.show import console, publish
    from audit.progress import bars

    given: dict[str, Any] = {
        "model": model, "suite": suite, "seed": seed, "device": device, "dtype": dtype,
        "data": data, "split": split, "predictions": predictions, "text": text, "label": label,
        "prediction": prediction, "score": score, "group": group, "group_from_text": group_from_text,
        "id": id_, "lexicon": lexicon, "positive": positive, "classes": class_, "gates": gate,
        "suite_gates": suite_gates, "alpha": alpha, "confidence": confidence, "undecided": undecided,
        "allow_invalid": allow_invalid, "params": parameters(param), "include_examples": include_examples,
    }  # fmt: skip
    asked = settings.build(
        settings.read(config), {k: v for k, v in given.items() if v is not None and v != []}
    )
    record = runner.run(asked, progress=bars(console(error=True), quiet=quiet))
    publish(record, out, as_json=as_json, quiet=quiet)
    raise typer.Exit(record.exit_code)
