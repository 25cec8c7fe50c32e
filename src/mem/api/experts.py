"""Who judges whom, over HTTP: candidates, designations by the states, assignments to the evaluations of others."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from mem.api.routing import Id, Made, Name, Prose, Shown, StateCode, Taken, acts, router
from mem.http.unit import IdempotencyKey, Reading, Writing
from mem.rounds import experts
from mem.rounds.standing import permitted, round_standing

routes = router("experts")
StateQuery = Annotated[StateCode, Query(examples=["BRB"])]


class NewDesignation(Taken):
    state: StateCode
    person: Id
    rank: Name = Field(examples=["principal"])


class CandidateShown(Shown):
    person: UUID
    name: str
    role: str


class CandidateList(Shown):
    candidates: list[CandidateShown]


class DesignationShown(Shown):
    id: UUID
    state: str
    person_id: UUID
    name: str
    rank: str


class DesignationList(Shown):
    designations: list[DesignationShown]


class Assign(Taken):
    designations: Annotated[list[Id], Field(min_length=1, max_length=50)] = Field(
        examples=[["6f1c1d3e-0c0a-4d8e-9a51-2f3f0f1f7c11"]]
    )


class Substitute(Taken):
    """Who takes the voice over, by designation, and why."""

    designation: Id = Field(examples=["6f1c1d3e-0c0a-4d8e-9a51-2f3f0f1f7c11"])
    reason: Prose = Field(examples=["The principal has fallen ill."])


class EndVoice(Taken):
    reason: Prose = Field(examples=["The state withdrew its expert."])


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


@routes.get("/rounds/{round}/candidates", openapi_extra=acts("round.candidates"), operation_id="candidates")
def get_candidates(round: UUID, state: StateQuery, door: Reading) -> CandidateList:
    """Whom a state may designate: the persons who hold an evaluating role for it."""
    rows = experts.candidates(door.work, door.actor, round, state)
    return CandidateList(candidates=[CandidateShown(person=row.id, name=row.name, role=row.role) for row in rows])


@routes.post(
    "/rounds/{round}/designations", status_code=201, openapi_extra=acts("round.designate"), operation_id="designate"
)
def post_designation(round: UUID, body: NewDesignation, door: Writing, key: IdempotencyKey = None) -> Made:
    """A state names one of its experts."""

    def act() -> str:
        return str(experts.designate(door.work, door.actor, round, body.state, body.person, body.rank))

    return door.once(act, lambda made: Made(id=made), door.reads("round.read"))


@routes.get("/rounds/{round}/designations", openapi_extra=acts("round.read"), operation_id="designations")
def get_designations(round: UUID, door: Reading) -> DesignationList:
    """The designated experts of a round."""
    round_standing(door.work, round)
    rows = experts.designations(door.work, round)
    return DesignationList(designations=[DesignationShown.model_validate(row) for row in rows])


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


@routes.post(
    "/evaluations/{evaluation}/assignments/{assignment}/substitute",
    openapi_extra=acts("assignments.edit"),
    operation_id="substitute",
)
def post_substitute(
    evaluation: UUID, assignment: UUID, body: Substitute, door: Writing, key: IdempotencyKey = None
) -> Made:
    """Pass a voice to another designated expert of its state, with what it has written."""

    def act() -> str:
        experts.substitute(door.work, door.actor, evaluation, assignment, body.designation, body.reason)
        return str(assignment)

    return door.once(act, lambda made: Made(id=made), door.reads("assignments.read", evaluation))


@routes.post(
    "/evaluations/{evaluation}/assignments/{assignment}/end",
    openapi_extra=acts("assignments.edit"),
    operation_id="end_voice",
)
def post_end(evaluation: UUID, assignment: UUID, body: EndVoice, door: Writing, key: IdempotencyKey = None) -> Made:
    """End a voice: what it wrote stays in the record and counts no longer."""

    def act() -> str:
        experts.end(door.work, door.actor, evaluation, assignment, body.reason)
        return str(assignment)

    return door.once(act, lambda made: Made(id=made), door.reads("assignments.read", evaluation))
