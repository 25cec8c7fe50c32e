"""Does a pointer go into a body as far as the form knows the keys, and repeat no other?"""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, StringConstraints

from mem.http.pointing import form_of, pointed

Language = Annotated[str, StringConstraints(pattern="^[a-z]{2}$")]


class Inner(BaseModel):
    text: dict[Language, str]
    value: Any = Field(None, json_schema_extra={"anyOf": [{"type": "null"}, {"items": {"type": "number"}}]})


class Form(BaseModel):
    items: list[Inner]
    one: Inner | None = None


def take(body: Form) -> None: ...


def ask() -> None: ...


FORM = form_of(APIRoute("/things", take, methods=["POST"]))


@pytest.mark.parametrize(
    ("steps", "pointer", "known"),
    [
        ((), "", ["items", "one"]),
        (("items",), "/items", []),
        (("items", 3), "/items/3", ["text", "value"]),
        (("items", 3, "text", "es"), "/items/3/text/es", []),
        (("items", 3, "text", "secret"), "/items/3/text", []),
        (("items", 3, "value", 2), "/items/3/value/2", []),
        (("items", 3, "value", "secret"), "/items/3/value", []),
        (("one", "text"), "/one/text", []),
        (("one", "secret"), "/one", ["text", "value"]),
        (("secret", "items"), "", ["items", "one"]),
        (("one", 3), "/one", ["text", "value"]),
        (("items", "one"), "/items", []),
    ],
)
def test_a_pointer_ends_before_the_first_key_that_the_form_does_not_know(
    steps: tuple[str | int, ...], pointer: str, known: list[str]
) -> None:
    assert pointed(FORM, steps) == (pointer, known)


def test_a_route_that_takes_nothing_knows_no_key() -> None:
    assert pointed(form_of(APIRoute("/things", ask)), ("secret",)) == ("", [])
