"""Is each recommendation of a published report issued in its words, on a road of its own, to whoever may see it?"""

from __future__ import annotations

from uuid import UUID

import pytest
from tests import looking
from tests.looking import NOW, recorded, refused, rows
from tests.worlds import WEAK, World

from mem.core.errors import NotFound
from mem.methods.models import Position
from mem.recommendations.models import Recommendation
from mem.recommendations.service import Recommended, issue, issued, of_evaluation, recommendation, shown
from mem.reports.versions import stored

NOWHERE = UUID(int=0xDEAD)


here, enrolled = looking.at("published"), looking.at()


@pytest.fixture
def one(here: World) -> UUID:
    """The one recommendation of the published report."""
    (row,) = issued(here.work, here.id)
    return UUID(str(row.id))


def test_the_recommendation_is_issued_in_the_words_of_the_report_with_its_sources(here: World, one: UUID) -> None:
    (row,) = rows(here.work, Recommendation)
    (paragraph,) = (found for found in stored(here.work, here.id).paragraphs if found["block"] == "recommendation")
    assert row._asdict() == {
        "id": one, "evaluation_id": here.id, "number": 1, "unit": WEAK, "text": paragraph["text"],
        "sources": paragraph["sources"], "issued_at": NOW,
    }  # fmt: skip
    assert "Adopt a law." in row.text["en"]
    assert {"kind": "conclusion", "unit": WEAK, "version": 1} in row.sources
    (said,) = recorded(here.work, here.id, "recommendation_issued")
    assert said["data"] == {"recommendation": str(one), "number": 1, "unit": WEAK, "text": row.text}


def test_a_recommendation_begins_its_own_road(here: World, one: UUID) -> None:
    (place,) = rows(here.work, Position, id=one)
    assert (place.subject, place.workflow, place.stage, place.version, place.method) == (
        "recommendation", "recommendation", "issued", 1, here.method.digest,
    )  # fmt: skip
    found = recommendation(here.work, one, here.secretariat)
    assert (found.number, found.unit, found.stage, found.version) == (1, WEAK, "issued", 1)
    assert found.evaluation.id == here.id
    assert found.workflow.workflow == "recommendation"


def test_recommendations_are_numbered_in_the_order_of_the_report(enrolled: World) -> None:
    here, work = enrolled, enrolled.work
    given = [
        Recommended(unit, {"en": f"On {unit}."}, [{"kind": "action", "code": unit}]) for unit in ("IS-2.1", "IS-1.1")
    ]
    with looking.undone(work):
        assert issue(work, here.standing(), given) == 2
        assert [(row.number, row.unit, row.text["en"]) for row in issued(work, here.id)] == [
            (1, "IS-2.1", "On IS-2.1."), (2, "IS-1.1", "On IS-1.1."),
        ]  # fmt: skip
        assert len(recorded(work, here.id, "recommendation_issued")) == 2
    assert issue(work, here.standing(), []) == 0
    assert issued(work, here.id) == []


def test_nothing_is_issued_before_the_report_is_published(enrolled: World) -> None:
    assert issued(enrolled.work, enrolled.to("approved").id) == []


def test_the_place_of_a_recommendation_is_its_own_stage_and_the_state_it_is_for(here: World, one: UUID) -> None:
    road = here.method.workflows["recommendation"]
    place = recommendation(here.work, one, here.experts["CHL"]).place
    assert (place.state, place.sees, place.edits, place.assigned) == (
        "BRB", road.sees("issued"), road.edits("issued"), True,
    )  # fmt: skip
    assert not recommendation(here.work, one, None).place.assigned


def test_a_recommendation_is_shown_to_whom_its_stage_shows_it(here: World, one: UUID) -> None:
    def readers() -> set[str]:
        found = set[tuple[str, bool]]()
        for actor in here.everybody:
            try:
                found.add((actor.name, shown(here.work, actor, one).id == one))
            except NotFound:
                continue
        return {name for name, right in found if right}

    always = {"national_coordinating_entity BRB", "ministry_contributor BRB", "mem_unit", "commission", "auditor"}
    assert readers() == always
    here.fire(here.entity, "report_progress", one, reason="A law was adopted.")
    assert readers() == {*always, "coordinator CHL"}


def test_what_is_not_there_and_what_is_not_for_the_asker_look_alike(here: World, one: UUID) -> None:
    told = set()
    for which in (one, NOWHERE, here.id):
        with pytest.raises(NotFound) as caught:
            shown(here.work, here.experts["BRB"], which)
        told.add((caught.value.code, caught.value.message))
    assert len(told) == 1


def test_what_is_listed_of_an_evaluation_is_what_may_be_read_one_by_one(here: World, one: UUID) -> None:
    for actor in (here.entity, here.contributors["BRB"], here.secretariat, here.commission, here.auditor):
        assert [row.id for row in of_evaluation(here.work, actor, here.id)] == [one]
    for actor in (here.experts["CHL"], here.coordinator):  # until the follow-up comes to them
        assert of_evaluation(here.work, actor, here.id) == []
    for actor in (here.experts["BRB"], here.coordinators["BRB"], here.entities["CHL"]):
        with refused(here.work, NotFound):
            of_evaluation(here.work, actor, here.id)
    (row,) = of_evaluation(here.work, here.entity, here.id)
    assert (row.stage, row.version) == ("issued", 1)
    here.fire(here.entity, "report_progress", one, reason="A law was adopted.")
    (row,) = of_evaluation(here.work, here.entity, here.id)
    assert (row.stage, row.version) == ("reported", 2)
    assert [row.id for row in of_evaluation(here.work, here.coordinator, here.id)] == [one]


def test_a_recommendation_goes_its_road_to_the_end(here: World, one: UUID) -> None:
    here.fire(here.entity, "report_progress", one, reason="A law was adopted.")
    here.fire(here.coordinator, "assess", one, reason="It was.")
    here.fire(here.commission, "ask_again", one, reason="It is not in force.")
    here.fire(here.entity, "report_progress", one, reason="It is now.")
    here.fire(here.coordinator, "assess", one, reason="It is.")
    here.fire(here.commission, "approve_closing", one, occasion=here.session())
    assert recommendation(here.work, one, None).stage == "closed"
    moves = [
        said["data"] for said in recorded(here.work, here.id, "stage_moved") if said["data"]["position"] == str(one)
    ]
    assert [(said["trigger"], said["version"]) for said in moves] == [
        ("report_progress", 2), ("assess", 3), ("ask_again", 4), ("report_progress", 5), ("assess", 6),
        ("approve_closing", 7),
    ]  # fmt: skip
