"""What may move, why not, and move it: the same three addresses for rounds, evaluations and recommendations. What takes
two persons is answered with 202 and the approval that waits for the second."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Response, status
from pydantic import Field

from mem.api.approvals import ASKED, ApprovalShown, asked
from mem.api.routing import TAGGED, Id, Name, Prose, Reasoned, Shown, Taken, acts, router
from mem.http.unit import Door, IdempotencyKey, IfMatch, Reading, Writing, expected_version, tag
from mem.process.advance import Moved, advance, possible
from mem.process.facts import Payload
from mem.process.guards import EVALUATION, RECOMMENDATION, ROUND

routes = router("transitions")


class Fire(Taken):
    """A trigger, with what must come with it."""

    trigger: Name = Field(examples=["submit_answers"])
    reason: Prose | None = None
    occasion: Id | None = None


class PossibleShown(Shown):
    """A trigger that leaves the present stage. `is_open`: nothing is against it but what must come with it. Where roles
    stand in `second` it takes two persons; `asked` is what waits for the second, for whom that concerns."""

    trigger: str
    to: str
    by: list[str]
    second: list[str]
    needs: list[str]
    is_open: bool
    blockers: list[Reasoned]
    asked: ApprovalShown | None


class Transitions(Shown):
    """Where a subject stands, and what could come next. `waits_for` names the role that is expected to act."""

    stage: str
    version: int
    waits_for: str | None
    final: bool
    transitions: list[PossibleShown]


class MovedShown(Shown):
    trigger: str
    from_stage: str
    to_stage: str
    version: int


def _possible(door: Door, response: Response, position: UUID, kind: str) -> Transitions:
    subject, found = possible(door.work, door.actor, position, Payload(), kind)
    response.headers["ETag"] = tag(subject.version)
    here = subject.workflow.stages[subject.stage]
    return Transitions(
        stage=subject.stage,
        version=subject.version,
        waits_for=here.waits_for,
        final=here.final,
        transitions=[PossibleShown.model_validate(one) for one in found],
    )


def _fire(door: Door, position: UUID, kind: str, body: Fire, if_match: str | None) -> MovedShown | Response:
    version = expected_version(if_match)

    def act() -> dict[str, object]:
        payload = Payload(body.reason, body.occasion)
        done = advance(door.work, door.actor, position, body.trigger, payload, version, kind)
        return vars(done) if isinstance(done, Moved) else {"approval": str(done)}

    def show(done: dict[str, Any]) -> MovedShown | Response:
        if "approval" not in done:
            return MovedShown.model_validate(Moved(**done))
        waits = asked(door, done["approval"])
        return Response(waits.model_dump_json(), status.HTTP_202_ACCEPTED, media_type="application/json")

    return door.once(act, show, lambda: possible(door.work, door.actor, position, Payload(), kind))


@routes.get(
    "/rounds/{round}/transitions", openapi_extra=acts("round.read"), operation_id="round_transitions", responses=TAGGED
)
def round_possible(round: UUID, door: Reading, response: Response) -> Transitions:
    """What the round could do next, each trigger with every blocker."""
    return _possible(door, response, round, ROUND)


@routes.post(
    "/rounds/{round}/transitions",
    openapi_extra=acts("round.advance"),
    operation_id="advance_round",
    response_model=MovedShown,
    responses=ASKED,
)
def round_fire(
    round: UUID, body: Fire, door: Writing, if_match: IfMatch = None, key: IdempotencyKey = None
) -> MovedShown | Response:
    """Move the round."""
    return _fire(door, round, ROUND, body, if_match)


@routes.get(
    "/evaluations/{evaluation}/transitions",
    openapi_extra=acts("evaluation.read"),
    operation_id="evaluation_transitions",
    responses=TAGGED,
)
def evaluation_possible(evaluation: UUID, door: Reading, response: Response) -> Transitions:
    """What the evaluation could do next, each trigger with every blocker."""
    return _possible(door, response, evaluation, EVALUATION)


@routes.post(
    "/evaluations/{evaluation}/transitions",
    openapi_extra=acts("evaluation.advance"),
    operation_id="advance_evaluation",
    response_model=MovedShown,
    responses=ASKED,
)
def evaluation_fire(
    evaluation: UUID, body: Fire, door: Writing, if_match: IfMatch = None, key: IdempotencyKey = None
) -> MovedShown | Response:
    """Move the evaluation."""
    return _fire(door, evaluation, EVALUATION, body, if_match)


@routes.get(
    "/recommendations/{recommendation}/transitions",
    openapi_extra=acts("recommendation.read"),
    operation_id="recommendation_transitions",
    responses=TAGGED,
)
def recommendation_possible(recommendation: UUID, door: Reading, response: Response) -> Transitions:
    """What the recommendation could do next, each trigger with every blocker."""
    return _possible(door, response, recommendation, RECOMMENDATION)


@routes.post(
    "/recommendations/{recommendation}/transitions",
    openapi_extra=acts("recommendation.advance"),
    operation_id="advance_recommendation",
    response_model=MovedShown,
    responses=ASKED,
)
def recommendation_fire(
    recommendation: UUID, body: Fire, door: Writing, if_match: IfMatch = None, key: IdempotencyKey = None
) -> MovedShown | Response:
    """Move the recommendation."""
    return _fire(door, recommendation, RECOMMENDATION, body, if_match)
