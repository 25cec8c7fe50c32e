"""Is an evaluation shown where it stands, and its record told, to those who may know of it?"""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import insert
from tests.callers import Api, person
from tests.road import ASSIGNED, EXCLUDED, STAGES, V1, ok, refused, road
from tests.watchers import only, statuses

from mem.core.clock import now
from mem.people.models import Membership

EVALUATION = {
    "id", "round_id", "round_code", "cycle_id", "cycle_code", "state", "synthetic", "stage", "stage_title", "version",
    "entered_at", "waits_for", "excluded", "suspension",
}  # fmt: skip
EVENT = {"seq", "type", "at", "actor_id", "leaf", "link", "data"}


async def test_an_evaluation_is_shown_where_it_stands_and_its_tag_moves_with_it(api: Api) -> None:
    found = await road(api)
    entity = found.cast.entity
    first = await entity.get(found.path)
    told = ok(first)
    assert set(told) == EVALUATION
    assert (told["id"], told["round_id"], told["cycle_id"]) == (found.evaluations["BRB"], found.round, found.cycle)
    assert (told["round_code"], told["cycle_code"], told["state"], told["synthetic"]) == ("r-1", "main", "BRB", True)
    assert (told["stage"], told["version"], told["waits_for"]) == ("enrolled", 1, "mem_unit")
    assert set(told["stage_title"]) == {"en", "es", "fr", "pt"}
    assert first.headers["etag"] == '"v1"'
    left_out = told["excluded"]
    assert left_out["IS-7"] == left_out["IS-7.2"] == EXCLUDED["IS-7"]
    assert left_out["DR-1.1"] == EXCLUDED["DR"]
    assert "IS-6.1" not in left_out
    await found.to("answering")
    second = await entity.get(found.path)
    assert (ok(second)["stage"], ok(second)["version"], second.headers["etag"]) == ("answering", 2, '"v2"')
    assert ok(second)["entered_at"] > told["entered_at"]


async def test_who_may_know_of_an_evaluation_and_read_its_record_in_each_stage(api: Api) -> None:
    found = await road(api)
    hidden = {"enrolled": ("expert", "coordinator"), "answering": ("expert", "coordinator"), "compilation": ("expert",)}
    knowing = {"entity", "contributor", "officer", "expert", "coordinator", "commission", "auditor"}
    for stage in STAGES:
        await found.to(stage)
        away = hidden.get(stage, ())
        for rest in ("", "/transitions", "/method", "/recommendations"):
            assert await statuses(found, rest) == only(*knowing - {*away}, hidden=away), (stage, rest)
        assert await statuses(found, "/record") == only("officer", "auditor", hidden=away), stage


async def test_the_record_tells_who_did_what_in_order(api: Api) -> None:
    found = await road(api, "review")
    events = ok(await found.cast.auditor.get(f"{found.path}/record"))["events"]
    assert all(set(event) == EVENT for event in events)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    types = [event["type"] for event in events]
    assert list(dict.fromkeys(types)) == [
        "state_enrolled", "stage_moved", "evidence_attached", "answers_given", "answers_submitted", "experts_assigned"
    ]  # fmt: skip
    (submitted,) = [event for event in events if event["type"] == "answers_submitted"]
    assert submitted["actor_id"] == str(found.cast.entity.person_id)
    assert submitted["data"] is None
    moves = [event["data"] for event in events if event["type"] == "stage_moved"]
    assert [(move["from"], move["trigger"], move["to"]) for move in moves] == [
        ("enrolled", "issue", "answering"),
        ("answering", "submit_answers", "compilation"),
        ("compilation", "open_review", "review"),
    ]
    assert moves[0]["due_at"] > events[0]["at"]


async def test_the_record_says_what_an_event_holds_only_to_who_sees_that_now(api: Api) -> None:
    found = await road(api, "review")
    await found.assess_as(ASSIGNED[0])
    told = ok(await found.cast.officer.get(f"{found.path}/record"))["events"]
    shown = {event["type"] for event in told if event["data"] is not None}
    assert {"answers_given", "answers_submitted", "evidence_attached", "experts_assigned", "stage_moved"} <= shown
    hidden = {event["type"] for event in told if event["data"] is None}
    assert hidden == {"findings_written", "assessment_handed_in"}


