"""Over HTTP, is an answer sent back, a country reopened by two persons, and who stands on an older version told?"""

from __future__ import annotations

from tests.callers import Api
from tests.road import V1, codes, ok, refused, road

ONE = {"kind": "clarification", "questions": ["is_1_1"], "reason": "Which decree?"}


async def test_an_answer_is_sent_back_changed_and_closed_and_the_expert_sees_the_newest(api: Api) -> None:
    found = await road(api, "review")
    entity, officer, expert, path = (
        found.cast.entity, found.cast.officer, found.cast.experts["CHL"], f"{found.path}/openings",
    )  # fmt: skip
    findings = {"findings": await found.judgements(expert, "Found by CHL")}
    ok(await expert.post(f"{found.path}/findings", findings))
    value = ok(await entity.get(f"{found.path}/answers/is_1_1"))["value"]
    refused(await entity.put(f"{found.path}/answers/is_1_1", {"value": value}, 1), 403)
    refused(await entity.post(path, ONE), 403)
    opening = ok(await officer.post(path, ONE), 201)["id"]
    ok(await entity.put(f"{found.path}/answers/is_1_1", {"value": value}, 1))
    assert codes(refused(await entity.put(f"{found.path}/answers/is_1_2", {"value": value}, 1), 422)) == {"not_opened"}
    seen = ok(await expert.get(f"{found.path}/findings"))["findings"]
    assert [row["newer"] for row in seen if row["newer"]] == [{"is_1_1": 2}]
    ok(await entity.post(f"{path}/{opening}/close"))
    (told,) = ok(await expert.get(path))["openings"]
    assert (told["id"], told["closed_by"], len(told["sha256"])) == (opening, str(entity.person_id), 64)
    refused(await entity.put(f"{found.path}/answers/is_1_1", {"value": value}, 2), 403)


async def test_a_whole_country_is_reopened_when_a_second_person_approves_it(api: Api) -> None:
    found = await road(api, "compilation")
    body = {"kind": "reopening", "whole": True, "reason": "All of it is of another year."}
    asked = ok(await found.cast.officer.post(f"{found.path}/openings", body), 202)
    assert (asked["act"], asked["content"]["whole"]) == ("open_answers", True)
    ok(await found.cast.deputy.post(f"{V1}/approvals/{asked['id']}/second"))
    (told,) = ok(await found.cast.entity.get(f"{found.path}/openings"))["openings"]
    assert (told["whole"], told["opened_by"]) == (True, str(found.cast.officer.person_id))


async def test_who_asks_is_told_since_when_something_is_suspended_and_why(api: Api) -> None:
    found = await road(api, "answering")
    assert ok(await found.cast.entity.get(found.path))["suspension"] is None
    ok(await found.cast.officer.fire(found.round_path, "suspend", reason="A flood."))
    for path in (found.path, found.round_path):
        assert ok(await found.cast.entity.get(path))["suspension"]["reason"] == "A flood."
    said = refused(await found.cast.entity.put(f"{found.path}/answers/is_1_1", {"value": True}, 0), 403)
    assert codes(said) == {"suspended"}
    ok(await found.cast.officer.fire(found.round_path, "resume", reason="It is dry."))
    assert ok(await found.cast.entity.get(found.path))["suspension"] is None
