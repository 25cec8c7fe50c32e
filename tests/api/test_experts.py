"""Do states name their experts, and does the secretariat put them on the evaluations of others alone?"""

from __future__ import annotations

from tests.callers import Api, person
from tests.road import V1, codes, ok, place, refused, road
from tests.watchers import only, statuses

UNKNOWN = "00000000-0000-0000-0000-000000000007"


async def test_a_state_names_its_own_experts(api: Api) -> None:
    found = await road(api)
    await found.call()
    cast, path = found.cast, f"{found.round_path}/designations"
    second = person(api, "expert", "BRB")
    chosen = cast.experts["BRB"]
    candidates = ok(await cast.entity.get(f"{found.round_path}/candidates", params={"state": "BRB"}))["candidates"]
    assert {(one["person"], one["role"]) for one in candidates} == {
        (str(one.person_id), "expert") for one in (chosen, second)
    }
    body = {"state": "BRB", "person": str(chosen.person_id), "rank": "principal"}
    made = ok(await cast.entity.post(path, body), 201)
    ok(await cast.entity.post(path, {**body, "person": str(second.person_id), "rank": "alternate"}), 201)
    listed = ok(await cast.commission.get(path))["designations"]
    assert listed[0] == {
        "id": made["id"], "state": "BRB", "person_id": str(chosen.person_id), "name": "expert BRB", "rank": "principal"
    }  # fmt: skip
    assert [one["rank"] for one in listed] == ["principal", "alternate"]

    foreign = {"state": "BRB", "person": str(cast.experts["CHL"].person_id), "rank": "chief"}
    assert codes(refused(await cast.entity.post(path, foreign), 422)) == {"no_expert", "unknown_rank"}
    assert codes(refused(await cast.entity.post(path, body), 422)) == {"designated_already"}
    refused(await cast.entity.post(path, {**body, "person": UNKNOWN}), 404)
    refused(await cast.entity.post(f"{V1}/rounds/{UNKNOWN}/designations", body), 404)
    for caller in (cast.entities["CHL"], cast.contributor, cast.officer, chosen, cast.commission, cast.auditor):
        refused(await caller.post(path, body), 403)
        refused(await caller.get(f"{found.round_path}/candidates", params={"state": "BRB"}), 403)
    refused(await api.get(path), 401)


async def test_experts_are_assigned_to_others_one_voice_a_state(api: Api) -> None:
    found = await road(api)
    await found.call()
    second = person(api, "expert", "CHL")
    body = {"state": "CHL", "person": str(second.person_id), "rank": "alternate"}
    alternate = ok(await found.cast.entities["CHL"].post(f"{found.round_path}/designations", body), 201)["id"]
    await found.to("compilation")
    officer, path, named = found.cast.officer, f"{found.path}/assignments", found.designations

    async def listed() -> list[str]:
        return [one["expert_state"] for one in ok(await officer.get(path))["assignments"]]

    for chosen, status, code, where in (
        ([named["BRB"]], 409, "own_country", "/designations/0"),
        ([named["JAM"], named["BRB"]], 409, "own_country", "/designations/1"),
        ([named["JAM"], UNKNOWN], 422, "unknown_designation", "/designations/1"),
    ):
        problem = refused(await officer.post(path, {"designations": chosen}), status)
        assert [(one["code"], place(one)) for one in problem["errors"]] == [(code, where)]
    assert refused(await officer.post(path, {"designations": [named["CHL"], alternate]}), 409)["code"] == "one_voice"
    assert await listed() == []  # all or none
    assert len(ok(await officer.post(path, {"designations": [named["CHL"]]}), 201)["ids"]) == 1
    assert refused(await officer.post(path, {"designations": [alternate]}), 409)["code"] == "one_voice"
    assert await listed() == ["CHL"]
    (shown,) = ok(await found.cast.auditor.get(path))["assignments"]
    assert set(shown) == {"id", "person_id", "name", "expert_state", "handed_in_at"}
    assert (shown["person_id"], shown["handed_in_at"]) == (str(found.cast.experts["CHL"].person_id), None)


