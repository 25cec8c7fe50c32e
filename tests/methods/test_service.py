"""Does a round run by the very method it pinned, and does a subject move once, and only as that method allows?"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from tests import looking
from tests.looking import NOW, put, refused, rows, undone, unguarded

from mem.core.canonical import canonical, digest
from mem.core.db import Database
from mem.core.errors import MethodDamaged, Precondition
from mem.core.work import Work
from mem.methods.method import Method
from mem.methods.models import AllowedTransition, MethodPart, MethodRow, Position, StageMove
from mem.methods.service import lock, move, pin, pinned, place, verify_pinned

work = looking.shared_work
HERE, ROAD = UUID(int=0xE1), "country_evaluation"
SOMEBODY = UUID(int=0xA1)


def variant(method: Method, **parts: Any) -> Method:
    """The method with a part of its own, so that no other test has pinned or read it."""
    return Method.of({**method.parts, "variant.yaml": {"variant": parts}})


def moves(method: Method) -> set[tuple[str, str, str, str]]:
    """What the database should allow: workflow, from, trigger, to."""
    roads = method.workflows.values()
    beginnings = {(road.workflow, "", "", road.initial) for road in roads}
    return beginnings | {
        (road.workflow, stage, one.trigger, one.leads(stage))
        for road in roads
        for one in road.transitions
        for stage in one.from_
    }


def test_a_method_is_pinned_with_the_bytes_of_each_part(work: Work, method: Method) -> None:
    one = variant(method, pinned="whole")
    pin(work, one)
    (row,) = rows(work, MethodRow, digest=one.digest)
    assert (row.mechanism, row.version, row.pinned_at) == ("mem", method.mechanism.version, NOW)
    kept = {part.name: (part.canonical, part.digest) for part in rows(work, MethodPart, method=one.digest)}
    assert kept == {name: (canonical(data), digest(canonical(data))) for name, data in one.parts.items()}


def test_a_method_is_pinned_with_exactly_the_moves_it_allows(work: Work, method: Method) -> None:
    one = variant(method, pinned="moves")
    pin(work, one)
    allowed = rows(work, AllowedTransition, method=one.digest)
    assert {(row.workflow, row.from_stage, row.trigger, row.to_stage) for row in allowed} == moves(one)


def test_a_method_is_pinned_once(work: Work, method: Method) -> None:
    one = variant(method, pinned="once")
    pin(work, one)
    before = looking.stored(work), rows(work, MethodPart), rows(work, MethodRow)
    pin(replace(work, now=NOW + timedelta(days=1)), Method.of(dict(reversed(list(one.parts.items())))))
    assert (looking.stored(work), rows(work, MethodPart), rows(work, MethodRow)) == before


def test_of_two_who_pin_a_method_at_once_the_second_finds_it(database: Database, method: Method) -> None:
    start = Barrier(4)

    def pins(_: int) -> None:
        start.wait()
        with database.write() as connection:
            pin(Work(connection, NOW), method)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(pins, range(4)))
    with database.read() as connection:
        assert len(rows(Work(connection, NOW), MethodRow)) == 1


def test_a_changed_method_is_pinned_beside_the_one_it_was(work: Work, method: Method) -> None:
    calendar = method.parts["calendar.yaml"]
    days = {**calendar["days"], "country_comment": {"days": 22, "basis": "ours"}}
    changed = Method.of({**method.parts, "calendar.yaml": {**calendar, "days": days}})
    pin(work, method)
    pin(work, changed)
    assert {row.digest for row in rows(work, MethodRow)} == {method.digest, changed.digest}
    assert pinned(work, changed.digest).calendar.days["country_comment"].days == 22
    assert pinned(work, method.digest).calendar.days["country_comment"].days == 21


def test_what_is_pinned_is_read_back_equal(work: Work, method: Method) -> None:
    one = variant(method, pinned="back")
    pin(work, one)
    found = pinned(work, one.digest)
    assert (found, found.parts) == (one, one.parts)


def test_a_pinned_method_is_read_from_the_database_once(work: Work, method: Method) -> None:
    one = variant(method, pinned="read once")
    pin(work, one)
    first = pinned(work, one.digest)
    with looking.statements(work.db) as sent:
        assert pinned(work, one.digest) is first
    assert sent == []


def damaged(work: Work, method: Method) -> Iterator[tuple[str, Method]]:
    """Pinned methods whose copies are not what they were, each with what is wrong."""

    def copy(name: str, parts: dict[str, tuple[bytes, str]]) -> tuple[str, Method]:
        one = variant(method, damaged=name)
        row = {"digest": one.digest, "mechanism": "mem", "version": 1, "pinned_at": NOW}
        put(work, MethodRow, **row)
        true = {part: (canonical(data), digest(canonical(data))) for part, data in one.parts.items()}
        for part, (data, said) in {**true, **parts}.items():
            if data:
                put(work, MethodPart, method=one.digest, name=part, canonical=data, digest=said)
        return name, one

    scales = canonical(method.parts["scales.yaml"])
    other = scales.replace(b"completed", b"performed")
    yield copy("changed bytes", {"scales.yaml": (other, digest(scales))})
    yield copy("changed bytes with a digest to match", {"scales.yaml": (other, digest(other))})
    yield copy("another digest", {"scales.yaml": (scales, digest(other))})
    yield copy("a part is missing", {"scales.yaml": (b"", "")})
    yield copy("a part too many", {"more.yaml": (b"{}", digest(b"{}"))})
    yield copy("no part", dict.fromkeys([*method.parts, "variant.yaml"], (b"", "")))


@pytest.mark.breaks_invariants
def test_a_damaged_copy_is_fatal_and_stays_so(work: Work, method: Method) -> None:
    for name, one in damaged(work, method):
        for _ in range(2):
            with pytest.raises(MethodDamaged, match="damaged"):
                assert pinned(work, one.digest) is None, name


def test_a_method_that_nobody_pinned_is_none(work: Work) -> None:
    with pytest.raises(MethodDamaged):
        pinned(work, "0" * 64)


def test_verifying_counts_the_pinned_methods(work: Work, method: Method) -> None:
    before = verify_pinned(work)
    pin(work, variant(method, verified=1))
    assert verify_pinned(work) == before + 1


def test_verifying_finds_a_damage_that_came_after_the_method_was_read(work: Work, method: Method) -> None:
    one = variant(method, damaged="later")
    pin(work, one)
    assert pinned(work, one.digest) == one
    unguarded(work, "method_part")
    harmed = update(MethodPart).where(MethodPart.method == one.digest, MethodPart.name == "roles.yaml")
    work.db.execute(harmed.values(canonical=b"{}"))
    with pytest.raises(MethodDamaged, match=r"roles\.yaml"):
        verify_pinned(work)


def placed(work: Work, method: Method) -> Work:
    pin(work, method)
    place(work, HERE, ROAD, method, ROAD)
    return work


def step(work: Work, method: Method, trigger: str, seen: tuple[str, int], to: str) -> int:
    return move(work, HERE, method, ROAD, trigger, seen, to)


def standing(work: Work) -> tuple[str, int]:
    (row,) = rows(work, Position, id=HERE)
    return row.stage, row.version


def test_a_subject_begins_at_the_beginning_of_its_road(work: Work, method: Method) -> None:
    placed(work, method)
    (row,) = rows(work, Position, id=HERE)
    assert tuple(row) == (HERE, ROAD, method.digest, ROAD, "enrolled", 1, NOW)


def test_a_move_is_noted_and_changes_stage_version_and_time(work: Work, method: Method) -> None:
    later = replace(placed(work, method), now=NOW + timedelta(hours=1), actor_id=SOMEBODY)
    assert step(later, method, "issue", ("enrolled", 1), "answering") == 2
    (row,) = rows(work, Position, id=HERE)
    assert (row.stage, row.version, row.entered_at) == ("answering", 2, later.now)
    (moved,) = rows(work, StageMove, position_id=HERE)
    expected = (HERE, 2, method.digest, ROAD, "enrolled", "issue", "answering", SOMEBODY, later.now, None)
    assert tuple(moved) == expected


@pytest.mark.parametrize("seen", [("answering", 1), ("answering", 2), ("enrolled", 2), ("enrolled", 7)])
def test_a_move_from_where_the_subject_does_not_stand_is_refused(
    work: Work, method: Method, seen: tuple[str, int]
) -> None:
    placed(work, method)
    trigger, to = {"enrolled": ("issue", "answering"), "answering": ("submit_answers", "compilation")}[seen[0]]
    with refused(work, Precondition, code="stale"), undone(work):
        step(work, method, trigger, seen, to)
    assert standing(work) == ("enrolled", 1)


def test_a_move_that_was_made_already_breaks_on_its_number(work: Work, method: Method) -> None:
    placed(work, method)
    step(work, method, "issue", ("enrolled", 1), "answering")
    with undone(work), pytest.raises(IntegrityError):
        step(work, method, "record_non_participation", ("enrolled", 1), "not_participating")
    assert standing(work) == ("answering", 2)


@pytest.mark.parametrize(
    ("trigger", "to"),
    [("submit_answers", "compilation"), ("issue", "published"), ("issue", "enrolled"), ("approve", "approved")],
)
def test_the_database_refuses_a_move_that_the_method_does_not_allow(
    work: Work, method: Method, trigger: str, to: str
) -> None:
    placed(work, method)
    with undone(work), pytest.raises(IntegrityError):
        step(work, method, trigger, ("enrolled", 1), to)
    assert standing(work) == ("enrolled", 1)


@pytest.mark.parametrize(
    "values", [{"stage": "answering", "version": 2}, {"stage": "answering"}, {"version": 2}, {"workflow": "round"}]
)
def test_the_database_refuses_a_stage_that_no_move_led_to(work: Work, method: Method, values: dict[str, Any]) -> None:
    placed(work, method)
    with undone(work), pytest.raises(IntegrityError, match="illegal_transition"):
        work.db.execute(update(Position).where(Position.id == HERE).values(**values))


def test_the_database_refuses_a_subject_that_begins_further_on(work: Work, method: Method) -> None:
    pin(work, method)
    row = {"id": HERE, "subject": ROAD, "method": method.digest, "workflow": ROAD, "entered_at": NOW}
    for stage, version in (("answering", 1), ("enrolled", 2)):
        with undone(work), pytest.raises(IntegrityError, match="illegal_beginning"):
            put(work, Position, **row, stage=stage, version=version)


def test_a_lock_tells_where_the_subject_stands(work: Work, method: Method) -> None:
    placed(work, method)
    assert lock(work, HERE) == ("enrolled", 1)
    step(work, method, "issue", ("enrolled", 1), "answering")
    assert lock(work, HERE) == ("answering", 2)
    assert lock(work, UUID(int=0xE2)) is None


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_what_is_locked_waits_for_the_one_who_locked_it(database: Database, method: Method) -> None:
    with database.write() as connection:
        placed(Work(connection, NOW), method)
    taking = text("SELECT id FROM position FOR UPDATE NOWAIT")
    with database.write() as connection:
        lock(Work(connection, NOW), HERE)
        with pytest.raises(DBAPIError, match="could not obtain lock"), database.write() as other:
            other.execute(taking)
    with database.write() as other:
        assert len(other.execute(taking).all()) == 1


def test_a_place_is_refused_twice(work: Work, method: Method) -> None:
    placed(work, method)
    with undone(work), pytest.raises(IntegrityError):
        place(work, HERE, ROAD, method, ROAD)
    assert standing(work) == ("enrolled", 1)
