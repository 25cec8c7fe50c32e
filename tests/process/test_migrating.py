"""Does a running round move to another method whole, for the record and only where it fits, and goes on by it?"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.changed_methods import Change, changed, with_a_stage, with_less_sight, with_more_days, without_a_stage
from tests.looking import rows
from tests.worlds import World

from mem.core.errors import NotAllowed, Refused
from mem.ledger.models import Event
from mem.ledger.service import faults
from mem.methods.method import Method
from mem.methods.models import MethodChange, Position
from mem.people.policy import Actor
from mem.process.held import unheld
from mem.process.migrating import migrate
from mem.process.running import Running, Stages, running
from mem.rounds.models import Deadline, Round
from mem.workflow.difference import Change as Difference

WHY = "The plenary adopted the new version of the method."


here, approved, published = looking.at("country_comment"), looking.at("approved"), looking.at("published")


@pytest.fixture
def new(method: Method) -> Method:
    """A stage is added, a deadline moved, sight lost."""
    return changed(method, with_a_stage, with_more_days, with_less_sight)


def moved(
    here: World, new: Method, reason: str = WHY, actor: Actor | None = None, stages: Stages | None = None
) -> list[Running]:
    who = actor or here.secretariat
    return migrate(here.by(who), who, here.round, new, stages or {}, reason)


def refused(here: World, new: Method, **stages: str) -> set[tuple[str, str | None]]:
    before = rows(here.work, Position), rows(here.work, Event)
    with pytest.raises(Refused) as refusal:
        moved(here, new, stages=stages)
    assert (rows(here.work, Position), rows(here.work, Event)) == before
    return {(one.code, one.about) for one in refusal.value.reasons}


def test_a_round_moves_with_everything_in_it_and_goes_on_by_the_new_method(here: World, new: Method) -> None:
    before = {row.id: row for row in rows(here.work, Position)}
    (due,) = rows(here.work, Deadline, position_id=here.id, version=before[here.id].version)
    report = running(here.work, here.round, here.method, new, {})
    told = moved(here, new)
    assert told == report, "what was foretold is what was done"
    barbados = next(one for one in told if one.state == "BRB")
    assert barbados.changes == (
        Difference("country_evaluation.country_comment", "deadline", "21 days, then deem_no_more_comments",
                   "28 days, then deem_no_more_comments"),
        Difference("country_evaluation.country_comment", "mem_unit sees", "comments", None),
    )  # fmt: skip
    for row in rows(here.work, Position):
        was = before[row.id]
        assert (row.method, row.stage, row.version) == (new.digest, was.stage, was.version + 1)
        assert row.entered_at == was.entered_at
    assert rows(here.work, Round)[0].method == new.digest
    (later,) = rows(here.work, Deadline, position_id=here.id, version=before[here.id].version + 1)
    assert (later.due_at - due.due_at, later.lapse) == (timedelta(days=7), due.lapse)
    here.return_comments()
    here.finalise()
    assert here.stage == "legal_review"
    here.fire(here.secretariat, "clear")
    here.approve()
    here.publish()
    assert (here.stage, unheld(here.work), faults(here.work)) == ("published", {}, [])


def test_the_record_of_the_round_and_of_each_evaluation_says_so_with_both_digests(here: World, new: Method) -> None:
    moved(here, new)
    events = here.work.db.execute(
        select(Event.chain_id, Event.actor_id, Event.canonical).where(Event.type == "method_changed")
    )
    said = {chain: (actor, json.loads(canonical)["data"]) for chain, actor, canonical in events}
    assert said.keys() == {here.round, *here.evaluations.values()}
    for actor, data in said.values():
        assert actor == here.secretariat.person_id
        assert (data["before"], data["after"], data["reason"]) == (here.method.digest, new.digest, WHY)
    lost = {"where": "country_evaluation.country_comment", "what": "mem_unit sees", "before": "comments", "after": None}
    assert lost in said[here.id][1]["changes"]


def test_recommendations_move_with_the_evaluation_they_came_from(published: World, new: Method) -> None:
    moved(published, new)
    assert {row.method for row in rows(published.work, Position)} == {new.digest}
    (issued,) = rows(published.work, Position, subject="recommendation")
    assert (issued.stage, issued.version) == ("issued", 2)
    assert unheld(published.work) == {}


def test_a_round_moves_twice_and_back(here: World, new: Method) -> None:
    moved(here, new)
    moved(here, here.method, "It was a mistake.")
    here.return_comments()
    assert [row.seq for row in rows(here.work, MethodChange, position_id=here.round)] == [4, 5]
    assert unheld(here.work) == {}


def test_what_stands_in_a_stage_that_is_gone_goes_where_it_is_said(here: World, method: Method) -> None:
    new = changed(method, without_a_stage)
    assert refused(here, new) == {("stage_gone", "country_evaluation BRB")}
    assert refused(here, new, country_comment="nowhere") == {("unknown_stage", "country_evaluation BRB")}
    assert refused(here, new, country_comment="published") == {("public_otherwise", "country_evaluation BRB")}
    both = {"country_comment": "revision", "answering": "review"}
    assert refused(here, new, **both) == {("nothing_moved", "answering")}
    moved(here, new, stages={"country_comment": "revision"})
    assert here.stage == "revision"
    due = rows(here.work, Deadline, position_id=here.id)[-1]
    assert (due.stage, due.lapse) == ("revision", None)


def unit(parts: dict[str, Any]) -> None:
    (plan,) = (part for name, part in parts.items() if name.startswith("plans/"))
    area = next(one for one in plan["units"] if one["code"] == "IS")
    area["units"][0]["units"] = [one for one in area["units"][0]["units"] if one["code"] != "IS-1.1"]


def question(parts: dict[str, Any]) -> None:
    section = parts["questionnaires/mem-7/IS.yaml"]
    section["questions"] = [one for one in section["questions"] if one["key"] != "is_1_1"]


def question_type(parts: dict[str, Any]) -> None:
    asked = parts["questionnaires/mem-7/IS.yaml"]["questions"]
    next(one for one in asked if one["key"] == "is_1_1")["type"] = "text"


def rating(parts: dict[str, Any]) -> None:
    scale = parts["scales.yaml"]["scales"]["sixth_round"]
    scale["values"] = [one for one in scale["values"] if one["code"] != "mostly_completed"]


def document(parts: dict[str, Any]) -> None:
    parts["report.yaml"]["documents"] = {"other": parts["report.yaml"]["documents"]["national_report"]}


def rank(parts: dict[str, Any]) -> None:
    parts["mechanism.yaml"]["ranks"] = ["alternate"]


def member(parts: dict[str, Any]) -> None:
    parts["states.yaml"]["members"] = [one for one in parts["states.yaml"]["members"] if one["code"] != "BRB"]


def cycle(parts: dict[str, Any]) -> None:
    parts["mechanism.yaml"]["cycles"] = {"other": parts["mechanism.yaml"]["cycles"]["evaluation"]}


def mechanism(parts: dict[str, Any]) -> None:
    parts["mechanism.yaml"]["mechanism"] = "other"


def road(parts: dict[str, Any]) -> None:
    parts["round.yaml"]["workflow"] = "new_round"


def nothing(parts: dict[str, Any]) -> None:
    """It is the same."""


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        (unit, {("unit_gone", "IS-1.1")}),
        (question, {("question_gone", "is_1_1")}),
        (question_type, {("question_otherwise", "is_1_1")}),
        (rating, {("rating_gone", "mostly_completed")}),
        (document, {("document_gone", "national_report")}),
        (rank, {("rank_gone", "principal")}),
        (member, {("state_gone", "BRB")}),
        (cycle, {("cycle_gone", "evaluation")}),
        (mechanism, {("other_mechanism", None)}),
        (road, {("workflow_gone", "round")}),
        (nothing, {("same_method", None)}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_round_does_not_move_where_something_in_use_is_gone(
    change: Change, reasons: set[tuple[str, str | None]], here: World, method: Method
) -> None:
    assert refused(here, changed(method, change)) == reasons


def test_every_reason_is_told_at_once_and_that_one_was_asked_for(here: World, method: Method) -> None:
    with pytest.raises(Refused) as refusal:
        moved(here, changed(method, unit, question, without_a_stage), "  ")
    assert {one.code for one in refusal.value.reasons} == {"reason_needed", "unit_gone", "question_gone", "stage_gone"}


def test_who_may_not_open_rounds_does_not_move_one(here: World, new: Method) -> None:
    for actor in here.everybody:
        if actor not in (here.secretariat, here.deputy):
            with pytest.raises(NotAllowed):
                moved(here, new, actor=actor)
    assert rows(here.work, MethodChange) == []


def test_an_approval_that_waited_is_asked_for_anew(approved: World, new: Method) -> None:
    approved.ask(approved.secretariat, "publish")
    moved(approved, new)
    approved.publish()
    assert approved.stage == "published"


@pytest.mark.parametrize(
    "values",
    [
        {"to_stage": "published"},
        {"to_stage": "nowhere"},
        {"to_stage": ""},
        {"seq": 99},
        {"from_stage": "review"},
        {"workflow": "round"},
        {"from_method": "new"},
        {"to_method": "old"},
    ],
    ids=str,
)
def test_the_database_takes_no_other_change_of_method(values: dict[str, Any], here: World) -> None:
    moved(here, changed(here.method, with_more_days))
    moved(here, here.method, "Back again.")
    other = changed(here.method, with_more_days)
    row = {
        "position_id": here.id, "seq": here.standing().version + 1, "workflow": "country_evaluation",
        "from_method": here.method.digest, "to_method": other.digest, "from_stage": "country_comment",
        "to_stage": "country_comment", "reason": WHY, "by": here.secretariat.person_id, "at": here.work.now,
    }  # fmt: skip
    digests = {"old": here.method.digest, "new": other.digest}
    wrong = {**row, **{name: digests.get(value, value) for name, value in values.items()}}
    with pytest.raises(IntegrityError, match="illegal_method"), here.work.db.begin_nested():
        here.work.db.execute(insert(MethodChange).values(**wrong))
    with pytest.raises(IntegrityError, match="illegal_transition"), here.work.db.begin_nested():
        here.work.db.execute(update(Position).where(Position.id == here.id).values(method=other.digest))
    with pytest.raises(IntegrityError, match="illegal_method"), here.work.db.begin_nested():
        here.work.db.execute(update(Round).values(method=other.digest))
    with pytest.raises(IntegrityError, match="illegal_method"), here.work.db.begin_nested():
        here.work.db.execute(text("UPDATE round SET code = 'another'"))
