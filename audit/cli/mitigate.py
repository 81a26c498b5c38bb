"""`audit mitigate`: put decision rules beside a model that even out its groups."""

from typing import Annotated, Any

import typer

from audit.cli.options import DATA, MACHINE, Panels, Quiet, Setting, given, taking

PANELS: Panels = {
    None: {
        "constraint": Setting(
            str,
            "What is to be equal in all groups: demographic_parity, equalized_odds, "
            "true_positive_rate_parity, false_positive_rate_parity, true_negative_rate_parity, "
            "false_negative_rate_parity.",
            "equalized_odds",
        ),
        "objective": Setting(
            str,
            "What is to be large: balanced_accuracy_score, accuracy_score, or another of Fairlearn.",
            "balanced_accuracy_score",
        ),
        "positive": Setting(str, "The class that counts as the positive outcome.", "the second"),
        "seed": Setting(int, "Seed of decisions that are left to chance.", "0"),
        **MACHINE,
    },
    "Data": {
        **DATA,
        "data": Setting(
            str,
            "Rows on which the rules are found; not those that will be audited.",
            "the data of the training record",
        ),
        "split": Setting(str, "Split of the data.", "validation, of the training record's data"),
    },
}


@taking(PANELS)
def mitigate(
    model: Annotated[str, typer.Argument(help="Model folder; the rules are put into it.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the rules that are there.")] = False,
    quiet: Quiet = False,
    **settings: Any,
) -> None:
    """Find a decision rule for each group and put it beside the model, in postprocessing.json.

    `audit run` then audits the decisions of the rules. They need the group of each row whenever the model is
    used, and treat groups differently by design.
    """
    from audit import decisions, mitigator
    from audit.cli.show import console
    from audit.progress import bars

    config = mitigator.build(model=model, **given(settings))
    rules = mitigator.mitigate(config, force=force, progress=bars(console(error=True), quiet=quiet))
    if not quiet:
        typer.echo(decisions.described(rules), err=True)
