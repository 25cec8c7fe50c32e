"""Deadlines over HTTP: which stand, moved by hand, more time asked for, granted and refused; the dates of a round."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import Response
from pydantic import Field

from mem.api.routing import TAGGED, Day, Id, Made, Name, Prose, Shown, Taken, acts, router
from mem.http.unit import Door, IdempotencyKey, IfMatch, IfNoneMatch, Reading, Writing, expected_version, tag
from mem.rounds import dates, extensions
from mem.rounds.deadlines import Standing, deadlines, move_by_hand
from mem.rounds.standing import RoundStanding, permitted, round_standing

routes = router("deadlines")


class NewUntil(Taken):
    """Until the end of which day (UTC), and why."""

    until: Day
    reason: Prose = Field(examples=["The ministry was flooded."])


class Grant(Taken):
    """`until` null: the day that was wished."""

    extension: Id
    until: Day | None = None
    reason: Prose | None = None


class Refusal(Taken):
    extension: Id
    reason: Prose = Field(examples=["The session cannot wait."])


class NewDate(Taken):
    day: Day
    reason: Prose = Field(examples=["Agreed at the meeting of coordinators."])


class OccasionMoved(Taken):
    held_on: Day
    reason: Prose = Field(examples=["The session was moved to the spring."])


class ExtensionShown(Shown):
    """More time that a state asked for; `outcome` null: it is not settled."""

    id: UUID
    until: date
    reason: str
    asked_by: UUID
    asked_at: datetime
    outcome: str | None
    granted_until: date | None
    answer: str | None
    settled_by: UUID | None
    settled_at: datetime | None


class DeadlineShown(Shown):
    """The deadline of a stage in which a subject stands now. Without `lapse` it only reminds."""

    subject_id: UUID
    state: str | None
    stage: str
    due_at: datetime | None
    first_due_at: datetime | None
    lapse: str | None
    by_hand: bool
    number: int
    extension: ExtensionShown | None


class DeadlineList(Shown):
    deadlines: list[DeadlineShown]


class DateShown(Shown):
    name: str
    title: dict[str, str]
    day: date | None
    number: int


class DateList(Shown):
    dates: list[DateShown]


def _shown(found: Standing) -> DeadlineShown:
    row = found.deadline
    asked = None if found.extension is None else ExtensionShown.model_validate(found.extension)
    same = DeadlineShown.model_fields.keys() - {"subject_id", "extension"}
    return DeadlineShown(subject_id=row.position_id, extension=asked, **{name: getattr(row, name) for name in same})


def _one(door: Door, where: RoundStanding, position: UUID, evaluation: UUID | None = None) -> DeadlineShown:
    every = deadlines(door.work, door.actor, where, evaluation)
    return next(_shown(one) for one in every if one.deadline.position_id == position)


@routes.get("/rounds/{round}/deadlines", openapi_extra=acts("round.read"), operation_id="deadlines")
def get_deadlines(round: UUID, door: Reading) -> DeadlineList:
    """The present deadlines of the round and of those of its evaluations that you may know of."""
    where = round_standing(door.work, round)
    return DeadlineList(deadlines=[_shown(one) for one in deadlines(door.work, door.actor, where)])


@routes.get(
    "/evaluations/{evaluation}/deadlines",
    openapi_extra=acts("evaluation.read"),
    operation_id="evaluation_deadlines",
)
def get_evaluation_deadlines(evaluation: UUID, door: Reading) -> DeadlineList:
    """The present deadline of the evaluation; none where its stage has none."""
    found = permitted(door.work, door.actor, "evaluation.read", evaluation)
    where = round_standing(door.work, found.round_id)
    return DeadlineList(deadlines=[_shown(one) for one in deadlines(door.work, door.actor, where, evaluation)])


@routes.put(
    "/rounds/{round}/deadline",
    openapi_extra=acts("deadlines.edit"),
    operation_id="move_round_deadline",
    responses=TAGGED,
)
def put_round_deadline(
    round: UUID, body: NewUntil, door: Writing, response: Response, if_match: IfMatch = None
) -> DeadlineShown:
    """Move the present deadline of the round to the end of a day."""
    seen = expected_version(if_match)
    number = move_by_hand(door.work, door.actor, round, body.until, body.reason, seen, of_round=True)
    response.headers["ETag"] = tag(number)
    return _one(door, round_standing(door.work, round), round)


@routes.put(
    "/evaluations/{evaluation}/deadline",
    openapi_extra=acts("deadlines.edit"),
    operation_id="move_deadline",
    responses=TAGGED,
)
def put_deadline(
    evaluation: UUID, body: NewUntil, door: Writing, response: Response, if_match: IfMatch = None
) -> DeadlineShown:
    """Move the present deadline of the evaluation to the end of a day."""
    seen = expected_version(if_match)
    number = move_by_hand(door.work, door.actor, evaluation, body.until, body.reason, seen, of_round=False)
    response.headers["ETag"] = tag(number)
    found = permitted(door.work, door.actor, "evaluation.read", evaluation)
    return _one(door, round_standing(door.work, found.round_id), evaluation, evaluation)


@routes.post(
    "/evaluations/{evaluation}/extensions",
    status_code=201,
    openapi_extra=acts("extensions.edit"),
    operation_id="ask_for_time",
)
def post_extension(evaluation: UUID, body: NewUntil, door: Writing, key: IdempotencyKey = None) -> Made:
    """Ask for more time: that the present deadline be moved to the end of a day."""

    def act() -> str:
        return str(extensions.ask(door.work, door.actor, evaluation, body.until, body.reason))

    return door.once(act, lambda made: Made(id=made), door.reads("evaluation.read", evaluation))


@routes.post(
    "/evaluations/{evaluation}/extensions/grant", openapi_extra=acts("deadlines.edit"), operation_id="grant_time"
)
def post_grant(evaluation: UUID, body: Grant, door: Writing, key: IdempotencyKey = None) -> Made:
    """Grant what was asked for, perhaps until another day: the deadline moves to the end of it."""

    def act() -> str:
        extensions.grant(door.work, door.actor, evaluation, body.extension, body.until, body.reason)
        return str(body.extension)

    return door.once(act, lambda made: Made(id=made), door.reads("evaluation.read", evaluation))


@routes.post(
    "/evaluations/{evaluation}/extensions/refuse", openapi_extra=acts("deadlines.edit"), operation_id="refuse_time"
)
def post_refusal(evaluation: UUID, body: Refusal, door: Writing, key: IdempotencyKey = None) -> Made:
    """Refuse what was asked for: the deadline stays."""

    def act() -> str:
        extensions.refuse(door.work, door.actor, evaluation, body.extension, body.reason)
        return str(body.extension)

    return door.once(act, lambda made: Made(id=made), door.reads("evaluation.read", evaluation))


@routes.get("/rounds/{round}/dates", openapi_extra=acts("round.read"), operation_id="dates")
def get_dates(round: UUID, door: Reading) -> DateList:
    """The dates that the mechanism names, as far as the round has set them."""
    found = dates.dates(door.work, round_standing(door.work, round))
    return DateList(dates=[DateShown(name=name, title=title, **_set(row)) for name, title, row in found])


def _set(row: Any) -> dict[str, Any]:
    return {"day": None, "number": 0} if row is None else {"day": row.day, "number": row.number}


@routes.put("/rounds/{round}/dates/{name}", openapi_extra=acts("dates.edit"), operation_id="set_date", responses=TAGGED)
def put_date(
    round: UUID,
    name: Name,
    body: NewDate,
    door: Writing,
    response: Response,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> DateShown:
    """Set a date of the round; the deadlines that hang on it follow."""
    seen = expected_version(if_match, if_none_match)
    number = dates.set_date(door.work, door.actor, round, name, body.day, body.reason, seen)
    response.headers["ETag"] = tag(number)
    found = dates.dates(door.work, round_standing(door.work, round))
    return next(DateShown(name=one, title=title, **_set(row)) for one, title, row in found if one == name)


@routes.post(
    "/rounds/{round}/occasions/{occasion}/move",
    openapi_extra=acts("round.record_occasion"),
    operation_id="move_occasion",
)
def post_occasion_moved(
    round: UUID, occasion: UUID, body: OccasionMoved, door: Writing, key: IdempotencyKey = None
) -> Made:
    """Move a session that is still to come to another day; the deadlines that hang on it follow."""

    def act() -> str:
        dates.move_occasion(door.work, door.actor, round, occasion, body.held_on, body.reason)
        return str(occasion)

    return door.once(act, lambda made: Made(id=made), door.reads("round.read"))
