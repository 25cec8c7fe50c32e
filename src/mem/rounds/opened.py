"""What is opened to a country for a time, whatever the stage? Some answers and their evidence, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BindParameter, Exists, Uuid, bindparam, exists, select

from mem.core.db import UTCDateTime
from mem.core.work import Work
from mem.plans.definition import Tree
from mem.rounds.models import CountryEvaluation, Opening

_EVALUATION: BindParameter[UUID] = bindparam("evaluation", type_=Uuid())  # see `standing._PERSON`
NOW: BindParameter[object] = bindparam("now", type_=UTCDateTime())
_OPEN = (
    select(Opening.artefacts, Opening.questions, Opening.units, Opening.whole)
    .where(Opening.evaluation_id == _EVALUATION, Opening.closed_at.is_(None), Opening.until > NOW)
    .order_by(Opening.opened_at, Opening.id)
)


@dataclass(frozen=True)
class Opened:
    """What one opening lets be changed."""

    artefacts: Sequence[str]
    questions: Collection[str]
    units: Collection[str]
    whole: bool

    def lets(self, artefact: str, questions: Collection[str], units: Collection[str], tree: Tree) -> bool:
        """Whether it lets an artefact be changed that is about one of these questions, or of these units; a unit
        stands for all below it."""
        if artefact not in self.artefacts:
            return False
        above = {one for unit in units for one in (unit, *tree.units[unit].parents)}
        return self.whole or not above.isdisjoint(self.units) or not set(questions).isdisjoint(self.questions)


def something_opened() -> Exists:
    """Whether anything is open to the country of an evaluation, at `now`."""
    return exists().where(
        Opening.evaluation_id == CountryEvaluation.id, Opening.closed_at.is_(None), Opening.until > NOW
    )


def opened(work: Work, evaluation_id: UUID) -> tuple[Opened, ...]:
    """Everything that is open in an evaluation now."""
    rows = work.db.execute(_OPEN, {"evaluation": evaluation_id, "now": work.now})
    return tuple(Opened(*row) for row in rows)
