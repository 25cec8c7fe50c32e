"""Does every operation answer everybody in every stage as the table written by hand says? (T01)"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, select
from tests.callers import Api, Caller, person
from tests.road import V1, Road, ok, road
from tests.secrecy.truth import FREE, HIDDEN, MEMBERS, RULE_OF, STAGES, WHO, expected

from mem.core.clock import now
from mem.core.work import Work
from mem.ledger.checkpoints import make_checkpoint
from mem.people.models import Membership
from mem.people.service import end_role, revoke_token

UNKNOWN = "00000000-0000-0000-0000-000000000007"
TEXT = {"en": "Words."}
FINDING: dict[str, Any] = {"unit": "IS-1.1", "text": TEXT, "rating": "splendid", "citations": [], "base": 0}
NOTHING = [{"kind": "nothing", "code": "main", "title": "x"}]
PAST = {"until": "2020-01-01", "reason": "x"}
BODIES: dict[str, Any] = {
    "add_person": {"name": "Somebody"},
    "grant_role": {"mechanism": "mem", "role": "nobody", "state": None},
    "issue_token": {"label": "x", "days": 1},
    "open_round": {"mechanism": "mem", "code": "r-new", "title": "x", "cycles": NOTHING},
    "set_unit": {"unit": "ZZ-1", "evaluated": True},
    "enrol": {"states": ["ZZZ"]},
    "record_occasion": {"kind": "nothing", "title": "x", "held_on": "2026-01-01"},
    "move_occasion": {"held_on": "2020-01-01", "reason": "x"},
    "set_date": {"day": "2026-01-01", "reason": "x"},
    "set_clock": {"instant": "2026-01-01T00:00:00Z"},
    "move_deadline": PAST, "move_round_deadline": PAST, "ask_for_time": PAST,
    "grant_time": {"extension": UNKNOWN}, "refuse_time": {"extension": UNKNOWN, "reason": "x"},
    "designate": {"state": "BRB", "person": UNKNOWN, "rank": "nothing"},
    "declare_conflict": {"person": UNKNOWN, "state": "ZZZ", "reason": "x"},
    "lift_conflict": {"reason": "x"},
    "export_drafts": {"reason": "x"},
    "assign": {"designations": [UNKNOWN]},
    "substitute": {"designation": UNKNOWN, "reason": "x"},
    "end_voice": {"reason": "x"},
    "advance_round": {"trigger": "fly"}, "advance_evaluation": {"trigger": "fly"},
    "advance_recommendation": {"trigger": "fly"},
    "give_answers": {"answers": [{"question": "nothing", "value": 1}]},
    "give_answer": {"value": "neither"},
    "give_on_behalf": {"answers": [{"question": "nothing", "value": 1}], "paper": "x"},
    "confirm_answers": {"answers": [{"question": "nothing", "version": 1}]},
    "open_answers": {"kind": "nothing", "questions": ["nothing"], "reason": "x"},
    "declare": {"reason": "x"},
    "attach_links": {"links": [{"title": "x", "url": "https://example.org/", "units": ["ZZ-1"]}]},
    "write_findings": {"findings": [FINDING]},
    "conclude": {"conclusions": [FINDING]},
    "speak": {"stances": [{"unit": "ZZ-1", "version": 1}]},
    "comment": {"comments": [{"paragraph": "nothing", "about": "paragraph", "text": "x"}]},
    "respond": {"responses": [{"comment": UNKNOWN, "disposition": "not_accepted", "reason": "x"}]},
}  # fmt: skip
"""What is sent: well-formed, and wrong in what it says, so that little is changed by who may."""


def everybody(found: Road, ended: Caller) -> dict[str, Caller]:
    """Somebody of each kind in the table."""
    who, api = found.cast, found.api
    revoked, guest = person(api, "mem_unit"), person(api, "auditor")
    with api.house.database.write() as connection:
        work = Work(connection, now())
        revoke_token(work, revoked.token.split("_")[1])
        end_role(work, _role(connection, guest))
    return {
        "E": who.entity, "K": who.contributor, "M": who.commission, "A": who.auditor, "X": who.experts["CHL"],
        "C": who.coordinator, "e": who.entities["CHL"], "k": person(api, "ministry_contributor", "CHL"),
        "x": who.experts["PER"], "b": who.experts["BRB"], "c": person(api, "coordinator", "BRB"), "d": ended,
        "g": guest, "r": revoked, "n": Caller(api.client, guest.person_id, ""), "O": who.officer,
    }  # fmt: skip


def _role(connection: Connection, caller: Caller) -> UUID:
    held = select(Membership.id).where(Membership.person_id == caller.person_id)
    return UUID(str(connection.execute(held).scalar_one()))


async def stand(api: Api, stage: str) -> tuple[Road, Caller]:
    """A road at a stage, on the way to which a voice has passed from one expert to another: who had it."""
    ended = person(api, "expert", "JAM")
    first = min("answering" if stage == "not_participating" else stage, "answering", key=STAGES.index)
    found = await road(api, first)
    if stage == "not_participating":
        await found.move(found.cast.officer, "record_non_participation", reason="No.")
    if STAGES.index(stage) < STAGES.index("compilation") or stage == "not_participating":
        return found, ended
    file = {"title": "A paper", "unit": "IS-1.1", "file_name": "paper.txt"}
    sent: dict[str, Any] = {"content": b"Words.", "params": file, "headers": {"Content-Type": "text/plain"}}
    await found.answer_all()
    ok(await found.cast.entity.post(f"{found.path}/evidence/files", **sent), 201)
    await found.move(found.cast.entity, "submit_answers")
    if stage != "compilation":
        officer, named = found.cast.officer, {"state": "JAM", "person": str(ended.person_id), "rank": "alternate"}
        made = ok(await found.cast.entities["JAM"].post(f"{found.round_path}/designations", named), 201)["id"]
        chosen = {"designations": [found.designations["CHL"], made]}
        ok(await officer.post(f"{found.path}/assignments", chosen), 201)
        voice = ok(await officer.get(f"{found.path}/assignments"))["assignments"][-1]["id"]
        passed = {"designation": found.designations["JAM"], "reason": "Ill."}
        ok(await officer.post(f"{found.path}/assignments/{voice}/substitute", passed))
        await found.move(officer, "open_review")
        await found.to(stage)
    return found, ended


async def known(found: Road, spare: Caller) -> dict[str, str]:
    """What the addresses name, where it is there."""
    officer = found.cast.officer
    told = {
        "evaluation": found.evaluations["BRB"], "round": found.round, "cycle": found.cycle, "mechanism": "mem",
        "plan": "hemispheric-2016-2020", "question": "is_1_1", "person": str(spare.person_id),
        "token": spare.token.split("_")[1], "assignment": UNKNOWN, "evidence": UNKNOWN, "recommendation": UNKNOWN,
        "name": "hearing", "opening": UNKNOWN, "unit": "ZZ-1",
    }  # fmt: skip
    with found.api.house.database.read() as connection:
        told["role"] = str(_role(connection, spare))
    for name, noun in (("assignment", "assignments"), ("evidence", "evidence"), ("recommendation", "recommendations")):
        listed = ok(await officer.get(f"{found.path}/{noun}"))[noun]
        told[name] = listed[-1]["id"] if listed else told[name]
    planned = {"kind": "commission_session", "title": "x", "held_on": "2999-01-01"}
    told["occasion"] = ok(await officer.post(f"{found.round_path}/occasions", planned), 201)["id"]
    declared = {"person": str(found.cast.experts["PER"].person_id), "state": "JAM", "reason": "x"}
    told["conflict"] = ok(await officer.post(f"{found.round_path}/conflicts", declared), 201)["id"]
    lifting = await officer.post(f"{V1}/conflicts/{told['conflict']}/lift", {"reason": "x"})
    told["approval"] = ok(lifting, 202)["id"]
    with found.api.house.database.write() as connection:
        make_checkpoint(Work(connection, now()), found.api.house.key)
    return told


def operations(app: FastAPI) -> list[tuple[str, str, str]]:
    """Operation, verb and path of every operation that is described."""
    paths: Mapping[str, Mapping[str, Any]] = app.openapi()["paths"]
    return [(one["operationId"], verb, path) for path, verbs in paths.items() for verb, one in verbs.items()]


async def ask(caller: Caller, operation: str, verb: str, path: str) -> httpx.Response:
    headers: dict[str, str] = {"Idempotency-Key": uuid.uuid4().hex, "If-Match": '"v1"'}
    if operation in ("give_answer", "declare"):
        headers = {"If-None-Match": "*"}
    if operation == "attach_file":
        more: dict[str, Any] = {"content": b"x", "params": {"title": "x", "unit": "ZZ-1", "file_name": "x.txt"}}
        headers["Content-Type"] = "text/plain"
    else:
        more = {"json": BODIES[operation]} if operation in BODIES else {}
    if operation == "candidates":
        more["params"] = {"state": "BRB"}
    if operation in ("designate", "declare_conflict"):
        more["json"] = {**BODIES[operation], "person": str(caller.person_id)}
    sent: dict[str, str | None] = {**headers, **({} if caller.token else {"Authorization": None})}
    return await caller.send(verb.upper(), path, {}, headers=sent, **more)


def told(response: httpx.Response) -> str:
    return str(response.status_code) if response.status_code in (401, 403, 404) else "may"


def test_every_operation_is_in_the_table_and_nothing_else(app: FastAPI) -> None:
    named = {operation for operation, _, _ in operations(app)}
    assert named == RULE_OF.keys() | FREE.keys() | HIDDEN.keys()
    assert set(MEMBERS) < set(WHO)


@pytest.mark.parametrize("stage", STAGES)
async def test_everybody_is_answered_in_every_stage_as_the_table_says(app: FastAPI, api: Api, stage: str) -> None:
    found, ended = await stand(api, stage)
    there, callers = await known(found, person(api, "auditor")), everybody(found, ended)
    for who in MEMBERS:  # the list of evaluations holds just those of which one may know
        listed = ok(await callers[who].get(f"{found.round_path}/evaluations"))["evaluations"]
        knows = expected("evaluation", who, stage) == "may"
        assert (found.evaluations["BRB"] in {one["id"] for one in listed}) == knows, WHO[who]
    wrong = []
    for operation, verb, path in operations(app):
        names = {"round": found.code, "cycle": "main", "state": "BRB"} if "/published/" in path else there
        for who, caller in callers.items():
            answer = await ask(caller, operation, verb, path.format(**names))
            assert answer.status_code < 500
            if told(answer) != expected(operation, who, stage):
                wrong.append(f"{operation}, {WHO[who]}: {told(answer)}, not {expected(operation, who, stage)}")
    assert not wrong, "\n".join(wrong)
