"""The command `audit`: which words does it take, and what does it answer to the shell?"""

import os
import sys

import typer

from audit.cli import (
    card,
    compare,
    diff,
    doctor,
    fetch,
    gate,
    lists,
    mitigate,
    replay,
    report,
    run,
    seal,
    train,
    validate,
    verify,
)

app = typer.Typer(
    name="audit",
    help="Audit a fine-tuned model before you sign it off: verdicts with known error rates.",
    epilog="Exit codes: 0 every gate passed · 1 a gate failed · 2 wrong input or configuration · "
    "3 no gate failed but one is undecided · 4 a probe crashed or an internal error.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("run")(run.run)
app.command("report")(report.report)
app.command("gate")(gate.gate)
app.command("card")(card.card)
app.command("diff")(diff.diff)
app.command("compare")(compare.compare)
app.command("seal")(seal.seal)
app.command("verify")(verify.verify)
app.command("replay")(replay.replay)
app.command("train")(train.train)
app.command("mitigate")(mitigate.mitigate)
app.command("probes")(lists.probes)
app.command("suites")(lists.suites)
app.command("config")(validate.config)
app.command("fetch")(fetch.fetch)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line; the only place where an error becomes an exit code."""
    from audit.cli.earlier import notes
    from audit.exits import Exit
    from probes.errors import AuditError

    # Read when torch is loaded, so it is set before any command loads it. Threads that spin while they wait
    # make a step take four times as long and more on a machine that others use too.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        app()
    except AuditError as error:
        _tell((*error.faults, *notes(error)))
        sys.exit(Exit.USER_FAULT)
    except SystemExit as ended:
        if ended.code == Exit.INTERRUPTED:
            _tell(("interrupted; no result was written", *notes(ended)))
        raise


def _tell(sentences: tuple[str, ...]) -> None:
    from audit.cli import formats
    from reports.terminal import plain

    with formats.unheard(formats.chosen(None), error=True):
        for sentence in sentences:
            print(f"audit: {plain(sentence)}", file=sys.stderr)  # noqa: T201 - faults go to the error stream as they are
