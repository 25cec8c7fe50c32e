"""Do deadlines stand, follow what they hang on, and move as a person moves them, each time told?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from tests import looking
from tests.looking import NOW, recorded, refused, rows
from tests.timed import timed
from tests.worlds import World, world

from mem.core.clock import iso
from mem.core.db import AnyRow
from mem.core.errors import Conflict, Invalid, NotAllowed, NotFound, Precondition
from mem.core.work import Work
from mem.methods.method import Method
from mem.people.policy import Actor
from mem.rounds.dates import move_occasion, set_date
from mem.rounds.deadlines import deadlines, move_by_hand
from mem.rounds.models import Deadline, Extension
from mem.rounds.reckoning import end_of
from mem.rounds.service import record_occasion
from mem.rounds.standing import round_standing

here = looking.at("country_comment")
work = looking.shared_work
TODAY = NOW.date()
LIMIT = NOW + timedelta(days=21)


def of(here: World, stage: str) -> AnyRow:
    (row,) = rows(here.work, Deadline, position_id=here.id, stage=stage)
    return row


def moved(here: World, by: Actor, days: int, seen: int = 6, of_round: bool = False) -> int:
    position, until = here.round if of_round else here.id, TODAY + timedelta(days=days)
    return move_by_hand(here.by(by), by, position, until, "A flood.", seen, of_round)


def last(days: int) -> object:
    return end_of(TODAY + timedelta(days=days))


def hanging(work: Work, method: Method, **deadlines: Any) -> World:
    return world(work, timed(method, deadlines))


def test_a_deadline_begins_with_its_stage_and_is_numbered_on(here: World) -> None:
    found = sorted(rows(here.work, Deadline, position_id=here.id), key=lambda row: row.version)
    assert [(row.stage, row.number) for row in found] == [
        ("answering", 1), ("compilation", 2), ("review", 3), ("consolidation", 4), ("country_comment", 5),
    ]  # fmt: skip
    assert all(row.due_at == row.first_due_at and not row.by_hand for row in found)
    assert {(row.round_id, row.chain_id) for row in found} == {(here.round, here.id)}


def test_who_edits_deadlines_moves_one_and_that_is_told(here: World) -> None:
    assert moved(here, here.secretariat, 40, seen=5) == 6
    row = of(here, "country_comment")
    assert (row.due_at, row.first_due_at, row.number, row.by_hand) == (last(40), LIMIT, 6, True)
    (said,) = recorded(here.work, here.id, "deadline_moved")
    assert (said["actor"], said["data"]) == (
        str(here.secretariat.person_id),
        {
            "position": str(here.id), "version": 6, "stage": "country_comment", "before": iso(LIMIT),
            "due_at": iso(row.due_at), "cause": "deadline_moved", "reason": "A flood.",
        },
    )  # fmt: skip
    assert here.standing().closes_at == last(40)
    assert moved(here, here.secretariat, 2, seen=6) == 7, "it may also come earlier"


def test_who_does_not_edit_deadlines_moves_none(here: World) -> None:
    for actor in (here.entity, here.commission, here.auditor, here.coordinator):
        with pytest.raises(NotAllowed):
            moved(here, actor, 40)
    for actor in (here.entities["CHL"], here.experts["BRB"]):
        with pytest.raises(NotFound):
            moved(here, actor, 40)


@pytest.mark.parametrize(
    ("days", "kind", "reasons"), [(-1, Invalid, ["in_the_past"]), (-400, Invalid, ["in_the_past"])]
)
def test_a_day_that_is_over_is_no_deadline(here: World, days: int, kind: type[Invalid], reasons: list[str]) -> None:
    with refused(here.work, kind, *reasons):
        moved(here, here.secretariat, days, seen=5)


def test_what_was_set_or_moved_since_it_was_seen_is_not_moved(here: World) -> None:
    moved(here, here.secretariat, 40, seen=5)
    with refused(here.work, Precondition, "stale"):
        moved(here, here.deputy, 50, seen=5)


def test_where_no_deadline_stands_or_its_time_has_passed_none_moves(here: World) -> None:
    here.work.db.execute(update(Deadline).where(Deadline.stage == "country_comment").values(due_at=NOW))
    with refused(here.work, Conflict, "deadline_passed"):
        moved(here, here.secretariat, 40, seen=5)


def test_a_round_moves_its_own(work: Work, method: Method) -> None:
    here = world(work, method)
    here.name_experts()
    assert moved(here, here.secretariat, 90, seen=1, of_round=True) == 2
    (row,) = rows(work, Deadline, position_id=here.round)
    assert (row.due_at, row.number) == (last(90), 2)
    here.fire(here.secretariat, "issue_questionnaire", here.round)
    with pytest.raises(NotAllowed):  # in this stage the round has none
        moved(here, here.secretariat, 90, seen=2, of_round=True)


def test_what_hangs_on_an_occasion_is_due_once_that_is_recorded_and_follows_it(work: Work, method: Method) -> None:
    on = {"days": "five_weeks", "before": {"occasion": "commission_session"}}
    here = hanging(work, method, answering=on)
    here.issue()
    assert (of(here, "answering").due_at, recorded(work, here.id, "stage_moved")[-1]["data"]["due_at"]) == (None, None)
    by, other = here.secretariat, here.evaluations["CHL"]
    made = record_occasion(here.by(by), by, here.round, "commission_session", "", TODAY + timedelta(days=90))
    assert (of(here, "answering").due_at, of(here, "answering").first_due_at) == (last(55), last(55))
    move_occasion(here.by(by), by, here.round, made, TODAY + timedelta(days=120), "Later.")
    row = of(here, "answering")
    assert (row.due_at, row.first_due_at, row.number, row.by_hand) == (last(85), last(55), 3, False)
    told = [one["data"]["cause"] for one in recorded(work, other, "deadline_moved")]
    assert told == ["occasion_recorded", "occasion_moved"]


def test_what_hangs_on_a_date_follows_it_and_what_a_person_moved_does_not(work: Work, method: Method) -> None:
    here = hanging(work, method, answering={"days": "ten_days", "after": {"date": "hearing"}})
    here.issue()
    by = here.secretariat
    set_date(here.by(by), by, here.round, "hearing", TODAY, "Agreed.", 0)
    assert of(here, "answering").due_at == last(10)
    moved(here, by, 77, seen=2)
    set_date(here.by(by), by, here.round, "hearing", TODAY + timedelta(days=5), "Moved.", 1)
    assert of(here, "answering").due_at == last(77)
    (other,) = rows(work, Deadline, position_id=here.evaluations["CHL"])
    assert other.due_at == last(15)


def test_what_hangs_on_the_round_follows_its_deadline_however_that_moves(work: Work, method: Method) -> None:
    on = {"days": "ten_days", "before": {"deadline": "designation", "workflow": "round"}}
    strict = timed(method, {"enrolled": {"days": "ten_days"}, "answering": on})
    here = world(work, strict)
    here.name_experts()
    moved(here, here.secretariat, 30, seen=1, of_round=True)
    here.fire(here.secretariat, "issue_questionnaire", here.round)
    assert of(here, "answering").due_at == last(20)


def test_a_method_that_hangs_nothing_on_anything_asks_nothing_more(here: World) -> None:
    with looking.statements(here.work.db) as sent:
        record_occasion(here.by(here.secretariat), here.secretariat, here.round, "commission_session", "", TODAY)
    assert not [one for one in sent if "deadline" in one.lower()]


def test_each_sees_the_deadlines_of_what_they_may_know_of(here: World) -> None:
    where = round_standing(here.work, here.round)

    def seen(actor: Actor) -> list[str | None]:
        return [one.state for one in deadlines(here.work, actor, where)]

    assert seen(here.secretariat) == ["BRB", "CHL", "JAM"]
    assert seen(here.entity) == ["BRB"]
    assert seen(here.experts["CHL"]) == ["BRB"]
    assert seen(here.experts["BRB"]) == []
    (mine,) = deadlines(here.work, here.entity, where, here.id)
    assert (mine.deadline.stage, mine.deadline.due_at, mine.deadline.lapse) == (
        "country_comment", LIMIT, "deem_no_more_comments",
    )  # fmt: skip
    assert deadlines(here.work, here.entities["CHL"], where, here.id) == []


def test_the_deadline_of_a_round_is_seen_by_whoever_is_a_member(work: Work, method: Method) -> None:
    here = world(work, method)
    here.name_experts()
    where = round_standing(work, here.round)
    for actor in (here.entity, here.secretariat, here.experts["CHL"]):
        (one,) = deadlines(work, actor, where)
        assert (one.state, one.deadline.stage, one.extension) == (None, "designation", None)
    assert rows(work, Extension) == []
