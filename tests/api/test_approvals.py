"""Over HTTP, does what takes two persons answer with 202, wait, and happen once the second approves it?"""

from __future__ import annotations

import uuid

from tests.callers import Api
from tests.road import V1, codes, ok, refused, road
from tests.watchers import statuses

UNKNOWN = "00000000-0000-0000-0000-000000000007"


async def test_one_asks_and_another_approves(api: Api) -> None:
    found = await road(api, "approved")
    officer, deputy = found.cast.officer, found.cast.deputy
    seen = await officer.get(f"{found.path}/transitions")
    (way,) = (one for one in ok(seen)["transitions"] if one["trigger"] == "publish")
    assert (way["second"], way["is_open"], way["asked"]) == (["mem_unit"], True, None)
    key = {"If-Match": seen.headers["etag"], "Idempotency-Key": uuid.uuid4().hex}
    fired = await officer.post(f"{found.path}/transitions", {"trigger": "publish"}, headers=key)
    asked = ok(fired, 202)
    assert (asked["act"], asked["content"]["trigger"], asked["outcome"]) == ("move", "publish", None)
    assert (asked["asked_by"], asked["subject_id"]) == (str(officer.person_id), found.evaluations["BRB"])
    again = await officer.post(f"{found.path}/transitions", {"trigger": "publish"}, headers=key)
    assert ok(again, 202) == asked
    twice = refused(await deputy.fire(found.path, "publish"), 409)
    assert codes(twice) == {"second_awaited"}
    ways = ok(await deputy.get(f"{found.path}/transitions"))["transitions"]
    assert [way["asked"] for way in ways if way["asked"] is not None] == [asked]
    assert ok(await deputy.get(f"{found.round_path}/approvals"))["approvals"] == [asked]
    path = f"{V1}/approvals/{asked['id']}"
    assert codes(refused(await officer.post(f"{path}/second"), 409)) == {"same_person"}
    once = {"Idempotency-Key": uuid.uuid4().hex}
    done = ok(await deputy.post(f"{path}/second", headers=once))
    assert (done["outcome"], done["settled_by"]) == ("given", str(deputy.person_id))
    assert ok(await deputy.post(f"{path}/second", headers=once)) == done
    assert await found.stage() == "published"
    assert ok(await officer.get(path)) == done


async def test_what_was_asked_for_is_taken_back_by_who_asked(api: Api) -> None:
    found = await road(api, "approved")
    asked = ok(await found.cast.officer.fire(found.path, "publish"), 202)["id"]
    path = f"{V1}/approvals/{asked}"
    refused(await found.cast.deputy.post(f"{path}/withdraw"), 404)
    assert ok(await found.cast.officer.post(f"{path}/withdraw"))["outcome"] == "withdrawn"
    assert codes(refused(await found.cast.officer.post(f"{path}/withdraw"), 409)) == {"settled_already"}
    assert codes(refused(await found.cast.deputy.post(f"{path}/second"), 409)) == {"settled_already"}
    assert await found.stage() == "approved"


async def test_what_waits_is_shown_to_whom_it_concerns(api: Api) -> None:
    found = await road(api, "approved")
    asked = ok(await found.cast.officer.fire(found.path, "publish"), 202)["id"]
    told = await statuses(found, lambda caller: caller.get(f"{V1}/approvals/{asked}"))
    assert {who for who, status in told.items() if status == 200} == {"officer"}
    assert set(told.values()) == {200, 401, 404}
    refused(await found.cast.officer.get(f"{V1}/approvals/{UNKNOWN}"), 404)
    refused(await found.cast.officer.get(f"{V1}/rounds/{UNKNOWN}/approvals"), 404)


async def test_two_take_out_every_draft(api: Api) -> None:
    found = await road(api, "revision")
    officer, deputy = found.cast.officer, found.cast.deputy
    for other in (found.cast.entity, found.cast.auditor, found.cast.coordinator, found.cast.commission):
        refused(await other.post(f"{found.round_path}/drafts", {"reason": "x"}), 403)
    asked = ok(await officer.post(f"{found.round_path}/drafts", {"reason": "For the session."}), 202)["id"]
    refused(await officer.get(f"{V1}/approvals/{asked}/drafts"), 404)
    ok(await deputy.post(f"{V1}/approvals/{asked}/second"))
    (draft,) = ok(await officer.get(f"{V1}/approvals/{asked}/drafts"))["drafts"]
    report = ok(await officer.get(f"{found.path}/report"))
    assert (draft["state"], draft["sha256"], draft["paragraphs"]) == ("BRB", report["sha256"], report["paragraphs"])
    told = await statuses(found, lambda caller: caller.get(f"{V1}/approvals/{asked}/drafts"))
    assert {who for who, status in told.items() if status == 200} == {"officer"}
    events = ok(await found.cast.auditor.get(f"{found.path}/record"))["events"]
    assert "drafts_exported" in [one["type"] for one in events]
