"""Does each voice judge by itself until all have, on what stands in the record, and is what they conclude their own?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import NOW, put, recorded, refused, rows, stored, undone
from tests.worlds import ASSIGNED, World

from mem.assessments.models import ConclusionVersion, FindingVersion
from mem.assessments.rules import Citation, Judgement
from mem.assessments.service import conclude, concluded, conclusions, find, findings, hand_in
from mem.core.errors import Conflict, Invalid, NotAllowed, NotFound, Precondition
from mem.evidence.service import known
from mem.people.policy import Actor
from mem.rounds.experts import assignments
from mem.rounds.models import Assignment

NOWHERE = UUID(int=0xDEAD)
UNIT, OTHER = "IS-1.1", "IS-1.2"


here = looking.at("review")
compiling = looking.at("compilation")
agreeing = looking.at("consolidation")  # the assessments are handed in, and the experts conclude


def judged(here: World, unit: str = UNIT, base: int = 0, **changes: Any) -> Judgement:
    one = Judgement(
        unit, {"en": "It does."}, "completed", here.citations().get(unit, [Citation("is_1_1", 1)]), base, "/findings/0"
    )
    return replace(one, **changes)


def writes(here: World, state: str, *new: Judgement, days: int = 0) -> list[tuple[str, int]]:
    expert = here.experts[state]
    return find(here.by(expert, days), expert, here.id, new)


def concludes(here: World, *new: Judgement, by: Actor | None = None) -> list[tuple[str, int]]:
    actor = by or here.coordinator
    return conclude(here.by(actor), actor, here.id, new)


def voices(here: World, actor: Actor) -> list[tuple[str, str, int]]:
    return [(row.expert_state, row.unit, row.version) for row in findings(here.work, actor, here.id)]


def test_a_finding_is_kept_with_its_text_rating_and_citations(here: World) -> None:
    evidence = next(iter(known(here.work, here.id)))
    cited = [Citation("is_1_1", 1), Citation(evidence=evidence)]
    assert writes(here, "CHL", judged(here, citations=cited)) == [(UNIT, 1)]
    (row,) = rows(here.work, FindingVersion)
    (chile, _) = assignments(here.work, here.id)
    assert row._asdict() == {
        "assignment_id": chile.id, "unit": UNIT, "version": 1, "evaluation_id": here.id, "text": {"en": "It does."},
        "rating": "completed", "citations": [{"answer": "is_1_1", "version": 1}, {"evidence": str(evidence)}],
        "by": here.experts["CHL"].person_id, "at": NOW,
    }  # fmt: skip
    (said,) = recorded(here.work, here.id, "findings_written")
    kept = {key: row._asdict()[key] for key in ("unit", "version", "text", "rating", "citations")}
    assert said["data"] == {"voice": "CHL", "findings": [kept]}


def test_a_finding_is_written_again_on_the_version_that_was_seen(here: World) -> None:
    writes(here, "CHL", judged(here), judged(here, OTHER))
    assert writes(here, "CHL", judged(here, base=1, rating="started")) == [(UNIT, 2)]
    assert [row.rating for row in findings(here.work, here.experts["CHL"], here.id)] == ["started", "completed"]
    late = [judged(here, base=1, where="/findings/0"), judged(here, OTHER, base=1), judged(here, "IS-1.3", base=1)]
    with refused(here.work, Precondition, "stale", "stale", code="stale"):
        writes(here, "CHL", *late)
    assert len(rows(here.work, FindingVersion)) == 3


def test_during_the_review_each_voice_sees_its_own_findings_and_no_others(here: World) -> None:
    writes(here, "CHL", judged(here), judged(here, OTHER))
    writes(here, "JAM", judged(here))
    assert voices(here, here.experts["CHL"]) == [("CHL", UNIT, 1), ("CHL", OTHER, 1)]
    assert voices(here, here.experts["JAM"]) == [("JAM", UNIT, 1)]
    for actor in (here.coordinator, here.secretariat, here.entity, here.commission, here.auditor):
        with refused(here.work, NotAllowed, "not_shown"):
            voices(here, actor)
    for actor in (here.experts["BRB"], here.coordinators["BRB"], here.entities["CHL"]):
        with refused(here.work, NotFound):
            voices(here, actor)


def test_one_voice_may_judge_as_another_did_on_a_base_of_its_own(here: World) -> None:
    writes(here, "CHL", judged(here))
    writes(here, "CHL", judged(here, base=1))
    assert writes(here, "JAM", judged(here)) == [(UNIT, 1)]


def test_even_who_has_handed_in_sees_no_other_before_all_have(here: World) -> None:
    writes(here, "JAM", judged(here))
    writes(here, "CHL", *here.findings("CHL"))
    hand_in(here.by(here.experts["CHL"]), here.experts["CHL"], here.id)
    assert {state for state, _, _ in voices(here, here.experts["CHL"])} == {"CHL"}


def test_once_all_have_handed_in_the_judges_see_everything(agreeing: World) -> None:
    everything = [(state, unit, 1) for state in ASSIGNED for unit in agreeing.units]
    for actor in (*(agreeing.experts[state] for state in ASSIGNED), agreeing.coordinator):
        assert voices(agreeing, actor) == everything
    with refused(agreeing.work, NotAllowed, "not_shown"):
        voices(agreeing, agreeing.secretariat)


def test_a_complete_assessment_is_handed_in_and_no_longer_changes(here: World) -> None:
    expert = here.experts["CHL"]
    writes(here, "CHL", *here.findings("CHL"))
    hand_in(here.by(expert, days=3), expert, here.id)
    handed_in = {row.expert_state: row.handed_in_at for row in assignments(here.work, here.id)}
    assert handed_in == {"CHL": here.by(expert, days=3).now, "JAM": None}
    (said,) = recorded(here.work, here.id, "assessment_handed_in")
    assert said["data"] == {"voice": "CHL"}
    with refused(here.work, Conflict, "handed_in", code="handed_in"):
        writes(here, "CHL", judged(here, base=1))
    with refused(here.work, Conflict, "handed_in", code="handed_in"):
        hand_in(here.by(expert), expert, here.id)
    assert writes(here, "JAM", judged(here)) == [(UNIT, 1)]


def test_an_assessment_is_complete_when_every_judged_unit_has_a_finding(here: World) -> None:
    expert = here.experts["CHL"]
    writes(here, "JAM", *here.findings("JAM"))
    missing = [("finding_missing", unit) for unit in here.units]
    assert len(missing) == 25
    with refused(here.work, Invalid, *missing, code="not_complete"):
        hand_in(here.by(expert), expert, here.id)
    writes(here, "CHL", *(one for one in here.findings("CHL") if one.unit not in (UNIT, "IS-7.2")))
    with refused(here.work, Invalid, ("finding_missing", UNIT), ("finding_missing", "IS-7.2")):
        hand_in(here.by(expert), expert, here.id)


def test_only_who_is_assigned_judges_and_only_during_the_review(here: World) -> None:
    acts: Sequence[Callable[[Actor], object]] = (
        lambda by: find(here.by(by), by, here.id, [judged(here)]),
        lambda by: hand_in(here.by(by), by, here.id),
    )
    before = stored(here.work)
    for act in acts:
        for actor in (here.coordinator, here.secretariat, here.entity, here.commission, here.auditor):
            with pytest.raises(NotAllowed):
                act(actor)
        for actor in (here.experts["BRB"], here.coordinators["BRB"], here.entities["CHL"], here.contributors["JAM"]):
            with pytest.raises(NotFound):
                act(actor)
        assert stored(here.work) == before
    here.to("consolidation")
    for act in acts:
        with refused(here.work, NotAllowed, "not_open"):
            act(here.experts["CHL"])


def test_an_expert_who_is_not_assigned_is_not_even_told_of_the_evaluation(compiling: World) -> None:
    here = compiling
    for actor in here.experts.values():
        with refused(here.work, NotFound):
            find(here.by(actor), actor, here.id, [judged(here)])


CITATIONS, RATING = "/findings/0/citations", "/findings/0/rating"


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"citations": []}, [("citation_needed", CITATIONS)]),
        ({"citations": [Citation("is_1_1", 2)]}, [("unknown_citation", f"{CITATIONS}/0")]),
        ({"citations": [Citation("is_1_1", 0)]}, [("unknown_citation", f"{CITATIONS}/0")]),
        ({"citations": [Citation("is_1_1", 1), Citation("ic_1_1", 1)]}, [("unknown_citation", f"{CITATIONS}/1")]),
        ({"citations": [Citation(evidence=NOWHERE)]}, [("unknown_citation", f"{CITATIONS}/0")]),
        ({"citations": [Citation()]}, [("unknown_citation", f"{CITATIONS}/0")]),
        ({"rating": "excellent"}, [("off_scale", RATING)]),
        ({"unit": "IS-1"}, [("unknown_unit", "/findings/0/unit")]),
        ({"unit": "SR-1.1"}, [("unknown_unit", "/findings/0/unit")]),
        (
            {"unit": "XX-1", "rating": "", "citations": []},
            [("unknown_unit", "/findings/0/unit"), ("off_scale", RATING), ("citation_needed", CITATIONS)],
        ),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_judgement_that_stands_on_nothing_is_not_stored(
    here: World, changes: dict[str, Any], reasons: list[tuple[str, str]]
) -> None:
    good = judged(here, "IS-7.1", where="/findings/1")
    with refused(here.work, Invalid, *reasons, code="judgement_refused"):
        writes(here, "CHL", judged(here, **changes), good)
    here.to("consolidation")
    with refused(here.work, Invalid, *reasons, code="judgement_refused"):
        concludes(here, judged(here, **changes), good)


def test_evidence_of_another_evaluation_is_not_cited(here: World) -> None:
    theirs = replace(
        here,
        evaluations={**here.evaluations, "BRB": here.evaluations["JAM"]},
        entities={**here.entities, "BRB": here.entities["JAM"]},
    ).attach()
    with refused(here.work, Invalid, ("unknown_citation", f"{CITATIONS}/0")):
        writes(here, "CHL", judged(here, citations=[Citation(evidence=theirs)]))


def test_one_unit_is_judged_once_in_one_request(here: World) -> None:
    with refused(here.work, Invalid, ("twice", "/findings/1")):
        writes(here, "CHL", judged(here), judged(here, where="/findings/1"))


def test_nothing_judged_is_nothing_stored(here: World) -> None:
    assert writes(here, "CHL") == []
    here.to("consolidation")
    before = stored(here.work)
    assert concludes(here) == []
    assert stored(here.work) == before


def test_a_conclusion_is_kept_with_its_recommendation(agreeing: World) -> None:
    one = judged(agreeing, rating="started", recommendation={"en": "Adopt it."})
    assert concludes(agreeing, one) == [(UNIT, 1)]
    (row,) = rows(agreeing.work, ConclusionVersion)
    cited = [{"answer": citation.answer, "version": citation.version} for citation in one.citations]
    assert row._asdict() == {
        "evaluation_id": agreeing.id, "unit": UNIT, "version": 1, "text": {"en": "It does."}, "rating": "started",
        "recommendation": {"en": "Adopt it."}, "citations": cited, "by": agreeing.coordinator.person_id, "at": NOW,
    }  # fmt: skip
    (said,) = recorded(agreeing.work, agreeing.id, "conclusions_written")
    kept = {key: value for key, value in row._asdict().items() if key not in ("evaluation_id", "by", "at")}
    assert said["data"] == {"conclusions": [kept]}


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"rating": "started"}, [("recommendation_needed", "/findings/0/recommendation")]),
        ({"rating": "not_started"}, [("recommendation_needed", "/findings/0/recommendation")]),
        (
            {"rating": "not_started", "citations": []},
            [("citation_needed", CITATIONS), ("recommendation_needed", "/findings/0/recommendation")],
        ),
    ],
)
def test_a_conclusion_gives_the_recommendation_that_is_due(
    agreeing: World, changes: dict[str, Any], reasons: list[tuple[str, str]]
) -> None:
    with refused(agreeing.work, Invalid, *reasons, code="judgement_refused"):
        concludes(agreeing, judged(agreeing, **changes))


def test_the_newest_conclusions_come_in_the_order_of_the_plan(agreeing: World) -> None:
    concludes(agreeing, judged(agreeing, "IS-7.2"), judged(agreeing, OTHER), judged(agreeing))
    assert concludes(agreeing, judged(agreeing, base=1, text={"en": "Better."}), by=agreeing.experts["JAM"]) == [
        (UNIT, 2)
    ]
    found = conclusions(agreeing.work, agreeing.experts["CHL"], agreeing.id)
    assert [(row.unit, row.version, row.text) for row in found] == [
        (UNIT, 2, {"en": "Better."}), (OTHER, 1, {"en": "It does."}), ("IS-7.2", 1, {"en": "It does."}),
    ]  # fmt: skip
    assert {unit: row.version for unit, row in concluded(agreeing.work, agreeing.id).items()} == {
        UNIT: 2, OTHER: 1, "IS-7.2": 1,
    }  # fmt: skip
    assert concluded(agreeing.work, agreeing.evaluations["JAM"]) == {}
    with refused(agreeing.work, Precondition, "stale", "stale", code="stale"):
        concludes(agreeing, judged(agreeing, base=1), judged(agreeing, OTHER), judged(agreeing, "IS-7.1"))


def test_conclusions_are_written_by_the_judges_alone(agreeing: World) -> None:
    for number, actor in enumerate((agreeing.coordinator, agreeing.experts["CHL"], agreeing.experts["JAM"])):
        assert concludes(agreeing, judged(agreeing, base=number), by=actor) == [(UNIT, number + 1)]
    for actor in (agreeing.secretariat, agreeing.entity, agreeing.commission, agreeing.auditor):
        with pytest.raises(NotAllowed):
            concludes(agreeing, judged(agreeing, base=3), by=actor)
        with refused(agreeing.work, NotAllowed, "not_shown"):
            conclusions(agreeing.work, actor, agreeing.id)
    for actor in (agreeing.experts["BRB"], agreeing.coordinators["BRB"], agreeing.entities["CHL"]):
        with refused(agreeing.work, NotFound):
            concludes(agreeing, judged(agreeing, base=3), by=actor)
        with refused(agreeing.work, NotFound):
            conclusions(agreeing.work, actor, agreeing.id)


def test_conclusions_wait_until_the_assessments_are_in(here: World) -> None:
    for actor, why in ((here.coordinator, "not_open"), (here.experts["CHL"], "not_handed_in")):
        with refused(here.work, NotAllowed, why):
            concludes(here, judged(here), by=actor)


def test_nobody_concludes_anew_while_comments_are_answered_but_by_going_back(agreeing: World) -> None:
    here = agreeing.to("revision")
    for actor in (here.coordinator, here.experts["CHL"]):
        with refused(here.work, NotAllowed, "not_open"):
            concludes(here, judged(here, base=1), by=actor)
    here.both(here.coordinator, here.secretariat, "reopen_consolidation", reason="The country showed a decree.")
    assert concludes(here, judged(here, base=1)) == [(UNIT, 2)]


def test_versions_are_stored_once_and_never_changed(agreeing: World) -> None:
    concludes(agreeing, judged(agreeing))
    for table in (FindingVersion, ConclusionVersion):
        row = rows(agreeing.work, table)[0]
        with undone(agreeing.work), pytest.raises(IntegrityError):
            put(agreeing.work, table, **row._asdict())
        with undone(agreeing.work), pytest.raises(IntegrityError, match="only_added_to"):
            agreeing.work.db.execute(table.__table__.update().values(rating="started"))  # type: ignore[attr-defined]
    assert [row.handed_in_at for row in rows(agreeing.work, Assignment)] == [NOW, NOW]
