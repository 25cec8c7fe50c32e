"""Are the dates of a round set and its occasions moved by whoever may, with a reason, and each time told?"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from tests import looking
from tests.looking import NOW, recorded, refused, rows
from tests.timed import timed
from tests.worlds import World, world

from mem.core.errors import Conflict, Invalid, NotAllowed, NotFound, Precondition
from mem.core.work import Work
from mem.methods.method import Method
from mem.rounds.dates import dates, move_occasion, set_date
from mem.rounds.models import Occasion
from mem.rounds.standing import round_standing

work = looking.shared_work
at_session = looking.at("before_commission")
TODAY = NOW.date()


@pytest.fixture
def here(work: Work, method: Method) -> World:
    return world(work, timed(method, {}))


def test_a_date_is_set_and_set_again_on_what_was_seen(here: World) -> None:
    by = here.secretariat
    where = round_standing(here.work, here.round)
    assert [(name, row) for name, _, row in dates(here.work, where)] == [("hearing", None)]
    assert set_date(here.by(by), by, here.round, "hearing", date(2026, 6, 1), "Agreed.", 0) == 1
    with refused(here.work, Precondition, "stale"):
        set_date(here.by(by), by, here.round, "hearing", date(2026, 7, 1), "Moved.", 0)
    assert set_date(here.by(by), by, here.round, "hearing", date(2026, 7, 1), "Moved.", 1) == 2
    ((name, title, row),) = dates(here.work, where)
    assert row is not None
    assert (name, title["es"], row.day, row.number) == ("hearing", "Hearing", date(2026, 7, 1), 2)
    assert [one["data"] for one in recorded(here.work, here.round, "date_set")] == [
        {"name": "hearing", "before": None, "day": "2026-06-01", "reason": "Agreed."},
        {"name": "hearing", "before": "2026-06-01", "day": "2026-07-01", "reason": "Moved."},
    ]


def test_a_date_that_the_mechanism_does_not_name_is_not_set(here: World) -> None:
    by = here.secretariat
    with refused(here.work, Invalid, "unknown_date"):
        set_date(here.by(by), by, here.round, "wedding", TODAY, "x", 0)


def test_who_does_not_edit_dates_sets_none(here: World) -> None:
    for actor in (here.entity, here.commission, here.auditor):
        with pytest.raises(NotAllowed):
            set_date(here.by(actor), actor, here.round, "hearing", TODAY, "x", 0)


def test_an_occasion_to_come_is_moved_and_that_is_told(here: World) -> None:
    by, made = here.secretariat, here.session(30)
    move_occasion(here.by(by), by, here.round, made, TODAY + timedelta(days=60), "The hall burnt.")
    assert rows(here.work, Occasion, id=made)[0].held_on == TODAY + timedelta(days=60)
    (said,) = recorded(here.work, here.round, "occasion_moved")
    assert said["data"] == {
        "occasion": str(made), "kind": "commission_session", "before": "2026-04-01", "held_on": "2026-05-01",
        "reason": "The hall burnt.",
    }  # fmt: skip


def test_an_occasion_is_moved_only_forward_of_today_and_only_where_it_is(here: World) -> None:
    by, made = here.secretariat, here.session(30)
    with refused(here.work, Invalid, "in_the_past"):
        move_occasion(here.by(by), by, here.round, made, TODAY - timedelta(days=1), "x")
    for occasion in (uuid4(), world(here.work, here.method, "another").session(30)):
        with refused(here.work, NotFound):
            move_occasion(here.by(by), by, here.round, occasion, TODAY + timedelta(days=60), "x")
    with pytest.raises(NotAllowed):
        move_occasion(here.by(here.entity), here.entity, here.round, made, TODAY + timedelta(days=60), "x")


def test_an_occasion_that_was_held_or_has_decided_moves_no_more(at_session: World) -> None:
    here = at_session
    by, made = here.secretariat, here.session()
    with refused(here.work, Conflict, "occasion_over"):
        move_occasion(here.by(by, days=1), by, here.round, made, TODAY + timedelta(days=60), "x")
    here.fire(here.commission, "approve", occasion=made)
    with refused(here.work, Conflict, "occasion_over"):
        move_occasion(here.by(by), by, here.round, made, TODAY + timedelta(days=60), "x")
