"""Is what is due done once, and checkpoints signed when there is something to sign, by a thread that nothing stops but
`stop`?"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from tests.conftest import THEN
from tests.worlds import world

from mem.core.clock import iso, now
from mem.core.db import PLACES, Database
from mem.core.work import Work
from mem.jobs.worker import Worker
from mem.ledger.checkpoints import checkpoint
from mem.ledger.keys import SigningKey
from mem.ledger.models import Checkpoint
from mem.ledger.service import ADMINISTRATION, chains, events, record
from mem.methods.method import Method
from mem.methods.models import Position, StageMove
from mem.migrate import upgrade
from mem.verify import check_chain, check_signed, check_succession

LONG = timedelta(days=3_000)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return SigningKey.at(tmp_path_factory.mktemp("key") / "key.pem")


class Clock:
    """A clock that stands still until it is put on."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant


def commented(database: Database, method: Method) -> tuple[UUID, datetime]:
    """An evaluation that waits for its country's comments, and when that lapses."""
    with database.write() as connection:
        made = world(Work(connection, THEN), method).to("country_comment")
    return made.id, method.calendar.days["country_comment"].after(THEN)


def stands(database: Database, position: UUID) -> tuple[str, int]:
    with database.read() as connection:
        found = connection.execute(select(Position.stage, Position.version).where(Position.id == position)).one()
        return found.stage, found.version


def lapses(database: Database) -> int:
    """How often somebody's comments were deemed to be over."""
    with database.read() as connection:
        moved = select(StageMove.position_id).where(StageMove.trigger == "deem_no_more_comments")
        return len(connection.execute(moved).all())


def signed(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.execute(select(Checkpoint.number).order_by(Checkpoint.number)).scalars())


