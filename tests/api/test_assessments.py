"""Are findings and conclusions written, kept apart and brought together over HTTP, by experts of others alone?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.callers import Api
from tests.road import codes, ok, place, refused, road
from tests.watchers import only, statuses

FINDING = {"expert_state", "unit", "version", "text", "rating", "citations", "newer", "at"}
CONCLUSION = {
    "unit", "version", "text", "rating", "agreement", "voices", "recommendation", "citations", "newer", "at"
}  # fmt: skip
CITED = [{"answer": "is_1_1", "version": 1}]
UNKNOWN = "00000000-0000-0000-0000-000000000007"


def judged(unit: str = "IS-1.1", **more: Any) -> dict[str, Any]:
    return {"unit": unit, "text": {"en": "There is one."}, "rating": "completed", "citations": CITED, **more}


async def test_findings_are_written_in_versions_of_ones_own_and_then_handed_in(api: Api) -> None:
    found = await road(api, "review")
    expert, path = found.cast.experts["CHL"], f"{found.path}/findings"
    assert ok(await expert.get(path)) == {"findings": []}
    made = ok(await expert.post(path, {"findings": [judged("IS-1.2"), judged("IS-1.1")]}))
    assert made == {"items": [{"key": "IS-1.2", "version": 1}, {"key": "IS-1.1", "version": 1}]}
    again = judged("IS-1.1", rating="started", base=1)
    assert ok(await expert.post(path, {"findings": [again]}))["items"] == [{"key": "IS-1.1", "version": 2}]
    first, second = ok(await expert.get(path))["findings"]
    assert set(first) == FINDING
    told = [(one["expert_state"], one["unit"], one["version"], one["rating"]) for one in (first, second)]
    assert told == [("CHL", "IS-1.1", 2, "started"), ("CHL", "IS-1.2", 1, "completed")]
    assert (first["text"], first["citations"]) == ({"en": "There is one."}, CITED)

    early = refused(await expert.post(f"{path}/hand-in"), 422)
    judged_units = await found.rated()
    assert [(one["code"], place(one)) for one in early["errors"]] == [
        ("finding_missing", unit) for unit in judged_units[2:]
    ]
    rest = [judged(unit) for unit in judged_units[2:]]
    ok(await expert.post(path, {"findings": rest}))
    assert ok(await expert.post(f"{path}/hand-in")) == {"id": found.evaluations["BRB"]}
    assert codes(refused(await expert.post(f"{path}/hand-in"), 409)) == {"handed_in"}
    assert codes(refused(await expert.post(path, {"findings": [judged(base=2)]}), 409)) == {"handed_in"}


REFUSED_FINDINGS: list[tuple[str, dict[str, Any], int, list[tuple[str, str]]]] = [
    ("an unknown unit", judged("IS-9.9"), 422, [("unknown_unit", "/findings/0/unit")]),
    ("a unit that is left out", judged("IS-7.1"), 422, [("unknown_unit", "/findings/0/unit")]),
    ("a unit that is not of the rated level", judged("IS-1"), 422, [("unknown_unit", "/findings/0/unit")]),
    ("a rating off the scale", judged(rating="splendid"), 422, [("off_scale", "/findings/0/rating")]),
    ("no citation", judged(citations=[]), 422, [("citation_needed", "/findings/0/citations")]),
    ("an answer that is not there", judged(citations=[{"answer": "is_9", "version": 1}]), 422,
     [("unknown_citation", "/findings/0/citations/0")]),
    ("a version to come", judged(citations=[*CITED, {"answer": "is_1_1", "version": 2}]), 422,
     [("unknown_citation", "/findings/0/citations/1")]),
    ("evidence that is not there", judged(citations=[{"evidence": UNKNOWN}]), 422,
     [("unknown_citation", "/findings/0/citations/0")]),
    ("a base that does not stand", judged(base=1), 412, [("stale", "/findings/0")]),
    ("a conclusion's field", judged(agreement="consensus"), 422, [("wrong_value", "/findings/0")]),
    ("a text in no language", judged(text={}), 422, [("wrong_value", "/findings/0/text")]),
]  # fmt: skip


async def test_a_finding_that_does_not_hold_is_refused_with_every_reason(api: Api) -> None:
    found = await road(api, "review")
    expert, path = found.cast.experts["CHL"], f"{found.path}/findings"
    for says, finding, status, errors in REFUSED_FINDINGS:
        problem = refused(await expert.post(path, {"findings": [finding, judged("IS-1.2")]}), status)
        assert [(one["code"], place(one)) for one in problem["errors"]] == errors, says
    assert codes(refused(await expert.post(path, {"findings": [judged(), judged()]}), 422)) == {"twice"}
    assert ok(await expert.get(path)) == {"findings": []}


async def test_conclusions_are_written_together_and_each_voice_speaks_to_them(api: Api) -> None:
    found = await road(api, "consolidation")
    coordinator, path = found.cast.coordinator, f"{found.path}/conclusions"
    chile, jamaica = found.cast.experts["CHL"], found.cast.experts["JAM"]
    assert ok(await coordinator.get(path)) == {"conclusions": []}
    ok(await jamaica.post(path, {"conclusions": [judged("IS-1.2"), judged("IS-1.1")]}))
    advice = {"recommendation": {"en": "Do more."}, "rating": "started"}
    ok(await coordinator.post(path, {"conclusions": [judged("IS-1.1", base=1, **advice)]}))
    both: list[dict[str, Any]] = [
        {"unit": "IS-1.1", "version": 2},
        {"unit": "IS-1.2", "version": 1, "dissent": {"en": "Not so."}},
    ]
    spoken = ok(await jamaica.post(f"{path}/voice", {"stances": both}))
    assert spoken == {"items": [{"key": "IS-1.1", "version": 2}, {"key": "IS-1.2", "version": 1}]}
    assert [one["agreement"] for one in ok(await chile.get(path))["conclusions"]] == ["open", "open"]
    ok(
        await chile.post(
            f"{path}/voice", {"stances": [{"unit": one["unit"], "version": one["version"]} for one in both]}
        )
    )
    first, second = ok(await chile.get(path))["conclusions"]
    assert set(first) == CONCLUSION
    agreed = {"agrees": True, "text": None}
    assert (first["unit"], first["version"], first["agreement"]) == ("IS-1.1", 2, "consensus")
    assert first["voices"] == [{"state": "CHL", **agreed}, {"state": "JAM", **agreed}]
    assert (first["rating"], first["recommendation"]) == ("started", {"en": "Do more."})
    assert (second["unit"], second["agreement"], second["recommendation"]) == ("IS-1.2", "dissent", None)
    assert second["voices"] == [
        {"state": "CHL", **agreed}, {"state": "JAM", "agrees": False, "text": {"en": "Not so."}},
    ]  # fmt: skip

    errors: Sequence[tuple[str, str | None]]
    for says, conclusion, status, errors in (
        ("a rating that demands one", judged("IS-1.3", rating="started"), 422,
         [("recommendation_needed", "/conclusions/0/recommendation")]),
        ("an agreement said for others", judged("IS-1.3", agreement="consensus"), 422,
         [("wrong_value", "/conclusions/0")]),
        ("a base that does not stand", judged("IS-1.1", base=1), 412, [("stale", "/conclusions/0")]),
    ):  # fmt: skip
        problem = refused(await coordinator.post(path, {"conclusions": [conclusion]}), status)
        assert [(one["code"], place(one)) for one in problem["errors"]] == errors, says
    for says, who, stance, status, errors in (
        ("a conclusion that is not there", chile, {"unit": "IS-1.3", "version": 1}, 422,
         [("no_conclusion", "/stances/0/unit")]),
        ("a second word", chile, both[0], 422, [("already_spoken", "/stances/0/unit")]),
        ("a word to an older version", chile, {"unit": "IS-1.1", "version": 1}, 412, [("stale", "/stances/0")]),
        ("a word by who has no voice", coordinator, both[0], 403, [("not_assigned", None)]),
        ("a dissent without a text", chile, {"unit": "IS-1.1", "version": 2, "dissent": {}}, 422,
         [("wrong_value", "/stances/0/dissent")]),
    ):  # fmt: skip
        problem = refused(await who.post(f"{path}/voice", {"stances": [stance]}), status)
        assert [(one["code"], place(one)) for one in problem["errors"]] == errors, says
    assert len(ok(await chile.get(path))["conclusions"]) == 2


JUDGES = ("expert", "coordinator")


async def test_who_sees_and_writes_judgement_and_when(api: Api) -> None:
    """Nobody but experts and coordinator: neither the secretariat, nor the country, nor the Commission. Once it is
    published, the secretariat sees the conclusions a report was made from, so that it can be walked back to them."""
    found = await road(api, "answering")
    wrong = judged(rating="splendid")  # whoever may write is told what is wrong with it
    for stage, hidden, finding, find, concluding, conclude in (
        ("answering", JUDGES, (), (), (), ()),
        ("compilation", ("expert",), (), (), (), ()),
        ("review", (), ("expert",), ("expert",), (), ()),
        ("consolidation", (), JUDGES, (), JUDGES, JUDGES),
        ("country_comment", (), JUDGES, (), JUDGES, ()),
        ("revision", (), JUDGES, (), JUDGES, ()),
        ("before_commission", (), JUDGES, (), JUDGES, ()),
        ("published", (), (), (), ("officer", *JUDGES), ()),
    ):
        await found.to(stage)
        assert await statuses(found, "/findings") == only(*finding, hidden=hidden), stage
        assert await statuses(found, "/conclusions") == only(*concluding, hidden=hidden), stage
        for noun, writers in (("findings", find), ("conclusions", conclude)):
            path, body = f"{found.path}/{noun}", {noun: [wrong]}
            written = await statuses(found, lambda caller, path=path, body=body: caller.post(path, body))  # type: ignore[misc]
            assert written == only(*writers, hidden=hidden, status=422), (stage, noun)
        handed_in = await statuses(found, lambda caller: caller.post(f"{found.path}/findings/hand-in"))
        assert handed_in == only(*find, hidden=hidden, status=422), stage


async def test_one_expert_sees_nothing_of_another_until_all_are_in(api: Api) -> None:
    found = await road(api, "review")
    await found.assess_as("CHL")
    for state in ("CHL", "JAM"):
        expert = found.cast.experts[state]
        assert "Found by" not in (await expert.get(f"{found.path}/findings")).text.replace(f"Found by {state}", "")
        assert "IS-" not in (await expert.get(f"{found.path}/conclusions")).text
        for rest in ("/assignments", "/record"):
            refused(await expert.get(f"{found.path}{rest}"), 403)
        told = ok(await expert.get(f"{found.path}/transitions"))["transitions"]
        against = {one["code"] for way in told for one in way["blockers"]} - {"not_suspended", "reason_needed"}
        assert against == {"not_yours"}  # nor who is not done yet
