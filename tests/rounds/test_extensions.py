"""Is more time asked for by the state, granted or refused by whoever moves deadlines, once, and in time?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from tests import looking
from tests.looking import NOW, recorded, refused, rows
from tests.worlds import World

from mem.core.errors import Conflict, Invalid, NotAllowed, NotFound
from mem.process.advance import lapse
from mem.process.deadlines import due
from mem.rounds.deadlines import deadlines
from mem.rounds.extensions import ask, grant, refuse
from mem.rounds.models import Deadline
from mem.rounds.reckoning import end_of
from mem.rounds.standing import round_standing

here = looking.at("country_comment")
TODAY = NOW.date()
LIMIT = NOW + timedelta(days=21)


def asked(here: World, days: int = 40) -> UUID:
    entity = here.entity
    return ask(here.by(entity), entity, here.id, TODAY + timedelta(days=days), "A flood.")


def due_at(here: World) -> datetime:
    (row,) = rows(here.work, Deadline, position_id=here.id, stage="country_comment")
    found: datetime = row.due_at
    return found


def test_what_is_asked_for_moves_nothing_until_it_is_granted(here: World) -> None:
    by, one = here.secretariat, asked(here)
    assert due_at(here) == LIMIT
    (said,) = recorded(here.work, here.id, "extension_asked")
    assert said["data"] == {"extension": str(one), "version": 6, "until": "2026-04-11", "reason": "A flood."}
    grant(here.by(by), by, here.id, one, None, None)
    assert due_at(here) == end_of(TODAY + timedelta(days=40))
    (found,) = deadlines(here.work, here.entity, round_standing(here.work, here.round), here.id)
    assert found.extension is not None
    assert (found.extension.outcome, found.extension.granted_until) == ("granted", TODAY + timedelta(days=40))
    assert [one["type"] for one in recorded(here.work, here.id)][-2:] == ["extension_granted", "deadline_moved"]


def test_it_may_be_granted_until_another_day_and_asked_for_again(here: World) -> None:
    by, one = here.secretariat, asked(here)
    grant(here.by(by), by, here.id, one, TODAY + timedelta(days=30), "No longer.")
    assert due_at(here) == end_of(TODAY + timedelta(days=30))
    assert asked(here) != one


def test_what_is_refused_stays_as_it_was_with_the_reason(here: World) -> None:
    by, one = here.secretariat, asked(here)
    refuse(here.by(by), by, here.id, one, "The session cannot wait.")
    assert due_at(here) == LIMIT
    (said,) = recorded(here.work, here.id, "extension_refused")
    assert said["data"] == {"extension": str(one), "reason": "The session cannot wait."}
    with refused(here.work, Conflict, "not_asked"):
        grant(here.by(by), by, here.id, one, None, None)


def test_a_lapse_waits_for_the_day_that_was_granted(here: World) -> None:
    by = here.secretariat
    grant(here.by(by), by, here.id, asked(here), None, None)
    assert due(replace(here.work, now=LIMIT + timedelta(days=1))) == []
    (one,) = due(replace(here.work, now=end_of(TODAY + timedelta(days=40))))
    assert one.position_id == here.id


def test_one_is_open_at_a_time(here: World) -> None:
    asked(here)
    with refused(here.work, Conflict, "asked_already"):
        asked(here, 50)


@pytest.mark.parametrize(("days", "code"), [(-1, "in_the_past"), (1, "not_more_time"), (20, "not_more_time")])
def test_what_is_no_more_time_is_not_asked_for(here: World, days: int, code: str) -> None:
    with refused(here.work, Invalid, code):
        asked(here, days)


def test_what_nobody_asked_for_is_neither_granted_nor_refused(here: World) -> None:
    by = here.secretariat
    with refused(here.work, Conflict, "not_asked"):
        grant(here.by(by), by, here.id, uuid4(), None, None)
    with refused(here.work, Conflict, "not_asked"):
        refuse(here.by(by), by, here.id, uuid4(), "No.")


def test_only_the_state_asks_and_only_who_moves_deadlines_answers(here: World) -> None:
    one, until = asked(here), TODAY + timedelta(days=50)
    for actor in (here.secretariat, here.contributors["BRB"], here.coordinator, here.commission):
        with pytest.raises(NotAllowed):
            ask(here.by(actor), actor, here.id, until, "x")
    for actor in (here.entities["CHL"], here.experts["BRB"]):
        with pytest.raises(NotFound):
            ask(here.by(actor), actor, here.id, until, "x")
    for actor in (here.entity, here.coordinator, here.commission):
        with pytest.raises(NotAllowed):
            grant(here.by(actor), actor, here.id, one, None, None)


def test_asked_too_late_it_is_refused_in_words(here: World) -> None:
    late, entity = replace(here.work, now=LIMIT), here.entity
    with refused(here.work, Conflict, "deadline_passed"):
        ask(late, entity, here.id, TODAY + timedelta(days=50), "x")
    (one,) = due(late)
    assert lapse(late, one.position_id, one.trigger, one.version) is not None
    with refused(here.work, Conflict, "deadline_passed"):
        ask(late, entity, here.id, TODAY + timedelta(days=50), "x")
    with pytest.raises(NotAllowed):
        ask(late, here.coordinator, here.id, TODAY + timedelta(days=50), "x")


def test_a_stage_that_was_left_by_hand_is_simply_not_open(here: World) -> None:
    here.to("revision")
    with pytest.raises(NotAllowed):
        asked(here)
