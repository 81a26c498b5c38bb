"""Writes the reference pages that follow from the code, or checks that they are as the code says.

Run it without arguments to write them, with `--check` to be told which are out of date.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import click
import typer

from audit.cli import app
from audit.config import AuditConfig
from audit.suites import load, names
from probes.registry import discover

HERE = Path(__file__).parent
NOTICE = "<!-- Written by docs/generate.py; change the code and run `make docs`. -->\n"


def cli() -> Iterator[str]:
    """Every command with its options."""
    group = cast("click.Group", typer.main.get_command(app))
    yield f"# The command line\n\n{group.help}\n\n{group.epilog}\n"
    for name, command in group.commands.items():
        context = click.Context(command, info_name=f"audit {name}")
        yield f"## `audit {name}`\n\n{_unwrapped(command.help or '')}\n"
        yield "```text\n" + " ".join([f"audit {name}", *command.collect_usage_pieces(context)]) + "\n```\n"
        yield "| option | meaning | default |\n| --- | --- | --- |"
        yield from (_option(p) for p in command.params)
        yield ""


def _option(parameter: click.Parameter) -> str:
    is_option = parameter.param_type_name == "option"
    written = ", ".join(f"`{o}`" for o in (*parameter.opts, *parameter.secondary_opts)) if is_option else None
    shown = getattr(parameter, "show_default", None)
    default = (
        shown if isinstance(shown, str) else "" if parameter.default in (None, False) else parameter.default
    )
    cells = (written or f"`{(parameter.name or '').upper()}`", getattr(parameter, "help", ""), str(default))
    return f"| {' | '.join(_cell(c) for c in cells)} |"


def config() -> Iterator[str]:
    """Every setting of audit.toml."""
    yield "# Settings\n"
    yield (
        "An audit reads `audit.toml` in the current folder, else `[tool.audit]` in `pyproject.toml`,\n"
        "or the file named with `--config`. A setting has the name of its command-line option (`gates`\n"
        "is `--gate`, `classes` is `--class`, `params` is `--param`), and what stands on the command line\n"
        "comes before what stands in the file.\n"
        "`audit config` checks a file without loading a model.\n"
    )
    yield "| setting | meaning | default |\n| --- | --- | --- |"
    for name, field in AuditConfig.model_fields.items():
        default = field.get_default(call_default_factory=True)
        yield f"| `{name}` | {_cell(field.description or '')} | `{default!r}` |"


def probes() -> Iterator[str]:
    """Every probe with its parameters, every suite with its gates."""
    yield "# Suites and probes\n"
    for name in names():
        suite = load(name)
        yield f"## Suite `{name}`\n\n{suite.title}\n"
        yield from (f"- probe `{probe}`" for probe in suite.members)
        yield from (f"- gate `{gate}`" for gate in suite.gates)
        yield ""
    for probe in discover().values():
        yield f"## Probe `{probe.name}`\n\n```text\n{probe.documentation}\n```\n"
        fields = probe.parameters.model_fields
        if fields:
            yield "| parameter | default |\n| --- | --- |"
            yield from (f"| `{name}` | `{field.default!r}` |" for name, field in fields.items())
            yield ""


PAGES = {"cli.md": cli, "settings.md": config, "probes.md": probes}


def _unwrapped(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main(*, check: bool) -> int:
    """Write the pages, or name those that are out of date."""
    stale = []
    for name, lines in PAGES.items():
        text = NOTICE + "\n" + "\n".join(lines()).rstrip() + "\n"
        path = HERE / name
        if check and (not path.is_file() or path.read_text("utf-8") != text):
            stale.append(name)
        elif not check:
            path.write_text(text, "utf-8")
    if stale:
        print(f"out of date: {', '.join(stale)}; run `make docs`", file=sys.stderr)  # noqa: T201
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
