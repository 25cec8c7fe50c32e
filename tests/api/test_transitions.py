"""Does each subject say what may come next and why not, and move only for who may, once, and on what was seen?"""

from __future__ import annotations

from typing import Any

from tests.callers import Api, Caller
from tests.road import V1, Road, codes, ok, place, refused, road
from tests.watchers import watchers

TRANSITIONS = {"stage", "version", "waits_for", "final", "transitions"}
POSSIBLE = {"second", "asked", "trigger", "to", "by", "needs", "is_open", "blockers"}
UNKNOWN = "00000000-0000-0000-0000-000000000007"
TRIGGERS = (
    "issue", "record_non_participation", "submit_answers", "open_review", "return_for_clarification",
    "open_consolidation", "send_draft", "return_comments", "deem_no_more_comments", "finalise", "approve", "send_back",
    "publish",
)  # fmt: skip


async def told(caller: Caller, path: str, trigger: str) -> list[tuple[str, str | None]]:
    """What stands against a trigger, as a caller is told."""
    ways = ok(await caller.get(f"{path}/transitions"))["transitions"]
    return [(one["code"], place(one)) for way in ways if way["trigger"] == trigger for one in way["blockers"]]


async def test_what_may_come_next_is_told_with_every_reason_against_it(api: Api) -> None:
    found = await road(api, "compilation")
    response = await found.cast.officer.get(f"{found.path}/transitions")
    seen = ok(response)
    assert set(seen) == TRANSITIONS
    assert response.headers["etag"] == f'"v{seen["version"]}"' == '"v3"'
    assert (seen["stage"], seen["waits_for"], seen["final"]) == ("compilation", "mem_unit", False)
    assert all(set(one) == POSSIBLE for one in seen["transitions"])
    ways = {one["trigger"]: one for one in seen["transitions"]}
    assert list(ways) == [
        "open_review", "return_for_clarification", "suspend", "resume", "withdraw_from_round", "cancel"
    ]  # fmt: skip
    review, back = ways["open_review"], ways["return_for_clarification"]
    assert (review["to"], review["by"], review["needs"], review["is_open"]) == ("review", ["mem_unit"], [], False)
    assert [(one["code"], place(one)) for one in review["blockers"]] == [("too_few_experts", None)]
    assert (back["to"], back["needs"], back["is_open"]) == ("answering", ["reason"], True)
    assert [(one["code"], place(one)) for one in back["blockers"]] == [("reason_needed", "/reason")]


async def test_asking_and_firing_say_the_same(api: Api) -> None:
    found = await road(api, "answering")
    for caller in (found.cast.entity, found.cast.contributor, found.cast.officer, found.cast.auditor):
        asked = await told(caller, found.path, "submit_answers")
        status = 403 if {code for code, _ in asked} == {"not_yours"} else 409
        fired = refused(await caller.fire(found.path, "submit_answers"), status)
        assert [(one["code"], place(one)) for one in fired["errors"]] == asked
        assert asked
    assert await found.stage() == "answering"


async def test_a_move_is_made_once_on_what_was_seen(api: Api) -> None:
    found = await road(api, "compilation")
    officer, path = found.cast.officer, f"{found.path}/transitions"
    body = {"trigger": "return_for_clarification", "reason": "Which decree?"}
    sent = {"headers": {"If-Match": '"v3"', "Idempotency-Key": "once-and-only-once"}}
    expected = {
        "trigger": "return_for_clarification", "from_stage": "compilation", "to_stage": "answering", "version": 4
    }  # fmt: skip
    assert ok(await officer.post(path, body, **sent)) == expected
    assert ok(await officer.post(path, body, **sent)) == expected  # a replay tells what was, and moves nothing
    late = refused(await officer.post(path, body, headers={"If-Match": '"v3"'}), 412)
    assert late["code"] == "stale"
    again = refused(await officer.post(path, body, headers={"If-Match": '"v4"'}), 409)
    assert again["errors"]
    moves = ok(await found.cast.auditor.get(f"{found.path}/record"))["events"]
    assert [one["data"]["trigger"] for one in moves if one["type"] == "stage_moved"][-1] == body["trigger"]
    assert [one["data"]["reason"] for one in moves if one["type"] == "stage_moved"][-1] == "Which decree?"
    assert await found.blockers(found.cast.entity, "submit_answers") == []  # what was answered stands
    assert (await found.move(found.cast.entity, "submit_answers"))["version"] == 5


async def test_nobody_fires_what_is_not_theirs_and_nobody_at_all_a_trigger_of_the_clock(api: Api) -> None:
    """Of every role and every trigger in each stage, only these pairs are ever open or moved."""
    found = await road(api)
    fires = {
        "enrolled": {"record_non_participation": "officer"},
        "answering": {"submit_answers": "entity", "record_non_participation": "officer"},
        "compilation": {"return_for_clarification": "officer"},
        "review": {"open_consolidation": "coordinator"},
        "consolidation": {"send_draft": "coordinator"},
        "country_comment": {"return_comments": "entity"},
        "revision": {"finalise": "coordinator"},
        "before_commission": {"approve": "commission", "send_back": "commission"},
        "approved": {"publish": "officer"},
    }
    complete: dict[str, Any] = {
        "answering": found.answer_all, "review": lambda: assessed(found), "consolidation": found.conclude,
        "country_comment": found.comment, "revision": found.respond,
    }  # fmt: skip
    for stage, allowed in fires.items():
        await found.to(stage)
        for name, caller in watchers(found).items():
            seen = await caller.get(f"{found.path}/transitions")
            if seen.status_code != 200:
                continue
            version = seen.headers["etag"]
            for trigger in TRIGGERS:
                if allowed.get(trigger) == name:
                    continue
                response = await caller.post(
                    f"{found.path}/transitions", {"trigger": trigger, "reason": "x"}, headers={"If-Match": version}
                )
                assert response.status_code in (403, 409), (stage, name, trigger)
        if stage in complete:
            await complete[stage]()
        for trigger, name in allowed.items():
            ways = ok(await watchers(found)[name].get(f"{found.path}/transitions"))["transitions"]
            assert [one["is_open"] for one in ways if one["trigger"] == trigger] == [True], (stage, trigger)
        await forward(found, stage)


