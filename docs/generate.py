"""Writes the reference pages that follow from the code, or checks that they are as the code says.

Run it without arguments to write them, with `--check` to be told which are out of date.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import click
import typer
from pydantic import BaseModel

from audit.cli import app
from audit.config import AuditConfig
from audit.diff import DiffConfig
from audit.suites import load, names
from probes.registry import discover
from reports.schema import SCHEMA_FILE

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
    yield from _settings(AuditConfig)
    yield "\n## The table `[diff]`\n\nWhat `audit diff` is asked for; see [comparing](comparing.md).\n"
    yield from _settings(DiffConfig)


def _settings(kind: type[BaseModel]) -> Iterator[str]:
    yield "| setting | meaning | default |\n| --- | --- | --- |"
    for name, field in kind.model_fields.items():
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
        yield "" if suite.gates else "- no gate: it measures, and never reads as a pass\n"
    yield "## All probes\n\n| probe | asks |\n| --- | --- |"
    yield from (f"| [`{p.name}`](#{_anchor(p.name)}) | {_cell(p.title)} |" for p in discover().values())
    yield ""
    for probe in discover().values():
        yield f"## Probe `{probe.name}`\n\n```text\n{probe.documentation}\n```\n"
        fields = probe.parameters.model_fields
        if fields:
            yield "| parameter | default |\n| --- | --- |"
            yield from (f"| `{name}` | `{field.default!r}` |" for name, field in fields.items())
            yield ""


def record() -> Iterator[str]:
    """Every part of record.json with its fields, from the schema that is shipped."""
    whole = json.loads(SCHEMA_FILE.read_text("utf-8"))
    yield "# The record\n"
    yield (
        "`record.json` is what leaves an audit; every report is drawn from it. This page follows from\n"
        "the JSON Schema in [`reports/record.schema.json`](../reports/record.schema.json). How numbers are\n"
        "written is told in [the report](report.md), how to read them in [intervals](intervals.md).\n"
    )
    yield from _part("The record", whole)
    for name, part in whole["$defs"].items():
        yield from _part(name, part)


def _part(name: str, part: dict[str, Any]) -> Iterator[str]:
    """A table of the fields of one part of the record."""
    told, about = _described(part.get("description", ""))
    yield f"## {name}\n\n{told}\n"
    yield "| field | type | meaning | default |\n| --- | --- | --- | --- |"
    required = part.get("required", ())
    for field, schema in part["properties"].items():
        meaning = schema.get("description") or about.get(field, "")
        default = "none: always there" if field in required else f"`{json.dumps(schema.get('default', {}))}`"
        yield f"| `{field}` | {_type(schema)} | {_cell(meaning)} | {default} |"
    yield ""


def _described(docstring: str) -> tuple[str, dict[str, str]]:
    """A docstring without its section of attributes, and what that says of each."""
    text, _, attributes = docstring.partition("\n\nAttributes:\n")
    parts = re.split(r"^    (\w+): ", attributes, flags=re.MULTILINE)
    return text, dict(zip(parts[1::2], parts[2::2], strict=True))


def _type(schema: Mapping[str, Any]) -> str:
    """A type of the schema in words: "list of [Verdict](#verdict)", "number or null"."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(_type(one) for one in schema[key])
    if "enum" in schema or "const" in schema:
        return " or ".join(f"`{_cell(json.dumps(v))}`" for v in schema.get("enum") or [schema["const"]])
    return _container(schema)


def _container(schema: Mapping[str, Any]) -> str:
    match schema:
        case {"prefixItems": items}:
            return f"list: {', '.join(_type(i) for i in items)}"
        case {"items": items}:
            return f"list of {_type(items)}"
        case {"additionalProperties": dict(values)}:
            return f"object of {_type(values)}"
    return str(schema.get("type", "any"))


def _anchor(name: str) -> str:
    """Where the heading of a probe is, as GitHub names it."""
    return "probe-" + re.sub(r"[^\w-]", "", name.lower())


PAGES = {"cli.md": cli, "settings.md": config, "probes.md": probes, "record.md": record}


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
