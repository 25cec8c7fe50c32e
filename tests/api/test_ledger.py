"""Does the record reach those who are to check it, and tell each of them no more than they may read?"""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.callers import Api, Caller, person
from tests.road import ok, refused, road
from tests.watchers import only, statuses, watchers

from mem import verify
from mem.core.clock import now
from mem.core.work import Work
from mem.http.unit import House
from mem.ledger.checkpoints import make_checkpoint
from mem.ledger.export import leaves
from mem.ledger.service import chains
from mem.people.actions import RECORDED

LEDGER, CHECKPOINT = "/api/v1/ledger", "/api/v1/ledger/checkpoint"
UNKNOWN = "00000000-0000-0000-0000-000000000007"
SEEN_BY_THE_COUNTRY = {"progress", "answers", "evidence"}


def sign(house: House) -> int | None:
    """What the worker does on its clock."""
    with house.database.write() as connection:
        return make_checkpoint(Work(connection, now()), house.key)


def exported(house: House) -> verify.Chains:
    """The whole ledger, as the operator hands it over."""
    with house.database.read() as connection:
        work = Work(connection, now())
        lines = [json.dumps(line) for chain, *_ in chains(work) for line in leaves(work, chain, lambda _: True)]
    return verify.read_export(lines)


async def held(caller: Caller, path: str) -> list[dict[str, Any]]:
    return list(ok(await caller.get(f"{path}/leaves"))["leaves"])


def types(lines: list[dict[str, Any]]) -> list[str]:
    """The types of the events that can be read, each once, sorted."""
    return sorted({line["type"] for line in lines if line["type"] is not None})


async def test_every_chain_with_its_head_is_for_whoever_may_read_the_record(api: Api, house: House) -> None:
    found = await road(api, "answering")
    for caller in (found.cast.officer, found.cast.auditor):
        told = ok(await caller.get(LEDGER))["chains"]
        assert {one["id"]: one["kind"] for one in told} == {
            "00000000-0000-0000-0000-00000000000a": "administration",
            found.round: "round",
            **dict.fromkeys(found.evaluations.values(), "country_evaluation"),
        }
        now_held = exported(house)
        assert {one["id"]: (one["events"], one["head"]) for one in told} == {
            chain: (len(events), events[-1]["link"]) for chain, events in now_held.items()
        }
    refused(await api.get(LEDGER), 401)
    for name, caller in watchers(found).items():
        if name not in ("nobody", "officer", "auditor"):
            refused(await caller.get(LEDGER), 403)


async def test_a_checkpoint_is_for_anybody_to_keep_the_newest_or_one_by_its_number(api: Api, house: House) -> None:
    assert refused(await api.get(CHECKPOINT), 404)["code"] == "no_checkpoint"
    found = await road(api)
    assert sign(house) == 1
    await found.issue()
    assert sign(house) == 2
    assert sign(house) is None
    first, second, newest = [
        ok(await api.get(CHECKPOINT, params=params)) for params in ({"number": 1}, {"number": 2}, {})
    ]
    assert second == newest
    assert [one["statement"]["number"] for one in (first, second)] == [1, 2]
    assert verify.check_succession(first, second) == []
    for one in (first, second):
        assert set(one) == {"statement", "public_key", "signature"}
        assert verify.check_signed(one, house.key.public) == []
        assert verify.check_checkpoint(one, exported(house), whole=True) == []
    for caller in watchers(found).values():
        assert ok(await caller.get(CHECKPOINT, headers={"Authorization": None})) == newest
    assert refused(await api.get(CHECKPOINT, params={"number": 3}), 404)["code"] == "no_checkpoint"
    for number in (0, -1, 2**53 + 1, "x"):
        refused(await api.get(CHECKPOINT, params={"number": number}), 422)


async def test_a_checkpoint_tells_neither_a_state_nor_what_happened(api: Api, house: House) -> None:
    found = await road(api, "review")
    sign(house)
    text = (await api.get(CHECKPOINT)).text
    assert found.evaluations["BRB"] in text
    for word in ("BRB", "CHL", "mem_unit", "country_evaluation", "answers", "stage", "review", found.code):
        assert word not in text


