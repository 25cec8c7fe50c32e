"""Rounds, cycles, enrolment and occasions over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool

from mem.api.routing import Code, Day, Line, Made, Name, Prose, Shown, StateCode, Taken, UnitCode, acts, router
from mem.api.suspended import SuspensionShown, suspended
from mem.core.errors import Invalid, Reason
from mem.http.unit import Door, IdempotencyKey, Reading, Writing
from mem.rounds import service
from mem.rounds.service import NewCycle
from mem.rounds.standing import RoundStanding, round_standing, settings

routes = router("rounds")


class Exclusion(Taken):
    unit: UnitCode = Field(examples=["IC-3"])
    reason: Prose = Field(examples=["Computed from the record, not evaluated."])


class CycleIn(Taken):
    """`excluded` null: what the mechanism says."""

    kind: Name = Field(examples=["evaluation"])
    code: Code = Field(examples=["main"])
    title: Line = Field(examples=["Evaluation of the whole plan"])
    excluded: list[Exclusion] | None = None


class NewRound(Taken):
    """`synthetic` marks a round of invented data wherever it shows; `members_on`: the states that were members on this
    day can be enrolled (null: today)."""

    mechanism: Code = Field(examples=["mem"])
    code: Code = Field(examples=["round-7"])
    title: Line = Field(examples=["Seventh evaluation round"])
    synthetic: StrictBool = False
    members_on: Day | None = Field(None, examples=["2018-02-01"])
    cycles: Annotated[list[CycleIn], Field(min_length=1, max_length=20)]


class UnitSetting(Taken):
    unit: UnitCode = Field(examples=["IC-3"])
    evaluated: bool = Field(examples=[False])
    reason: Prose | None = Field(None, examples=["Computed from the record, not evaluated."])


class NewEvaluations(Taken):
    states: Annotated[list[StateCode], Field(min_length=1, max_length=100)] = Field(examples=[["BRB", "CHL"]])


class NewOccasion(Taken):
    kind: Name = Field(examples=["commission_session"])
    title: Line = Field(examples=["62nd regular session"])
    held_on: Day


class ExclusionShown(Shown):
    unit: str
    reason: str


class CycleShown(Shown):
    """What was said of single units: those left out, and those evaluated whatever is said of the units above."""

    id: UUID
    code: str
    title: str
    kind: str
    excluded: list[ExclusionShown]
    evaluated: list[str]


class RoundShown(Shown):
    id: UUID
    code: str
    title: str
    synthetic: bool
    mechanism: str
    method: str
    stage: str
    version: int
    suspension: SuspensionShown | None
    cycles: list[CycleShown]


class RoundList(Shown):
    rounds: list[RoundShown]


class EvaluationLine(Shown):
    id: UUID
    cycle_id: UUID
    state: str
    stage: str
    version: int
    entered_at: datetime
    due_at: datetime | None


class EvaluationList(Shown):
    evaluations: list[EvaluationLine]


class Ids(Shown):
    ids: list[str]


class OccasionShown(Shown):
    id: UUID
    kind: str
    title: str
    held_on: date


class OccasionList(Shown):
    occasions: list[OccasionShown]


def _shown(door: Door, found: RoundStanding) -> RoundShown:
    cycles = []
    for row in service.cycles(door.work, found.id):
        said = settings(door.work, row.id)
        excluded = [ExclusionShown(unit=unit, reason=reason) for unit, reason in said.items() if reason is not None]
        evaluated = [unit for unit, reason in said.items() if reason is None]
        cycles.append(
            CycleShown(id=row.id, code=row.code, title=row.title, kind=row.kind, excluded=excluded, evaluated=evaluated)
        )
    return RoundShown(
        id=found.id,
        code=found.code,
        title=found.title,
        synthetic=found.synthetic,
        mechanism=found.method.mechanism.mechanism,
        method=found.method.digest,
        stage=found.stage,
        version=found.version,
        suspension=suspended(door, found.id, found.place()),
        cycles=cycles,
    )


@routes.post("/rounds", status_code=201, openapi_extra=acts("round.open"), operation_id="open_round")
def post_round(body: NewRound, door: Writing, key: IdempotencyKey = None) -> RoundShown:
    """Open a round from an installed mechanism; its method is pinned from then on."""
    method = door.house.methods.get(body.mechanism)
    door.allow(*door.house.within(body.mechanism))
    if method is None:
        reason = Reason("unknown_mechanism", "There is no such mechanism.", "/mechanism")
        raise Invalid("round_not_opened", reason.message, [reason])
    twice = [
        Reason("twice", "This unit stands twice.", f"/cycles/{number}/excluded/{index}/unit")
        for number, cycle in enumerate(body.cycles)
        for index, one in enumerate(cycle.excluded or ())
        if one.unit in [before.unit for before in (cycle.excluded or ())[:index]]
    ]
    if twice:
        raise Invalid("round_not_opened", "This round cannot be opened.", twice)
    cycles = [
        NewCycle(c.kind, c.code, c.title, None if c.excluded is None else {e.unit: e.reason for e in c.excluded})
        for c in body.cycles
    ]

    def act() -> str:
        return str(
            service.open_round(door.work, method, body.code, body.title, body.synthetic, cycles, body.members_on)
        )

    return door.once(act, lambda made: _shown(door, round_standing(door.work, UUID(made))), door.reads("round.read"))


@routes.get("/rounds", openapi_extra=acts("round.read"), operation_id="rounds")
def get_rounds(door: Reading) -> RoundList:
    """Every round, newest first."""
    return RoundList(rounds=[_shown(door, found) for found in service.rounds(door.work)])


@routes.get("/rounds/{round}", openapi_extra=acts("round.read"), operation_id="round")
def get_round(round: UUID, door: Reading) -> RoundShown:
    """One round with its cycles."""
    return _shown(door, round_standing(door.work, round))


@routes.post("/cycles/{cycle}/units", openapi_extra=acts("round.set_units"), operation_id="set_unit")
def post_unit(cycle: UUID, body: UnitSetting, door: Writing, key: IdempotencyKey = None) -> Made:
    """Evaluate a unit of the plan in this cycle, or leave it out with a reason."""

    def act() -> str:
        service.set_unit(door.work, door.actor, cycle, body.unit, body.evaluated, body.reason)
        return body.unit

    return door.once(act, lambda made: Made(id=made), door.reads("round.read"))


@routes.post("/cycles/{cycle}/evaluations", status_code=201, openapi_extra=acts("round.enrol"), operation_id="enrol")
def post_evaluations(cycle: UUID, body: NewEvaluations, door: Writing, key: IdempotencyKey = None) -> Ids:
    """Enrol states in a cycle; the ids of their evaluations, in the same order."""

    def act() -> list[str]:
        return [str(one) for one in service.enrol(door.work, door.actor, cycle, body.states)]

    return door.once(act, lambda made: Ids(ids=made), door.reads("round.read"))


@routes.get("/rounds/{round}/evaluations", openapi_extra=acts("round.read"), operation_id="evaluations")
def get_evaluations(round: UUID, door: Reading) -> EvaluationList:
    """The evaluations of a round that you may know of."""
    rows = service.evaluations(door.work, door.actor, round_standing(door.work, round))
    return EvaluationList(evaluations=[EvaluationLine.model_validate(row) for row in rows])


@routes.post(
    "/rounds/{round}/occasions",
    status_code=201,
    openapi_extra=acts("round.record_occasion"),
    operation_id="record_occasion",
)
def post_occasion(round: UUID, body: NewOccasion, door: Writing, key: IdempotencyKey = None) -> Made:
    """Record a dated session of a round."""

    def act() -> str:
        return str(service.record_occasion(door.work, door.actor, round, body.kind, body.title, body.held_on))

    return door.once(act, lambda made: Made(id=made), door.reads("round.read"))


@routes.get("/rounds/{round}/occasions", openapi_extra=acts("round.read"), operation_id="occasions")
def get_occasions(round: UUID, door: Reading) -> OccasionList:
    """The occasions of a round."""
    round_standing(door.work, round)
    rows = service.occasions(door.work, round)
    return OccasionList(occasions=[OccasionShown.model_validate(row) for row in rows])
