"""A country evaluation, who is assigned to it, and its record, over HTTP."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import Field

from mem.api.routing import Shown, Taken, acts, router
from mem.http.unit import IdempotencyKey, Reading, Writing, tag
from mem.ledger.service import events
from mem.rounds import experts
from mem.rounds.standing import Standing, excluded, permitted

routes = router("evaluations")


class EvaluationShown(Shown):
    """`excluded` maps each unit that the cycle leaves out to the reason."""

    id: UUID
    round_id: UUID
    round_code: str
    cycle_id: UUID
    cycle_code: str
    state: str
    synthetic: bool
    stage: str
    stage_title: dict[str, str]
    version: int
    entered_at: datetime
    waits_for: str | None
    excluded: dict[str, str]


class Assign(Taken):
    designations: Annotated[list[UUID], Field(min_length=1, max_length=50)]


class AssignmentShown(Shown):
    id: UUID
    person_id: UUID
    name: str
    expert_state: str
    handed_in_at: datetime | None


class AssignmentList(Shown):
    assignments: list[AssignmentShown]


class Ids(Shown):
    ids: list[str]


class EventShown(Shown):
    """An event of the record; `data` is what was hashed."""

    seq: int
    type: str
    at: datetime
    actor_id: UUID | None
    leaf: str
    link: str
    data: dict[str, Any]


class EventList(Shown):
    events: list[EventShown]


def shown(found: Standing, out: dict[str, str]) -> EvaluationShown:
    return EvaluationShown(
        id=found.id,
        round_id=found.round_id,
        round_code=found.round_code,
        cycle_id=found.cycle_id,
        cycle_code=found.cycle_code,
        state=found.state,
        synthetic=found.synthetic,
        stage=found.stage,
        stage_title=dict(found.here.title),
        version=found.version,
        entered_at=found.entered_at,
        waits_for=found.here.waits_for,
        excluded=out,
    )


@routes.get("/evaluations/{evaluation}", openapi_extra=acts("evaluation.read"), operation_id="evaluation")
def get_evaluation(evaluation: UUID, door: Reading, response: Response) -> EvaluationShown:
    """One evaluation, where it stands."""
    found = permitted(door.work, door.actor, "evaluation.read", evaluation)
    response.headers["ETag"] = tag(found.version)
    return shown(found, excluded(door.work, found))


@routes.post(
    "/evaluations/{evaluation}/assignments",
    status_code=201,
    openapi_extra=acts("assignments.edit"),
    operation_id="assign",
)
def post_assignments(evaluation: UUID, body: Assign, door: Writing, key: IdempotencyKey = None) -> Ids:
    """Assign designated experts of other states; never one of the own country."""

    def act() -> list[str]:
        return [str(one) for one in experts.assign(door.work, door.actor, evaluation, body.designations)]

    return door.once(act, lambda made: Ids(ids=made), door.reads("assignments.read", evaluation))


@routes.get("/evaluations/{evaluation}/assignments", openapi_extra=acts("assignments.read"), operation_id="assignments")
def get_assignments(evaluation: UUID, door: Reading) -> AssignmentList:
    """Who is assigned."""
    permitted(door.work, door.actor, "assignments.read", evaluation)
    rows = experts.assignments(door.work, evaluation)
    return AssignmentList(assignments=[AssignmentShown.model_validate(row) for row in rows])


@routes.get("/evaluations/{evaluation}/record", openapi_extra=acts("evaluation.record"), operation_id="record")
def get_record(evaluation: UUID, door: Reading) -> EventList:
    """Every event of an evaluation's chain: who did what, when."""
    permitted(door.work, door.actor, "evaluation.record", evaluation)
    return EventList(
        events=[
            EventShown(
                seq=row.seq,
                type=row.type,
                at=row.at,
                actor_id=row.actor_id,
                leaf=row.leaf,
                link=row.link,
                data=json.loads(row.canonical)["data"],
            )
            for row in events(door.work, evaluation)
        ]
    )
