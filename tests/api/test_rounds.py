"""Is a round opened, set up and shown over HTTP, by the secretariat alone and to each as far as they may know?"""

from __future__ import annotations

from typing import Any

from tests.callers import Api, person
from tests.road import EXCLUDED, STATES, V1, codes, ok, place, refused, road

ROUND = {"id", "code", "title", "synthetic", "mechanism", "method", "stage", "version", "cycles", "suspension"}
LINE = {"id", "cycle_id", "state", "stage", "version", "entered_at", "due_at"}
UNKNOWN = "00000000-0000-0000-0000-000000000007"
CYCLE = {"kind": "evaluation", "code": "main", "title": "Whole plan"}


def new(**changed: Any) -> dict[str, Any]:
    return {"mechanism": "mem", "code": "r-7", "title": "Seventh", "cycles": [CYCLE], **changed}


async def test_a_round_is_opened_with_its_cycles_and_listed_newest_first(api: Api) -> None:
    officer = person(api, "mem_unit")
    made = ok(await officer.post(f"{V1}/rounds", new()), 201)
    assert set(made) == ROUND
    assert (made["code"], made["title"], made["synthetic"], made["mechanism"]) == ("r-7", "Seventh", False, "mem")
    assert (made["stage"], made["version"], made["method"]) == ("preparation", 1, api.house.methods["mem"].digest)
    (cycle,) = made["cycles"]
    assert {key: cycle[key] for key in cycle if key != "id"} == {**CYCLE, "excluded": [], "evaluated": []}
    left_out = [{"unit": "IC", "reason": "Later."}, {"unit": "IS-1", "reason": "Done."}]
    second = {**CYCLE, "code": "second", "excluded": left_out}
    other = ok(await officer.post(f"{V1}/rounds", new(code="r-8", synthetic=True, cycles=[CYCLE, second])), 201)
    assert [(one["code"], one["excluded"]) for one in other["cycles"]] == [("main", []), ("second", left_out)]
    anybody = person(api, "expert", "BRB")
    assert ok(await anybody.get(f"{V1}/rounds"))["rounds"] == [other, made]
    assert ok(await anybody.get(f"{V1}/rounds/{made['id']}")) == made
    refused(await anybody.get(f"{V1}/rounds/{UNKNOWN}"), 404)
    refused(await api.get(f"{V1}/rounds"), 401)


async def test_a_round_that_cannot_be_is_not_opened(api: Api) -> None:
    officer = person(api, "mem_unit")
    ok(await officer.post(f"{V1}/rounds", new()), 201)
    for body, status, errors in (
        (new(), 409, {"code_taken"}),
        (new(mechanism="other"), 422, {"unknown_mechanism"}),
        (new(code="r-8", cycles=[{**CYCLE, "kind": "review"}]), 422, {"unknown_kind"}),
        (new(code="r-8", cycles=[CYCLE, CYCLE]), 422, {"code_twice"}),
        (new(code="r-8", cycles=[{**CYCLE, "excluded": [{"unit": "XX-1", "reason": "x"}]}]), 422, {"unknown_unit"}),
        (new(code="r-8", cycles=[{**CYCLE, "excluded": [{"unit": "IS-1", "reason": ""}]}]), 422, {"wrong_value"}),
        (new(code="r-8", cycles=[]), 422, {"wrong_value"}),
        (new(code="R 8"), 422, {"wrong_value"}),
        (new(code="r-8", title=" "), 422, {"wrong_value"}),
        (new(code="r-8", members_on="2018-02-30"), 422, {"wrong_value"}),
        (new(code="r-8", members_on="1900-01-01"), 422, {"no_members"}),
        (new(code="r-8", members_on=0), 422, {"wrong_value"}),
        (new(code="r-8", members_on="2018-02-03T00:00:00"), 422, {"wrong_value"}),
        (new(code="r-8", synthetic="yes"), 422, {"wrong_value"}),
        (new(code="r-8", synthetic=1), 422, {"wrong_value"}),
    ):
        assert codes(refused(await officer.post(f"{V1}/rounds", body), status)) == errors, body
    assert len(ok(await officer.get(f"{V1}/rounds"))["rounds"]) == 1


