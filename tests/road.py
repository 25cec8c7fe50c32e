"""How does a test get somewhere on the road? By HTTP alone: a round of three states, and Barbados' evaluation in it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from tests.callers import Api, Caller, person

V1 = "/api/v1"
STATES = ("BRB", "CHL", "JAM")
ASSIGNED = ("CHL", "JAM")
UNINVOLVED = "PER"
EXCLUDED = {**dict.fromkeys(("DR", "SR", "CM", "IC"), "Judged in another cycle."), "IS-7": "No longer asked."}
STAGES = (
    "enrolled", "answering", "compilation", "review", "consolidation", "country_comment", "revision",
    "before_commission", "approved", "published",
)  # fmt: skip


def ok(response: httpx.Response, status: int = 200) -> Any:
    """What a success said."""
    assert response.status_code == status, f"{response.request.url}: {response.status_code} {response.text}"
    return response.json()


def refused(response: httpx.Response, status: int) -> dict[str, Any]:
    """What a problem said, which has a form of its own."""
    assert response.status_code == status, f"{response.request.url}: {response.status_code} {response.text}"
    assert response.headers["content-type"] == "application/problem+json"
    return dict(response.json())


def place(reason: Mapping[str, Any]) -> str | None:
    """Where in the body a reason points, or else what it is about."""
    where, about = reason["where"], reason["about"]
    assert where is None or about is None
    assert where in (None, "") or where[0] == "/", "a JSON pointer"
    found: str | None = about if where is None else where
    return found


def codes(problem: Mapping[str, Any]) -> set[str]:
    return {one["code"] for one in problem["errors"]}


@dataclass(frozen=True)
class Cast:
    """A person for each role. Entities and experts by state; one expert and the coordinator are of other states."""

    officer: Caller
    deputy: Caller
    entities: Mapping[str, Caller]
    experts: Mapping[str, Caller]
    contributor: Caller
    coordinator: Caller
    commission: Caller
    auditor: Caller

    @property
    def entity(self) -> Caller:
        return self.entities["BRB"]


def cast(api: Api) -> Cast:
    entities = {state: person(api, "national_coordinating_entity", state) for state in STATES}
    experts = {state: person(api, "expert", state) for state in (*STATES, UNINVOLVED)}
    others = (("ministry_contributor", "BRB"), ("coordinator", "USA"), ("commission", None), ("auditor", None))
    return Cast(
        person(api, "mem_unit"),
        person(api, "mem_unit"),
        entities,
        experts,
        *(person(api, role, state) for role, state in others),
    )


@dataclass(frozen=True)
class Road:
    """A round and who acts in it; `to` drives Barbados' evaluation to a stage, the other methods are its steps."""

    api: Api
    cast: Cast
    code: str
    round: str
    cycle: str
    evaluations: Mapping[str, str]
    designations: dict[str, str]

    @property
    def round_path(self) -> str:
        return f"{V1}/rounds/{self.round}"

    @property
    def path(self) -> str:
        return f"{V1}/evaluations/{self.evaluations['BRB']}"

    @property
    def public_path(self) -> str:
        return f"{V1}/published/{self.code}/main/BRB"

    async def stage(self) -> str:
        return str(ok(await self.cast.officer.get(self.path))["stage"])

    async def to(self, stage: str) -> Road:
        """Drive Barbados' evaluation on to this stage."""
        assert stage in STAGES, f"no stage '{stage}' on the road of these tests"
        here = STAGES.index(await self.stage())
        steps: list[Callable[[], Coroutine[Any, Any, object]]] = [
            self.issue, self.submit, self.open_review, self.assess, self.send_draft, self.return_comments,
            self.finalise, self.approve, self.publish,
        ]  # fmt: skip
        for step in steps[here : STAGES.index(stage)]:
            await step()
        assert await self.stage() == stage
        return self

    async def move(self, caller: Caller, trigger: str, **payload: Any) -> dict[str, Any]:
        """Fire a trigger on Barbados' evaluation."""
        return dict(ok(await caller.fire(self.path, trigger, **payload)))

    async def blockers(self, caller: Caller, trigger: str) -> list[tuple[str, str | None]]:
        """What stands against a trigger on Barbados' evaluation: code and place of each."""
        ways = {way["trigger"]: way for way in ok(await caller.get(f"{self.path}/transitions"))["transitions"]}
        return [(one["code"], place(one)) for one in ways[trigger]["blockers"]]

    async def call(self) -> None:
        """The round calls for experts, unless it has."""
        if ok(await self.cast.officer.get(self.round_path))["stage"] == "preparation":
            ok(await self.cast.officer.fire(self.round_path, "call_for_experts"))

    async def issue(self) -> None:
        """Every state names its expert, and the questionnaire goes out."""
        await self.call()
        for state in STATES:
            body = {"state": state, "person": str(self.cast.experts[state].person_id), "rank": "principal"}
            made = ok(await self.cast.entities[state].post(f"{self.round_path}/designations", body), 201)
            self.designations[state] = made["id"]
        ok(await self.cast.officer.fire(self.round_path, "issue_questionnaire"))

    async def answer_all(self) -> int:
        """Attach a link that supports every judged unit, and answer until the server misses nothing; how many."""
        entity, given = self.cast.entity, 0
        link = {"title": "Strategy", "url": "https://example.org/strategy.pdf", "units": await self.rated()}
        evidence = ok(await entity.post(f"{self.path}/evidence/links", {"links": [link]}), 201)["ids"][0]
        form = ok(await entity.get(f"{self.path}/questionnaire"))
        by_key = {question["key"]: question for question in form["questions"]}
        while missing := await self.blockers(entity, "submit_answers"):
            keys = [str(where).split()[-1] for _, where in missing]
            answers = [{"question": key, "value": value_for(by_key[key], form["years"], evidence)} for key in keys]
            ok(await entity.post(f"{self.path}/answers", {"answers": answers}))
            given += len(answers)
        return given

    async def submit(self) -> None:
        await self.answer_all()
        await self.move(self.cast.entity, "submit_answers")

    async def assign(self, *states: str) -> None:
        chosen = [self.designations[state] for state in states]
        ok(await self.cast.officer.post(f"{self.path}/assignments", {"designations": chosen}), 201)

    async def open_review(self) -> None:
        await self.assign(*ASSIGNED)
        await self.move(self.cast.officer, "open_review")

    async def rated(self) -> list[str]:
        units = ok(await self.cast.officer.get(f"{self.path}/method"))["units"]
        return [unit["code"] for unit in units if unit["rated"]]

    async def judgements(self, caller: Caller, said: str) -> list[dict[str, Any]]:
        """A judgement on each unit, citing what there is: ratings over the whole scale, the lowest first."""
        scale = ok(await caller.get(f"{self.path}/method"))["scale"]
        questions = ok(await caller.get(f"{self.path}/questionnaire"))["questions"]
        answers = {one["question"]: one["version"] for one in ok(await caller.get(f"{self.path}/answers"))["answers"]}
        evidence = ok(await caller.get(f"{self.path}/evidence"))["evidence"][0]["id"]
        made = []
        for number, unit in enumerate(await self.rated(), start=1):
            about = [one["key"] for one in questions if unit in one["units"] and one["key"] in answers]
            cited: list[dict[str, Any]] = [{"answer": key, "version": answers[key]} for key in about[:2]]
            judged = {"unit": unit, "text": {"en": f"{said} on {unit}."}, "rating": scale[-number % len(scale)]["code"]}
            made.append({**judged, "citations": [*cited, {"evidence": evidence}]})
        return made

    async def assess_as(self, state: str) -> None:
        """The expert of this state writes a finding on each unit and hands in."""
        expert = self.cast.experts[state]
        findings = await self.judgements(expert, f"Found by {state}")
        ok(await expert.post(f"{self.path}/findings", {"findings": findings}))
        ok(await expert.post(f"{self.path}/findings/hand-in"))

    async def assess(self) -> None:
        for state in ASSIGNED:
            await self.assess_as(state)
        await self.move(self.cast.coordinator, "open_consolidation")

    async def conclude(self) -> None:
        """A conclusion on each unit, with a recommendation wherever one is demanded; Jamaica dissents on the first."""
        conclusions = await self.judgements(self.cast.coordinator, "Concluded")
        for one in conclusions:
            if one["rating"] in ("not_started", "started"):
                one["recommendation"] = {"en": f"Do more on {one['unit']}."}
        ok(await self.cast.coordinator.post(f"{self.path}/conclusions", {"conclusions": conclusions}))
        await self.speak("CHL")
        await self.speak("JAM", {conclusions[0]["unit"]: {"en": "JAM differs."}})

    async def speak(self, state: str, dissents: Mapping[str, Any] | None = None) -> None:
        """The voice of a state speaks to every conclusion as it stands: it agrees, but for these units."""
        expert, path = self.cast.experts[state], f"{self.path}/conclusions"
        stances = [
            {"unit": one["unit"], "version": one["version"], "dissent": (dissents or {}).get(one["unit"])}
            for one in ok(await expert.get(path))["conclusions"]
        ]
        ok(await expert.post(f"{path}/voice", {"stances": stances}))

    async def send_draft(self) -> None:
        await self.conclude()
        await self.move(self.cast.coordinator, "send_draft")

    async def comment(self) -> list[str]:
        """The country comments on a finding, on a rating, and on another finding; the ids."""
        on = [("IS-1.1/finding", "paragraph"), ("IS-1.2/rating", "rating"), ("IS-1.3/finding", "paragraph")]
        comments = [{"paragraph": key, "about": about, "text": f"Not so: {key}."} for key, about in on]
        return list(ok(await self.cast.entity.post(f"{self.path}/comments", {"comments": comments}), 201)["ids"])

    async def return_comments(self) -> None:
        await self.comment()
        await self.move(self.cast.entity, "return_comments")

    async def respond(self) -> None:
        """The first comment changes a text, the second a rating, the third nothing."""
        asked = [one["id"] for one in ok(await self.cast.entity.get(f"{self.path}/comments"))["comments"]]
        changes: list[dict[str, Any]] = [
            {"disposition": "accepted", "changed_text": {"en": "The decree was found."}},
            {"disposition": "partly_accepted", "changed_rating": "completed"},
            {"disposition": "not_accepted"},
        ]
        answers = [{"comment": one, "reason": "Considered.", **how} for one, how in zip(asked, changes, strict=True)]
        ok(await self.cast.experts["CHL"].post(f"{self.path}/responses", {"responses": answers}), 201)

    async def finalise(self) -> None:
        await self.respond()
        await self.move(self.cast.coordinator, "finalise")

    async def session(self, held_on: str = "") -> str:
        """A session of the Commission, today unless another day is said."""
        day = held_on or str(datetime.now(UTC).date())
        body = {"kind": "commission_session", "title": "62nd session", "held_on": day}
        return str(ok(await self.cast.officer.post(f"{self.round_path}/occasions", body), 201)["id"])

    async def approve(self) -> None:
        await self.move(self.cast.commission, "approve", occasion=await self.session())

    async def publish(self) -> None:
        await self.both(self.cast.officer, self.cast.deputy, "publish")

    async def both(self, first: Caller, second: Caller, trigger: str, **payload: Any) -> dict[str, Any]:
        """Two persons fire a trigger together on Barbados' evaluation: one asks, the other approves."""
        asked = ok(await first.fire(self.path, trigger, **payload), 202)
        return dict(ok(await second.post(f"{V1}/approvals/{asked['id']}/second")))


