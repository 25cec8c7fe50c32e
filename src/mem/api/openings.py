"""What is opened again to a country for a time, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response, status
from pydantic import Field, StrictBool, StrictInt

from mem.answers import openings
from mem.answers.openings import NewOpening
from mem.api.approvals import ASKED, asked
from mem.api.routing import Made, Name, Prose, Shown, Taken, UnitCode, acts, router
from mem.http.unit import IdempotencyKey, Reading, Writing

routes = router("openings")


class OpeningIn(Taken):
    """Either some `questions` and `units` (each with all below it), or the `whole`. `artefacts` null: all that the kind
    opens; `days` null: as many as the kind says."""

    kind: Name = Field(examples=["clarification"])
    questions: Annotated[list[Name], Field(max_length=500)] = Field(default_factory=list, examples=[["is_1_1"]])
    units: Annotated[list[UnitCode], Field(max_length=200)] = Field(default_factory=list, examples=[["IS-2"]])
    whole: StrictBool = False
    artefacts: Annotated[list[Name], Field(min_length=1, max_length=10)] | None = Field(None, examples=[["answers"]])
    days: Annotated[StrictInt, Field(ge=1, le=366)] | None = Field(None, examples=[10])
    reason: Prose = Field(examples=["The decree named is of another year."])


class OpeningShown(Shown):
    """What is or was opened; over at its time, or when it is closed: then `answers` stand with the digest `sha256`."""

    id: UUID
    kind: str
    artefacts: list[str]
    questions: list[str]
    units: list[str]
    whole: bool
    reason: str
    opened_by: UUID
    opened_at: datetime
    until: datetime
    closed_at: datetime | None
    closed_by: UUID | None
    answers: int | None
    sha256: str | None


class OpeningList(Shown):
    openings: list[OpeningShown]


@routes.get("/evaluations/{evaluation}/openings", openapi_extra=acts("answers.read"), operation_id="openings")
def get_openings(evaluation: UUID, door: Reading) -> OpeningList:
    """Everything that was opened again to the country, oldest first."""
    rows = openings.openings(door.work, door.actor, evaluation)
    return OpeningList(openings=[OpeningShown.model_validate(row) for row in rows])


@routes.post(
    "/evaluations/{evaluation}/openings",
    status_code=201,
    openapi_extra=acts("openings.edit"),
    operation_id="open_answers",
    response_model=Made,
    responses=ASKED,
)
def post_opening(evaluation: UUID, body: OpeningIn, door: Writing, key: IdempotencyKey = None) -> Made | Response:
    """Open answers again to the country for a time; where it takes two persons, it is asked for."""
    new = NewOpening(body.kind, body.reason, body.questions, body.units, body.whole, body.artefacts, body.days)

    def act() -> dict[str, str]:
        done = openings.open_answers(door.work, door.actor, evaluation, new)
        return {name: str(one) for name, one in vars(done).items() if one is not None}

    def show(done: dict[str, Any]) -> Made | Response:
        if "opening" in done:
            return Made(id=done["opening"])
        waits = asked(door, done["approval"])
        return Response(waits.model_dump_json(), status.HTTP_202_ACCEPTED, media_type="application/json")

    return door.once(act, show, door.reads("answers.read", evaluation))


@routes.post(
    "/evaluations/{evaluation}/openings/{opening}/close",
    openapi_extra=acts("openings.close"),
    operation_id="close_opening",
)
def post_close(evaluation: UUID, opening: UUID, door: Writing, key: IdempotencyKey = None) -> Made:
    """Say that what was opened is done: the country while it is open, or who may open."""

    def act() -> str:
        openings.close(door.work, door.actor, evaluation, opening)
        return str(opening)

    return door.once(act, lambda made: Made(id=made), door.reads("answers.read", evaluation))
