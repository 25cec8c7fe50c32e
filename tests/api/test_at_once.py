"""When several officials do the same at once, does one of them do it, and is nobody told of an error of ours?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable

import httpx
from tests.callers import Api, person
from tests.road import V1, ok, road

TOGETHER = 6


async def statuses(*asked: Awaitable[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in await asyncio.gather(*asked))


async def test_one_expert_is_named_once(api: Api) -> None:
    found = await road(api)
    ok(await found.cast.officer.fire(found.round_path, "call_for_experts"))
    body = {"state": "BRB", "person": str(found.cast.experts["BRB"].person_id), "rank": "principal"}
    told = await statuses(*(found.cast.entity.post(f"{found.round_path}/designations", body) for _ in range(TOGETHER)))
    assert told == {201: 1, 422: TOGETHER - 1}


async def test_what_is_evaluated_is_set_by_all_of_them_in_turn(api: Api) -> None:
    found = await road(api)
    body = {"unit": "IS-1.1", "evaluated": False, "reason": "Not now."}
    path = f"{V1}/cycles/{found.cycle}/units"
    assert await statuses(*(found.cast.officer.post(path, body) for _ in range(TOGETHER))) == {200: TOGETHER}


async def test_a_round_does_not_move_on_past_what_is_still_being_left_out(api: Api) -> None:
    """Either the last unit is left out and the round stays, or it moves on with its unit."""
    found = await road(api)
    officer, path = found.cast.officer, f"{V1}/cycles/{found.cycle}/units"
    ok(await officer.post(path, {"unit": "IS", "evaluated": False, "reason": "Not now."}))
    ok(await officer.post(path, {"unit": "IS-1.1", "evaluated": True}))
    out = {"unit": "IS-1.1", "evaluated": False, "reason": "Not now."}
    moved, left = await asyncio.gather(officer.fire(found.round_path, "call_for_experts"), officer.post(path, out))
    assert sorted((moved.status_code, left.status_code)) in ([200, 403], [200, 409])
    assert len(await found.rated()) == (left.status_code != 200)


async def test_a_role_and_a_token_end_once_and_a_first_round_pins_its_method_once(api: Api) -> None:
    officer, somebody = person(api, "mem_unit"), person(api, "auditor")
    people = ok(await officer.get(f"{V1}/people"))["people"]
    (role,) = (one["roles"][0]["id"] for one in people if one["id"] == str(somebody.person_id))
    assert set(await statuses(*(officer.post(f"{V1}/roles/{role}/end") for _ in range(TOGETHER)))) == {200}
    token = f"{V1}/tokens/{somebody.token.split('_')[1]}/revocation"
    assert set(await statuses(*(officer.post(token) for _ in range(TOGETHER)))) == {200}
    cycle = {"kind": "evaluation", "code": "main", "title": "x"}
    body = {"mechanism": "mem", "title": "x", "synthetic": True, "cycles": [cycle]}
    rounds = [officer.post(f"{V1}/rounds", {**body, "code": f"r-{number}"}) for number in range(TOGETHER)]
    assert set(await statuses(*rounds)) == {201}


async def test_comments_made_together_have_numbers_of_their_own(api: Api) -> None:
    found = await road(api, "country_comment")
    path, one = f"{found.path}/comments", {"paragraph": "IS-1.1/finding", "about": "paragraph", "text": "Not so."}
    asked = [found.cast.entity.post(path, {"comments": [one]}) for _ in range(TOGETHER)]
    assert await statuses(*asked) == {201: TOGETHER}
    numbers = [comment["number"] for comment in ok(await found.cast.entity.get(path))["comments"]]
    assert numbers == list(range(1, TOGETHER + 1))