async def test_a_unit_is_left_out_once_in_a_request(api: Api) -> None:
    officer = person(api, "mem_unit")
    out = [{"unit": unit, "reason": reason} for unit, reason in (("IS", "a"), ("DR", "b"), ("IS", "c"), ("IS", "a"))]
    cycle = {"kind": "evaluation", "code": "main", "title": "Main", "excluded": out}
    problem = refused(await officer.post(f"{V1}/rounds", new(cycles=[cycle])), 422)
    assert [(one["code"], one["where"]) for one in problem["errors"]] == [
        ("twice", "/cycles/0/excluded/2/unit"), ("twice", "/cycles/0/excluded/3/unit"),
    ]  # fmt: skip
    assert ok(await officer.get(f"{V1}/rounds"))["rounds"] == []


async def test_every_unit_that_the_plan_does_not_have_is_pointed_at(api: Api) -> None:
    officer = person(api, "mem_unit")
    out = [{"unit": unit, "reason": "Later."} for unit in ("IS", "XX", "IS-99")]
    cycles = [CYCLE, {**CYCLE, "code": "second", "excluded": out}]
    problem = refused(await officer.post(f"{V1}/rounds", new(cycles=cycles)), 422)
    assert [(one["code"], one["where"]) for one in problem["errors"]] == [
        ("unknown_unit", "/cycles/1/excluded/1/unit"), ("unknown_unit", "/cycles/1/excluded/2/unit"),
    ]  # fmt: skip


async def test_what_a_cycle_evaluates_is_set_before_the_round_moves_on(api: Api) -> None:
    found = await road(api)
    officer, path = found.cast.officer, f"{V1}/cycles/{found.cycle}/units"

    async def excluded() -> dict[str, str]:
        (cycle,) = ok(await officer.get(found.round_path))["cycles"]
        return {one["unit"]: one["reason"] for one in cycle["excluded"]}

    assert await excluded() == EXCLUDED
    out = {"unit": "IS-6.1", "evaluated": False, "reason": "Not now."}
    assert ok(await officer.post(path, out)) == {"id": "IS-6.1"}
    ok(await officer.post(path, {"unit": "IS-7", "evaluated": True}))
    assert await excluded() == {**{key: EXCLUDED[key] for key in EXCLUDED if key != "IS-7"}, "IS-6.1": "Not now."}
    assert len(await found.rated()) == 24
    ok(await officer.post(path, {"unit": "SR-1.2", "evaluated": True}))
    assert ok(await officer.get(found.round_path))["cycles"][0]["evaluated"] == ["IS-7", "SR-1.2"]
    assert {unit for unit in await found.rated() if not unit.startswith("IS")} == {"SR-1.2"}
    assert codes(refused(await officer.post(path, {"unit": "IS-1", "evaluated": False}), 422)) == {"reason_needed"}
    assert codes(refused(await officer.post(path, {**out, "unit": "XX-1"}), 422)) == {"unknown_unit"}
    refused(await officer.post(f"{V1}/cycles/{UNKNOWN}/units", out), 404)
    await found.to("answering")
    assert codes(refused(await officer.post(path, out), 403)) == {"not_open"}


async def test_member_states_are_enrolled_once_all_or_none(api: Api) -> None:
    officer = person(api, "mem_unit")
    opened = ok(await officer.post(f"{V1}/rounds", new(members_on="1975-01-01")), 201)
    path = f"{V1}/cycles/{opened['cycles'][0]['id']}/evaluations"
    for states, errors in (
        (["BRB", "XYZ"], [("unknown_state", "/states/1")]),
        (["BLZ", "BRB"], [("not_a_member", "/states/0")]),  # Belize became a member in 1991
        (["BRB", "brb"], [("wrong_value", "/states/1")]),
        ([], [("wrong_value", "/states")]),
    ):
        problem = refused(await officer.post(path, {"states": states}), 422)
        assert [(one["code"], place(one)) for one in problem["errors"]] == errors
    assert refused(await officer.post(path, {"states": ["BRB", "BRB"]}), 409)["code"] == "already_enrolled"
    assert ok(await officer.get(f"{V1}/rounds/{opened['id']}/evaluations")) == {"evaluations": []}
    made = ok(await officer.post(path, {"states": ["JAM", "BRB"]}), 201)["ids"]
    listed = ok(await officer.get(f"{V1}/rounds/{opened['id']}/evaluations"))["evaluations"]
    assert [(one["state"], one["id"]) for one in listed] == [("BRB", made[1]), ("JAM", made[0])]
    assert set(listed[0]) == LINE
    assert (listed[0]["stage"], listed[0]["version"], listed[0]["due_at"]) == ("enrolled", 1, None)
    assert refused(await officer.post(path, {"states": ["CHL", "BRB"]}), 409)["code"] == "already_enrolled"
    assert len(ok(await officer.get(f"{V1}/rounds/{opened['id']}/evaluations"))["evaluations"]) == 2
    refused(await officer.post(f"{V1}/cycles/{UNKNOWN}/evaluations", {"states": ["BRB"]}), 404)


