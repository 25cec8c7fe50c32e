"""Conflicts of interest over HTTP: declared by one, lifted by two persons."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from mem.api.approvals import ApprovalShown, asked
from mem.api.routing import Id, Made, Prose, Shown, StateCode, Taken, acts, router
from mem.http.unit import IdempotencyKey, Reading, Writing
from mem.rounds import conflicts

routes = router("conflicts")


class NewConflict(Taken):
    """Who has a conflict of interest with which state, and why."""

    person: Id
    state: StateCode
    reason: Prose = Field(examples=["I worked for its drug authority until last year."])


class Lift(Taken):
    reason: Prose = Field(examples=["The contract never began."])


class ConflictShown(Shown):
    id: UUID
    person_id: UUID
    name: str
    state: str
    reason: str
    declared_at: datetime
    lifted_at: datetime | None
    asked_by: UUID | None
    settled_by: UUID | None


class ConflictList(Shown):
    conflicts: list[ConflictShown]


@routes.get("/rounds/{round}/conflicts", openapi_extra=acts("conflict.read"), operation_id="conflicts")
def get_conflicts(round: UUID, door: Reading) -> ConflictList:
    """The conflicts you may know of: your own; those with your state that were lifted; for whoever lifts them, all."""
    rows = conflicts.conflicts(door.work, door.actor, round)
    return ConflictList(conflicts=[ConflictShown.model_validate(row) for row in rows])


@routes.post(
    "/rounds/{round}/conflicts",
    status_code=201,
    openapi_extra=acts("conflict.declare"),
    operation_id="declare_conflict",
)
def post_conflict(round: UUID, body: NewConflict, door: Writing, key: IdempotencyKey = None) -> Made:
    """Declare a conflict: from the next request on, the person has no part in the evaluation of that state."""

    def act() -> str:
        return str(conflicts.declare(door.work, door.actor, round, body.person, body.state, body.reason))

    return door.once(act, lambda done: Made(id=done), door.reads("round.read"))


@routes.post(
    "/conflicts/{conflict}/lift", status_code=202, openapi_extra=acts("conflict.lift"), operation_id="lift_conflict"
)
def post_lift(conflict: UUID, body: Lift, door: Writing, key: IdempotencyKey = None) -> ApprovalShown:
    """Ask for a conflict to be lifted; a second person approves it, and the state it is with is told."""

    def act() -> str:
        return str(conflicts.ask_to_lift(door.work, door.actor, conflict, body.reason))

    return door.once(act, lambda done: asked(door, done), door.reads("round.read"))
