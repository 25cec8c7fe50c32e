"""Does each voice speak for itself alone, once to each version, and is the draft kept until all have?"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import NOW, put, recorded, refused, rows, stored, undone
from tests.worlds import ASSIGNED, DISSENTED, WEAK, World

from mem.assessments.models import Stance
from mem.assessments.rules import Spoken
from mem.assessments.service import conclude, concluded
from mem.assessments.voices import Voice, speak, stances
from mem.core.errors import Invalid, NotAllowed, NotFound, Precondition, Refused
from mem.people.policy import Actor
from mem.rounds.experts import assignments, end

UNIT, OTHER = "IS-1.1", "IS-1.2"
NO = {"en": "No."}
agreeing = looking.at("consolidation")


def concludes(here: World, *units: str) -> None:
    """New conclusions on these units, each on the version before."""
    before = {unit: row.version for unit, row in concluded(here.work, here.id).items()}
    new = [one for one in here.conclusions() if one.unit in units]
    actor = here.coordinator
    conclude(here.by(actor), actor, here.id, [vary(one, before.get(one.unit, 0)) for one in new])


def vary(one: Any, base: int) -> Any:
    return type(one)(**{**vars(one), "base": base, "text": {"en": f"Version {base + 1}."}})


def says(here: World, state: str, *said: Spoken) -> list[tuple[str, int]]:
    expert = here.experts[state]
    return speak(here.by(expert), expert, here.id, said)


def test_what_a_voice_says_is_kept_with_who_said_it(agreeing: World) -> None:
    concludes(agreeing, UNIT, OTHER)
    assert says(agreeing, "CHL", Spoken(UNIT, 1), Spoken(OTHER, 1, NO)) == [(UNIT, 1), (OTHER, 1)]
    (chile, _) = assignments(agreeing.work, agreeing.id)
    both = {"assignment_id": chile.id, "evaluation_id": agreeing.id, "version": 1, "at": NOW}
    by = {"by": agreeing.experts["CHL"].person_id}
    assert [row._asdict() for row in rows(agreeing.work, Stance)] == [
        {**both, **by, "unit": UNIT, "agrees": True, "text": None},
        {**both, **by, "unit": OTHER, "agrees": False, "text": NO},
    ]
    (said,) = recorded(agreeing.work, agreeing.id, "voice_spoke")
    assert said["data"] == {
        "voice": "CHL",
        "stances": [
            {"unit": UNIT, "version": 1, "agrees": True, "text": None},
            {"unit": OTHER, "version": 1, "agrees": False, "text": NO},
        ],
    }
    assert stances(agreeing.work, agreeing.id) == {
        UNIT: {"CHL": Voice("CHL", True, None)}, OTHER: {"CHL": Voice("CHL", False, NO)},
    }  # fmt: skip
    assert stances(agreeing.work, agreeing.evaluations["JAM"]) == {}


def test_nothing_said_is_nothing_stored(agreeing: World) -> None:
    before = stored(agreeing.work)
    assert says(agreeing, "CHL") == []
    assert stored(agreeing.work) == before


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        ([Spoken("IS-7.1", 1, None, "/a")], [("no_conclusion", "/a/unit")]),
        ([Spoken(UNIT, 1, None, "/a")], [("already_spoken", "/a/unit")]),
        ([Spoken(UNIT, 1, NO, "/a")], [("already_spoken", "/a/unit")]),
        ([Spoken(OTHER, 1), Spoken(OTHER, 1, NO, "/b")], [("twice", "/b/unit")]),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_stored(
    agreeing: World, said: list[Spoken], reasons: list[tuple[str, str]]
) -> None:
    concludes(agreeing, UNIT, OTHER)
    says(agreeing, "CHL", Spoken(UNIT, 1))
    before = stored(agreeing.work)
    with refused(agreeing.work, Invalid, *reasons, code="not_spoken"):
        says(agreeing, "CHL", *said)
    assert stored(agreeing.work) == before


def test_a_conclusion_written_anew_is_spoken_to_anew(agreeing: World) -> None:
    concludes(agreeing, UNIT)
    says(agreeing, "CHL", Spoken(UNIT, 1))
    concludes(agreeing, UNIT)
    assert stances(agreeing.work, agreeing.id) == {}
    with refused(agreeing.work, Precondition, ("stale", "/a"), code="stale"):
        says(agreeing, "CHL", Spoken(UNIT, 1, None, "/a"))
    says(agreeing, "CHL", Spoken(UNIT, 2, NO))
    assert [(row.version, row.agrees) for row in rows(agreeing.work, Stance)] == [(1, True), (2, False)]


def test_only_who_has_a_voice_speaks_and_only_while_they_conclude(agreeing: World) -> None:
    concludes(agreeing, UNIT)

    def speaks(actor: Actor) -> None:
        speak(agreeing.by(actor), actor, agreeing.id, [Spoken(UNIT, 1)])

    with refused(agreeing.work, NotAllowed, "not_assigned"):  # the coordinator writes, and has no voice
        speaks(agreeing.coordinator)
    for actor in (agreeing.secretariat, agreeing.entity, agreeing.commission, agreeing.auditor):
        with pytest.raises(NotAllowed):
            speaks(actor)
    for actor in (agreeing.experts["BRB"], agreeing.coordinators["BRB"], agreeing.entities["CHL"]):
        with refused(agreeing.work, NotFound):
            speaks(actor)
    concludes(agreeing, *agreeing.units)
    for state in ASSIGNED:
        agreeing.speak(state)
    agreeing.fire(agreeing.coordinator, "send_draft")
    with refused(agreeing.work, NotAllowed, "not_open"):
        speaks(agreeing.experts["CHL"])


def test_a_draft_goes_out_when_every_voice_has_spoken_to_every_conclusion(agreeing: World) -> None:
    actor = agreeing.coordinator
    conclude(agreeing.by(actor), actor, agreeing.id, agreeing.conclusions())
    agreeing.speak("CHL")
    with pytest.raises(Refused) as blocked:
        agreeing.fire(actor, "send_draft")
    assert [(one.code, one.about) for one in blocked.value.reasons] == [
        ("voice_missing", unit) for unit in agreeing.units
    ]
    agreeing.speak("JAM")
    concludes(agreeing, UNIT)  # nobody has agreed to the new words
    with pytest.raises(Refused) as blocked:
        agreeing.fire(actor, "send_draft")
    assert [(one.code, one.about) for one in blocked.value.reasons] == [("voice_missing", UNIT)] * 2
    for state in ASSIGNED:
        says(agreeing, state, Spoken(UNIT, 2))
    assert agreeing.fire(actor, "send_draft").to_stage == "country_comment"


def test_a_voice_that_has_ended_is_not_waited_for_and_does_not_dissent(agreeing: World) -> None:
    concludes(agreeing, UNIT)
    says(agreeing, "JAM", Spoken(UNIT, 1, NO))
    (jamaica,) = (row.id for row in assignments(agreeing.work, agreeing.id) if row.expert_state == "JAM")
    end(agreeing.by(agreeing.secretariat), agreeing.secretariat, agreeing.id, jamaica, "Ill.")
    assert stances(agreeing.work, agreeing.id) == {}
    with refused(agreeing.work, NotFound):
        says(agreeing, "JAM", Spoken(UNIT, 1))


def test_the_world_of_the_tests_has_one_dissent_and_one_recommendation(agreeing: World) -> None:
    agreeing.to("country_comment")
    found = stances(agreeing.work, agreeing.id)
    assert {unit for unit, said in found.items() if not all(one.agrees for one in said.values())} == {DISSENTED}
    assert {unit for unit, row in concluded(agreeing.work, agreeing.id).items() if row.recommendation} == {WEAK}
    assert len(found) == 25


def test_a_stance_is_stored_once_never_changed_and_a_dissent_has_its_text(agreeing: World) -> None:
    concludes(agreeing, UNIT)
    says(agreeing, "CHL", Spoken(UNIT, 1))
    row = rows(agreeing.work, Stance)[0]._asdict()
    (jamaica,) = (one.id for one in assignments(agreeing.work, agreeing.id) if one.expert_state == "JAM")
    for change in ({}, {"assignment_id": jamaica, "agrees": False}, {"assignment_id": jamaica, "version": 2}):
        with undone(agreeing.work), pytest.raises(IntegrityError):
            put(agreeing.work, Stance, **{**row, **change})
    with undone(agreeing.work), pytest.raises(IntegrityError, match="only_added_to"):
        agreeing.work.db.execute(Stance.__table__.update().values(agrees=True))  # type: ignore[attr-defined]