async def test_everybody_is_told_of_the_evaluations_they_may_know_of_and_of_no_other(api: Api) -> None:
    found = await road(api)

    async def known(caller: Any) -> set[str]:
        told = ok(await caller.get(f"{found.round_path}/evaluations"))["evaluations"]
        return {one["state"] for one in told}

    who, every = found.cast, set(STATES)
    for stage, expert, coordinator in (
        ("answering", set(), set()),
        ("compilation", set(), {"BRB"}),
        ("review", {"BRB"}, {"BRB"}),
        ("published", {"BRB"}, {"BRB"}),
    ):
        await found.to(stage)
        assert await known(who.experts["CHL"]) == expert, stage
        assert await known(who.coordinator) == coordinator, stage
        assert await known(who.experts["BRB"]) == await known(who.experts["PER"]) == set()
        assert await known(who.officer) == await known(who.commission) == await known(who.auditor) == every
        assert await known(who.entity) == await known(who.contributor) == {"BRB"}
        assert await known(who.entities["CHL"]) == {"CHL"}
    refused(await api.get(f"{found.round_path}/evaluations"), 401)
    refused(await who.officer.get(f"{V1}/rounds/{UNKNOWN}/evaluations"), 404)


async def test_sessions_are_recorded_and_listed_by_day(api: Api) -> None:
    found = await road(api)
    officer, path = found.cast.officer, f"{found.round_path}/occasions"
    later, earlier = await found.session("2027-05-02"), await found.session("2027-05-01")
    listed = ok(await found.cast.experts["BRB"].get(path))["occasions"]
    assert [one["id"] for one in listed] == [earlier, later]
    assert listed[0] == {
        "id": earlier, "kind": "commission_session", "title": "62nd session", "held_on": "2027-05-01"
    }  # fmt: skip
    body = {"kind": "commission_session", "title": "63rd", "held_on": "2027-05-01"}
    assert codes(refused(await officer.post(path, {**body, "kind": "dinner"}), 422)) == {"unknown_kind"}
    assert codes(refused(await officer.post(path, {**body, "held_on": "soon"}), 422)) == {"wrong_value"}
    refused(await officer.post(f"{V1}/rounds/{UNKNOWN}/occasions", body), 404)
    assert len(ok(await officer.get(path))["occasions"]) == 2


async def test_nobody_but_the_secretariat_sets_up_a_round(api: Api) -> None:
    found = await road(api)
    for caller in (
        found.cast.entity, found.cast.contributor, found.cast.experts["BRB"], found.cast.coordinator,
        found.cast.commission, found.cast.auditor,
    ):  # fmt: skip
        session = {"kind": "commission_session", "title": "x", "held_on": "2027-05-01"}
        for path, body in (
            ("rounds", new(code="r-8")),
            ("rounds", new(code="r-8", mechanism="other")),
            (f"cycles/{found.cycle}/units", {"unit": "IS-1", "evaluated": False, "reason": "x"}),
            (f"cycles/{found.cycle}/evaluations", {"states": ["PER"]}),
            (f"rounds/{found.round}/occasions", session),
        ):
            assert "no_capability" in codes(refused(await caller.post(f"{V1}/{path}", body), 403)), path
    for path, body in (("rounds", new()), (f"cycles/{found.cycle}/evaluations", {"states": ["PER"]})):
        headers = {"Idempotency-Key": "from-nobody"}
        refused(await api.client.post(f"{V1}/{path}", json=body, headers=headers), 401)
