"""Do persons, roles and tokens come, hold and go as the secretariat says, and as nobody else does?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.callers import Api, Caller, person
from tests.road import V1, cast, codes, ok, place, refused

UNKNOWN = "00000000-0000-0000-0000-000000000007"


async def added(officer: Caller, name: str = "Ana Pérez") -> str:
    return str(ok(await officer.post(f"{V1}/people", {"name": name}), 201)["id"])


def role(name: str, state: str | None = None) -> dict[str, Any]:
    return {"mechanism": "mem", "role": name, "state": state}


async def test_a_person_is_added_given_a_role_and_a_token_and_then_is_somebody(api: Api) -> None:
    officer = person(api, "mem_unit")
    made = await added(officer, "  Ana Pérez ")
    issued = ok(await officer.post(f"{V1}/people/{made}/tokens", {"label": "laptop"}), 201)
    ana = Caller(api.client, UUID(made), issued["token"])
    assert issued["token"].startswith(f"mem_{issued['id']}_")
    refused(await ana.get(f"{V1}/me"), 403)  # known, but with no role yet
    first = ok(await officer.post(f"{V1}/people/{made}/roles", role("expert", "BRB")), 201)["id"]
    ok(await officer.post(f"{V1}/people/{made}/roles", role("coordinator", "CHL")), 201)
    assert ok(await ana.get(f"{V1}/me")) == {
        "person": made, "name": "Ana Pérez",
        "grants": [role("expert", "BRB"), role("coordinator", "CHL")],
    }  # fmt: skip
    for _ in range(2):  # ending twice is no error
        assert ok(await officer.post(f"{V1}/roles/{first}/end")) == {"id": first}
    assert ok(await ana.get(f"{V1}/me"))["grants"] == [role("coordinator", "CHL")]
    for _ in range(2):
        assert ok(await officer.post(f"{V1}/tokens/{issued['id']}/revocation")) == {"id": issued["id"]}
    refused(await ana.get(f"{V1}/me"), 401)


async def test_everybody_is_listed_with_the_roles_they_hold(api: Api) -> None:
    officer = person(api, "mem_unit")
    made = await added(officer)
    held = ok(await officer.post(f"{V1}/people/{made}/roles", role("auditor")), 201)["id"]
    listed = {one["name"]: one for one in ok(await officer.get(f"{V1}/people"))["people"]}
    assert listed["Ana Pérez"] == {
        "id": made, "name": "Ana Pérez", "roles": [{"id": held, **role("auditor")}]
    }  # fmt: skip
    assert listed["mem_unit"]["id"] == str(officer.person_id)
    ok(await officer.post(f"{V1}/roles/{held}/end"))
    assert [one["roles"] for one in ok(await officer.get(f"{V1}/people"))["people"] if one["id"] == made] == [[]]


async def test_a_role_that_cannot_be_held_is_refused_with_every_reason(api: Api) -> None:
    officer = person(api, "mem_unit")
    path = f"{V1}/people/{await added(officer)}/roles"
    ok(await officer.post(path, role("expert", "BRB")), 201)
    for body, errors in (
        (role("minister", "BRB"), {"unknown_role"}),
        (role("expert"), {"state_needed"}),
        (role("expert", "XYZ"), {"unknown_state"}),
        (role("minister", "XYZ"), {"unknown_role", "unknown_state"}),
        (role("expert", "BRB"), {"already_held"}),
        (role("national_coordinating_entity", "BRB"), {"incompatible_roles"}),
        ({**role("expert", "CHL"), "mechanism": "other"}, {"unknown_mechanism"}),
        (role("expert", "brb"), {"wrong_value"}),
    ):
        assert codes(refused(await officer.post(path, body), 422)) == errors, body
    other = f"{V1}/people/{await added(officer)}/roles"
    assert codes(refused(await officer.post(other, role("auditor", "BRB")), 422)) == {"state_not_meant"}
    own = f"{V1}/people/{officer.person_id}/roles"
    assert codes(refused(await officer.post(own, role("auditor")), 422)) == {"own_role", "incompatible_roles"}
    refused(await officer.post(f"{V1}/people/{UNKNOWN}/roles", role("auditor")), 404)
    refused(await officer.post(f"{V1}/roles/{UNKNOWN}/end"), 404)


async def test_a_token_is_shown_once_lasts_so_long_and_no_longer(api: Api) -> None:
    officer = person(api, "mem_unit")
    made = await added(officer)
    path, key = f"{V1}/people/{made}/tokens", {"headers": {"Idempotency-Key": "one-token"}}
    first = ok(await officer.post(path, {"label": "laptop", "days": 366}, **key), 201)
    again = ok(await officer.post(path, {"label": "laptop", "days": 366}, **key), 201)
    assert again == {"id": first["id"], "token": None}
    other = ok(await officer.post(path, {"label": "laptop"}), 201)
    assert other["id"] != first["id"]
    for body, where in (
        ({"label": "x", "days": 0}, "/days"),
        ({"label": "x", "days": 367}, "/days"),
        ({"label": ""}, "/label"),
        ({"label": "x", "scope": ["everything"]}, "/scope"),
        ({"label": "x", "scope": ["Read"]}, "/scope/0"),
    ):
        assert [place(one) for one in refused(await officer.post(path, body), 422)["errors"]] == [where]
    refused(await officer.post(f"{V1}/people/{UNKNOWN}/tokens", {"label": "x"}), 404)
    refused(await officer.post(f"{V1}/tokens/{'0' * 16}/revocation"), 404)
    refused(await officer.post(f"{V1}/tokens/{'G' * 16}/revocation"), 422)


async def test_a_token_made_for_less_does_less_whoever_shows_it(api: Api) -> None:
    officer = person(api, "mem_unit")
    path = f"{V1}/people/{officer.person_id}/tokens"

    async def limited(*scope: str) -> Caller:
        issued = ok(await officer.post(path, {"label": "limited", "scope": [*scope]}), 201)
        return Caller(api.client, officer.person_id, issued["token"])

    body = {"kind": "evaluation", "code": "main", "title": "All"}
    opened = {"mechanism": "mem", "code": "r-9", "title": "Ninth", "cycles": [body]}
    reading = await limited("read")
    narrow = await limited("manage_people", "read")
    for scope, errors in ((None, {"wider_than_own"}), (["answer"], {"wider_than_own"})):
        refusal = refused(await narrow.post(path, {"label": "wider", "scope": scope}), 422)
        assert codes(refusal) == errors
    ok(await narrow.post(path, {"label": "narrower", "scope": ["read"]}), 201)
    assert ok(await reading.get(f"{V1}/rounds")) == {"rounds": []}
    for response in (
        await reading.post(f"{V1}/people", {"name": "Nobody"}),
        await reading.get(f"{V1}/people"),
        await reading.post(f"{V1}/rounds", opened),
        await (await limited("manage_people")).post(f"{V1}/rounds", opened),
        await (await limited("manage_people")).get(f"{V1}/me"),
        await (await limited("open_round")).get(f"{V1}/rounds"),
        await (await limited()).post(f"{V1}/rounds", opened),
    ):
        assert codes(refused(response, 403)) == {"token_scope"}
    ok(await (await limited("read", "open_round")).post(f"{V1}/rounds", opened), 201)
    managing, key = await limited("manage_people"), {"headers": {"Idempotency-Key": "sent-twice"}}
    made = [ok(await managing.post(f"{V1}/people", {"name": "Somebody"}, **key), 201) for _ in range(2)]
    assert made[0] == made[1]


async def test_nobody_but_the_secretariat_manages_people(api: Api) -> None:
    who = cast(api)
    made = await added(who.officer)
    others = (
        who.entity, who.contributor, who.experts["BRB"], who.coordinator, who.commission, who.auditor
    )  # fmt: skip
    for caller in others:
        for response in (
            await caller.get(f"{V1}/people"),
            await caller.post(f"{V1}/people", {"name": "Somebody"}),
            await caller.post(f"{V1}/people/{made}/roles", role("mem_unit")),
            await caller.post(f"{V1}/people/{caller.person_id}/tokens", {"label": "more"}),
            await caller.post(f"{V1}/roles/{UNKNOWN}/end"),
            await caller.post(f"{V1}/tokens/{who.officer.token.split('_')[1]}/revocation"),
        ):
            assert "no_capability" in codes(refused(response, 403))
    for response in (await api.get(f"{V1}/people"), await api.get(f"{V1}/me")):
        refused(response, 401)
    assert ok(await who.officer.get(f"{V1}/me"))["name"] == "mem_unit"
