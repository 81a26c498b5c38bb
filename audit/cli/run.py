"""`audit run`: audit a model and gate on the answer."""

from pathlib import Path
from typing import Annotated, Any

import typer

from audit.cli.earlier import told
from audit.cli.formats import Formats
from audit.cli.options import DATA, MACHINE, Json, Panels, Quiet, Setting, given, taking

PANELS: Panels = {
    None: {
        "suite": Setting(list[str], "A suite, or a TOML file of yours. Repeatable."),
        "positive": Setting(str, "The class that counts as the positive outcome."),
        "classes": Setting(
            list[str], "Class names of a black box, in order. Repeatable.", flags=("--class",)
        ),
        "seed": Setting(int, "Seed of everything drawn at random.", "0"),
        **MACHINE,
        "dtype": Setting(str, "auto, float32, bfloat16, float16.", "auto"),
    },
    "Data": {
        **DATA,
        "predictions": Setting(str, "A file with predictions: audits any model without loading it."),
        "prediction": Setting(str, "Column of the predicted labels."),
        "score": Setting(str, "Column of the scores of the positive class."),
        "id": Setting(str, "Column of row identifiers."),
    },
    "Verdicts": {
        "gates": Setting(list[str], "'probe/metric{slice} <= limit'. Repeatable.", flags=("--gate",)),
        "suite_gates": Setting(
            bool, "Keep the gates of the suite.", "keep", ("--suite-gates/--no-suite-gates",)
        ),
        "alpha": Setting(float, "Largest share of wrong verdicts.", "0.05"),
        "confidence": Setting(float, "Level of the intervals.", "0.95"),
        "undecided": Setting(str, "Count undecided gates as pass or fail in the exit code."),
        "allow_invalid": Setting(
            bool,
            "Gates may pass although some answers were invalid.",
            "no",
            ("--allow-invalid/--no-allow-invalid",),
        ),
    },
    "Output": {
        "include_examples": Setting(
            bool,
            "Let texts of the data into the record and report.",
            "no",
            ("--include-examples/--no-include-examples",),
        ),
        "outcomes": Setting(
            bool,
            "Keep labels, groups and answers of single rows beside the record, for diff and compare.",
            "yes",
            ("--outcomes/--no-outcomes",),
        ),
    },
}
"""The settings of an audit that are one value each; what needs reading has a parameter of its own below."""


@taking(PANELS)
@told
def run(
    model: Annotated[
        str | None,
        typer.Argument(help="Model folder, hub id, or py:module:function. Left out with --predictions."),
    ] = None,
    *,
    shift: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=FILE: further data to compare with, such as another domain. Repeatable.",
            rich_help_panel="Data",
        ),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(
            help="PROBE.PARAMETER=VALUE, such as fairness.counterfactual.max_texts=500. Repeatable."
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="Settings file.", show_default="audit.toml, else [tool.audit] in pyproject.toml"),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for record.json and report.html.", rich_help_panel="Output")
    ] = Path("audit-out"),
    format_: Formats = None,
    as_json: Json = False,
    quiet: Quiet = False,
    **settings: Any,
) -> None:
    """Audit a model: measure, judge, write a record and a report.

    With no data named, the held-out rows of the training record in the model folder are audited; with no such
    record, sentences of our own probe the model, and whatever needs data is undecided.
    """
    from audit import agenda, runner
    from audit import config as configuration
    from audit.cli import formats
    from audit.cli.parameters import named, parameters
    from audit.cli.show import RECORD, console, publish
    from audit.progress import bars
    from probes.faults import Faults

    faults = Faults()
    forms = faults.attempt(formats.chosen, format_) or ()
    read = {"model": model, "params": parameters(param, faults), "shift": named(shift, "--shift", faults)}
    written = faults.attempt(configuration.read, config)
    asked = faults.require(agenda.asked, written or {}, given({**settings, **read}))
    if written is None:
        faults.check()
    done = runner.audited(asked, before=faults.found, progress=bars(console(error=True), quiet=quiet))
    with formats.unheard(forms, error=as_json):
        publish(done.record, out, outcomes=done.outcomes, as_json=as_json, quiet=quiet)
    formats.write(done.record, forms, out / RECORD, config=config, error=as_json)
    raise typer.Exit(done.record.exit_code)
