"""What is true of a subject now? Frozen facts for guards to judge purely: each fact is one query at most, and only
those are gathered that a guard in question asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from mem.answers.declarations import not_applicable
from mem.answers.service import current
from mem.assessments.service import concluded
from mem.assessments.voices import stances
from mem.core.work import Work
from mem.methods.method import Method
from mem.methods.models import Position
from mem.plans.definition import tree_of
from mem.questionnaires.definition import Form
from mem.recommendations.service import RecommendationStanding
from mem.reports.comments import listed
from mem.reports.models import ReportVersion
from mem.rounds.experts import assignments, designations
from mem.rounds.models import CountryEvaluation, Decision, Occasion
from mem.rounds.service import cycles
from mem.rounds.standing import RoundStanding, Standing, excluded, rated_units, settings


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
    """What every subject has: the method, the day, what came with the trigger, the occasions of its round, those that
    have decided on it, and the day on which it came to where it stands."""

    method: Method
    today: date
    payload: Payload
    occasions: Mapping[UUID, Held]
    spent: Collection[UUID]
    since: date


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
class Answered:
    """What a country has answered: values by question, questions said not to apply, units that the cycle leaves out or
    the country declares not to apply; questions that were answered on its behalf, and it has not confirmed."""

    form: Form
    values: Mapping[str, Any]
    not_applicable: Collection[str]
    left_out: Collection[str]
    unconfirmed: Collection[str]


@dataclass(frozen=True)
class EvaluationFacts(Facts):
    """A country evaluation: everything its guards may ask."""

    round: tuple[str, str]  # workflow and stage of its round
    answered: Answered
    voices: Mapping[str, bool]  # state of each assigned expert → handed in
    rated: Collection[str]
    concluded: Collection[str]
    stances: Mapping[str, Collection[str]]  # unit → states that have spoken to its newest conclusion
    open_comments: Collection[int]
    openings: int
    decided: bool  # an occasion has decided since the newest version of the report


@dataclass(frozen=True)
class RecommendationFacts(Facts):
    """A recommendation; thin so far."""


def round_facts(work: Work, where: RoundStanding, payload: Payload, asked: Collection[str]) -> RoundFacts:
    """The facts of a round that are asked for, by field."""
    gather: Mapping[str, Callable[[], Any]] = {
        "seats": lambda: _seats(work, where),
        "designated": lambda: frozenset(row.state for row in designations(work, where.id)),
        "judged_units": lambda: sum(_judged(work, where, row.id, row.kind) for row in cycles(work, where.id)),
    }
    return RoundFacts(**_common(work, where.method, where.id, where.id, payload, asked), **_asked(gather, asked))


def evaluation_facts(work: Work, where: Standing, payload: Payload, asked: Collection[str]) -> EvaluationFacts:
    """The facts of a country evaluation that are asked for, by field."""
    gather: Mapping[str, Callable[[], Any]] = {
        "round": lambda: _round(work, where),
        "answered": lambda: _answered(work, where),
        "voices": lambda: {row.expert_state: row.handed_in_at is not None for row in assignments(work, where.id)},
        "rated": lambda: tuple(unit.code for unit in rated_units(work, where)),
        "concluded": lambda: frozenset(concluded(work, where.id)),
        "stances": lambda: stances(work, where.id),
        "open_comments": lambda: tuple(row.number for row in listed(work, where.id) if row.disposition is None),
        "openings": lambda: len(where.openings),
        "decided": lambda: _decided(work, where),
    }
    common = _common(work, where.method, where.round_id, where.id, payload, asked)
    return EvaluationFacts(**common, **_asked(gather, asked))


def _seats(work: Work, where: RoundStanding) -> tuple[Seat, ...]:
    rows = work.db.execute(
        select(CountryEvaluation.state, Position.workflow, Position.stage)
        .join(Position, Position.id == CountryEvaluation.id)
        .where(CountryEvaluation.round_id == where.id)
        .order_by(CountryEvaluation.state)
    )
    return tuple(Seat(*row) for row in rows)


def _round(work: Work, where: Standing) -> tuple[str, str]:
    row = work.db.execute(select(Position.workflow, Position.stage).where(Position.id == where.round_id)).one()
    return row.workflow, row.stage


def _answered(work: Work, where: Standing) -> Answered:
    answers = current(work, where.id)
    return Answered(
        form=where.form,
        values={key: row.value for key, row in answers.items() if row.value is not None},
        not_applicable=frozenset(key for key, row in answers.items() if row.not_applicable is not None),
        left_out=frozenset(excluded(work, where)) | not_applicable(work, where.id, where.tree),
        unconfirmed=tuple(key for key, row in answers.items() if row.on_behalf_of and row.confirmed_at is None),
    )


def _decided(work: Work, where: Standing) -> bool:
    found = work.db.execute(
        select(Decision.position_id)
        .join(ReportVersion, ReportVersion.evaluation_id == Decision.position_id)
        .where(Decision.position_id == where.id)
        .having(func.max(Decision.at) >= func.max(ReportVersion.at))
        .group_by(Decision.position_id)
    ).first()
    return found is not None


def recommendation_facts(
    work: Work, where: RecommendationStanding, payload: Payload, asked: Collection[str]
) -> RecommendationFacts:
    """The facts of a recommendation."""
    evaluation = where.evaluation
    return RecommendationFacts(**_common(work, evaluation.method, evaluation.round_id, where.id, payload, asked))


class _Unasked:
    """A fact that no guard said it asks for: touching it is a fault of the guard's declaration, never an empty yes."""

    def _refuse(self, *_: object) -> Any:
        raise AssertionError("a guard reads a fact that it does not ask for")

    __iter__ = __len__ = __bool__ = __contains__ = __getattr__ = __getitem__ = __eq__ = __lt__ = __gt__ = _refuse
    __hash__ = None  # type: ignore[assignment]


def _asked(gather: Mapping[str, Callable[[], Any]], asked: Collection[str]) -> dict[str, Any]:
    return {name: get() if name in asked else _Unasked() for name, get in gather.items()}


def _common(
    work: Work, method: Method, round_id: UUID, position_id: UUID, payload: Payload, asked: Collection[str]
) -> dict[str, Any]:
    gather: Mapping[str, Callable[[], Any]] = {
        "occasions": lambda: _occasions(work, round_id),
        "spent": lambda: frozenset(
            work.db.execute(select(Decision.occasion_id).where(Decision.position_id == position_id)).scalars()
        ),
        "since": lambda: (
            work.db.execute(select(Position.entered_at).where(Position.id == position_id)).scalar_one().date()
        ),
    }
    return {"method": method, "today": work.now.date(), "payload": payload, **_asked(gather, asked)}


def _occasions(work: Work, round_id: UUID) -> dict[UUID, Held]:
    rows = work.db.execute(select(Occasion.id, Occasion.kind, Occasion.held_on).where(Occasion.round_id == round_id))
    return {occasion_id: Held(kind, held_on) for occasion_id, kind, held_on in rows}


def _judged(work: Work, where: RoundStanding, cycle_id: UUID, kind: str) -> int:
    cycle = where.method.mechanism.cycles[kind]
    tree = tree_of(where.method, cycle.plan)
    out = tree.left_out(settings(work, cycle_id))
    return sum(unit.code not in out for unit in tree.at(cycle.rated))
