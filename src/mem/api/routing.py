"""How is a route declared? With its action, which the application checks at the start and the door at each request."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from mem.core.text import HIDDEN, hides
from mem.http.body import StrictRoute

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,79}$")]
StateCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["BRB"])]
UnitCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{1,8}(-[0-9]{1,3}(\.[0-9]{1,3})*)?$"), Field(examples=["IS-1.1"])
]


def _open(text: str) -> str:
    if hides(text):
        raise PydanticCustomError(HIDDEN, "A text holds a character that no reader sees")
    return text


Line = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True), AfterValidator(_open)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_open)]
Prose = Annotated[
    str,
    StringConstraints(min_length=1, max_length=8_000, strip_whitespace=True),
    AfterValidator(_open),
    Field(examples=["As decreed."]),
]
FileName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f/\\]{1,200}$"), AfterValidator(_open)]
Said = Annotated[
    dict[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")], Prose],
    Field(
        min_length=1,
        max_length=8,
        examples=[{"en": "The decree was found."}],
        json_schema_extra={"additionalProperties": False},
    ),
]
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) and DAY.fullmatch(value) else value


def _instant(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) and INSTANT.fullmatch(value) else value


Id = Annotated[UUID, Field(strict=False, examples=["6f1c1d3e-0c0a-4d8e-9a51-2f3f0f1f7c11"])]
Day = Annotated[date, BeforeValidator(_day), Field(examples=["2018-02-01"])]
Instant = Annotated[datetime, BeforeValidator(_instant), Field(examples=["2018-02-01T09:00:00Z"])]
"""As JSON says them, which has none of them: a text, of this form and no other."""


class Taken(BaseModel):
    """What a route takes: nothing beyond its fields, and nothing that would have to be made into them first."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Shown(BaseModel):
    """What a route shows: every field always present."""

    model_config = ConfigDict(from_attributes=True)


class Made(Shown):
    """The id of what was made."""

    id: str


class Reasoned(Shown):
    """One reason or blocker."""

    code: str
    message: str
    where: str | None
    about: str | None


class Versioned(Shown):
    """Something and the version it now has."""

    key: str
    version: int


class VersionedList(Shown):
    items: list[Versioned]


def router(tag: str) -> APIRouter:
    """A router of this noun."""
    return APIRouter(prefix="/api/v1", tags=[tag], route_class=StrictRoute, redirect_slashes=False)


def _etag(said: str) -> dict[str, Any]:
    return {"headers": {"ETag": {"description": said, "required": True, "schema": {"type": "string"}}}}


TAGGED: dict[int | str, dict[str, Any]] = {200: _etag("The version that is shown, to be sent as `If-Match`.")}
"""The `responses` of a route that sends the version with what it shows."""
STALE: dict[int | str, dict[str, Any]] = {412: {}}
"""The `responses` of a route that is refused where what it speaks of has changed since, whatever its headers say."""
KEPT: dict[int | str, dict[str, Any]] = {
    200: _etag("Of what is shown, to be sent as `If-None-Match` when asking again."),
    304: {"description": "Not changed since."},
}
"""The `responses` of a route whose answers may be kept."""


def acts(action: str, takes_file: bool = False) -> dict[str, Any]:
    """The declaration of a route's action, for `openapi_extra`."""
    return {"x-action": action, **({"x-takes-file": True} if takes_file else {})}


def versioned(pairs: list[tuple[str, int]] | list[list[Any]]) -> VersionedList:
    """Pairs of key and version as they are shown."""
    return VersionedList(items=[Versioned(key=pair[0], version=pair[1]) for pair in pairs])
