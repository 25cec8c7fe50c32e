"""Over HTTP, is a reply on paper typed in and confirmed, and does a state declare that a unit does not apply?"""

from __future__ import annotations

from tests.callers import Api
from tests.road import codes, ok, refused, road


async def test_a_reply_on_paper_names_both_and_is_confirmed_by_the_state(api: Api) -> None:
    found = await road(api, "answering")
    entity, officer = found.cast.entity, found.cast.officer
    body = {"paper": "Note 12, E-211", "answers": [{"question": "is_1_1", "value": True}]}
    refused(await entity.post(f"{found.path}/paper-replies", body), 403)
    ok(await officer.post(f"{found.path}/paper-replies", body))
    shown = ok(await entity.get(f"{found.path}/answers/is_1_1"))
    assert (shown["by"], shown["on_behalf_of"], shown["paper"]) == (str(officer.person_id), "BRB", "Note 12, E-211")
    assert ("answer_unconfirmed", "is_1_1") in await found.blockers(entity, "submit_answers")
    said = {"answers": [{"question": "is_1_1", "version": 2}]}
    refused(await entity.post(f"{found.path}/confirmations", said), 412)
    said["answers"][0]["version"] = 1
    ok(await entity.post(f"{found.path}/confirmations", said))
    assert ok(await entity.get(f"{found.path}/answers/is_1_1"))["confirmed_by"] == str(entity.person_id)
    assert ("answer_unconfirmed", "is_1_1") not in await found.blockers(entity, "submit_answers")


async def test_a_state_declares_that_a_unit_does_not_apply_and_takes_it_back(api: Api) -> None:
    found = await road(api, "answering")
    entity, path = found.cast.entity, f"{found.path}/declarations/IS-1"
    answer = ok(await entity.put(path, {"reason": "We grow none."}, 0))
    assert answer == {"key": "IS-1", "version": 1}
    (told,) = ok(await found.cast.officer.get(f"{found.path}/declarations"))["declarations"]
    assert (told["unit"], told["reason"], told["by"]) == ("IS-1", "We grow none.", str(entity.person_id))
    assert codes(refused(await entity.put(path, {"reason": "Nor this."}, 0), 412)) == {"stale"}
    refused(await found.cast.officer.put(path, {"reason": "No."}, 1), 403)
    ok(await entity.put(path, {"reason": None}, 1))
    assert ok(await entity.get(f"{found.path}/declarations"))["declarations"][0]["reason"] is None