async def test_who_evaluates_sees_nothing_of_the_own_country_by_any_other_role(api: Api) -> None:
    """One who is an expert of Barbados, and besides holds every role that sees the evaluations of all."""
    found = await road(api, "review")
    both = person(api, "expert", "BRB")
    with api.house.database.write() as connection:  # past the service, which gives no role beside these
        for role in ("commission", "auditor", "mem_unit"):
            row = {"id": uuid4(), "person_id": both.person_id, "mechanism": "mem", "role": role, "granted_at": now()}
            connection.execute(insert(Membership).values(**row))
    for rest in (
        "", "/transitions", "/method", "/questionnaire", "/answers", "/evidence", "/assignments", "/findings",
        "/conclusions", "/report", "/comments", "/recommendations", "/record", "/leaves", "/receipts",
    ):  # fmt: skip
        refused(await both.get(f"{found.path}{rest}"), 404)
    evidence = ok(await found.cast.officer.get(f"{found.path}/evidence"))["evidence"][0]["id"]
    refused(await both.get(f"{V1}/evidence/{evidence}/content"), 404)
    body = {"trigger": "open_consolidation", "reason": "x"}
    refused(await both.post(f"{found.path}/transitions", body, headers={"If-Match": '"v4"'}), 404)
    listed = ok(await both.get(f"{found.round_path}/evaluations"))["evaluations"]
    assert {one["state"] for one in listed} == {"CHL", "JAM"}


async def test_an_id_of_another_kind_is_not_there(api: Api) -> None:
    """What is known by an id is looked for among its own kind: a round is no evaluation, a person no round."""
    found = await road(api, "published")
    officer, evaluation = found.cast.officer, found.evaluations["BRB"]
    (issued, *_) = ok(await officer.get(f"{found.path}/recommendations"))["recommendations"]
    ids = {"rounds": found.round, "evaluations": evaluation, "recommendations": issued["id"], "cycles": found.cycle,
           "people": str(officer.person_id)}  # fmt: skip
    body, tag = {"trigger": "publish"}, {"If-Match": '"v1"'}
    for noun, own in ids.items():
        for other in set(ids.values()) - {own}:
            if noun in ("rounds", "evaluations", "recommendations"):
                refused(await officer.get(f"{V1}/{noun}/{other}/transitions"), 404)
                refused(await officer.post(f"{V1}/{noun}/{other}/transitions", body, headers=tag), 404)
            if noun == "evaluations":
                for below in ("", "/answers", "/evidence", "/findings", "/report", "/record", "/leaves", "/receipts"):
                    refused(await officer.get(f"{V1}/evaluations/{other}{below}"), 404)
            if noun == "rounds":
                refused(await officer.get(f"{V1}/rounds/{other}"), 404)
            if noun == "cycles":
                refused(await officer.post(f"{V1}/cycles/{other}/evaluations", {"states": ["BRB"]}), 404)
            if noun == "people":
                refused(await officer.post(f"{V1}/people/{other}/tokens", {"label": "x"}), 404)


async def test_whoever_is_an_expert_of_two_states_has_no_part_in_either(api: Api) -> None:
    found = await road(api, "review")
    expert, officer = person(api, "expert", "BRB"), found.cast.officer
    grant = {"mechanism": "mem", "role": "expert", "state": "CHL"}
    ok(await officer.post(f"{V1}/people/{expert.person_id}/roles", grant), 201)
    for state in ("BRB", "CHL"):
        path = f"{V1}/evaluations/{found.evaluations[state]}"
        for below in ("", "/transitions", "/answers", "/evidence", "/findings", "/assignments", "/record", "/leaves"):
            refused(await expert.get(path + below), 404)
        refused(await expert.post(f"{path}/findings/hand-in"), 404)
    listed = ok(await expert.get(f"{found.round_path}/evaluations"))["evaluations"]
    assert not {one["state"] for one in listed} & {"BRB", "CHL"}
