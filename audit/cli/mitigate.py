"""`audit mitigate`: put decision rules beside a model that even out its groups."""

from typing import Annotated

import typer


def mitigate(
    model: Annotated[str, typer.Argument(help="Model folder; the rules are put into it.")],
    *,
    constraint: Annotated[
        str,
        typer.Option(
            help="What is to be equal in all groups: demographic_parity, equalized_odds, "
            "true_positive_rate_parity, false_positive_rate_parity, true_negative_rate_parity, "
            "false_negative_rate_parity."
        ),
    ] = "equalized_odds",
    objective: Annotated[
        str,
        typer.Option(
            help="What is to be large: balanced_accuracy_score, accuracy_score, or another of Fairlearn."
        ),
    ] = "balanced_accuracy_score",
    positive: Annotated[
        str | None,
        typer.Option(help="The class that counts as the positive outcome.", show_default="the second"),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(help="Column of the groups. Repeatable.", rich_help_panel="Data"),
    ] = None,
    group_from_text: Annotated[
        list[str] | None,
        typer.Option(
            help="Lexicon whose terms in the text give the group, such as gender. Repeatable.",
            rich_help_panel="Data",
        ),
    ] = None,
    lexicon: Annotated[
        str | None, typer.Option(help="Lexicon file to use in place of ours.", rich_help_panel="Data")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="Rows on which the rules are found; not those that will be audited.",
            show_default="the data of the training record",
            rich_help_panel="Data",
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="Split of the data.",
            show_default="validation, of the training record's data",
            rich_help_panel="Data",
        ),
    ] = None,
    text: Annotated[str | None, typer.Option(help="Column of the texts.", rich_help_panel="Data")] = None,
    label: Annotated[
        str | None, typer.Option(help="Column of the true labels.", rich_help_panel="Data")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of decisions that are left to chance.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")] = "auto",
    force: Annotated[bool, typer.Option("--force", help="Replace the rules that are there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print faults only.")] = False,
) -> None:
    """Find a decision rule for each group and put it beside the model, in postprocessing.json.

    `audit run` then audits the decisions of the rules. They need the group of each row whenever the model is
    used, and treat groups differently by design.
    """
    from audit import decisions, mitigator
    from audit.cli.show import console
    from audit.progress import bars

    config = mitigator.build(
        model=model, constraint=constraint, objective=objective, positive=positive, group=group or (),
        group_from_text=group_from_text or (), lexicon=lexicon, data=data, split=split, text=text,
        label=label, seed=seed, device=device,
    )  # fmt: skip
    rules = mitigator.mitigate(config, force=force, progress=bars(console(error=True), quiet=quiet))
    if not quiet:
        typer.echo(decisions.described(rules), err=True)
