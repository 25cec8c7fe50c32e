"""What is told of two methods, of a round that would move from the one to the other, and of one that did?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from mem.cli.operations import person_called
from mem.core.clock import iso
from mem.core.errors import Reason
from mem.core.work import Work
from mem.methods.method import Method
from mem.people.service import acting
from mem.process.differences import between
from mem.process.migrating import against, migrate
from mem.process.running import Running, Stages, round_called, running
from mem.rounds.standing import round_standing
from mem.workflow.difference import Change, printed


@dataclass(frozen=True)
class Report:
    """Two methods by their digests, what is different, what stands in the round, what is against moving it."""

    before: str
    after: str
    changes: tuple[Change, ...]
    running: tuple[Running, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @classmethod
    def of(cls, old: Method, new: Method) -> Report:
        return cls(old.digest, new.digest, tuple(between(old, new)))

    def data(self) -> dict[str, Any]:
        """For a program."""
        return {
            "before": self.before,
            "after": self.after,
            "changes": [asdict(one) for one in self.changes],
            "running": [_running(one) for one in self.running],
            "reasons": [{"code": one.code, "message": one.message, "about": one.about} for one in self.reasons],
        }

    def lines(self) -> Iterator[str]:
        """For people."""
        yield from printed(self.changes)
        for one in self.running:
            yield f"{one.name}, in '{one.stage}':" + (
                " nothing is different" if not (one.changes or _moves(one)) else ""
            )
            yield from (f"  {line}" for line in printed(one.changes))
            if _moves(one):
                yield f"  its time ends {_day(one.new_due_at)} instead of {_day(one.due_at)}"
        if self.reasons:
            yield "The round cannot move:"
            yield from (f"  {one.about}: {one.message}" if one.about else f"  {one.message}" for one in self.reasons)


def compared(work: Work, said: str, new: Method, stages: Stages) -> Report:
    """A round that would move to a method. Raises `NotFound`."""
    round_id = round_called(work, said)
    old = round_standing(work, round_id).method
    found = running(work, round_id, old, new, stages)
    reasons = against(work, round_id, old, new, stages, found)
    return replace(Report.of(old, new), running=tuple(found), reasons=tuple(reasons))


def moved(work: Work, said: str, new: Method, stages: Stages, by: str, reason: str) -> Report:
    """A round that somebody moves to a method. Raises `MemError`."""
    round_id, person = round_called(work, said), person_called(work, by)
    old = round_standing(work, round_id).method
    found = migrate(replace(work, actor_id=person), acting(work, person), round_id, new, stages, reason)
    return replace(Report.of(old, new), running=tuple(found))


def _moves(one: Running) -> bool:
    return one.fits and one.due_at != one.new_due_at


def _day(due_at: datetime | None) -> str:
    return "never" if due_at is None else f"on {due_at.date().isoformat()}"


def _running(one: Running) -> dict[str, Any]:
    told = {name: value for name, value in asdict(one).items() if name != "chain"}
    times = {name: None if told[name] is None else iso(told[name]) for name in ("due_at", "new_due_at")}
    return {**told, "position": str(one.position), **times}
