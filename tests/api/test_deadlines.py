"""Are deadlines shown, moved, extended and refused over HTTP, and are the dates of a round set?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.callers import Api
from tests.road import Road, codes, ok, refused, road

from mem.core.clock import now

LINE = {
    "subject_id", "state", "stage", "due_at", "first_due_at", "lapse", "by_hand", "number", "extension",
}  # fmt: skip


def day(days: int) -> str:
    return (now().date() + timedelta(days=days)).isoformat()


async def only(found: Road) -> dict[str, Any]:
    (line,) = ok(await found.cast.entity.get(f"{found.path}/deadlines"))["deadlines"]
    shown: dict[str, Any] = line
    return shown


async def test_deadlines_are_shown_to_each_as_far_as_they_may_know(api: Api) -> None:
    found = await road(api, "country_comment")
    line = await only(found)
    assert set(line) == LINE
    assert (line["state"], line["stage"], line["lapse"]) == ("BRB", "country_comment", "deem_no_more_comments")
    assert (line["by_hand"], line["extension"], line["due_at"]) == (False, None, line["first_due_at"])
    path = f"{found.round_path}/deadlines"
    assert line in ok(await found.cast.officer.get(path))["deadlines"]
    for other in (found.cast.entities["CHL"], found.cast.experts["BRB"]):
        assert line["subject_id"] not in [one["subject_id"] for one in ok(await other.get(path))["deadlines"]]
        refused(await other.get(f"{found.path}/deadlines"), 404)


async def test_a_deadline_is_moved_on_the_number_that_was_seen(api: Api) -> None:
    found = await road(api, "country_comment")
    officer, path, seen = found.cast.officer, f"{found.path}/deadline", (await only(found))["number"]
    body = {"until": day(60), "reason": "A flood."}
    refused(await found.cast.entity.put(path, body, seen), 403)
    moved = await officer.put(path, body, seen)
    assert ok(moved)["due_at"] == f"{date.fromisoformat(day(61))}T00:00:00Z"
    assert moved.headers["ETag"] == f'"v{seen + 1}"'
    assert await only(found) == ok(moved)
    refused(await officer.put(path, body, seen), 412)
    refused(await officer.send("PUT", path, {}, json=body), 428)
    assert codes(refused(await officer.put(path, {**body, "until": day(-3)}, seen + 1), 422)) == {"in_the_past"}
    refused(await officer.put(path, {**body, "until": "9999-12-31"}, seen + 1), 422)
    (event,) = [
        one for one in ok(await officer.get(f"{found.path}/record"))["events"] if one["type"] == "deadline_moved"
    ]
    assert event["data"]["reason"] == "A flood."


async def test_more_time_is_asked_for_granted_and_refused(api: Api) -> None:
    found = await road(api, "country_comment")
    entity, officer, path = found.cast.entity, found.cast.officer, f"{found.path}/extensions"
    body = {"until": day(60), "reason": "A flood."}
    refused(await officer.post(path, body), 403)
    made = ok(await entity.post(path, body), 201)["id"]
    asked = (await only(found))["extension"]
    assert (asked["id"], asked["until"], asked["outcome"]) == (made, day(60), None)
    assert codes(refused(await entity.post(path, body), 409)) == {"asked_already"}
    refused(await entity.post(f"{path}/grant", {"extension": made}), 403)
    ok(await officer.post(f"{path}/grant", {"extension": made, "until": day(50), "reason": "Until the session."}))
    line = await only(found)
    assert (line["due_at"][:10], line["extension"]["granted_until"]) == (day(51), day(50))
    assert codes(refused(await officer.post(f"{path}/refuse", {"extension": made, "reason": "x"}), 409)) == {
        "not_asked"
    }
    again = ok(await entity.post(path, body), 201)["id"]
    ok(await officer.post(f"{path}/refuse", {"extension": again, "reason": "Enough."}))
    line = await only(found)
    assert (line["due_at"][:10], line["extension"]["outcome"], line["extension"]["answer"]) == (
        day(51), "refused", "Enough.",
    )  # fmt: skip


async def test_an_occasion_to_come_is_moved(api: Api) -> None:
    found = await road(api)
    officer, path = found.cast.officer, f"{found.round_path}/occasions"
    made = ok(await officer.post(path, {"kind": "commission_session", "title": "x", "held_on": day(90)}), 201)["id"]
    moved = {"held_on": day(120), "reason": "The hall burnt."}
    refused(await found.cast.entity.post(f"{path}/{made}/move", moved), 403)
    ok(await officer.post(f"{path}/{made}/move", moved))
    assert [one["held_on"] for one in ok(await officer.get(path))["occasions"]] == [day(120)]
    assert codes(refused(await officer.post(f"{path}/{made}/move", {**moved, "held_on": day(-1)}), 422)) == {
        "in_the_past"
    }


async def test_this_mechanism_names_no_date(api: Api) -> None:
    found = await road(api)
    officer, path = found.cast.officer, f"{found.round_path}/dates"
    assert ok(await officer.get(path)) == {"dates": []}
    said = {"day": day(10), "reason": "x"}
    assert codes(refused(await officer.put(f"{path}/hearing", said, 0), 422)) == {"unknown_date"}
    refused(await found.cast.entity.put(f"{path}/hearing", said, 0), 403)


async def test_a_round_that_has_a_deadline_moves_it(api: Api) -> None:
    found = await road(api)
    officer, path = found.cast.officer, f"{found.round_path}/deadline"
    body = {"until": day(60), "reason": "x"}
    refused(await officer.put(path, body, 1), 403)
    ok(await officer.fire(found.round_path, "call_for_experts"))
    assert ok(await officer.put(path, body, 1))["due_at"][:10] == day(61)
