"""Is what is due fired once, by nobody, whoever else is firing, and is what is refused told and left?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from tests.looking import NOW, recorded, stored
from tests.worlds import World, world

from mem.core.db import Database
from mem.core.work import Work
from mem.methods.method import Method
from mem.process import lapses
from mem.process.deadlines import due

LIMIT = timedelta(days=21)


def fire_due(database: Database, clock: Callable[[], datetime]) -> Iterator[str]:
    """What is told of what is fired."""
    return (str(one) for one in lapses.fire_due(database, clock))


def at(instant: datetime) -> Callable[[], datetime]:
    return lambda: instant


THEN = at(NOW + LIMIT)


def made(database: Database, method: Method, *codes: str) -> list[World]:
    """Rounds in which the country may comment."""
    with database.write() as connection:
        return [world(Work(connection, NOW), method, code).to("country_comment") for code in codes]


def looked_at(database: Database, here: World) -> tuple[str, int, int]:
    """The stage and version of an evaluation, and how many moves were told."""
    with database.read() as connection:
        seen = here.within(Work(connection, NOW))
        return seen.stage, seen.standing().version, len(recorded(seen.work, seen.id, "stage_moved"))


def test_what_is_due_is_fired_and_told_and_only_once(database: Database, method: Method) -> None:
    (here,) = made(database, method, "round")
    line = f"{here.id}: deem_no_more_comments, from country_comment to revision"
    assert list(fire_due(database, THEN)) == [line]
    assert looked_at(database, here) == ("revision", 7, 6)
    assert list(fire_due(database, THEN)) == []
    assert list(fire_due(database, at(NOW + 10 * LIMIT))) == []
    assert looked_at(database, here) == ("revision", 7, 6)
    with database.read() as connection:
        said = recorded(Work(connection, NOW), here.id, "stage_moved")[-1]
    assert (said["actor"], said["at"], said["data"]["reason"]) == (
        None,
        "2026-03-23T12:00:00.000000Z",
        "deadline passed",
    )


def test_what_is_not_due_is_not_fired(database: Database, method: Method) -> None:
    made(database, method, "round")
    with database.read() as connection:
        before = stored(Work(connection, NOW))
    assert list(fire_due(database, at(NOW + LIMIT - timedelta(microseconds=1)))) == []
    with database.read() as connection:
        assert stored(Work(connection, NOW)) == before


def test_of_many_who_fire_at_once_each_lapse_is_fired_by_one(database: Database, method: Method) -> None:
    worlds = made(database, method, *(f"round {number}" for number in range(6)))
    start = Barrier(3)

    def fire(_: int) -> list[str]:
        start.wait()
        return list(fire_due(database, THEN))

    with ThreadPoolExecutor(3) as pool:
        lines = [line for told in pool.map(fire, range(3)) for line in told]
    assert sorted(lines) == sorted(
        f"{here.id}: deem_no_more_comments, from country_comment to revision" for here in worlds
    )
    assert {looked_at(database, here) for here in worlds} == {("revision", 7, 6)}


def test_what_moved_after_it_was_found_due_is_left_alone(database: Database, method: Method) -> None:
    first, second = made(database, method, "first", "second")
    firing = fire_due(database, THEN)
    fired = next(firing).partition(":")[0]
    (other,) = (here for here in (first, second) if str(here.id) != fired)
    with database.write() as connection:
        here = other.within(Work(connection, NOW + LIMIT))
        here.fire(here.entity, "return_comments")
    assert list(firing) == []
    assert looked_at(database, other) == ("revision", 7, 6)
    with database.read() as connection:
        said = recorded(Work(connection, NOW), other.id, "stage_moved")[-1]
    assert said["data"]["trigger"] == "return_comments"


def strict(method: Method) -> Method:
    """The method by which answers are deemed submitted when their time is over, if all are there."""
    part = method.parts["country_evaluation.yaml"]
    limit = {"deadline": {"days": "questionnaire", "lapse": "submit_answers"}}
    stages = {**part["stages"], "answering": {**part["stages"]["answering"], **limit}}
    return Method.of({**method.parts, "country_evaluation.yaml": {**part, "stages": stages}})


def test_a_lapse_that_is_refused_is_told_stays_due_and_holds_up_no_other(database: Database, method: Method) -> None:
    with database.write() as connection:
        here = world(Work(connection, NOW), strict(method)).to("answering")
        here.answer_all()
    later = NOW + timedelta(days=75)
    told = list(fire_due(database, at(later)))
    assert f"{here.id}: submit_answers, from answering to compilation" in told
    refusal = "submit_answers is due and refused: A required answer is missing."
    missing = [f"{here.evaluations[state]}: {refusal}" for state in ("CHL", "JAM")]
    assert sorted(told) == sorted([f"{here.id}: submit_answers, from answering to compilation", *missing])
    assert sorted(fire_due(database, at(later))) == sorted(missing)
    with database.read() as connection:
        waiting = {one.position_id for one in due(Work(connection, later))}
    assert waiting == {here.evaluations["CHL"], here.evaluations["JAM"]}
    assert looked_at(database, here) == ("compilation", 3, 2)


def test_one_lapse_is_one_transaction(database: Database, method: Method) -> None:
    first, second = made(database, method, "first", "second")
    next(fire_due(database, THEN))
    stages = sorted(looked_at(database, here)[0] for here in (first, second))
    assert stages == ["country_comment", "revision"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_where_nothing_was_opened_nothing_is_due(database: Database) -> None:
    assert list(fire_due(database, THEN)) == []
