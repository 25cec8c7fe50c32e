"""Does every sentence of a report stand on the record, and does a new version change what was accepted and no more?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests import looking
from tests.looking import NOW, recorded, rows, statements
from tests.worlds import CHANGED_RATING, CHANGED_TEXT, LEFT_OUT, WEAK, World

from mem.answers.service import NewAnswer, current, give, versions
from mem.assessments.models import ConclusionVersion
from mem.assessments.rules import Judgement
from mem.assessments.service import conclude, concluded
from mem.core.canonical import digest_of
from mem.evidence.service import NewLink, attach_links, pieces
from mem.reports.assemble import assemble, gather, newest_version
from mem.reports.comments import listed
from mem.reports.models import ReportVersion
from mem.reports.versions import stored
from mem.rounds.standing import standing

Paragraph = dict[str, Any]


here = looking.at("country_comment")  # the draft is before the country
revised = looking.at("before_commission")  # of three comments one was accepted, one partly, one not
enrolled = looking.at()


def report(here: World, version: int | None = None) -> dict[str, Paragraph]:
    """The paragraphs of a version by key, in order."""
    return {paragraph["key"]: paragraph for paragraph in stored(here.work, here.id, version).paragraphs}


def kinds(paragraph: Paragraph) -> list[str]:
    return [source["kind"] for source in paragraph["sources"]]


class Sources:
    """What stands in the record of an evaluation, for a source to point at."""

    def __init__(self, here: World) -> None:
        self.here, self.where = here, here.standing()
        self.evidence = {str(row.id): row.sha256 for row, _ in pieces(here.work, here.id)}
        self.comments = {str(row.id): row.disposition for row in listed(here.work, here.id)}
        self.conclusions = {
            (row.unit, row.version) for row in rows(here.work, ConclusionVersion, evaluation_id=here.id)
        }

    def hold(self, source: Mapping[str, Any]) -> bool:
        """Whether a source points at something that is there, as it says."""
        match source:
            case {"kind": "round", "code": code}:
                return bool(code == self.where.round_code)
            case {"kind": "method", "sha256": sha256}:
                return bool(sha256 == self.here.method.digest)
            case {"kind": "answer", "question": key, "version": version, **more}:
                found = {row.version: row.question_sha256 for row in versions(self.here.work, self.here.id, key)}
                return version in found and more in ({}, {"question_sha256": found[version]})
            case {"kind": "evidence", "id": one, "sha256": sha256}:
                return bool(self.evidence.get(one) == sha256)
            case {"kind": "conclusion", "unit": unit, "version": version}:
                return (unit, version) in self.conclusions
            case {"kind": "comment", "id": one, "disposition": disposition}:
                return bool(self.comments.get(one) == disposition is not None)
            case {"kind": "absence", "unit": unit}:
                return unit in self.here.units
            case {"kind": level, "code": code}:
                return code in self.where.tree.units and self.where.tree.units[code].level == level
        return False


def test_every_paragraph_has_sources_that_stand_in_the_record(revised: World) -> None:
    sources = Sources(revised)
    for version in (1, 2):
        found = report(revised, version)
        assert len(found) > 150
        assert [key for key, paragraph in found.items() if not paragraph["sources"]] == []
        assert [(key, one) for key, each in found.items() for one in each["sources"] if not sources.hold(one)] == []


def test_every_finding_and_rating_walks_back_to_an_answer_through_its_conclusion(here: World) -> None:
    found = report(here)
    for block in ("finding", "rating"):
        ours = {key: paragraph for key, paragraph in found.items() if paragraph["block"] == block}
        assert [paragraph["unit"] for paragraph in ours.values()] == here.units
        for paragraph in ours.values():
            (cited,) = (one for one in paragraph["sources"] if one["kind"] == "conclusion")
            conclusion = concluded(here.work, here.id)[cited["unit"]]
            assert cited == {"kind": "conclusion", "unit": paragraph["unit"], "version": conclusion.version}
            answered = [(one["question"], one["version"]) for one in paragraph["sources"] if one["kind"] == "answer"]
            assert answered == [(one["answer"], one["version"]) for one in conclusion.citations] != []
            for question, version in answered:
                assert versions(here.work, here.id, question)[version - 1].version == version


def test_what_the_country_reported_stands_on_its_answers_and_evidence_or_states_their_absence(here: World) -> None:
    answered = {unit for key in current(here.work, here.id) for unit in here.standing().form.asked[key].question.units}
    for unit in here.units:
        paragraph = report(here)[f"{unit}/reported"]
        assert ("answer" in kinds(paragraph), "absence" in kinds(paragraph)) == (unit in answered, unit not in answered)
        assert "evidence" in kinds(paragraph)


def test_a_country_that_said_nothing_has_a_report_of_absences(enrolled: World) -> None:
    here = enrolled
    assert assemble(here.work, here.standing(), "tried") == 1
    found = report(here)
    reported = [paragraph for paragraph in found.values() if paragraph["block"] == "reported"]
    assert [paragraph["unit"] for paragraph in reported] == here.units
    for paragraph in reported:
        unit = paragraph["unit"]
        assert paragraph["sources"] == [{"kind": "action", "code": unit}, {"kind": "absence", "unit": unit}]
    blocks = {paragraph["block"] for paragraph in found.values()}
    assert blocks.isdisjoint({"answers", "finding", "rating", "recommendation", "summary"})


def test_each_answer_is_told_with_its_version_and_the_text_of_its_question(here: World) -> None:
    form, found = here.standing().form, report(here)
    told = {key: paragraph for key, paragraph in found.items() if paragraph["block"] == "answers"}
    expected = [
        f"{unit}/answers/{key}"
        for unit in here.units
        for key, asked in form.asked.items()
        if unit in asked.question.units and key in current(here.work, here.id)
    ]
    assert sorted(told) == sorted(expected)
    name = told["IS-1.1/answers/is_1_1_name"]
    digest = form.asked["is_1_1_name"].digest
    assert name["sources"] == [{"kind": "answer", "question": "is_1_1_name", "version": 1, "question_sha256": digest}]
    assert "A synthetic answer" in name["text"]["en"]


def test_an_answer_to_a_hidden_question_is_not_told(enrolled: World) -> None:
    here = enrolled.to("answering")
    said = [
        NewAnswer("is_1_1", False, None, 0),
        NewAnswer("is_1_1_name", "A commission that there is not", None, 0),
        NewAnswer("is_1_2", None, "We have no such law", 0),
    ]
    give(here.by(here.entity), here.entity, here.id, said)
    assemble(here.work, here.standing(), "tried")
    told = {key: each["text"]["en"] for key, each in report(here).items() if each["block"] == "answers"}
    assert set(told) == {"IS-1.1/answers/is_1_1", "IS-1.2/answers/is_1_2"}
    assert "We have no such law" in told["IS-1.2/answers/is_1_2"]


def test_what_is_left_out_is_told_with_its_reason_and_in_no_other_place(here: World) -> None:
    tree, found = here.standing().tree, report(here)
    told = {each["unit"]: each for each in found.values() if each["block"] == "exclusions"}
    assert sorted(told) == sorted(LEFT_OUT)
    for unit, reason in LEFT_OUT.items():
        assert reason.rstrip(".") in told[unit]["text"]["en"]
        assert told[unit]["sources"] == [{"kind": tree.units[unit].level, "code": unit}]
    elsewhere = {each["unit"] for each in found.values() if each["block"] != "exclusions"}
    assert elsewhere.isdisjoint(unit.code for area in LEFT_OUT for unit in tree.below(area))


def test_what_is_not_asked_or_not_shown_is_not_counted(enrolled: World) -> None:
    here = enrolled.to("answering")
    said = [
        NewAnswer("is_1_1", False, None, 0),
        NewAnswer("is_1_1_name", "Hidden, since there is none", None, 0),
    ]
    out = next(asked for asked in here.standing().form.asked.values() if asked.question.units == ["DR-1.1"])
    said.append(NewAnswer(out.question.key, None, "Left out in this cycle", 0))
    give(here.by(here.entity), here.entity, here.id, said)
    links = [
        NewLink(title, f"https://example.org/{title}", units)
        for title, units in (("in", ["IS-1.1", "DR-1.1"]), ("out", ["DR-1.1"]))
    ]
    attach_links(here.by(here.entity), here.entity, here.id, links)
    totals = gather(here.work, here.standing()).totals
    assert (totals["answers"], totals["evidence"]) == (1, 1)


def test_a_version_is_stored_with_its_title_digest_author_and_cause(here: World) -> None:
    row = stored(here.work, here.id)
    assert (row.version, row.document, row.by, row.at) == (1, "national_report", here.coordinator.person_id, NOW)
    assert set(row.title) == set(here.method.mechanism.languages)
    assert "Barbados" in row.title["en"]
    assert row.sha256 == digest_of({"title": row.title, "paragraphs": row.paragraphs})
    (said,) = recorded(here.work, here.id, "report_assembled")
    assert said["data"] == {
        "version": 1, "paragraphs": len(row.paragraphs), "sha256": row.sha256, "cause": "send_draft",
    }  # fmt: skip


def test_the_same_record_gives_the_same_digest(here: World) -> None:
    later = here.by(here.auditor, days=9)
    assert assemble(later, standing(here.work, here.id, here.auditor), "again") == 2
    assert len({row.sha256 for row in rows(here.work, ReportVersion)}) == 1
    assert stored(here.work, here.id, 1).paragraphs == stored(here.work, here.id, 2).paragraphs


def test_another_record_gives_another_digest(here: World) -> None:
    here.to("revision")
    here.both(here.coordinator, here.secretariat, "reopen_consolidation", reason="A law was found.")
    again = Judgement("IS-7.2", {"en": "Better."}, "completed", here.citations()["IS-7.2"], 1)
    conclude(here.by(here.coordinator), here.coordinator, here.id, [again])
    assemble(here.work, here.standing(), "again")
    first, second = report(here, 1), report(here, 2)
    assert {key for key in first if first[key] != second[key]} == {"IS-7.2/finding", "IS-7.2/rating", "IS-7/summary"}
    assert second["IS-7.2/finding"]["text"] == {"en": "Better."}
    assert {"kind": "conclusion", "unit": "IS-7.2", "version": 2} in second["IS-7.2/finding"]["sources"]
    assert stored(here.work, here.id, 1).sha256 != stored(here.work, here.id, 2).sha256


def comment_source(here: World, number: int) -> dict[str, str]:
    row = listed(here.work, here.id)[number]
    return {"kind": "comment", "id": str(row.id), "disposition": row.disposition}


def test_the_next_version_changes_what_was_accepted_and_nothing_else(revised: World) -> None:
    first, second = report(revised, 1), report(revised, 2)
    assert list(first) == list(second)
    changed = {key for key in first if first[key] != second[key]}
    assert changed == {"IS-1.3/finding", "IS-1.4/finding", "IS-1.4/rating", "IS-1/summary"}
    assert {key for key in changed if first[key]["text"] != second[key]["text"]} == changed - {"IS-1.4/finding"}


def test_an_accepted_text_stands_in_the_next_version_with_the_comment_as_a_source(revised: World) -> None:
    first, second = (report(revised, version)["IS-1.3/finding"] for version in (1, 2))
    assert second["text"] == CHANGED_TEXT != first["text"]
    assert second["sources"] == [*first["sources"], comment_source(revised, 0)]


def test_an_accepted_rating_stands_in_the_next_version_with_the_comment_as_a_source(revised: World) -> None:
    first, second = (report(revised, version)["IS-1.4/rating"] for version in (1, 2))
    assert (first["rating"], second["rating"]) == ("mostly_completed", CHANGED_RATING)
    assert second["sources"] == [*first["sources"], comment_source(revised, 1)]
    before, after = (report(revised, version)["IS-1/summary"]["text"]["en"] for version in (1, 2))
    assert ("mostly completed 3" in before, "mostly completed 2" in after) == (True, True)
    assert ("completed 1" in before, "completed 1" in after) == (False, True)


def test_what_is_not_accepted_changes_nothing(revised: World) -> None:
    first, second = (report(revised, version)["IS-2.1/finding"] for version in (1, 2))
    assert second == first
    source = comment_source(revised, 2)
    assert source["disposition"] == "not_accepted"
    assert all(source not in paragraph["sources"] for paragraph in report(revised).values())


def test_a_recommendation_and_its_rating_stand_where_they_were_concluded(here: World) -> None:
    found = [each for each in report(here).values() if each["block"] == "recommendation"]
    assert [(each["unit"], "Adopt a law." in each["text"]["en"]) for each in found] == [(WEAK, True)]
    ratings = {each["unit"]: each["rating"] for each in report(here).values() if each["rating"]}
    expected = {**dict.fromkeys(here.units, "mostly_completed"), WEAK: "not_started"}
    assert ratings == expected


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_synthetic_round_says_so(enrolled: World, synthetic: bool) -> None:
    here = enrolled
    assemble(here.work, replace(here.standing(), synthetic=synthetic), "tried")
    assert ("synthetic_notice" in {each["block"] for each in report(here).values()}) is synthetic


def test_the_record_counts_what_it_holds(here: World) -> None:
    record = gather(here.work, here.standing())
    tree = here.standing().tree
    assert record.totals == {
        "judged": 25,
        "left_out": len(tree.at("action")) - 25,
        "answers": len(current(here.work, here.id)),
        "evidence": 1,
    }
    assert record.names["state"] == here.method.members.member("BRB").names  # type: ignore[union-attr]
    assert record.overrides == {}
    assert set(record.conclusions) == set(here.units)


def test_a_report_is_gathered_in_as_many_statements_whatever_it_holds(here: World) -> None:
    counts = []
    for one in ("BRB", "JAM"):
        where = standing(here.work, here.evaluations[one], None)
        with statements(here.work.db) as sent:
            gather(here.work, where)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 8


def test_versions_are_numbered_for_each_evaluation(here: World) -> None:
    assert newest_version(here.work, here.id) == 1
    assert newest_version(here.work, here.evaluations["JAM"]) is None
    where = standing(here.work, here.evaluations["JAM"], None)
    assert assemble(here.work, where, "tried") == 1
    assert assemble(here.work, here.standing(), "again") == 2
    assert newest_version(here.work, UUID(int=0)) is None


@pytest.mark.parametrize("unit", ["IS-1.3", "IS-1.4", "IS-2.1"])
def test_what_was_changed_for_a_comment_holds_until_it_is_concluded_anew(revised: World, unit: str) -> None:
    """IS-1.3 has a changed text, IS-1.4 a changed rating; each stands as changed unless its own unit is concluded anew
    later."""
    session = revised.session()
    revised.fire(revised.commission, "send_back", reason="Say more.", occasion=session)
    revised.both(revised.coordinator, revised.secretariat, "reopen_consolidation", reason="A law was found.")
    again = Judgement(unit, {"en": "Anew."}, "partially_completed", revised.citations()[unit], 1)
    conclude(revised.by(revised.coordinator, days=1), revised.coordinator, revised.id, [again])
    assemble(revised.work, revised.standing(), "again")
    second, third = report(revised, 2), report(revised, 3)
    assert third[f"{unit}/finding"]["text"] == {"en": "Anew."}
    assert third[f"{unit}/rating"]["rating"] == "partially_completed"
    for other, block in (("IS-1.3", "finding"), ("IS-1.4", "rating")):
        assert (third[f"{other}/{block}"] == second[f"{other}/{block}"]) == (other != unit)
