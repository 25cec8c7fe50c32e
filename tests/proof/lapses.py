"""Does each lapse happen exactly once, however many fire what is due at the same instant, and never before the day to
which its deadline was moved? (T31)

Two ticks and a server's worker turn at once, each on connections of its own, while an officer gives more time to some
states and says of others that they do not take part. What each was told must agree with the record.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID

from sqlalchemy import select
from tests.databases import broken
from tests.proof.catalogue import Ask, Tally
from tests.proof.grounds import database_url, method
from tests.proof.units import DONE, unit

from mem.core.db import Database
from mem.core.work import Work
from mem.jobs.worker import turn
from mem.ledger.keys import SigningKey
from mem.ledger.models import Event
from mem.methods.method import Method
from mem.people.policy import Actor, Grant
from mem.people.service import add_person, grant_role
from mem.process.advance import advance
from mem.process.deadlines import due
from mem.process.facts import Payload
from mem.rounds.deadlines import move_by_hand
from mem.rounds.service import NewCycle, cycles, enrol, open_round

THEN = datetime(2026, 3, 2, 12, tzinfo=UTC)
DUE, LATE, LATER = (THEN + timedelta(days=days) for days in (74, 76, 200))
"""Just before the deadlines, just after them, and after those that were moved."""
MOVED_TO = date(2026, 7, 1)
FIRERS = 3
LAPSE = "deem_absent"


@dataclass(frozen=True)
class Waiting:
    """The evaluations whose time is over soon, in the order in which they lapse, and who acts for them."""

    officer: Actor
    evaluations: Sequence[UUID]

    @property
    def extended(self) -> Sequence[UUID]:
        return self.evaluations[::-3]

    @property
    def ended(self) -> Sequence[UUID]:
        return self.evaluations[-2::-3]


def lapses(ask: Ask) -> Tally:
    """So many lapses on each database."""
    tally = Tally()
    for backend in ("sqlite", "postgresql"):
        (ask.folder / backend).mkdir()
        with database_url(backend, ask.folder / backend) as url:
            found, counts = _on(url, ask.runs, ask.folder / backend)
            tally.failures += [f"{backend}: {one}" for one in found + [f"{one} broken" for one in broken(url)]]
        tally.runs += ask.runs
        tally.detail |= {f"{backend} {name}": count for name, count in counts.items()}
    return tally


def _lapsing() -> Method:
    """The method by which a state that has not answered in time takes no part; nothing stands against that."""
    part = method().parts["country_evaluation.yaml"]
    deadline = {"days": "questionnaire", "lapse": LAPSE}
    turned = [{**one, "guards": []} if one["trigger"] == "issue" else one for one in part["transitions"]]
    turned.append({"trigger": LAPSE, "from": "answering", "to": "not_participating", "by": []})
    stages = {**part["stages"], "answering": {**part["stages"]["answering"], "deadline": deadline}}
    return Method.of({**method().parts, "country_evaluation.yaml": {**part, "stages": stages, "transitions": turned}})


def _on(url: str, number: int, folder: Path) -> tuple[list[str], Counter[str]]:
    key = SigningKey.at(folder / "key.pem")
    database = Database(url, one_login=True)
    waiting = _waiting(database, number)
    seen = list[int]()
    told = _at_once(url, key, LATE, seen, [lambda one: _extend(one, waiting), lambda one: _end(one, waiting)])
    extended, ended = (set(done) for done in told[FIRERS:])
    counts = Counter(extended=len(extended), ended=len(ended), lapsed=sum(len(one) for one in told[:FIRERS]))
    found = [*_wrong(database, waiting, told[:FIRERS], extended, ended)]
    counts["found due by two"] = sorted(seen)[-2]
    if not counts["found due by two"]:
        found.append("nothing was contested")
    again = _at_once(url, key, LATER, seen, [])
    counts["lapsed later"] = sum(len(one) for one in again)
    found += _wrong(database, waiting, [first + later for first, later in zip(told, again, strict=False)], set(), ended)
    database.dispose()
    return found, counts


def _waiting(database: Database, number: int) -> Waiting:
    """So many evaluations that are being answered."""
    lapsing = _lapsing()
    day = THEN.date().isoformat()
    states = [one.code for one in lapsing.members.members if one.on(day)]
    with database.write() as connection:
        work = Work(connection, THEN)
        person = add_person(work, "Officer")
        grant_role(work, lapsing, person, "mem_unit", None)
        officer = Actor(person, "Officer", (Grant("mem_unit", None, lapsing.mechanism.mechanism),))
        work = replace(work, actor_id=person)
        groups = [states[: number - first] for first in range(0, number, len(states))]
        made = [NewCycle("evaluation", f"c{index}", "A cycle") for index in range(len(groups))]
        opened = open_round(work, lapsing, "round", "A round", True, made)
        found = [
            one
            for cycle, some in zip(sorted(cycles(work, opened), key=lambda row: int(row.code[1:])), groups, strict=True)
            for one in enrol(work, officer, cycle.id, some)
        ]
        for one in found:
            advance(work, officer, one, "issue", Payload(), 1)
    return Waiting(officer, sorted(found, key=lambda one: one.hex))


def _at_once(
    url: str, key: SigningKey, at: datetime, seen: list[int], besides: Sequence[Callable[[Database], list[UUID]]]
) -> list[list[UUID]]:
    """Several fire what is due, and others act, all from the same instant; whom each fired, or acted on. How much each
    found due at first is added to `seen`."""
    start = Barrier(FIRERS + len(besides))

    def fire(database: Database) -> list[UUID]:
        with database.read() as connection:
            seen.append(len(due(Work(connection, at))))
        return [one.position_id for one in turn(database, key, lambda: at)]

    def run(act: Callable[[Database], list[UUID]]) -> list[UUID]:
        database = Database(url, one_login=True)
        with database.read():  # connected
            pass
        start.wait()
        done = act(database)
        database.dispose()
        return done

    with ThreadPoolExecutor(FIRERS + len(besides)) as pool:
        return list(pool.map(run, [*[fire] * FIRERS, *besides]))


def _extend(database: Database, waiting: Waiting) -> list[UUID]:
    """Give more time to some, as far as their time is not over; to whom."""
    by = waiting.officer

    def act(work: Work, one: UUID) -> int:
        return move_by_hand(replace(work, actor_id=by.person_id), by, one, MOVED_TO, "A flood.", 1, of_round=False)

    return [one for one in waiting.extended if unit(database, lambda work, one=one: act(work, one), DUE).code == DONE]  # type: ignore[misc]


def _end(database: Database, waiting: Waiting) -> list[UUID]:
    """Say of some that they take no part, as far as they have not lapsed; of whom."""
    by = waiting.officer

    def act(work: Work, one: UUID) -> object:
        said = Payload(reason="It does not answer.")
        return advance(replace(work, actor_id=by.person_id), by, one, "record_non_participation", said, 2)

    return [one for one in waiting.ended if unit(database, lambda work, one=one: act(work, one), DUE).code == DONE]  # type: ignore[misc]


def _wrong(
    database: Database, waiting: Waiting, fired: Sequence[list[UUID]], extended: set[UUID], ended: set[UUID]
) -> list[str]:
    """Where the record does not say: once lapsed, or ended by the officer, or (for now) given more time."""
    told, found = Counter(one for some in fired for one in some), []
    with database.read() as connection:
        moves: dict[UUID, list[tuple[int, str]]] = {one: [] for one in waiting.evaluations}
        query = select(Event.chain_id, Event.canonical).where(Event.type == "stage_moved").order_by(Event.seq)
        for chain, canonical in connection.execute(query):
            data = json.loads(canonical)["data"]
            moves[chain].append((data["version"], data["trigger"]))
    for one, recorded in moves.items():
        expected = [(2, "issue")]
        if one in ended:
            expected.append((3, "record_non_participation"))
        elif one not in extended:
            expected.append((3, LAPSE))
        if recorded != expected or told[one] != ((3, LAPSE) in expected):
            found.append(f"{one} was told of {told[one]} times, and the record says {recorded}, not {expected}")
    return found