def add_event(database: Database) -> None:
    with database.write() as connection:
        record(Work(connection, now()), ADMINISTRATION, "happened", {})


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until it holds; far longer than that takes."""
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until, "it never held"
        time.sleep(0.01)


def has_signed(database: Database, number: int) -> bool:
    return signed(database) == list(range(1, number + 1))


def intact(database: Database, key: SigningKey) -> None:
    """Every chain is whole, and each checkpoint is signed and follows the one before."""
    numbers = signed(database)
    with database.read() as connection:
        work = Work(connection, THEN)
        for chain, _, seq, head in chains(work):
            assert check_chain(str(chain), seq, head, events(work, chain)) == []
        kept = [checkpoint(work, number) for number in numbers]
    assert numbers == list(range(1, len(kept) + 1))
    assert [fault for one in kept for fault in check_signed(one, key.public)] == []
    assert [fault for one, later in pairwise(kept) for fault in check_succession(one, later)] == []


def test_a_turn_fires_what_is_due_once_and_signs_a_checkpoint_only_when_a_head_moved(
    database: Database, method: Method, key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "mem.jobs")
    evaluation, at = commented(database, method)
    _, version = stands(database, evaluation)
    clock = Clock(at - timedelta(seconds=1))
    worker = Worker(database, key, clock, period=60)
    for _ in range(2):  # the second turn finds neither a lapse nor a head that moved
        worker.turn()
        assert stands(database, evaluation) == ("country_comment", version)
        assert signed(database) == [1]
    assert caplog.messages == []
    clock.instant = at
    for _ in range(2):
        worker.turn()
        assert stands(database, evaluation) == ("revision", version + 1)
        assert signed(database) == [1, 2]
    assert caplog.messages == [f"{evaluation}: deem_no_more_comments, from country_comment to revision"]
    clock.instant = at + LONG
    worker.turn()
    assert lapses(database) == 1
    assert signed(database) == [1, 2]
    intact(database, key)


def test_what_lapses_is_recorded_as_done_by_nobody_at_the_instant_of_the_turn_and_is_in_its_checkpoint(
    database: Database, method: Method, key: SigningKey
) -> None:
    evaluation, at = commented(database, method)
    clock = Clock(at + timedelta(hours=5))
    Worker(database, key, clock, period=60).turn()
    with database.read() as connection:
        work = Work(connection, THEN)
        *_, last = events(work, evaluation)
        heads = {one["chain"]: one for one in checkpoint(work, None)["statement"]["heads"]}
        said = json.loads(last.canonical)
    assert (last.actor_id, last.at) == (None, clock.instant)
    assert (said["type"], said["at"]) == ("stage_moved", iso(clock.instant))
    assert (said["data"]["trigger"], said["data"]["reason"]) == ("deem_no_more_comments", "deadline passed")
    assert heads[str(evaluation)] == {"chain": str(evaluation), "position": last.seq, "link": last.link}


def test_turns_at_once_fire_a_lapse_once_and_number_checkpoints_without_a_gap(
    database: Database, method: Method, key: SigningKey
) -> None:
    evaluation, at = commented(database, method)
    workers = [Worker(database, key, Clock(at + timedelta(seconds=1)), period=60) for _ in range(4)]
    ready = threading.Barrier(len(workers))

    def turn(worker: Worker) -> None:
        ready.wait()
        worker.turn()

    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(turn, workers))
    assert stands(database, evaluation)[0] == "revision"
    assert lapses(database) == 1
    assert signed(database) in ([1], [1, 2])
    intact(database, key)


def test_a_worker_takes_its_turns_until_it_is_stopped(database: Database, key: SigningKey) -> None:
    worker = Worker(database, key, now, period=0.05)
    worker.start()
    try:
        for number in (1, 2):
            add_event(database)
            eventually(partial(has_signed, database, number))
    finally:
        worker.stop()
    assert not worker.is_alive()
    add_event(database)
    time.sleep(0.2)
    assert signed(database) == [1, 2]
    intact(database, key)


def test_a_worker_waits_for_the_whole_period_of_the_clock_and_stopping_does_not(
    database: Database, key: SigningKey
) -> None:
    worker = Worker(database, key, now, period=3600, wall=Clock(datetime(2026, 3, 2, 12, tzinfo=UTC)))
    worker.start()
    time.sleep(0.2)
    begun = time.monotonic()
    worker.stop()
    assert time.monotonic() - begun < 10
    assert not worker.is_alive()
    assert signed(database) == []


def test_a_worker_that_never_began_is_stopped_at_once_and_stopping_twice_does_no_harm(
    database: Database, key: SigningKey
) -> None:
    never = Worker(database, key, now, period=60)
    never.stop()
    worker = Worker(database, key, now, period=60)
    worker.start()
    worker.stop()
    worker.stop()
    assert not worker.is_alive()


def test_stopping_waits_for_the_present_turn(database: Database, key: SigningKey, backend: str) -> None:
    worker = Worker(database, key, now, period=0.05)
    add_event(database)
    with database.write() as connection:  # whoever signs now has to wait for this transaction
        if backend == "postgresql":
            connection.execute(text("LOCK TABLE checkpoint IN ACCESS EXCLUSIVE MODE"))
        worker.start()
        time.sleep(0.3)
        stopping = threading.Thread(target=worker.stop)
        stopping.start()
        stopping.join(0.3)
        assert stopping.is_alive()
    stopping.join(30)
    assert not stopping.is_alive()
    assert not worker.is_alive()
    assert signed(database) == [1]


def test_a_database_that_is_away_is_asked_again_at_the_next_turn(
    empty_database: Database, key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(empty_database, key, now, period=0.05)
    worker.start()
    try:
        eventually(lambda: len(caplog.messages) >= 2)  # no table is there yet
        assert all(message.startswith("due work has to wait: ") for message in caplog.messages)
        assert worker.is_alive()
        upgrade(empty_database)
        add_event(empty_database)
        eventually(partial(has_signed, empty_database, 1))
        assert worker.is_alive()
    finally:
        worker.stop()


def test_a_server_that_nobody_reaches_does_not_end_the_worker(
    key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/gone")
    worker = Worker(nowhere, key, now, period=0.05)
    with pytest.raises(DBAPIError):
        worker.turn()
    worker.start()
    try:
        eventually(lambda: caplog.messages.count("due work has to wait: OperationalError") >= 2)
        assert worker.is_alive()
    finally:
        worker.stop()
        nowhere.dispose()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_that_no_connection_is_free_does_not_end_the_worker(
    database: Database, key: SigningKey, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = database.engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.01)
    held = [pool.connect() for _ in range(PLACES + 2)]
    worker = Worker(database, key, now, period=0.05)
    worker.start()
    try:
        eventually(lambda: "due work has to wait: TimeoutError" in caplog.messages)
        for one in held:
            one.close()
        eventually(partial(has_signed, database, 1))
    finally:
        worker.stop()