async def test_receipts_are_for_those_who_may_read_the_answers_and_for_no_other_state(api: Api, house: House) -> None:
    found = await road(api, "compilation")
    assert await statuses(found, "/receipts") == only(
        "entity", "contributor", "officer", "coordinator", hidden=("expert",)
    )
    await found.to("review")
    assert await statuses(found, "/receipts") == only("entity", "contributor", "officer", "coordinator", "expert")
    await found.to("published")
    assert await statuses(found, "/receipts") == only("entity", "contributor", "officer")
    chile = f"/api/v1/evaluations/{found.evaluations['CHL']}/receipts"
    refused(await found.cast.entity.get(chile), 404)
    refused(await found.cast.experts["CHL"].get(chile), 404)
    refused(await found.cast.entity.get(f"/api/v1/evaluations/{UNKNOWN}/receipts"), 404)
    assert ok(await found.cast.entities["CHL"].get(chile)) == {"receipts": []}


async def test_each_submission_has_its_receipt_that_an_export_must_hold(api: Api, house: House) -> None:
    found = await road(api, "answering")
    assert ok(await found.cast.entity.get(f"{found.path}/receipts")) == {"receipts": []}
    await found.to("compilation")
    await found.move(found.cast.officer, "return_for_clarification", reason="One answer is not clear.")
    await found.move(found.cast.entity, "submit_answers")
    told = ok(await found.cast.entity.get(f"{found.path}/receipts"))["receipts"]
    ours = exported(house)
    assert len(told) == 2
    for receipt in told:
        said = receipt["statement"]
        assert (said["kind"], said["chain"], said["event"]) == (
            "receipt", found.evaluations["BRB"], "answers_submitted"
        )  # fmt: skip
        line = ours[said["chain"]][said["position"] - 1]
        content = json.loads(base64.b64decode(line["canonical"]))
        assert (said["leaf"], said["at"], said["data"]) == (line["leaf"], content["at"], content["data"])
        assert verify.check_signed(receipt, house.key.public) == verify.check_receipt(receipt, ours) == []
    assert told[0]["statement"]["data"]["sha256"] == told[1]["statement"]["data"]["sha256"]
    assert ok(await found.cast.entity.get(f"{found.path}/receipts"))["receipts"] == told
    short = {chain: events[: told[1]["statement"]["position"] - 1] for chain, events in ours.items()}
    assert verify.check_receipt(told[0], short) == []
    assert verify.check_receipt(told[1], short) != []


async def test_a_leaf_is_whole_where_its_content_may_be_read_and_opaque_elsewhere(api: Api, house: House) -> None:
    found = await road(api, "consolidation")
    await found.conclude()
    ours = exported(house)[found.evaluations["BRB"]]
    cast = found.cast
    for caller, artefacts in (
        (cast.entity, SEEN_BY_THE_COUNTRY),
        (cast.contributor, SEEN_BY_THE_COUNTRY),
        (cast.officer, SEEN_BY_THE_COUNTRY | {"assignments"}),
        (cast.auditor, {"progress", "assignments"}),
        (cast.commission, {"progress"}),
        (cast.coordinator, SEEN_BY_THE_COUNTRY | {"assignments", "findings", "conclusions"}),
        (cast.experts["CHL"], SEEN_BY_THE_COUNTRY | {"assignments", "findings", "conclusions"}),
    ):
        told = await held(caller, found.path)
        assert len(told) == len(ours)
        for line, whole in zip(told, ours, strict=True):
            if RECORDED[whole["type"]] in artefacts:
                assert line == whole
            else:
                assert line == {**whole, "type": None, "canonical": None, "salt": None}
        assert verify.check_export({found.evaluations["BRB"]: [*told]}) == []


