"""Does the whole road work over HTTP alone, from an empty database to a closed recommendation?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from tests.callers import Api, Caller, person
from tests.road import ASSIGNED, EXCLUDED, STATES, UNINVOLVED, V1, Cast, Road, codes, ok, place, refused, road
from tests.watchers import only, statuses

from mem.core.clock import now
from mem.core.work import Work
from mem.ledger.service import chains, events
from mem.verify import check_chain

UNITS = ["IS-1.1", "IS-1.2", "IS-1.3", "IS-1.4", "IS-2.1"]
"""The first units that are judged; there are 23."""


async def test_a_round_goes_its_whole_road(api: Api) -> None:
    found = await road(api, players=await hired(api))
    await nothing_is_public(found)
    await the_round_is_prepared(found)
    await the_country_answers(found)
    await experts_are_assigned(found)
    await each_expert_judges_alone(found)
    await the_experts_conclude(found)
    first = await the_country_comments(found)
    second = await every_comment_is_answered(found, first)
    await the_commission_approves(found)
    await nothing_is_public(found)
    await the_report_is_published(found, second)
    await every_paragraph_walks_back(found)
    await a_recommendation_is_followed_up(found)
    await the_round_is_closed(found)
    await the_record_is_whole(found)


async def hired(api: Api) -> Cast:
    """The first officer comes from the database; everybody else by what the officer asks over HTTP."""
    officer = person(api, "mem_unit")

    async def hire(role: str, state: str | None = None) -> Caller:
        made = ok(await officer.post(f"{V1}/people", {"name": f"{role} {state}"}), 201)["id"]
        body = {"mechanism": "mem", "role": role, "state": state}
        ok(await officer.post(f"{V1}/people/{made}/roles", body), 201)
        issued = ok(await officer.post(f"{V1}/people/{made}/tokens", {"label": "laptop"}), 201)
        caller = Caller(api.client, UUID(made), issued["token"])
        assert ok(await caller.get(f"{V1}/me"))["grants"] == [body]
        return caller

    return Cast(
        officer,
        await hire("mem_unit"),
        {state: await hire("national_coordinating_entity", state) for state in STATES},
        {state: await hire("expert", state) for state in (*STATES, UNINVOLVED)},
        await hire("ministry_contributor", "BRB"),
        await hire("coordinator", "USA"),
        await hire("commission"),
        await hire("auditor"),
    )


async def nothing_is_public(found: Road) -> None:
    assert ok(await found.api.get(f"{V1}/published")) == {"reports": []}
    refused(await found.api.get(found.public_path), 404)
    page = await found.api.get(f"/en/reports/{found.code}/main/BRB")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Barbados" not in (await found.api.get("/en/")).text


async def the_round_is_prepared(found: Road) -> None:
    opened = ok(await found.cast.officer.get(found.round_path))
    assert (opened["stage"], opened["version"], len(opened["method"])) == ("preparation", 1, 64)
    assert {one["unit"]: one["reason"] for one in opened["cycles"][0]["excluded"]} == EXCLUDED
    assert await round_blockers(found, "call_for_experts") == []
    refused(await found.cast.entity.fire(found.round_path, "call_for_experts"), 403)
    evaluations = ok(await found.cast.officer.get(f"{found.round_path}/evaluations"))["evaluations"]
    assert [(one["state"], one["stage"]) for one in evaluations] == [(state, "enrolled") for state in STATES]
    early = refused(await put_answer(found, found.cast.entity, {"value": True}, 0), 403)
    assert codes(early) == {"not_open"}


async def round_blockers(found: Road, trigger: str) -> list[tuple[str, str | None]]:
    """What stands against a trigger of the round."""
    possible = ok(await found.cast.officer.get(f"{found.round_path}/transitions"))["transitions"]
    ways = {way["trigger"]: way for way in possible}
    return [(one["code"], place(one)) for one in ways[trigger]["blockers"]]


async def put_answer(found: Road, caller: Caller, body: Mapping[str, Any], base: int) -> httpx.Response:
    return await caller.put(f"{found.path}/answers/is_1_1", body, base)


async def the_country_answers(found: Road) -> None:
    cast = found.cast
    ok(await cast.officer.fire(found.round_path, "call_for_experts"))
    unnamed = [("no_expert_designated", state) for state in STATES]
    assert await round_blockers(found, "issue_questionnaire") == unnamed
    for state in STATES:
        body = {"state": state, "person": str(cast.experts[state].person_id), "rank": "principal"}
        made = ok(await cast.entities[state].post(f"{found.round_path}/designations", body), 201)
        found.designations[state] = made["id"]
    assert await round_blockers(found, "issue_questionnaire") == []
    ok(await cast.officer.fire(found.round_path, "issue_questionnaire"))
    assert await found.stage() == "answering"

    missing = await found.blockers(cast.entity, "submit_answers")
    assert ("answer_missing", "IS-1.1 is_1_1") in missing
    assert not [where for _, where in missing if not str(where).startswith("IS-")]
    assert not [where for _, where in missing if str(where).startswith("IS-7")]
    response = await put_answer(found, cast.contributor, {"value": False}, 0)
    assert (ok(response)["version"], response.headers["etag"]) == (1, '"v1"')
    assert ("answer_missing", "IS-1.1 is_1_1") not in await found.blockers(cast.entity, "submit_answers")
    refused(await put_answer(found, cast.entity, {"value": True}, 0), 412)
    assert ok(await put_answer(found, cast.entity, {"value": True}, 1))["version"] == 2
    history = ok(await cast.entity.get(f"{found.path}/answers/is_1_1/versions"))["answers"]
    assert [(one["version"], one["value"], one["by"]) for one in history] == [
        (1, False, str(cast.contributor.person_id)), (2, True, str(cast.entity.person_id))
    ]  # fmt: skip
    query = {"title": "Decree", "file_name": "decree.txt", "unit": "IS-1.1"}
    sent = {"params": query, "content": b"Decree 12", "headers": {"Content-Type": "text/plain"}}
    ok(await cast.entity.post(f"{found.path}/evidence/files", **sent), 201)
    assert await found.answer_all() > 40
    assert await found.blockers(cast.entity, "submit_answers") == []
    assert await statuses(found, "/answers") == only(
        "entity", "contributor", "officer", hidden=("expert", "coordinator")
    )
    assert codes(refused(await cast.contributor.fire(found.path, "submit_answers"), 403)) == {"not_yours"}
    before = ok(await cast.entity.get(found.path))["version"]
    assert (await found.move(cast.entity, "submit_answers"))["version"] == before + 1
    assert codes(refused(await put_answer(found, cast.entity, {"value": False}, 2), 403)) == {"not_open"}


async def experts_are_assigned(found: Road) -> None:
    officer = found.cast.officer
    assert await found.blockers(officer, "open_review") == [("too_few_experts", None)]
    own = await officer.post(f"{found.path}/assignments", {"designations": [found.designations["BRB"]]})
    assert refused(own, 409)["code"] == "own_country"
    assert ok(await officer.get(f"{found.path}/assignments"))["assignments"] == []
    await found.assign("CHL")
    assert await found.blockers(officer, "open_review") == [("too_few_experts", None)]
    await found.assign("JAM")
    assert await found.blockers(officer, "open_review") == []
    assert await statuses(found, "/answers") == only(
        "entity", "contributor", "officer", "coordinator", hidden=("expert",)
    )
    await found.move(officer, "open_review")
    assert await statuses(found, "/answers") == only("entity", "contributor", "officer", "coordinator", "expert")


async def each_expert_judges_alone(found: Road) -> None:
    cast = found.cast
    coordinator, first, second = cast.coordinator, cast.experts["CHL"], cast.experts["JAM"]

    async def voices(caller: Caller) -> set[str]:
        return {one["expert_state"] for one in ok(await caller.get(f"{found.path}/findings"))["findings"]}

    for caller in (cast.officer, cast.entity, cast.contributor, coordinator):
        refused(await caller.post(f"{found.path}/findings", {"findings": await found.judgements(first, "x")}), 403)
    refused(await cast.experts["BRB"].get(f"{found.path}/evidence"), 404)
    assert await found.blockers(coordinator, "open_consolidation") == [("assessment_missing", s) for s in ASSIGNED]
    await found.assess_as("CHL")
    assert (await voices(first), await voices(second)) == ({"CHL"}, set())
    assert await statuses(found, "/findings") == only("expert")
    assert await found.blockers(coordinator, "open_consolidation") == [("assessment_missing", "JAM")]
    refused(await coordinator.fire(found.path, "open_consolidation"), 409)
    refused(await first.get(f"{found.path}/assignments"), 403)  # nor who else judges, nor whether they are done
    await found.assess_as("JAM")
    assert (await voices(first), await voices(second)) == ({"CHL"}, {"JAM"})
    assert await found.blockers(coordinator, "open_consolidation") == []
    await found.move(coordinator, "open_consolidation")
    assert await voices(first) == await voices(second) == await voices(coordinator) == {"CHL", "JAM"}
    assert await statuses(found, "/findings") == only("expert", "coordinator")


async def the_experts_conclude(found: Road) -> None:
    coordinator = found.cast.coordinator
    judged = await found.rated()
    assert judged[:5] == UNITS
    assert len(judged) == 23
    assert await found.blockers(coordinator, "send_draft") == [("conclusion_missing", unit) for unit in judged]
    await found.conclude()
    assert await found.blockers(coordinator, "send_draft") == []
    assert await statuses(found, "/conclusions") == only("expert", "coordinator")
    assert await statuses(found, "/report") == only()
    await found.move(coordinator, "send_draft")
    assert await statuses(found, "/report") == only("entity", "officer", "expert", "coordinator")


async def report(found: Road, version: int | None = None) -> dict[str, Any]:
    query = {} if version is None else {"version": version}
    told: dict[str, Any] = ok(await found.cast.entity.get(f"{found.path}/report", params=query))
    return told


async def the_country_comments(found: Road) -> dict[str, Any]:
    draft = await report(found)
    assert draft["version"] == 1
    assert all(paragraph["sources"] for paragraph in draft["paragraphs"])
    assert len(await found.comment()) == 3
    assert await statuses(found, "/comments") == only("entity", "officer", "expert", "coordinator")
    await found.move(found.cast.entity, "return_comments")
    late = {"comments": [{"paragraph": "IS-1.1/finding", "text": "One more."}]}
    refused(await found.cast.entity.post(f"{found.path}/comments", late), 403)
    return draft


async def every_comment_is_answered(found: Road, first: Mapping[str, Any]) -> dict[str, Any]:
    entity, coordinator = found.cast.entity, found.cast.coordinator
    unanswered = [("comment_open", f"comment {number}") for number in (1, 2, 3)]
    assert await found.blockers(coordinator, "finalise") == unanswered
    refused(await coordinator.fire(found.path, "finalise"), 409)

    async def dispositions(caller: Caller) -> list[str | None]:
        return [one["disposition"] for one in ok(await caller.get(f"{found.path}/comments"))["comments"]]

    await found.respond()
    answered = ["accepted", "partly_accepted", "not_accepted"]
    assert (await dispositions(coordinator), await dispositions(entity)) == (answered, [None] * 3)
    assert await found.blockers(coordinator, "finalise") == []
    await found.move(coordinator, "finalise")
    assert await dispositions(entity) == answered

    second = await report(found)
    assert (second["version"], await report(found, 1)) == (2, first)
    assert second["sha256"] != first["sha256"]
    assert [one["key"] for one in second["paragraphs"]] == [one["key"] for one in first["paragraphs"]]
    old, new = by_key(first), by_key(second)
    assert {key for key in new if new[key]["text"] != old[key]["text"]} == {
        "IS-1.1/finding", "IS-1.2/rating", "IS-1/summary"
    }  # fmt: skip
    assert new["IS-1.1/finding"]["text"] == {"en": "The decree was found."}
    assert (old["IS-1.2/rating"]["rating"], new["IS-1.2/rating"]["rating"]) == ("not_started", "completed")
    return second


def by_key(told: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in told["paragraphs"]}


async def the_commission_approves(found: Road) -> None:
    cast = found.cast
    assert await statuses(found, "/report") == only("entity", "officer", "expert", "coordinator", "commission")
    assert codes(refused(await cast.commission.fire(found.path, "approve"), 409)) == {"occasion_needed"}
    ahead = await found.session((datetime.now(UTC) + timedelta(days=2)).date().isoformat())
    early = await cast.commission.fire(found.path, "approve", occasion=ahead)
    assert codes(refused(early, 409)) == {"occasion_ahead"}
    held = await found.session()
    assert codes(refused(await cast.officer.fire(found.path, "approve", occasion=held), 403)) == {"not_yours"}
    await found.move(cast.commission, "approve", occasion=held)
    decided = [one["data"] for one in await record(found) if one["type"] == "decision_recorded"]
    assert decided == [{"trigger": "approve", "occasion": held, "reason": None}]


async def record(found: Road, reader: Caller | None = None) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = ok(await (reader or found.cast.auditor).get(f"{found.path}/record"))["events"]
    return told


async def the_report_is_published(found: Road, approved: Mapping[str, Any]) -> None:
    assert ok(await found.cast.entity.get(f"{found.path}/recommendations"))["recommendations"] == []
    alone = ok(await found.cast.officer.fire(found.path, "publish"), 202)  # it takes two persons
    assert codes(refused(await found.cast.officer.post(f"{V1}/approvals/{alone['id']}/second"), 409)) == {"same_person"}
    await nothing_is_public(found)
    assert ok(await found.cast.deputy.post(f"{V1}/approvals/{alone['id']}/second"))["outcome"] == "given"
    (line,) = ok(await found.api.get(f"{V1}/published"))["reports"]
    assert (line["state"], line["version"], line["synthetic"], line["sha256"]) == ("BRB", 2, True, approved["sha256"])
    public = ok(await found.api.get(found.public_path))
    assert (public["sha256"], public["paragraphs"]) == (approved["sha256"], approved["paragraphs"])
    page = await found.api.get(f"/en/reports/{found.code}/main/BRB")
    assert page.status_code == httpx.codes.OK
    assert "The decree was found." in page.text
    assert "SYNTHETIC" in page.text
    assert "Barbados" in (await found.api.get("/en/")).text
    recommended = [one["unit"] for one in public["paragraphs"] if one["block"] == "recommendation"]
    assert [one["unit"] for one in public["recommendations"]] == recommended
    issued = ok(await found.cast.entity.get(f"{found.path}/recommendations"))["recommendations"]
    assert [(one["number"], one["unit"], one["stage"]) for one in issued] == [
        (number, unit, "issued") for number, unit in enumerate(recommended, start=1)
    ]
    assert "IS-1.2" in recommended
    for private in ("answers", "findings", "comments", "report", "recommendations"):
        refused(await found.api.get(f"{found.path}/{private}"), 401)


@dataclass
class Sources:
    """What the paragraphs of a public report may stand on, as the API tells it to who may read it."""

    questions: Mapping[str, str]
    units: Mapping[str, str]
    evidence: Mapping[str, str]
    conclusions: Mapping[tuple[str, int], Mapping[str, Any]]
    comments: Mapping[str, str]
    round: tuple[str, str]

    async def holds(self, found: Road, source: Mapping[str, Any]) -> bool:
        """Whether a source is there, and is what the report says it is."""
        match source:
            case {"kind": "answer", "question": key, "version": version}:
                history = ok(await found.cast.officer.get(f"{found.path}/answers/{key}/versions"))["answers"]
                return bool(history[version - 1]["question_sha256"] == self.questions[key])
            case {"kind": "evidence", "id": one, "sha256": sha256}:
                return bool(self.evidence[one] == sha256)
            case {"kind": "conclusion", "unit": unit, "version": version}:
                return (unit, version) in self.conclusions
            case {"kind": "comment", "id": one, "disposition": disposition}:
                return bool(self.comments[one] == disposition)
            case {"kind": "round" | "method"}:
                return source.get("code", source.get("sha256")) in self.round
        return bool(self.units[source["code"]] == source["kind"])


async def sources(found: Road) -> Sources:
    officer = found.cast.officer
    written = [event["data"] for event in await record(found, officer) if event["type"] == "conclusions_written"]
    concluded = [one for data in written for one in data["conclusions"]]
    opened = ok(await officer.get(found.round_path))
    return Sources(
        {one["key"]: one["sha256"] for one in ok(await officer.get(f"{found.path}/questionnaire"))["questions"]},
        {one["code"]: one["level"] for one in ok(await officer.get(f"{found.path}/method"))["units"]},
        {one["id"]: one["sha256"] for one in ok(await officer.get(f"{found.path}/evidence"))["evidence"]},
        {(one["unit"], one["version"]): one for one in concluded},
        {one["id"]: one["disposition"] for one in ok(await officer.get(f"{found.path}/comments"))["comments"]},
        (opened["code"], opened["method"]),
    )


async def every_paragraph_walks_back(found: Road) -> None:
    """What the public reads names its sources; each is found again through the API, by who may read it."""
    public, stand = ok(await found.api.get(found.public_path)), await sources(found)
    for paragraph in public["paragraphs"]:
        assert paragraph["sources"], paragraph["key"]
        for source in paragraph["sources"]:
            assert await stand.holds(found, source), source
    kinds = {one["key"]: {source["kind"] for source in one["sources"]} for one in public["paragraphs"]}
    ratings = [one for one in public["paragraphs"] if one["rating"] is not None]
    assert [one["unit"] for one in ratings] == await found.rated()
    for one in ratings:
        assert kinds[one["key"]] >= {"action", "conclusion", "answer", "evidence"}
        assert {source["code"] for source in one["sources"] if source["kind"] == "action"} == {one["unit"]}
        concluded = stand.conclusions[one["unit"], 1]["rating"]
        assert one["rating"] == ("completed" if one["unit"] == "IS-1.2" else concluded)
    assert "comment" in kinds["IS-1.1/finding"] & kinds["IS-1.2/rating"]
    listed = ok(await found.cast.officer.get(f"{found.path}/evidence"))["evidence"]
    (decree,) = [one for one in listed if one["kind"] == "file"]
    content = await found.cast.officer.get(f"{V1}/evidence/{decree['id']}/content")
    assert hashlib.sha256(content.content).hexdigest() == decree["sha256"]


async def a_recommendation_is_followed_up(found: Road) -> None:
    cast = found.cast
    one = ok(await cast.entity.get(f"{found.path}/recommendations"))["recommendations"][0]
    path = f"{V1}/recommendations/{one['id']}"
    for caller, trigger, more in (
        (cast.entity, "report_progress", {"reason": "A decree is drafted."}),
        (cast.coordinator, "assess", {"reason": "Not in force yet."}),
        (cast.commission, "ask_again", {"reason": "Until it is in force."}),
        (cast.entity, "report_progress", {"reason": "The decree is in force."}),
        (cast.coordinator, "assess", {"reason": "In force."}),
        (cast.commission, "approve_closing", {"occasion": await found.session()}),
    ):
        if "reason" in more:
            assert codes(refused(await caller.fire(path, trigger), 409)) == {"reason_needed"}
        ok(await caller.fire(path, trigger, **more))
    last = ok(await cast.entity.get(f"{path}/transitions"))
    assert (last["stage"], last["final"], last["version"], last["transitions"]) == ("closed", True, 7, [])


async def the_round_is_closed(found: Road) -> None:
    officer = found.cast.officer
    assert await round_blockers(found, "begin_follow_up") == [("evaluation_not_there", state) for state in ASSIGNED]
    for state in ASSIGNED:
        reason = "The state does not take part."
        ok(
            await officer.fire(
                f"{V1}/evaluations/{found.evaluations[state]}", "record_non_participation", reason=reason
            )
        )
    assert await round_blockers(found, "begin_follow_up") == []
    ok(await officer.fire(found.round_path, "begin_follow_up"))
    assert ok(await officer.fire(found.round_path, "close"))["to_stage"] == "closed"


async def the_record_is_whole(found: Road) -> None:
    told = {one["id"]: one for one in ok(await found.cast.auditor.get(f"{V1}/ledger"))["chains"]}
    with found.api.house.database.read() as connection:
        work = Work(connection, now())
        for chain, _, count, head in chains(work):
            assert check_chain(str(chain), count, head, events(work, chain)) == []
            assert (told[str(chain)]["events"], told[str(chain)]["head"]) == (count, head)
    assert told.keys() >= {found.round, *found.evaluations.values()}
    moves = [one["data"] for one in await record(found) if one["type"] == "stage_moved"]
    assert [one["trigger"] for one in moves if one["position"] == found.evaluations["BRB"]] == [
        "issue", "submit_answers", "open_review", "open_consolidation", "send_draft", "return_comments", "finalise",
        "approve", "publish",
    ]  # fmt: skip
