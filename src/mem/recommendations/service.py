"""How are recommendations issued and read?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from mem.core.db import AnyRow
from mem.core.errors import NotFound
from mem.core.work import Work
from mem.ledger.service import record
from mem.methods.models import Position
from mem.methods.service import place
from mem.people.policy import Actor, Place
from mem.recommendations.models import Recommendation
from mem.rounds.standing import Standing, may, permit, permitted, standing
from mem.workflow.definition import Workflow


@dataclass(frozen=True)
class Recommended:
    """A recommendation as the report words it, with the sources of its paragraph."""

    unit: str
    text: Mapping[str, str]
    sources: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class RecommendationStanding:
    """A recommendation where it stands; `evaluation` is the evaluation it came from."""

    id: UUID
    number: int
    unit: str
    text: Mapping[str, str]
    evaluation: Standing
    workflow: Workflow
    stage: str
    version: int

    @property
    def place(self) -> Place:
        return _place(self.evaluation, self.workflow, self.stage)


def _place(evaluation: Standing, workflow: Workflow, stage: str) -> Place:
    return replace(evaluation.place, sees=workflow.sees(stage), edits=workflow.edits(stage))


def issue(work: Work, where: Standing, recommended: Sequence[Recommended]) -> int:
    """Issue the recommendations of a report, numbered in its order; how many."""
    workflow = where.method.mechanism.recommendation_workflow
    for number, one in enumerate(recommended, start=1):
        recommendation_id = work.new_id()
        place(work, recommendation_id, "recommendation", where.method, workflow)
        work.db.execute(
            insert(Recommendation).values(
                id=recommendation_id,
                evaluation_id=where.id,
                number=number,
                unit=one.unit,
                text=dict(one.text),
                sources=[dict(source) for source in one.sources],
                issued_at=work.now,
            )
        )
        data = {
            "recommendation": str(recommendation_id),
            "number": number,
            "unit": one.unit,
            "text": dict(one.text),
        }
        record(work, where.id, "recommendation_issued", data)
    return len(recommended)


def recommendation(work: Work, recommendation_id: UUID, actor: Actor | None) -> RecommendationStanding:
    """Read a recommendation as it stands for an actor. Raises `NotFound`."""
    found = work.db.execute(
        select(
            Recommendation.evaluation_id,
            Recommendation.number,
            Recommendation.unit,
            Recommendation.text,
            Position.workflow,
            Position.stage,
            Position.version,
        )
        .join(Position, Position.id == Recommendation.id)
        .where(Recommendation.id == recommendation_id)
    ).first()
    if found is None:
        raise NotFound
    where = standing(work, found.evaluation_id, actor)
    return RecommendationStanding(
        recommendation_id, found.number, found.unit, found.text, where,
        where.method.workflows[found.workflow], found.stage, found.version,
    )  # fmt: skip


def shown(work: Work, actor: Actor, recommendation_id: UUID) -> RecommendationStanding:
    """As `recommendation`, for an actor who may see it; else it is not there."""
    found = recommendation(work, recommendation_id, actor)
    if not may(actor, "recommendation.read", found.place):
        raise NotFound
    permit(work, actor, "recommendation.read", found.place)
    return found


def of_evaluation(work: Work, actor: Actor, evaluation_id: UUID) -> list[AnyRow]:
    """The recommendations of an evaluation that the actor may see: id, number, unit, text, sources, stage, version."""
    where = permitted(work, actor, "evaluation.read", evaluation_id)
    return [
        row
        for row in issued(work, evaluation_id)
        if may(actor, "recommendation.read", _place(where, where.method.workflows[row.workflow], row.stage))
    ]


def positions(work: Work, evaluations: Sequence[UUID]) -> list[UUID]:
    """The recommendations that came from some evaluations, wherever they stand."""
    return list(
        work.db.execute(select(Recommendation.id).where(Recommendation.evaluation_id.in_(evaluations))).scalars()
    )


def issued(work: Work, evaluation_id: UUID) -> list[AnyRow]:
    """As `of_evaluation`, for whoever has asked the policy already, or for the public once published."""
    query = (
        select(
            Recommendation.id,
            Recommendation.number,
            Recommendation.unit,
            Recommendation.text,
            Recommendation.sources,
            Recommendation.issued_at,
            Position.workflow,
            Position.stage,
            Position.version,
        )
        .join(Position, Position.id == Recommendation.id)
        .where(Recommendation.evaluation_id == evaluation_id)
        .order_by(Recommendation.number)
    )
    return list(work.db.execute(query))