async def test_what_is_opaque_becomes_whole_when_the_stage_shows_it_and_not_before(api: Api) -> None:
    found = await road(api, "review")
    await found.assess_as("CHL")
    entity, coordinator = found.cast.entity, found.cast.coordinator
    common = ["answers_given", "answers_submitted", "evidence_attached", "stage_moved", "state_enrolled"]
    assert types(await held(entity, found.path)) == common
    expert = await held(found.cast.experts["JAM"], found.path)
    assert types(expert) == common  # nor what another voice found, while each judges alone
    assert types(await held(coordinator, found.path)) == sorted([*common, "experts_assigned"])
    await found.assess_as("JAM")
    await found.move(coordinator, "open_consolidation")
    judging = sorted([*common, "experts_assigned", "findings_written", "assessment_handed_in"])
    assert types(await held(coordinator, found.path)) == judging
    assert types(await held(entity, found.path)) == common
    await found.to("revision")
    assert types(await held(entity, found.path)) == sorted([*common, "comments_made", "report_assembled"])
    await found.to("published")
    public = [
        "approval_asked",
        "approval_given",
        "comments_answered",
        "comments_made",
        "decision_recorded",
        "recommendation_issued",
    ]
    assert types(await held(entity, found.path)) == sorted([*common, *public, "report_assembled", "report_published"])


async def test_who_gets_leaves_is_who_knows_of_the_evaluation_and_never_its_own_expert(api: Api) -> None:
    found = await road(api, "answering")
    everybody = ("entity", "contributor", "officer", "commission", "auditor")
    judges = ("expert", "coordinator")
    for stage, more in (("answering", ()), ("compilation", judges[1:]), ("review", judges), ("published", judges)):
        await found.to(stage)
        hidden = tuple(name for name in judges if name not in more)
        assert await statuses(found, "/leaves") == only(*everybody, *more, hidden=hidden), stage
    for caller in (found.cast.experts["BRB"], person(found.api, "coordinator", "BRB"), found.cast.entities["CHL"]):
        assert refused(await caller.get(f"{found.path}/leaves"), 404)["code"] == "not_found"
    refused(await found.cast.entity.get(f"/api/v1/evaluations/{UNKNOWN}/leaves"), 404)


async def test_an_outsider_verifies_a_country_with_its_leaves_a_checkpoint_and_a_receipt_alone(
    api: Api, house: House
) -> None:
    found = await road(api, "compilation")
    sign(house)
    early = ok(await api.get(CHECKPOINT))
    await found.to("published")
    sign(house)
    late, entity = ok(await api.get(CHECKPOINT)), found.cast.entity
    (receipt,) = ok(await entity.get(f"{found.path}/receipts"))["receipts"]
    lines = [json.dumps(line) for line in await held(entity, found.path)]

    def faults(some: list[str]) -> list[str]:
        chain = verify.read_export(some)
        wrong = verify.check_export(chain) + verify.check_receipt(receipt, chain)
        for one in (early, late):
            wrong += verify.check_checkpoint(one, chain, whole=False)
        return wrong

    assert [fault for one in (early, late, receipt) for fault in verify.check_signed(one, early["public_key"])] == []
    assert verify.check_succession(early, late) == []
    assert faults(lines) == []
    assert len({json.loads(line)["type"] is None for line in lines}) == 2  # some of it is opaque to the country
    for number in range(len(lines)):
        assert faults(lines[:number] + lines[number + 1 :]) != []
        assert faults(without_content(lines, number)) == []
        assert faults(forged(lines, number)) != []


def without_content(lines: list[str], number: int) -> list[str]:
    """One line made opaque, which takes nothing away from the proof."""
    line = json.loads(lines[number]) | {"type": None, "canonical": None, "salt": None}
    return [*lines[:number], json.dumps(line), *lines[number + 1 :]]


def forged(lines: list[str], number: int) -> list[str]:
    """One line made opaque, and its leaf another one."""
    line = json.loads(without_content(lines, number)[number])
    line["leaf"] = line["leaf"][1:] + line["leaf"][0]
    return [*lines[:number], json.dumps(line), *lines[number + 1 :]]


async def test_the_record_is_only_read(api: Api) -> None:
    found = await road(api)
    for path in (LEDGER, CHECKPOINT, f"{found.path}/receipts", f"{found.path}/leaves"):
        refused(await found.cast.officer.post(path, {}), 405)
        refused(await found.cast.officer.put(path, {}, 1), 405)
