"""How does a lapse happen? What is due is fired in a transaction of its own, once, by nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mem.core.db import Database
from mem.core.errors import Precondition, Refused
from mem.core.work import Work
from mem.methods.service import lock
from mem.process.advance import Moved, lapse
from mem.process.deadlines import Due, due


@dataclass(frozen=True)
class Lapsed:
    """What was due: the subject, the trigger, and the move that came of it, or why there was none."""

    position_id: UUID
    trigger: str
    moved: Moved | None
    refused: str | None = None

    @property
    def told(self) -> dict[str, str | None]:
        """For a program."""
        move = self.moved
        stages = {"from": None, "to": None} if move is None else {"from": move.from_stage, "to": move.to_stage}
        return {"position": str(self.position_id), "trigger": self.trigger, **stages, "refused": self.refused}

    def __str__(self) -> str:
        if self.moved is None:
            return f"{self.position_id}: {self.trigger} is due and refused: {self.refused}"
        return f"{self.position_id}: {self.trigger}, from {self.moved.from_stage} to {self.moved.to_stage}"


def fire_due(database: Database, clock: Callable[[], datetime]) -> Iterator[Lapsed]:
    """Fire every lapse that is due, and tell of each. One that another fired meanwhile is left alone."""
    with database.read() as connection:
        waiting = due(Work(connection, clock()))
    for one in waiting:
        try:
            with database.write() as connection:
                moved = _fire(Work(connection, clock()), one)
        except Precondition:
            moved = None
        except Refused as refusal:
            yield Lapsed(one.position_id, one.trigger, None, refusal.reasons[0].message)
            continue
        if moved is not None:
            yield Lapsed(one.position_id, one.trigger, moved)


def _fire(work: Work, one: Due) -> Moved | None:
    """Fire a lapse, unless it is not due any more, now that its subject is held: more time may have been granted."""
    lock(work, one.position_id)
    still = any(found.version == one.version for found in due(work, one.position_id))
    return lapse(work, one.position_id, one.trigger, one.version) if still else None
