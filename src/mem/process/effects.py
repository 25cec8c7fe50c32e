"""What follows from a transition? One function an effect, in the transaction of the move.

An effect may ask for further moves, which `advance` then makes; it never moves a stage itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import insert, select

from mem.answers.service import take_snapshot
from mem.assessments.service import reopen
from mem.core.work import Work
from mem.ledger.service import record
from mem.methods.models import Position
from mem.process.facts import Payload
from mem.process.guards import EVALUATION, RECOMMENDATION, ROUND, Params
from mem.recommendations.service import RecommendationStanding, issue, positions
from mem.reports.assemble import assemble
from mem.reports.versions import publish, recommended
from mem.rounds import suspensions
from mem.rounds.models import CountryEvaluation, Decision
from mem.rounds.standing import RoundStanding, Standing
from mem.workflow.vocabulary import Walk


@dataclass(frozen=True)
class Done:
    """The move just made: its trigger, what came with it, and the subject's version after it."""

    trigger: str
    payload: Payload
    version: int


@dataclass(frozen=True)
class Further:
    """A move that an effect asks for."""

    position_id: UUID
    trigger: str


class Fire(Params):
    workflow: str
    trigger: str


Subject = RoundStanding | Standing | RecommendationStanding
Run = Callable[[Work, Any, Done, Any], Sequence[Further]]


@dataclass(frozen=True)
class Effect:
    """An effect as data names it: its function, parameters, the subjects it applies to, the subject that its parameter
    `workflow` must move, what must come with the trigger, and what it means to a walk without a database."""

    run: Run
    params: type[BaseModel]
    subjects: frozenset[str]
    about: str | None = None
    needs: frozenset[str] = frozenset()
    walk: Walk = Walk.FREE


def fire_on_evaluations(work: Work, where: RoundStanding, done: Done, params: Fire) -> Sequence[Further]:
    """Fire a trigger on every evaluation of the round that stands where it is possible."""
    road = where.method.workflows[params.workflow]
    stages = [stage for stage in road.stages if road.transition(params.trigger, stage) is not None]
    ids = work.db.execute(
        select(CountryEvaluation.id)
        .join(Position, Position.id == CountryEvaluation.id)
        .where(
            CountryEvaluation.round_id == where.id,
            Position.workflow == params.workflow,
            Position.stage.in_(stages),
        )
        .order_by(CountryEvaluation.id)
    ).scalars()
    return [Further(one, params.trigger) for one in ids]


def suspend(work: Work, where: RoundStanding | Standing, done: Done, params: Params) -> Sequence[Further]:
    """Let nothing be edited or moved, there and in all that is part of it, and no deadline run."""
    assert done.payload.reason is not None
    suspensions.suspend(work, where.id, _inside(work, where), done.payload.reason)
    return ()


def resume(work: Work, where: RoundStanding | Standing, done: Done, params: Params) -> Sequence[Further]:
    """Let it go on, if it was suspended; the time that was lost is given back to every deadline."""
    suspensions.resume(work, where.id, _inside(work, where))
    return ()


def _inside(work: Work, where: RoundStanding | Standing) -> list[UUID]:
    """The positions of what is part of a round or of an evaluation."""
    if isinstance(where, Standing):
        return positions(work, [where.id])
    query = select(CountryEvaluation.id).where(CountryEvaluation.round_id == where.id)
    evaluations = list(work.db.execute(query).scalars())
    return [*evaluations, *positions(work, evaluations)]


def reopen_assessments(work: Work, where: Standing, done: Done, params: Params) -> Sequence[Further]:
    """Let every voice write again, until it hands in anew."""
    reopen(work, where.id)
    return ()


def take_snapshot_of_answers(work: Work, where: Standing, done: Done, params: Params) -> Sequence[Further]:
    """Freeze what was submitted, by its digest."""
    take_snapshot(work, where.id, done.version)
    return ()


def assemble_report(work: Work, where: Standing, done: Done, params: Params) -> Sequence[Further]:
    """Assemble the report from the record, with what answers to comments changed, as a new version."""
    assemble(work, where, done.trigger)
    return ()


def record_decision(work: Work, where: Subject, done: Done, params: Params) -> Sequence[Further]:
    """Record what an occasion decided, with its reason."""
    work.db.execute(
        insert(Decision).values(
            position_id=where.id,
            version=done.version,
            occasion_id=done.payload.occasion,
            trigger=done.trigger,
            reason=done.payload.reason,
            at=work.now,
        )
    )
    chain = where.evaluation.id if isinstance(where, RecommendationStanding) else where.id
    data = {"trigger": done.trigger, "occasion": str(done.payload.occasion), "reason": done.payload.reason}
    record(work, chain, "decision_recorded", data)
    return ()


def publish_report(work: Work, where: Standing, done: Done, params: Params) -> Sequence[Further]:
    """Release the newest version to the public."""
    publish(work, where)
    return ()


def issue_recommendations(work: Work, where: Standing, done: Done, params: Params) -> Sequence[Further]:
    """Issue each recommendation that the report holds."""
    issue(work, where, recommended(work, where))
    return ()


def _effects(*effects: Effect) -> dict[str, Effect]:
    return {effect.run.__name__: effect for effect in effects}


EFFECTS = _effects(
    Effect(fire_on_evaluations, Fire, frozenset({ROUND}), about=EVALUATION, walk=Walk.FIRES),
    Effect(suspend, Params, frozenset({ROUND, EVALUATION}), needs=frozenset({"reason"})),
    Effect(resume, Params, frozenset({ROUND, EVALUATION})),
    Effect(reopen_assessments, Params, frozenset({EVALUATION})),
    Effect(take_snapshot_of_answers, Params, frozenset({EVALUATION})),
    Effect(assemble_report, Params, frozenset({EVALUATION})),
    Effect(
        record_decision,
        Params,
        frozenset({ROUND, EVALUATION, RECOMMENDATION}),
        needs=frozenset({"occasion"}),
    ),
    Effect(publish_report, Params, frozenset({EVALUATION})),
    Effect(issue_recommendations, Params, frozenset({EVALUATION}), walk=Walk.ISSUES),
)
