"""Are the names that a parameter can take checked, listed, and known to gates?"""

from typing import Annotated, Literal

import pytest
from pydantic import ValidationError, create_model

from probes.errors import AuditError
from probes.parameters import Limit, Named, choices, limits, sliced

COLOURS = ("red", "blue")


def found(name: str) -> str:
    if name not in (*COLOURS, "file.toml"):
        raise AuditError(f"no colour {name}", "mend it")
    return name.upper()


Colour = Annotated[str, Named(found, lambda: COLOURS, key="colour", besides=("all",))]
SCHEMA = create_model(
    "schema",
    several=(tuple[Colour, ...], ("red",)),
    one=(Annotated[str, Named(found, lambda: COLOURS)] | None, None),
    way=(Literal["up", "down"], "up"),
    most=(Annotated[int, Limit()], 3),
    plain=(str, "x"),
)


def test_a_name_is_given_on_as_it_is():
    values = SCHEMA.model_validate({"several": ["blue", "file.toml"], "one": "red"}).model_dump()
    assert (values["several"], values["one"]) == (("blue", "file.toml"), "red")


@pytest.mark.parametrize("given", [{"several": ["red", "rde"]}, {"one": "rde"}])
def test_a_name_that_stands_for_nothing_is_refused_with_every_reason(given):
    with pytest.raises(ValidationError, match="no colour rde; mend it"):
        SCHEMA.model_validate(given)


def test_what_a_parameter_can_be_is_listed():
    assert choices(SCHEMA) == {"several": COLOURS, "one": COLOURS, "way": ("up", "down")}


def test_a_slice_key_has_the_names_that_were_asked_and_what_stands_beside_them():
    assert sliced(SCHEMA, {"several": ("blue",), "one": "red"}) == {"colour": ("blue", "all")}


def test_limits_are_told():
    assert limits(SCHEMA) == ("most",)
