"""Is each deadline decided to the millisecond, and no chain dated backwards, however the clock jumps?

Each schedule goes on from an evaluation that waits for its country's comments, at instants around the deadlines and far
from them, in an order without order, and is undone. What must be allowed is reckoned here from the instant alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection
from tests.databases import migrated, sqlite_url
from tests.methods_of import real_method
from tests.proof.catalogue import Ask, Tally
from tests.worlds import World, world

from mem.core.clock import iso
from mem.core.db import Database
from mem.core.errors import Conflict, NotAllowed, NotAuthenticated
from mem.core.work import Work
from mem.ledger.service import chains, events
from mem.people.service import actor_of, add_person, issue_token
from mem.process.advance import lapse
from mem.process.deadlines import due
from mem.process.invariants import violations
from mem.reports.comments import NewComment, comment

THEN = datetime(2026, 3, 2, 12, tzinfo=UTC)
STEPS = 20
NEAR = [timedelta(0)] + [
    sign * one for sign in (1, -1) for one in (timedelta(microseconds=1), timedelta(milliseconds=1), timedelta(hours=1))
]
FAR = [
    datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2025, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]  # fmt: skip
"""The end of 32 bits, a leap day, a change to summer time, the end of a year."""


@dataclass
class Schedule:
    """One evaluation and what is expected of it. `closes`: when comments lapse; `expires`: when the token does."""

    made: World
    closes: datetime
    token: str
    expires: datetime
    chance: random.Random
    lapsed: bool = False
    wrong: list[str] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)

    def instant(self) -> datetime:
        """Just about a deadline, at a day that clocks get wrong, or days away."""
        way = self.chance.random()
        if way < 0.6:
            return self.chance.choice((self.closes, self.expires)) + self.chance.choice(NEAR)
        if way < 0.7:
            return self.chance.choice(FAR)
        return THEN + timedelta(seconds=self.chance.uniform(0, 60 * 86_400))

    def step(self) -> None:
        at = self.instant()
        acts = (self._comment, self._comment, self._lapse, self._token, self._token, self._person)
        self.chance.choice(acts)(replace(self.made.work, now=at), at)

    def _comment(self, work: Work, at: datetime) -> None:
        entity = self.made.entity
        said = NewComment("IS-1.3/finding", "paragraph", "We see this otherwise.")

        def act() -> None:
            comment(replace(work, actor_id=entity.person_id), entity, self.made.id, [said])

        name = "comment_after_lapse" if self.lapsed else "comment"
        self._judge(name, at, act, not self.lapsed and at < self.closes)

    def _lapse(self, work: Work, at: datetime) -> None:
        found = [one for one in due(work) if one.position_id == self.made.id]
        expected = not self.lapsed and at >= self.closes
        self._count("lapse", expected)
        if bool(found) != expected:
            self.wrong.append(f"due at {iso(at)}: {bool(found)}, though it closes at {iso(self.closes)}")
        for one in found:
            self.lapsed = lapse(work, one.position_id, one.trigger, one.version) is not None

    def _token(self, work: Work, at: datetime) -> None:
        self._judge("token", at, lambda: actor_of(work, f"Bearer {self.token}"), at < self.expires)

    def _person(self, work: Work, at: datetime) -> None:
        add_person(work, "Somebody")

    def _judge(self, name: str, at: datetime, act: Callable[[], object], expected: bool) -> None:
        try:
            act()
            done = True
        except (Conflict, NotAllowed, NotAuthenticated):
            done = False
        self._count(name, done)
        if done != expected:
            said = "accepted" if done else "refused"
            self.wrong.append(f"{name} at {iso(at)} {said}; {iso(self.closes)}, {iso(self.expires)}")

    def _count(self, name: str, done: bool) -> None:
        key = f"{name}_{'yes' if done else 'no'}"
        self.counted[key] = self.counted.get(key, 0) + 1


def jumped(ask: Ask) -> Tally:
    """Schedules, each undone before the next."""
    url, tally = sqlite_url(ask.folder / "mem.db"), Tally()
    migrated(url)
    database, counted = Database(url), dict[str, int]()
    with database.write() as connection:
        made = world(Work(connection, THEN), real_method()).to("country_comment")
        _, token = issue_token(made.work, made.entity.person_id, "proof", 10)
    expires = THEN + timedelta(days=10)
    for number in range(ask.runs):
        with _undone(database) as connection:
            here = made.within(Work(connection, THEN))
            closes = here.standing().closes_at
            assert closes is not None
            schedule = Schedule(here, closes, token, expires, random.Random(f"{ask.seed} {number}"))
            for _ in range(STEPS):
                schedule.step()
            found = schedule.wrong + _dated(here.work) + [f"invariant {one}" for one in violations(here.work)]
        for key, times in schedule.counted.items():
            counted[key] = counted.get(key, 0) + times
        tally.failures += [f"schedule {number} of seed {ask.seed}: {one}" for one in found]
        tally.runs += 1
    database.dispose()
    tally.detail.update(counted)
    wanted = [f"{name}_{how}" for name in ("comment", "lapse", "token") for how in ("yes", "no")]
    tally.failures += [f"never seen: {one}" for one in wanted if ask.runs and not counted.get(one)]
    return tally


@contextmanager
def _undone(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield connection
        finally:
            transaction.rollback()


def _dated(work: Work) -> list[str]:
    """Every place where a chain goes back in time."""
    return [
        f"chain {chain} goes back after event {one.seq}: {iso(one.at)}, then {iso(later.at)}"
        for chain, *_ in chains(work)
        for one, later in pairwise(events(work, chain))
        if later.at < one.at
    ]
