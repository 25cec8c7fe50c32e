"""What stands in a round, and what would be different for each if the round went by another method?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from mem.core.db import AnyRow
from mem.core.errors import NotFound
from mem.core.work import Work
from mem.methods.method import Method
from mem.methods.models import Position
from mem.recommendations.models import Recommendation
from mem.rounds.models import CountryEvaluation, Deadline, Round
from mem.rounds.reckoning import Entry, reckoned
from mem.workflow.difference import Change, stage_changes

Stages = Mapping[str, str]
"""Stage that is gone to the one that takes its place."""


@dataclass(frozen=True)
class Running:
    """What stands somewhere in a round: its chain, its state and, of a recommendation, its number; where it stands and
    would stand, until when now and then, with what lapses then; whether the new road has that place; every change."""

    position: UUID
    chain: UUID
    subject: str
    state: str | None
    number: int | None
    workflow: str
    stage: str
    version: int
    to: str
    due_at: datetime | None
    new_due_at: datetime | None
    by_hand: bool
    lapse: str | None
    fits: bool
    changes: tuple[Change, ...]

    @property
    def name(self) -> str:
        """Which it is, in words."""
        said = [self.subject, *([self.state] if self.state else []), *([str(self.number)] if self.number else [])]
        return " ".join(said)


def round_called(work: Work, said: str) -> UUID:
    """The round of a code, or of an id. Raises `NotFound`."""
    found: list[UUID] = [
        one.id for one in work.db.execute(select(Round.id, Round.code)) if said in (one.code, str(one.id))
    ]
    if not found:
        raise NotFound("unknown_round", "There is no such round.")
    return found[0]


def running(work: Work, round_id: UUID, old: Method, new: Method, stages: Stages) -> list[Running]:
    """Everything that stands in a round, the round first, then by state."""
    return [
        _one(work, round_id, row, named, (old, new), stages) for row, named in sorted(_rows(work, round_id), key=_order)
    ]


_Named = tuple[UUID, str | None, int | None]
"""The chain, the state, and the number of a recommendation."""


def _rows(work: Work, round_id: UUID) -> Iterator[tuple[AnyRow, _Named]]:
    own = select(CountryEvaluation.id, CountryEvaluation.state).where(CountryEvaluation.round_id == round_id)
    named: dict[UUID, _Named] = {round_id: (round_id, None, None)}
    named |= {row.id: (row.id, row.state, None) for row in work.db.execute(own)}
    issued = select(Recommendation.id, Recommendation.evaluation_id, Recommendation.number).where(
        Recommendation.evaluation_id.in_(named)
    )
    named |= {row.id: (row.evaluation_id, named[row.evaluation_id][1], row.number) for row in work.db.execute(issued)}
    query = (
        select(Position.__table__, Deadline.due_at, Deadline.by_hand)
        .outerjoin(Deadline, (Deadline.position_id == Position.id) & (Deadline.version == Position.version))
        .where(Position.id.in_(named))
    )
    for row in work.db.execute(query):
        yield row, named[row.id]


def _order(one: tuple[AnyRow, _Named]) -> tuple[str, int]:
    _, (_, state, number) = one
    return state or "", number or 0


def _one(
    work: Work, round_id: UUID, row: AnyRow, named: _Named, methods: tuple[Method, Method], stages: Stages
) -> Running:
    old, new = (method.workflows.get(row.workflow) for method in methods)
    assert old is not None  # it stands on it
    to = row.stage if new is not None and row.stage in new.stages else stages.get(row.stage, row.stage)
    fits, then, lapse, found = False, None, None, list[Change]()
    if new is not None and to in new.stages:
        fits = True
        found += stage_changes(old, new, (row.stage, to), (methods[0].calendar, methods[1].calendar))
        before, after = (
            reckoned(work, Entry(row.id, round_id, method, road, stage, row.version, row.entered_at))
            for method, road, stage in ((methods[0], old, row.stage), (methods[1], new, to))
        )
        then = _due(row.due_at, before, after)
        deadline = new.stages[to].deadline
        lapse = None if deadline is None else deadline.lapse
    if not fits or to != row.stage:
        found.insert(0, Change(old.workflow, "stage", row.stage, to if fits else None))
    chain, state, number = named
    return Running(
        row.id, chain, row.subject, state, number, row.workflow, row.stage, row.version, to, row.due_at, then,
        bool(row.by_hand), lapse, fits, tuple(found),
    )  # fmt: skip


def _due(now: datetime | None, old: datetime | None, new: datetime | None) -> datetime | None:
    """When the time ends by the new method: moved by what its days are more or fewer, so that what was granted besides
    stays granted. What had time by the older method and was given none is given none now."""
    if new is None or (now is None and old is not None):
        return None
    return new if now is None or old is None else now + (new - old)