async def assessed(found: Road) -> None:
    for state in ("CHL", "JAM"):
        await found.assess_as(state)


async def forward(found: Road, stage: str) -> None:
    """Move on from a stage in which everything is done already."""
    move = {
        "answering": ("entity", "submit_answers"), "review": ("coordinator", "open_consolidation"),
        "consolidation": ("coordinator", "send_draft"), "country_comment": ("entity", "return_comments"),
        "revision": ("coordinator", "finalise"),
    }.get(stage)  # fmt: skip
    if move is not None:
        await found.move(watchers(found)[move[0]], move[1])


async def test_what_is_missing_is_told_only_to_who_may_see_it(api: Api) -> None:
    """What stands against a trigger tells of answers, of who judges, of where another stands: none of it is for all."""
    found = await road(api)
    cast, mine = found.cast, ("not_yours", "national_coordinating_entity")
    ok(await cast.officer.fire(found.round_path, "call_for_experts"))
    for caller in (cast.entity, cast.experts["PER"], cast.commission):  # who takes part is not for all either
        assert await told(caller, found.round_path, "issue_questionnaire") == [("not_yours", "mem_unit")]
    assert len(await told(cast.officer, found.round_path, "issue_questionnaire")) == 3
    found = await road(api, "answering", "r-2", cast)
    for caller in (cast.entity, cast.contributor, cast.officer):
        assert ("answer_missing", "IS-1.1 is_1_1") in await told(caller, found.path, "submit_answers")
    for caller in (cast.commission, cast.auditor):
        assert await told(caller, found.path, "submit_answers") == [mine]
    for state in ("BRB", "CHL", "PER"):
        assert await told(cast.experts[state], found.round_path, "begin_follow_up") == [("not_yours", "mem_unit")]
    assert len(await told(cast.officer, found.round_path, "begin_follow_up")) == 3
    await found.to("review")
    theirs, waiting = ("not_yours", "coordinator"), [("assessment_missing", "CHL"), ("assessment_missing", "JAM")]
    for caller in (cast.experts["CHL"], cast.entity, cast.contributor, cast.commission):
        assert await told(caller, found.path, "open_consolidation") == [theirs]
        fired = refused(await caller.fire(found.path, "open_consolidation"), 403)
        assert codes(fired) == {"not_yours"}
    assert await told(cast.officer, found.path, "open_consolidation") == [theirs, *waiting]
    assert await told(cast.coordinator, found.path, "open_consolidation") == waiting
    await found.to("consolidation")
    assert await told(cast.entity, found.path, "send_draft") == [theirs]
    assert len(await told(cast.experts["CHL"], found.path, "send_draft")) == 1 + len(await found.rated())
    await found.to("revision")
    assert await told(cast.entity, found.path, "finalise") == [theirs]
    assert len(await told(cast.experts["CHL"], found.path, "finalise")) == 1 + 3


async def test_the_commission_sends_a_report_back_and_it_comes_again(api: Api) -> None:
    found = await road(api, "before_commission")
    held = await found.session()
    missing = refused(await found.cast.commission.fire(found.path, "send_back"), 409)
    assert codes(missing) == {"reason_needed", "occasion_needed"}
    other = await road(api, code="r-2", players=found.cast)
    elsewhere = await other.session()
    wrong = await found.cast.commission.fire(found.path, "approve", occasion=elsewhere)
    assert codes(refused(wrong, 409)) == {"unknown_occasion"}
    await found.move(found.cast.commission, "send_back", occasion=held, reason="Say more on IS-2.")
    assert await found.blockers(found.cast.coordinator, "finalise") == []
    await found.move(found.cast.coordinator, "finalise")
    assert ok(await found.cast.commission.get(f"{found.path}/report"))["version"] == 3
    again = await found.cast.commission.fire(found.path, "approve", occasion=held)
    assert codes(refused(again, 409)) == {"occasion_spent"}
    await found.move(found.cast.commission, "approve", occasion=await found.session())
    decided = ok(await found.cast.auditor.get(f"{found.path}/record"))["events"]
    assert [one["data"]["trigger"] for one in decided if one["type"] == "decision_recorded"] == ["send_back", "approve"]


async def test_a_state_that_does_not_take_part_leaves_the_road(api: Api) -> None:
    found = await road(api, "answering")
    assert codes(refused(await found.cast.officer.fire(found.path, "record_non_participation"), 409)) == {
        "reason_needed"
    }
    await found.move(found.cast.officer, "record_non_participation", reason="The state does not take part.")
    seen = ok(await found.cast.entity.get(f"{found.path}/transitions"))
    assert (seen["stage"], seen["final"], seen["transitions"]) == ("not_participating", True, [])
    refused(await found.cast.entity.put(f"{found.path}/answers/is_1_1", {"value": True}, 0), 403)


async def test_what_does_not_move_is_not_found(api: Api) -> None:
    found = await road(api)
    for noun in ("rounds", "evaluations", "recommendations"):
        path = f"{V1}/{noun}/{UNKNOWN}/transitions"
        refused(await found.cast.officer.get(path), 404)
        refused(await found.cast.officer.post(path, {"trigger": "close"}, headers={"If-Match": '"v1"'}), 404)
        refused(await api.get(path), 401)
