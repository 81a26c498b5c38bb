"""How are the settings of a command spelled as options? In a table, from which its signature is made.

A table repeats what the configuration says, because the help is to appear before pydantic is loaded; tests
compare the two. An option left out is None, and left to the settings file and to the configuration.
"""

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from typing import Annotated, Any, NamedTuple, TypeVar

import typer

Command = TypeVar("Command", bound=Callable[..., Any])


class Setting(NamedTuple):
    """A setting as an option; what is left out is left to others.

    Attributes:
        kind: the type of its value.
        help: what it sets.
        shown: what holds when it is left out, as the help tells it; None tells nothing.
        flags: its spellings; none named, its name with `-` for `_`.
    """

    kind: Any
    help: str
    shown: str | None = None
    flags: tuple[str, ...] = ()


Panels = Mapping[str | None, Mapping[str, Setting]]
"""Panel of the help, None for the first -> setting -> its option."""

DATA: Mapping[str, Setting] = {
    "data": Setting(str, "CSV, TSV, JSON Lines, Parquet, a saved datasets folder, or hf:NAME."),
    "split": Setting(str, "Split of hf:NAME or of a datasets folder."),
    "text": Setting(str, "Column of the texts."),
    "label": Setting(str, "Column of the true labels."),
    "group": Setting(list[str], "Column that divides the rows into groups. Repeatable."),
    "group_from_text": Setting(
        list[str], "Lexicon whose terms in the text give the group, such as gender. Repeatable."
    ),
    "lexicon": Setting(str, "Lexicon file to use in place of ours."),
}
"""What every command that reads rows asks of them."""

MACHINE: Mapping[str, Setting] = {
    "device": Setting(str, "auto, cpu, cuda, cuda:1, mps.", "auto"),
}
"""What every command that runs a model asks of the machine."""


def quiet(told: str) -> Any:
    """The option `--quiet`, where something else holds of it than of most commands; `told` is its help."""
    return typer.Option("--quiet", "-q", help=told, rich_help_panel="Output")


Quiet = Annotated[bool, quiet("Print faults only.")]
"""The option `--quiet` of most commands."""

Json = Annotated[
    bool,
    typer.Option("--json", help="Print the result to standard output, as JSON.", rich_help_panel="Output"),
]
"""The option `--json` of a command that prints what it would write into a file."""


def taking(panels: Panels) -> Callable[[Command], Command]:
    """Gives a command that takes `**settings` the options of the table in their place.

    The positional parameters of the command stay first, and its own options come last.
    """

    def typed(command: Command) -> Command:
        own = [
            parameter
            for parameter in Signature.from_callable(command).parameters.values()
            if parameter.kind is not Parameter.VAR_KEYWORD
        ]
        first = [parameter for parameter in own if parameter.kind is not Parameter.KEYWORD_ONLY]
        settings = [
            Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=_option(setting, panel))
            for panel, options in panels.items()
            for name, setting in options.items()
        ]
        last = own[len(first) :]
        command.__signature__ = Signature(  # type: ignore[attr-defined]
            [*first, *settings, *last], return_annotation=None
        )
        return command

    return typed


def given(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that were given; an option that may be repeated is empty when it was not."""
    return {name: value for name, value in settings.items() if value not in (None, [], {})}


def _option(setting: Setting, panel: str | None) -> Any:
    option = typer.Option(
        *setting.flags, help=setting.help, show_default=setting.shown or False, rich_help_panel=panel
    )
    return Annotated[setting.kind | None, option]
