"""Whatever two commands do at the same time, is it as if one had come after the other? (T09, on PostgreSQL)

For pairs of commands, orderings of their statements on two connections, each different from all the others: what is
told to both, and every row of the database afterwards, is what one of the two serial orders gives, which are run for
real. On SQLite there is nothing to try: the second command waits for the first before its first statement.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text
from tests.databases import broken
from tests.proof.catalogue import Ask, Tally
from tests.proof.command_pairs import GROUNDS
from tests.proof.commands import Command
from tests.proof.grounds import THEN, database_url
from tests.proof.keeping import Held, bring_back, held, keep
from tests.proof.stepping import Pair, by_steps
from tests.proof.units import Outcome, unit
from tests.worlds import World

from mem.core.db import Database
from mem.core.work import Work

ALIKE = {"designated_already": "not_designated", "already_spoken": "not_spoken", "key_in_flight": "replayed"}
"""What a constraint or a lock tells where a look would have told the other: the same refusal."""
FEWEST = 12
"""Orderings of a pair for which it is worth being tried; where fewer are asked for, some pairs are tried."""
ALWAYS = {
    "preparation": "preparation: leave the last unit out and call for experts",
    "consolidation": "consolidation: conclude anew and speak",
    "country comment": "country comment: comment and comment",
    "approved": "approved: ask to publish and the deputy asks",
    "people": "people: make an expert and make an entity",
    "reopening asked for": "reopening asked for: approve and finalise",
}
"""By ground, a pair that was wrong once, or that nothing but a lock keeps right. They are always tried; where little is
asked for, on these grounds alone."""
Named = Sequence[tuple[str, tuple[Command, Command]]]
EMPTY, BEFORE = "kept_empty", "kept_before"
Came = tuple[tuple[str, str], Held]
"""What was told to both, and what the database held then."""


@dataclass(frozen=True)
class Both:
    """Two commands on one ground."""

    database: Database
    monitor: Connection
    here: World
    before: Held
    commands: tuple[Command, Command]

    def unit(self, index: int) -> Outcome:
        """One of the two as a unit of work; its ids and salts are the same in every order."""
        ids = (UUID(int=(index + 1) << 96 | number) for number in count(1))

        def act(work: Work) -> Any:
            fixed = replace(work, new_id=lambda: next(ids), entropy=lambda size: bytes([index + 1]) * size)
            return self.commands[index](replace(self.here, work=fixed))

        return unit(self.database, act, self.here.work.now)

    def serially(self, order: Sequence[int]) -> Came:
        told = {index: self.unit(index).code for index in order}
        return self._came((told[0], told[1]))

    def _came(self, told: tuple[str, str]) -> Came:
        found = held(self.monitor)
        bring_back(self.monitor, BEFORE, [name for name in found if found[name] != self.before[name]])
        return (ALIKE.get(told[0], told[0]), ALIKE.get(told[1], told[1])), found

    def orderings(self, chance: random.Random, most: int, counts: Counter[str]) -> Iterator[tuple[str, Came]]:
        """Up to so many orderings, all of them where there are no more: each begins as one before and then differs."""
        begun: list[tuple[int, ...]] = [()]
        for _ in range(most):
            if not begun:
                counts["pairs tried in every ordering"] += 1
                return
            begin = begun.pop(chance.randrange(len(begun)))
            pair, made = Pair(self.monitor, (lambda: self.unit(0), lambda: self.unit(1))), list[int]()
            while able := pair.able():
                chosen = begin[len(made)] if len(made) < len(begin) else chance.choice(able)
                if len(made) >= len(begin) and len(able) > 1:
                    begun.append((*made, 1 - chosen))
                made.append(chosen)
                pair.step(chosen)
            self.monitor.commit()
            first, second = (one.came_to() for one in pair.sessions)
            counts["orderings in which one waited"] += pair.waited > 0
            counts["done again"] += first.attempts + second.attempts - 2
            counts["steps"] += len(made)
            yield "".join("AB"[index] for index in made), self._came((first.code, second.code))


def _quick(monitor: Connection) -> None:
    """Of two who wait for each other, let the server find out at once. Connections opened from now on know it."""
    name = monitor.execute(text("SELECT quote_ident(current_database())")).scalar_one()
    monitor.execute(text(f"ALTER DATABASE {name} SET deadlock_timeout = '20ms'"))
    monitor.commit()


def interleaved(ask: Ask) -> Tally:
    tally, counts, chance = Tally(), Counter[str](), random.Random(ask.seed)
    grounds = GROUNDS if ask.runs >= FEWEST * FEWEST else [one for one in GROUNDS if one.name in ALWAYS]
    with database_url("postgresql", ask.folder) as url:
        database, owner = Database(url, one_login=True), Database(url)
        with owner.engine.connect() as monitor, by_steps(database):
            _quick(monitor)
            keep(monitor, EMPTY)
            for number, ground in enumerate(grounds, 1):
                bring_back(monitor, EMPTY)
                here = ground.prepared(Work(monitor, THEN))
                pairs = [*ground.pairs(here)]
                keep(monitor, BEFORE)
                before, until = held(monitor), ask.runs * number // len(grounds)
                for index, (name, commands) in enumerate(chosen := _chosen(pairs, until - tally.runs, chance)):
                    both = Both(database, monitor, here, before, commands)
                    most = max(1, (until - tally.runs) // (len(chosen) - index))
                    found = _outside(both, name, chance, most, tally, counts)
                    tally.failures += [f"seed {ask.seed}, {one}" for one in found]
                counts["pairs"] += len(chosen)
                tally.failures += [f"after {ground.name}: {one}" for one in broken(url)]
        database.dispose()
        owner.dispose()
    tally.detail = dict(counts)
    if not counts["orderings in which one waited"]:
        tally.failures.append("no command ever waited for another")
    return tally


def _chosen(pairs: Named, runs: int, chance: random.Random) -> Named:
    """As many pairs of a ground as it is worth with so many runs; those that are always tried come first."""
    known = [one for one in pairs if one[0] in ALWAYS.values()]
    others = [one for one in pairs if one not in known]
    more = chance.sample(others, max(0, min(len(others), runs // FEWEST - len(known))))
    return [*known, *more]


def _outside(
    both: Both, name: str, chance: random.Random, most: int, tally: Tally, counts: Counter[str]
) -> Iterator[str]:
    serial = [both.serially(order) for order in ((0, 1), (1, 0))]
    counts["pairs whose order matters"] += serial[0] != serial[1]
    wrong = 0
    for ordering, came in both.orderings(chance, most, counts):
        tally.runs += 1
        if came not in serial:
            wrong += 1
            if wrong <= 2:
                yield f"{name}, {ordering}: {_said(came, serial)}"
    if wrong > 2:
        yield f"{name}: {wrong} orderings in all"


def _said(came: Came, serial: Sequence[Came]) -> str:
    told = [one[0] for one in serial]
    if came[0] not in told:
        return f"told {came[0]}, one after the other {told}"
    apart = [[table for table in came[1] if came[1][table] != one[1][table]] for one in serial]
    return f"told {came[0]}, and what is held differs from either order in {apart}"
