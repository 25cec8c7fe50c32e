"""Of eight who want the same at once, does exactly one get it, and are the others told so? (T07, with T32's keys)

A world is taken along its whole road, again and again; each step is a race of eight threads with a connection each.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count, pairwise
from threading import Barrier
from uuid import UUID

from sqlalchemy import Connection, func, select
from tests.databases import broken
from tests.proof.catalogue import Ask, Tally
from tests.proof.contests import RACERS, Act, Arena, Race
from tests.proof.contests_of_evaluations import EVALUATION
from tests.proof.contests_of_rounds import ROUND
from tests.proof.grounds import FEW, THEN, all_but, database_url, method
from tests.proof.units import DONE, Outcome, unit
from tests.worlds import World, world

from mem.core.db import Database
from mem.core.work import Work
from mem.ledger.models import Event
from mem.methods.models import Position, StageMove
from mem.process.subjects import moving

CHECKED = 100
"""After so many races every invariant is asked (and at the end)."""
LAPS = 60
"""So many visits of a stage, and a new world is begun: the longer a road, the slower each race."""


def sqlite(ask: Ask) -> Tally:
    return _races(ask, "sqlite")


def postgresql(ask: Ask) -> Tally:
    return _races(ask, "postgresql")


def _races(ask: Ask, backend: str) -> Tally:
    tally, counts = Tally(), Counter[str]()
    with database_url(backend, ask.folder) as url, ThreadPoolExecutor(RACERS) as pool:
        database = Database(url, one_login=True)
        with database.engine.connect() as between:
            for race, here in _road(ask, between):
                found = _run(pool, database, between, race, here, counts)
                tally.failures += [f"seed {ask.seed}, race {tally.runs} ({race.name}): {one}" for one in found]
                tally.runs += 1
                if tally.runs % CHECKED == 0 or tally.runs == ask.runs:
                    between.commit()
                    tally.failures += [f"seed {ask.seed}, after race {tally.runs}: {one}" for one in broken(url)]
                if tally.runs == ask.runs or tally.failures:
                    break
        database.dispose()
    if counts["overlapping"] < tally.runs * 0.9:
        tally.failures.append(f"only {counts['overlapping']} of {tally.runs} races were run at once")
    tally.detail = {"racers": RACERS, **counts}
    return tally


def _road(ask: Ask, between: Connection) -> Iterator[tuple[Race, World]]:
    """One race after another, over one world after another; each visit of a stage at a later second. What a race finds
    is committed before it."""
    chance, seconds = random.Random(ask.seed), count()
    for number in count():
        first = Work(between, THEN + timedelta(seconds=next(seconds)))
        begun, second = world(first, method(), f"round-{number}", all_but(FEW)), dict[str, UUID]()
        for _ in range(LAPS):
            here = replace(begun, work=Work(between, THEN + timedelta(seconds=next(seconds))))
            contested = False
            for race in _here(Arena(here, chance, second)):
                contested = True
                between.commit()
                yield race, here
            if not contested:
                break


def _here(arena: Arena) -> Iterator[Race]:
    """What is contested where a world stands."""
    stage = moving(arena.here.work, arena.here.round, None).stage
    yield from ROUND[stage](arena) if stage in ROUND else EVALUATION[arena.here.stage](arena)


def _run(
    pool: ThreadPoolExecutor, database: Database, between: Connection, race: Race, here: World, counts: Counter[str]
) -> list[str]:
    """Run one race; what is wrong with what came of it."""
    before, start = _seen(between, race), Barrier(RACERS)
    between.commit()

    def racing(act: Act) -> Outcome:
        start.wait()
        return unit(database, lambda work: act(replace(here, work=work)), here.work.now)

    came = list(pool.map(racing, race.acts))
    after = _seen(between, race)
    last = select(Event.type).where(Event.chain_id == here.id).order_by(Event.seq.desc()).limit(1)
    ended = between.execute(last).scalar()
    between.commit()
    counts.update(one.code for one in came)
    counts["done again"] += sum(one.attempts - 1 for one in came)
    counts["overlapping"] += any(a.ended > b.begun for a, b in pairwise(sorted(came, key=lambda one: one.begun)))
    counts["moves"] += race.moves is not None
    late = [f"after it came {ended}, not {race.ends}"] if race.ends not in (None, ended) else []
    return [*_judged(race, came), *_changed(race, before, after), *late]


def _judged(race: Race, came: list[Outcome]) -> Iterator[str]:
    contestants, rivals = came[: RACERS - race.rivals], came[RACERS - race.rivals :]
    won, beside = (sum(one.code == DONE for one in side) for side in (contestants, rivals))
    if won != race.winners or beside > 1:
        yield f"{won} won, not {race.winners}, and {beside} beside: {Counter(one.code for one in came)}"
    for one in came:
        if one.code != DONE and one.code not in race.told:
            yield f"one was told {one.code} {one.reasons}, not one of {sorted(race.told)}"


def _seen(between: Connection, race: Race) -> tuple[int, int, int]:
    """Version and moves of what the race moves, and how many events there are of the types that it records."""
    version = moves = events = 0
    if race.moves is not None:
        version = between.execute(select(Position.version).where(Position.id == race.moves)).scalar_one()
        counted = select(func.count()).select_from(StageMove).where(StageMove.position_id == race.moves)
        moves = between.execute(counted).scalar_one()
    if race.records is not None:
        chain, kinds, _ = race.records
        counted = select(func.count()).select_from(Event).where(Event.chain_id == chain, Event.type.in_(kinds))
        events = between.execute(counted).scalar_one()
    return version, moves, events


def _changed(race: Race, before: tuple[int, int, int], after: tuple[int, int, int]) -> Iterator[str]:
    if race.moves is not None and (after[0] != before[0] + 1 or after[1] != after[0] - 1):
        yield f"version {before[0]} became {after[0]}, with {after[1]} moves"
    if race.records is not None and after[2] != before[2] + race.records[2]:
        yield f"{after[2] - before[2]} events {' or '.join(race.records[1])} were recorded, not {race.records[2]}"
