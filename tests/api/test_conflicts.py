"""Over HTTP, does a declared conflict take effect at the next request, and do two persons lift it?"""

from __future__ import annotations

import uuid

from tests.callers import Api
from tests.road import V1, codes, ok, refused, road

UNKNOWN = "00000000-0000-0000-0000-000000000007"


async def test_who_declares_one_is_out_at_the_next_request_replays_included(api: Api) -> None:
    found = await road(api, "review")
    expert, path = found.cast.experts["CHL"], f"{found.round_path}/conflicts"
    findings = {"findings": await found.judgements(expert, "Found by CHL")}
    once = {"Idempotency-Key": uuid.uuid4().hex}
    ok(await expert.post(f"{found.path}/findings", findings, headers=once))
    ok(await expert.post(f"{found.path}/findings", findings, headers=once))
    body = {"person": str(expert.person_id), "state": "BRB", "reason": "I worked there."}
    conflict = ok(await expert.post(path, body), 201)["id"]
    for address in ("", "/findings", "/answers", "/transitions", "/evidence"):
        refused(await expert.get(found.path + address), 404)
    refused(await expert.post(f"{found.path}/findings", findings, headers=once), 404)
    assert ok(await expert.get(f"{found.round_path}/evaluations"))["evaluations"] == []
    (own,) = ok(await expert.get(path))["conflicts"]
    assert (own["id"], own["state"], own["lifted_at"]) == (conflict, "BRB", None)
    assert codes(refused(await expert.post(path, body), 422)) == {"declared_already"}
    assert ok(await found.cast.entity.get(path))["conflicts"] == []

    refused(await expert.post(f"{V1}/conflicts/{conflict}/lift", {"reason": "x"}), 404)
    refused(await found.cast.officer.post(f"{V1}/conflicts/{UNKNOWN}/lift", {"reason": "x"}), 404)
    asked = ok(await found.cast.officer.post(f"{V1}/conflicts/{conflict}/lift", {"reason": "It never began."}), 202)
    assert (asked["act"], asked["content"]["state"]) == ("lift_conflict", "BRB")
    assert codes(refused(await found.cast.officer.post(f"{V1}/approvals/{asked['id']}/second"), 409)) == {"same_person"}
    ok(await found.cast.deputy.post(f"{V1}/approvals/{asked['id']}/second"))
    ok(await expert.get(f"{found.path}/findings"))
    (told,) = ok(await found.cast.entity.get(path))["conflicts"]  # the state learns who lifted it
    assert (told["asked_by"], told["settled_by"]) == (
        str(found.cast.officer.person_id), str(found.cast.deputy.person_id),
    )  # fmt: skip


async def test_nobody_with_one_is_assigned(api: Api) -> None:
    found = await road(api, "compilation")
    body = {"person": str(found.cast.experts["CHL"].person_id), "state": "BRB", "reason": "Told by a colleague."}
    refused(await found.cast.entity.post(f"{found.round_path}/conflicts", body), 403)
    ok(await found.cast.officer.post(f"{found.round_path}/conflicts", body), 201)
    chosen = {"designations": [found.designations[state] for state in ("JAM", "CHL")]}
    told = refused(await found.cast.officer.post(f"{found.path}/assignments", chosen), 409)
    assert told["code"] == "declared_conflict"
    assert ok(await found.cast.officer.get(f"{found.path}/assignments"))["assignments"] == []
