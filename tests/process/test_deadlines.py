"""Is a lapse due when its time has come and its subject still stands there, and never else?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests import looking
from tests.looking import NOW, stored
from tests.worlds import World, world

from mem.methods.method import Method
from mem.process.advance import lapse
from mem.process.deadlines import Due, due

LIMIT = timedelta(days=21)


here = looking.at("country_comment")  # it may comment for 21 days; then it is deemed to have no more
reviewing = looking.at("review")


def after(here: World, wait: timedelta) -> list[Due]:
    return due(replace(here.work, now=NOW + wait))


@pytest.mark.parametrize(
    ("wait", "is_due"),
    [
        (timedelta(0), False),
        (LIMIT - timedelta(microseconds=1), False),
        (LIMIT, True),
        (LIMIT + timedelta(days=400), True),
    ],
)
def test_a_lapse_is_due_from_the_instant_of_its_deadline_on(here: World, wait: timedelta, is_due: bool) -> None:
    expected = [Due(here.id, 6, "deem_no_more_comments", NOW + LIMIT)]
    assert after(here, wait) == (expected if is_due else [])


def test_a_deadline_without_a_lapse_is_never_due(reviewing: World) -> None:
    here = reviewing
    assert len(stored(here.work)["deadline"]) > 3
    assert after(here, timedelta(days=4_000)) == []


def test_a_lapse_of_a_stage_that_was_left_is_not_due(here: World) -> None:
    here.to("revision")
    assert after(here, timedelta(days=4_000)) == []


def test_a_lapse_that_was_fired_is_not_due_again(here: World) -> None:
    later = replace(here.work, now=NOW + LIMIT)
    (one,) = due(later)
    assert lapse(later, one.position_id, one.trigger, one.version) is not None
    assert due(later) == []


def test_what_is_due_comes_oldest_first(here: World, method: Method) -> None:
    late, early = (replace(here.work, now=NOW + timedelta(days=days)) for days in (5, -5))
    second, first = (world(one, method, f"at {one.now}").to("country_comment") for one in (late, early))
    assert [one.position_id for one in after(here, timedelta(days=60))] == [first.id, here.id, second.id]
    assert [one.position_id for one in after(here, LIMIT)] == [first.id, here.id]


def test_asking_what_is_due_changes_nothing(here: World) -> None:
    before = stored(here.work)
    after(here, LIMIT)
    assert stored(here.work) == before
