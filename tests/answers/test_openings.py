"""Can just what was opened again be changed, for its time and by the country alone, and is what then stands frozen?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests import looking
from tests.looking import NOW, recorded, refused, rows
from tests.worlds import World

from mem.answers import service
from mem.answers.declarations import declare
from mem.answers.openings import Asking, NewOpening, close, open_answers, openings
from mem.answers.service import NewAnswer, give, newest
from mem.assessments.service import changed_since, concluded
from mem.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from mem.evidence.service import NewLink, attach_links
from mem.people.policy import Actor
from mem.process.approving import second
from mem.rounds.models import Opening
from mem.rounds.standing import standing

compiling = looking.at("compilation")
agreeing = looking.at("consolidation")
answering = looking.at("answering")
ONE = NewOpening("clarification", "Which decree?", ["is_1_1"])


def opened(here: World, new: NewOpening = ONE) -> UUID:
    done = open_answers(here.by(here.secretariat), here.secretariat, here.id, new)
    assert done.opening is not None
    return done.opening


def answer(here: World, question: str = "is_1_1", days: int = 0, by: Actor | None = None, **more: Any) -> int:
    actor = by or here.contributors["BRB"]
    base = newest(here.work, here.id, [question])[question]
    asked = here.standing().form.asked[question]
    value = service.current(here.work, here.id)[question].value
    assert asked.faults(value) == []
    ((_, version),) = give(here.by(actor, days), actor, here.id, [NewAnswer(question, value, None, base)])
    return version


def test_only_the_answer_that_was_sent_back_can_be_changed_and_by_the_country_alone(compiling: World) -> None:
    here = compiling
    with refused(here.work, NotAllowed, "not_open"):
        answer(here)
    opened(here)
    assert answer(here) == 2
    with refused(here.work, Invalid, "not_opened"):
        answer(here, "is_1_2")
    for other in (here.secretariat, here.experts["CHL"], here.entities["CHL"]):
        with pytest.raises((NotAllowed, NotFound)):
            answer(here, by=other)
    assert [row.version for row in service.history(here.work, here.entity, here.id, "is_1_1")] == [1, 2]


def test_a_unit_stands_for_all_below_it_and_evidence_goes_by_it(compiling: World) -> None:
    here, by = compiling, compiling.by(compiling.entity)
    opened(here, NewOpening("reopening", "All of it.", units=["IS-1"], artefacts=["evidence"]))
    with refused(here.work, NotAllowed, "not_open"):
        answer(here)
    attach_links(by, here.entity, here.id, [NewLink("A decree", "https://example.org/d", ["IS-1.2"])])
    with refused(here.work, Invalid, "not_opened"):
        attach_links(by, here.entity, here.id, [NewLink("A decree", "https://example.org/d", ["IS-1.2", "IS-2.1"])])
    opened(here, NewOpening("reopening", "All of it.", units=["IS-1"]))
    assert (answer(here), answer(here, "is_1_2")) == (2, 2)
    with refused(here.work, Invalid, "not_opened"):
        declare(by, here.entity, here.id, "IS", "We have none.", 0)
    assert declare(by, here.entity, here.id, "IS-1.3", "We have none.", 0) == 1


def test_it_is_over_at_its_time_and_nobody_has_to_do_anything(compiling: World) -> None:
    here = compiling
    opened(here, replace(ONE, days=3))
    assert answer(here, days=2) == 2
    with refused(here.work, NotAllowed, "not_open"):
        answer(here, days=3)
    opened(here)
    found = openings(here.work, here.entity, here.id)
    assert {row.until for row in found} == {NOW + timedelta(days=3), NOW + timedelta(days=10)}


def test_what_stands_when_it_is_closed_is_frozen_and_told(compiling: World) -> None:
    here = compiling
    one = opened(here)
    answer(here)
    close(here.by(here.entity, 1), here.entity, here.id, one)
    (row,) = rows(here.work, Opening)
    assert (row.closed_at, row.closed_by) == (NOW + timedelta(days=1), here.entity.person_id)
    (said,) = recorded(here.work, here.id, "opening_closed")
    (before,) = recorded(here.work, here.id, "answers_submitted")
    assert said["data"]["sha256"] == row.sha256 == service.digest_now(here.work, here.id)[1]
    assert said["data"]["sha256"] != before["data"]["sha256"]
    with refused(here.work, NotAllowed, "not_open"):
        answer(here, days=1)
    with refused(here.work, NotAllowed, "not_yours"):
        close(here.by(here.entity, 1), here.entity, here.id, one)
    with refused(here.work, Conflict, "closed_already"):
        close(here.by(here.secretariat), here.secretariat, here.id, one)


def test_who_neither_opened_it_nor_answers_does_not_close_it(compiling: World) -> None:
    here, one = compiling, opened(compiling)
    for actor in (here.commission, here.auditor, here.coordinator):
        with refused(here.work, NotAllowed, "not_yours"):
            close(here.by(actor), actor, here.id, one)
    for actor in (here.entities["CHL"], here.coordinators["BRB"]):
        with pytest.raises(NotFound):
            close(here.by(actor), actor, here.id, one)
    with pytest.raises(NotFound):
        close(here.by(here.secretariat), here.secretariat, here.id, UUID(int=7))
    close(here.by(here.secretariat, 400), here.secretariat, here.id, one)


def test_a_whole_country_is_reopened_by_two_persons(compiling: World) -> None:
    here, whole = compiling, NewOpening("reopening", "It was all of another year.", whole=True)

    def ask(actor: Actor) -> Asking:
        return open_answers(here.by(actor), actor, here.id, whole)

    asked = ask(here.secretariat)
    assert asked.opening is None
    assert asked.approval is not None
    with refused(here.work, Conflict, "second_awaited"):
        ask(here.deputy)
    with refused(here.work, Refused, "same_person"):
        second(here.by(here.secretariat), here.secretariat, asked.approval)
    with pytest.raises(NotFound):
        second(here.by(here.entity), here.entity, asked.approval)
    second(here.by(here.deputy, 1), here.deputy, asked.approval)
    (row,) = rows(here.work, Opening)
    assert (row.whole, row.opened_by, row.until) == (True, here.secretariat.person_id, NOW + timedelta(days=15))
    assert (answer(here, days=1), answer(here, "is_2_1", days=1)) == (2, 2)


@pytest.mark.parametrize(
    ("new", "against"),
    [
        (NewOpening("surprise", "So.", ["is_1_1"]), [("unknown_kind", "/kind")]),
        (NewOpening("clarification", "So."), [("what_is_opened", "")]),
        (NewOpening("reopening", "So.", ["is_1_1"], whole=True), [("what_is_opened", "")]),
        (NewOpening("clarification", "So.", whole=True), [("not_the_whole", "/whole")]),
        (NewOpening("clarification", "So.", ["no"], ["ZZ-1"]),
         [("unknown_question", "/questions/0"), ("unknown_unit", "/units/0")]),
        (NewOpening("clarification", "So.", ["is_1_1", "is_1_1"]), [("unknown_question", "/questions/1")]),
        (NewOpening("clarification", "So.", ["is_1_1"], artefacts=["findings"]),
         [("not_of_this_kind", "/artefacts/0")]),
    ],
)  # fmt: skip
def test_everything_wrong_with_an_opening_is_told(
    compiling: World, new: NewOpening, against: list[tuple[str, str]]
) -> None:
    here = compiling
    with refused(here.work, Invalid, *against):
        open_answers(here.by(here.secretariat), here.secretariat, here.id, new)


def test_nothing_is_opened_where_the_stage_does_not_say_so(answering: World) -> None:
    here = answering
    for actor in (here.secretariat, here.entity):
        with pytest.raises(NotAllowed):
            open_answers(here.by(actor), actor, here.id, ONE)


def test_the_draft_waits_for_what_is_opened_and_a_conclusion_tells_that_there_is_a_newer_answer(
    agreeing: World,
) -> None:
    here = agreeing
    here.conclude()
    one = opened(here)
    answer(here)
    with refused(here.work, Refused, "still_opened"):
        here.fire(here.coordinator, "send_draft")
    row = concluded(here.work, here.id)["IS-1.1"]
    assert changed_since(here.work, here.id, [row]) == [{"is_1_1": 2}]
    close(here.by(here.entity), here.entity, here.id, one)
    here.fire(here.coordinator, "send_draft")


def test_nothing_is_open_any_more_when_the_evaluation_has_ended(compiling: World) -> None:
    here = compiling
    opened(here)
    assert standing(here.work, here.id, here.entity).openings
    second(
        here.by(here.secretariat), here.secretariat, here.ask(here.entity, "withdraw_from_round", reason="We leave.")
    )
    with pytest.raises(NotAllowed):
        answer(here)