async def test_only_the_secretariat_assigns_and_only_until_the_draft_goes_out(api: Api) -> None:
    found = await road(api, "compilation")
    body = {"designations": [UNKNOWN]}  # whoever may assign is told that it is not there
    for stage, assigning, hidden in (
        ("compilation", ("officer",), ("expert",)), ("review", ("officer",), ()), ("consolidation", ("officer",), ()),
        ("country_comment", (), ()),
    ):  # fmt: skip
        await found.to(stage)
        told = await statuses(found, lambda caller: caller.post(f"{found.path}/assignments", body))
        assert told == only(*assigning, hidden=hidden, status=422)
    assert await statuses(found, "/assignments") == only("officer", "auditor", "coordinator", "expert")


async def test_candidates_are_whoever_holds_an_evaluating_role_for_the_state_now(api: Api) -> None:
    found = await road(api)
    await found.call()
    cast, path = found.cast, f"{found.round_path}/candidates"
    coordinator, gone = person(api, "coordinator", "BRB"), person(api, "expert", "BRB")
    everybody = ok(await cast.officer.get(f"{V1}/people"))["people"]
    (role,) = [one["roles"][0]["id"] for one in everybody if one["id"] == str(gone.person_id)]
    ok(await cast.officer.post(f"{V1}/roles/{role}/end"))
    told = ok(await cast.entity.get(path, params={"state": "BRB"}))["candidates"]
    assert [(one["person"], one["name"], one["role"]) for one in told] == [
        (str(coordinator.person_id), "coordinator BRB", "coordinator"),
        (str(cast.experts["BRB"].person_id), "expert BRB", "expert"),
    ]
    body = {"state": "BRB", "person": str(gone.person_id), "rank": "principal"}
    assert codes(refused(await cast.entity.post(f"{found.round_path}/designations", body), 422)) == {"no_expert"}
    refused(await cast.entity.get(path, params={"state": "CHL"}), 403)
    for state in ("", "brb", "BRBB"):
        refused(await cast.entity.get(path, params={"state": state}), 422)
    refused(await cast.entity.get(path), 422)
    refused(await cast.entity.get(f"{V1}/rounds/{UNKNOWN}/candidates", params={"state": "BRB"}), 404)


async def test_who_is_assigned_is_never_told_to_the_country_nor_to_experts_who_judge_alone(api: Api) -> None:
    found = await road(api, "review")
    staff = ("officer", "auditor", "coordinator")
    for stage, judges in (("review", ()), ("consolidation", ("expert",)), ("revision", ("expert",))):
        await found.to(stage)
        assert await statuses(found, "/assignments") == only(*staff, *judges), stage
    await found.to("published")
    assert await statuses(found, "/assignments") == only("officer", "auditor")


async def test_a_voice_passes_or_ends_and_who_had_it_is_out_at_the_next_request(api: Api) -> None:
    found = await road(api, "compilation")
    officer, cast = found.cast.officer, found.cast
    second = person(api, "expert", "CHL")
    named = {"state": "CHL", "person": str(second.person_id), "rank": "alternate"}
    alternate = ok(await cast.entities["CHL"].post(f"{found.round_path}/designations", named), 201)["id"]
    await found.to("review")
    path = f"{found.path}/assignments"
    chile, jamaica = (one["id"] for one in ok(await officer.get(path))["assignments"])

    body = {"designation": alternate, "reason": "The principal has fallen ill."}
    assert ok(await officer.post(f"{path}/{chile}/substitute", body)) == {"id": chile}
    refused(await cast.experts["CHL"].get(found.path), 404)
    assert ok(await second.get(found.path))["stage"] == "review"
    assert ok(await officer.post(f"{path}/{jamaica}/end", {"reason": "Withdrawn."})) == {"id": jamaica}
    refused(await cast.experts["JAM"].get(found.path), 404)
    assert [one["id"] for one in ok(await officer.get(path))["assignments"]] == [chile]

    again = refused(await officer.post(f"{path}/{chile}/substitute", body), 422)
    assert codes(again) == {"same_person"}
    other = {**body, "designation": found.designations["JAM"]}
    assert codes(refused(await officer.post(f"{path}/{chile}/substitute", other), 422)) == {"another_state"}
    for verb, says in (("end", {"reason": "x"}), ("substitute", body)):
        refused(await officer.post(f"{path}/{jamaica}/{verb}", says), 404)
        refused(await officer.post(f"{path}/{UNKNOWN}/{verb}", says), 404)
        refused(await cast.coordinator.post(f"{path}/{chile}/{verb}", says), 403)
    told = [one["type"] for one in ok(await officer.get(f"{found.path}/record"))["events"]]
    assert told[-2:] == ["voice_passed", "voice_ended"]
