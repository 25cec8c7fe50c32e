"""What a state says otherwise than by its own answers, over HTTP: on paper, or that something does not apply to it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Response
from pydantic import Field, StrictInt

from mem.answers import behalf, declarations
from mem.answers.behalf import Confirmed
from mem.answers.service import NewAnswer
from mem.api.answers import BulkAnswers
from mem.api.routing import (
    STALE,
    TAGGED,
    Line,
    Made,
    Name,
    Prose,
    Shown,
    Taken,
    UnitCode,
    Versioned,
    VersionedList,
    acts,
    router,
    versioned,
)
from mem.http.unit import IdempotencyKey, IfMatch, IfNoneMatch, Reading, Writing, expected_version, tag

routes = router("answers")


class PaperReply(BulkAnswers):
    """Answers that a state sent on paper; `paper` says which paper."""

    paper: Line = Field(examples=["Note 12/2018 of 3 May 2018, registered as E-211"])


class ConfirmedIn(Taken):
    question: Name = Field(examples=["is_1_1"])
    version: StrictInt = Field(ge=1, le=1_000_000, examples=[1])


class Confirmations(Taken):
    answers: Annotated[list[ConfirmedIn], Field(min_length=1, max_length=500)]


class DeclarationIn(Taken):
    """`reason` null: what was declared is taken back."""

    reason: Prose | None = Field(examples=["No illicit crops are grown here."])


class DeclarationShown(Shown):
    """What the state declares not to apply to it; `reason` null: it took that back."""

    unit: str
    version: int
    reason: str | None
    by: UUID
    at: datetime


class DeclarationList(Shown):
    declarations: list[DeclarationShown]


@routes.post(
    "/evaluations/{evaluation}/paper-replies",
    openapi_extra=acts("answers.give_on_behalf"),
    operation_id="give_on_behalf",
    responses=STALE,
)
def post_on_behalf(evaluation: UUID, body: PaperReply, door: Writing, key: IdempotencyKey = None) -> VersionedList:
    """Type in what a state sent on paper, all or none; the state then confirms or corrects it."""
    given = [
        NewAnswer(one.question, one.value, one.not_applicable, one.base, f"/answers/{index}")
        for index, one in enumerate(body.answers)
    ]

    def act() -> list[list[object]]:
        done = behalf.give_on_behalf(door.work, door.actor, evaluation, given, body.paper)
        return [list(pair) for pair in done]

    return door.once(act, versioned, door.reads("answers.read", evaluation))


@routes.post(
    "/evaluations/{evaluation}/confirmations",
    openapi_extra=acts("answers.confirm"),
    operation_id="confirm_answers",
    responses=STALE,
)
def post_confirm(evaluation: UUID, body: Confirmations, door: Writing, key: IdempotencyKey = None) -> Made:
    """Confirm answers that were given on behalf of your state, all or none, in the versions you saw."""
    said = [Confirmed(one.question, one.version, f"/answers/{index}") for index, one in enumerate(body.answers)]

    def act() -> str:
        behalf.confirm(door.work, door.actor, evaluation, said)
        return str(evaluation)

    return door.once(act, lambda made: Made(id=made), door.reads("answers.read", evaluation))


@routes.get("/evaluations/{evaluation}/declarations", openapi_extra=acts("answers.read"), operation_id="declarations")
def get_declarations(evaluation: UUID, door: Reading) -> DeclarationList:
    """What the state declares not to apply to it, by unit."""
    rows = declarations.declarations(door.work, door.actor, evaluation)
    return DeclarationList(declarations=[DeclarationShown.model_validate(row) for row in rows])


@routes.put(
    "/evaluations/{evaluation}/declarations/{unit}",
    openapi_extra=acts("answers.edit"),
    operation_id="declare",
    responses=TAGGED,
)
def put_declaration(
    evaluation: UUID,
    unit: Annotated[UnitCode, Path()],
    body: DeclarationIn,
    door: Writing,
    response: Response,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Versioned:
    """Declare that a unit of the plan, with all below it, does not apply to your state, or take that back."""
    base = expected_version(if_match, if_none_match)
    version = declarations.declare(door.work, door.actor, evaluation, unit, body.reason, base)
    response.headers["ETag"] = tag(version)
    return Versioned(key=unit, version=version)
