"""Does a sandbox have a clock that only goes forward, and can nothing else ever become one?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import NOW, refused

from mem.core.clock import now
from mem.core.db import Database
from mem.core.errors import Conflict, Invalid, NotAuthenticated, NotFound, Precondition
from mem.core.work import Work
from mem.ledger.service import ADMINISTRATION
from mem.people.service import actor_of, add_person, issue_token
from mem.sandbox.models import Sandbox
from mem.sandbox.service import clock, clock_of, label, open_sandbox, set_clock, working

LATER = NOW + timedelta(days=300)


@pytest.fixture
def played(work: Work) -> Work:
    open_sandbox(work)
    return work


def test_an_empty_database_becomes_a_sandbox_and_its_clock_says_when(work: Work) -> None:
    assert clock(work.db) is None
    assert working(work.db, LATER).now == LATER
    open_sandbox(work)
    found = clock(work.db)
    assert found is not None
    assert (found.instant, found.number) == (NOW, 1)
    (said,) = looking.recorded(work, ADMINISTRATION, "sandbox_opened")
    assert said["data"] == {"clock": "2026-03-02T12:00:00.000000Z"}
    there = working(work.db, LATER)
    assert (there.now, there.outside) == (NOW, LATER)
    assert label(there.now) == "SANDBOX, clock 2026-03-02T12:00:00.000000Z"


def test_what_is_in_use_never_becomes_a_sandbox(work: Work) -> None:
    add_person(work, "Somebody")
    with refused(work, Conflict, "not_empty"):
        open_sandbox(work)
    with looking.undone(work), pytest.raises(IntegrityError, match="not_empty"):
        work.db.execute(insert(Sandbox).values(id=1, instant=NOW, number=1))


def test_there_is_one_clock_and_it_stays(played: Work) -> None:
    with refused(played, Conflict, "not_empty"):
        open_sandbox(played)
    for statement, said in (
        ("DELETE FROM sandbox", "only_added_to"),
        ("UPDATE sandbox SET instant = instant", "not_forward"),
        ("UPDATE sandbox SET instant = '2020-01-01 00:00:00', number = 2", "not_forward"),
        ("UPDATE sandbox SET id = 2", "not_forward"),
        ("INSERT INTO sandbox (id, instant, number) VALUES (2, '2030-01-01 00:00:00', 1)", "not_empty"),
    ):
        with looking.undone(played), pytest.raises(IntegrityError, match=said):
            played.db.execute(text(statement))


def test_the_clock_is_set_forward_and_that_is_told(played: Work) -> None:
    assert set_clock(played, LATER, 1) == 2
    found = clock(played.db)
    assert found is not None
    assert (found.instant, found.number) == (LATER, 2)
    (said,) = looking.recorded(played, ADMINISTRATION, "clock_set")
    assert said["data"] == {"before": "2026-03-02T12:00:00.000000Z", "clock": "2026-12-27T12:00:00.000000Z"}


@pytest.mark.parametrize("to", [NOW, NOW - timedelta(microseconds=1), datetime(9500, 1, 1, tzinfo=UTC)])
def test_the_clock_never_goes_back_nor_out_of_the_calendar(played: Work, to: datetime) -> None:
    with refused(played, Invalid, "not_forward"):
        set_clock(played, to, 1)


def test_the_clock_is_set_on_what_was_seen(played: Work) -> None:
    with refused(played, Precondition, "stale"):
        set_clock(played, LATER, 7)


def test_elsewhere_there_is_no_clock_to_set(work: Work) -> None:
    with refused(work, NotFound):
        set_clock(work, LATER, 1)


def test_a_token_is_good_by_the_time_outside(played: Work) -> None:
    inside = replace(played, machine=LATER)
    person = add_person(inside, "Somebody")
    _, token = issue_token(inside, person, "first", 10)
    for ahead, outside, good in ((NOW + timedelta(days=3_000), LATER, True), (NOW, LATER + timedelta(days=10), False)):
        there = replace(inside, now=ahead, machine=outside)
        if good:
            assert actor_of(there, f"Bearer {token}")[0].person_id == person
        else:
            with pytest.raises(NotAuthenticated):
                actor_of(there, f"Bearer {token}")


def test_who_asks_a_database_for_the_time_is_told_that_of_its_clock(database: Database) -> None:
    assert clock_of(database) is now
    with database.write() as connection:
        open_sandbox(Work(connection, NOW))
    tells = clock_of(database)
    assert tells() == NOW
    with database.write() as connection:
        set_clock(Work(connection, NOW), LATER, 1)
    assert tells() == LATER
