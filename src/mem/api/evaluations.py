"""A country evaluation and its record, over HTTP."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response

from mem.api.routing import TAGGED, Shown, acts, router
from mem.api.suspended import SuspensionShown, suspended
from mem.http.unit import Reading, tag
from mem.ledger.service import events
from mem.people.actions import RECORDED
from mem.people.policy import seen_by
from mem.rounds.standing import Standing, excluded, permitted

routes = router("evaluations")


class EvaluationShown(Shown):
    """`excluded` maps each unit that the cycle leaves out to the reason; `suspension`: of it or of its round."""

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
    suspension: SuspensionShown | None
    excluded: dict[str, str]


class EventShown(Shown):
    """An event of the record; `data` is what was hashed, null where you do not see it."""

    seq: int
    type: str
    at: datetime
    actor_id: UUID | None
    leaf: str
    link: str
    data: dict[str, Any] | None


class EventList(Shown):
    events: list[EventShown]


def _shown(door: Reading, found: Standing) -> EvaluationShown:
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
        suspension=suspended(door, found.id if found.round_suspended is None else found.round_id, found.place),
        excluded=excluded(door.work, found),
    )


@routes.get(
    "/evaluations/{evaluation}", openapi_extra=acts("evaluation.read"), operation_id="evaluation", responses=TAGGED
)
def get_evaluation(evaluation: UUID, door: Reading, response: Response) -> EvaluationShown:
    """One evaluation, where it stands."""
    found = permitted(door.work, door.actor, "evaluation.read", evaluation)
    response.headers["ETag"] = tag(found.version)
    return _shown(door, found)


@routes.get("/evaluations/{evaluation}/record", openapi_extra=acts("evaluation.record"), operation_id="record")
def get_record(evaluation: UUID, door: Reading) -> EventList:
    """Every event of an evaluation's chain: who did what, when; what it says, to whoever sees that now."""
    where = permitted(door.work, door.actor, "evaluation.record", evaluation)
    seen = seen_by(door.actor, where.place)
    return EventList(
        events=[
            EventShown(
                seq=row.seq,
                type=row.type,
                at=row.at,
                actor_id=row.actor_id,
                leaf=row.leaf,
                link=row.link,
                data=json.loads(row.canonical)["data"] if RECORDED.get(row.type) in seen else None,
            )
            for row in events(door.work, evaluation)
        ]
    )
