"""What moves, and where does it stand? One reading of a position, whichever of the three subjects it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from mem.core.errors import NotFound
from mem.core.work import Work
from mem.methods.method import Method
from mem.methods.models import Position
from mem.people.policy import Actor, Place
from mem.process.facts import Facts, Payload, evaluation_facts, recommendation_facts, round_facts
from mem.process.guards import EVALUATION, GUARDS, ROUND
from mem.recommendations.service import RecommendationStanding, recommendation
from mem.rounds.standing import RoundStanding, Standing, round_standing, standing
from mem.workflow.definition import Transition, Workflow


@dataclass(frozen=True)
class Moving:
    """A subject as `advance` needs it: where it stands, its place for the policy, the chain its events go to,
    the actions of reading and advancing it, since when it is suspended by itself, and since when with what it is part
    of."""

    where: RoundStanding | Standing | RecommendationStanding
    method: Method
    workflow: Workflow
    place: Place
    chain: UUID
    read: str
    act: str
    suspended: datetime | None
    suspended_with: datetime | None

    @property
    def stage(self) -> str:
        return self.where.stage

    @property
    def round_id(self) -> UUID:
        """The round it belongs to, or is."""
        where = self.where
        if isinstance(where, RoundStanding):
            return where.id
        return where.round_id if isinstance(where, Standing) else where.evaluation.round_id

    @property
    def version(self) -> int:
        return self.where.version

    def facts(self, work: Work, payload: Payload, transitions: Iterable[Transition]) -> Facts:
        """What the guards of these transitions judge by."""
        asked = {fact for one in transitions for use in one.guards for fact in GUARDS[use.name].asks}
        if isinstance(self.where, RoundStanding):
            return round_facts(work, self.where, payload, asked)
        if isinstance(self.where, Standing):
            return evaluation_facts(work, self.where, payload, asked)
        return recommendation_facts(work, self.where, payload, asked)


def moving(work: Work, position_id: UUID, actor: Actor | None) -> Moving:
    """Read what stands at a position, for an actor. Raises `NotFound`."""
    subject = work.db.execute(select(Position.subject).where(Position.id == position_id)).scalar()
    if subject is None:
        raise NotFound
    if subject == ROUND:
        round_ = round_standing(work, position_id)
        return Moving(
            round_,
            round_.method,
            round_.workflow,
            round_.place(),
            round_.id,
            "round.read",
            "round.advance",
            round_.suspended,
            None,
        )
    if subject == EVALUATION:
        one = standing(work, position_id, actor)
        return Moving(
            one,
            one.method,
            one.workflow,
            one.place,
            one.id,
            "evaluation.read",
            "evaluation.advance",
            one.suspended,
            one.round_suspended,
        )
    found = recommendation(work, position_id, actor)
    evaluation = found.evaluation
    return Moving(
        found,
        evaluation.method,
        found.workflow,
        found.place,
        evaluation.id,
        "recommendation.read",
        "recommendation.advance",
        None,
        evaluation.round_suspended or evaluation.suspended,
    )
