"""What is true of a subject now? Frozen facts, gathered in a fixed number of queries, for guards to judge purely."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from mem.answers.rules import missing
from mem.answers.service import current
from mem.assessments.service import concluded
from mem.core.errors import Reason
from mem.core.work import Work
from mem.methods.method import Method
from mem.methods.models import Position
from mem.plans.definition import tree_of
from mem.recommendations.service import RecommendationStanding
from mem.reports.comments import listed
from mem.reports.models import ReportVersion
from mem.rounds.experts import assignments, designations
from mem.rounds.models import CountryEvaluation, Decision, Occasion
from mem.rounds.service import cycles, exclusions
from mem.rounds.standing import RoundStanding, Standing, rated_units


@dataclass(frozen=True)
class Payload:
    """What comes with a trigger: a reason, and the occasion that decided."""

    reason: str | None = None
    occasion: UUID | None = None


@dataclass(frozen=True)
class Held:
    """An occasion of the round."""

    kind: str
    held_on: date


@dataclass(frozen=True)
class Facts:
    """What every subject has: the method, the day, the occasions of its round, what came with the trigger."""

    method: Method
    today: date
    occasions: Mapping[UUID, Held]
    payload: Payload


@dataclass(frozen=True)
class Seat:
    """One evaluation of a round, by its state."""

    state: str
    workflow: str
    stage: str


@dataclass(frozen=True)
class RoundFacts(Facts):
    """A round: its evaluations, the states that designated an expert, how many units are judged."""

    seats: Collection[Seat]
    designated: Collection[str]
    judged_units: int


@dataclass(frozen=True)
class EvaluationFacts(Facts):
    """A country evaluation: everything its guards may ask."""

    round_workflow: str
    round_stage: str
    missing_answers: Collection[Reason]
    voices: Mapping[str, bool]  # state of each assigned expert → handed in
    rated: Collection[str]
    concluded: Collection[str]
    open_comments: Collection[int]
    decided: bool  # an occasion has decided since the newest version of the report


@dataclass(frozen=True)
class RecommendationFacts(Facts):
    """A recommendation; thin so far."""


def round_facts(work: Work, where: RoundStanding, payload: Payload) -> RoundFacts:
    seats = work.db.execute(
        select(CountryEvaluation.state, Position.workflow, Position.stage)
        .join(Position, Position.id == CountryEvaluation.id)
        .where(CountryEvaluation.round_id == where.id)
        .order_by(CountryEvaluation.state)
    ).tuples()
    return RoundFacts(
        **_common(work, where.method, where.id, payload),
        seats=tuple(Seat(*row) for row in seats),
        designated=frozenset(row.state for row in designations(work, where.id)),
        judged_units=sum(_judged(work, where, row.id, row.kind) for row in cycles(work, where.id)),
    )


def evaluation_facts(work: Work, where: Standing, payload: Payload) -> EvaluationFacts:
    answered = current(work, where.id)
    values = {key: row.value for key, row in answered.items() if row.value is not None}
    waived = {key for key, row in answered.items() if row.not_applicable is not None}
    rated = [unit.code for unit in rated_units(work, where)]
    out = {unit.code for unit in where.tree.at(where.cycle.rated)} - set(rated)
    position = work.db.execute(select(Position.workflow, Position.stage).where(Position.id == where.round_id)).one()
    decided = work.db.execute(
        select(Decision.position_id)
        .join(ReportVersion, ReportVersion.evaluation_id == Decision.position_id)
        .where(Decision.position_id == where.id)
        .having(func.max(Decision.at) >= func.max(ReportVersion.at))
        .group_by(Decision.position_id)
    ).first()
    return EvaluationFacts(
        **_common(work, where.method, where.round_id, payload),
        round_workflow=position.workflow,
        round_stage=position.stage,
        missing_answers=tuple(missing(where.form, values, waived, out)),
        voices={row.expert_state: row.handed_in_at is not None for row in assignments(work, where.id)},
        rated=tuple(rated),
        concluded=frozenset(concluded(work, where.id)),
        open_comments=tuple(row.number for row in listed(work, where.id) if row.disposition is None),
        decided=decided is not None,
    )


def recommendation_facts(work: Work, where: RecommendationStanding, payload: Payload) -> RecommendationFacts:
    return RecommendationFacts(**_common(work, where.evaluation.method, where.evaluation.round_id, payload))


def _common(work: Work, method: Method, round_id: UUID, payload: Payload) -> dict[str, Any]:
    rows = work.db.execute(
        select(Occasion.id, Occasion.kind, Occasion.held_on).where(Occasion.round_id == round_id)
    ).tuples()
    occasions = {occasion_id: Held(kind, held_on) for occasion_id, kind, held_on in rows}
    return {"method": method, "today": work.now.date(), "occasions": occasions, "payload": payload}


def _judged(work: Work, where: RoundStanding, cycle_id: UUID, kind: str) -> int:
    cycle = where.method.mechanism.cycles[kind]
    tree = tree_of(where.method, cycle.plan)
    out = {unit.code for row in exclusions(work, cycle_id) for unit in tree.below(row.unit)}
    return sum(unit.code not in out for unit in tree.at(cycle.rated))