async def road(api: Api, stage: str = "enrolled", code: str = "r-1", players: Cast | None = None) -> Road:
    """A round of three states on one area without its seventh objective, with Barbados' evaluation at a stage."""
    who = players or cast(api)
    excluded = [{"unit": unit, "reason": reason} for unit, reason in EXCLUDED.items()]
    cycle = {"kind": "evaluation", "code": "main", "title": "Institutional strengthening", "excluded": excluded}
    body = {"mechanism": "mem", "code": code, "title": "A test round", "synthetic": True, "cycles": [cycle]}
    opened = ok(await who.officer.post(f"{V1}/rounds", body), 201)
    cycle_id = opened["cycles"][0]["id"]
    ids = ok(await who.officer.post(f"{V1}/cycles/{cycle_id}/evaluations", {"states": list(STATES)}), 201)["ids"]
    return await Road(api, who, code, opened["id"], cycle_id, dict(zip(STATES, ids, strict=True)), {}).to(stage)


def value_for(question: Mapping[str, Any], years: list[int], evidence: str) -> Any:
    """A simple answer that fits a question."""
    choices, rows = ([option["code"] for option in question[key]] for key in ("choices", "rows"))
    table = {row: {str(year): 7 for year in years} for row in rows}
    law = {"title": "Drug Act", "number": "12", "date": "2015-04-30", "link": None}
    return {
        "yes_no": True, "text": f"Answer to {question['key']}", "integer": 3, "year": years[0],
        "single_choice": next(iter(choices), None), "multi_choice": choices[:1], "table_by_year": table,
        "legal_instrument": law, "document": [evidence],
    }[question["type"]]  # fmt: skip
