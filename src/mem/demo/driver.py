"""How does the demo drive a round? It does the work the script names for a stage, asks what is possible, and fires."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from mem.client import Caller
from mem.demo.answering import answer_questionnaire, attach_evidence
from mem.demo.cast import hire
from mem.demo.judging import (
    assign_experts,
    comment,
    conclude,
    record_occasion,
    respond,
    speak,
    try_own_country,
    write_findings,
)
from mem.demo.stage import Evaluation, Persona, Stage

Task = Mapping[str, Any]
Progress = Callable[[str, str, str], None]
"""Called with the workflow, the stage that was left, and the state (or "")."""

ON_EVALUATIONS: dict[str, Callable[[Stage, Persona, Evaluation, Task], None]] = {
    "attach_evidence": attach_evidence,
    "answer_questionnaire": answer_questionnaire,
    "assign_experts": assign_experts,
    "try_own_country": try_own_country,
    "write_findings": write_findings,
    "conclude": conclude,
    "comment": comment,
    "speak": speak,
    "respond": respond,
    "record_occasion": record_occasion,
}
WORKERS = 6


class Stuck(RuntimeError):
    """Nothing is possible, and the road is not at its end; the message names every blocker."""


def set_up(script: Mapping[str, Any], mechanism: str, first: Caller, seed: int | None, states: int | None) -> Stage:
    """Choose the states, hire the personas and open the round."""
    found = first.get(f"/mechanisms/{mechanism}")
    day = str(script["round"].get("members_on") or datetime.now(UTC).date())
    on_that_day = [one for one in found["members"] if one["since"] <= day < (one["until"] or "9999")]
    members = [member["code"] for member in on_that_day][: states or None]
    absent = script.get("not_participating", {})
    number = absent.get("number", 0) if len(members) >= absent.get("at_least_states", 1) else 0
    stage = Stage(script, found, script["seed"] if seed is None else seed, members, frozenset())
    stage.absent = frozenset(stage.chance("absent").sample(members, number))
    hire(stage, first)
    body = {"mechanism": mechanism, "synthetic": True, **script["round"]}
    observer = stage.one(script["observer"])
    assert observer is not None
    stage.round = observer.caller.post("/rounds", body)
    return stage


def run(stage: Stage, progress: Progress) -> None:
    """Drive the round until its script stops; the evaluations run side by side where the round waits for them."""
    name = stage.round["id"]
    path, done = f"/rounds/{name}", ""
    stops = stage.script.get("stop", {}).get("round", [])
    observer = stage.one(stage.script["observer"])
    assert observer is not None
    workflow = _workflow(stage, "round")
    while True:
        view = observer.caller.get(f"{path}/transitions")
        if view["final"] or view["stage"] in stops:
            return
        if view["stage"] != done:
            done = view["stage"]
            for task in stage.script["work"].get(workflow, {}).get(done, []):
                ON_ROUNDS[task["do"]](stage, task)
        if _step(stage, path, None, view):
            progress(workflow, done, "")
        elif not _evaluate(stage, progress):
            raise Stuck(_why(path, observer.caller.get(f"{path}/transitions")))


def _evaluate(stage: Stage, progress: Progress) -> bool:
    """Drive every evaluation to its end; False when there was nothing left to drive."""
    observer = stage.one(stage.script["observer"])
    assert observer is not None
    listed = observer.caller.get(f"/rounds/{stage.round['id']}/evaluations")["evaluations"]
    before = {row["id"]: row["version"] for row in listed}
    with ThreadPoolExecutor(WORKERS) as pool:
        for future in [pool.submit(_drive, stage, one, progress) for one in stage.evaluations]:
            future.result()
    listed = observer.caller.get(f"/rounds/{stage.round['id']}/evaluations")["evaluations"]
    return any(before[row["id"]] != row["version"] for row in listed)


def _drive(stage: Stage, evaluation: Evaluation, progress: Progress) -> None:
    observer = stage.one(stage.script["observer"])
    assert observer is not None
    workflow, done = _workflow(stage, "country_evaluation"), ""
    while True:
        view = observer.caller.get(f"{evaluation.path}/transitions")
        if view["final"]:
            return
        if view["stage"] != done:
            done = view["stage"]
            for task in stage.script["work"].get(workflow, {}).get(done, []):
                persona = stage.one(task["as"], evaluation.state)
                if persona is not None:
                    ON_EVALUATIONS[task["do"]](stage, persona, evaluation, task)
        if not _step(stage, evaluation.path, evaluation.state, view):
            raise Stuck(_why(evaluation.state, observer.caller.get(f"{evaluation.path}/transitions")))
        progress(workflow, done, evaluation.state)


def _step(stage: Stage, path: str, state: str | None, seen: Mapping[str, Any]) -> bool:
    """Fire the first of the triggers seen that leads on and is open to one of those who may fire it; whether there was
    one."""
    for wanted in seen["transitions"]:
        if wanted["trigger"] in stage.script.get("avoid", []) or wanted["to"] == seen["stage"]:
            continue
        for role in wanted["by"]:
            persona = stage.one(role, state)
            if persona is None:
                continue
            view = persona.caller.get(f"{path}/transitions")
            mine = next((one for one in view["transitions"] if one["trigger"] == wanted["trigger"]), None)
            if mine is not None and mine["is_open"]:
                payload = _payload(stage, mine["needs"])
                done = persona.caller.fire(path, wanted["trigger"], view["version"], **payload)
                if mine["second"]:
                    _second(stage, persona, mine["second"], state, done["id"])
                return True
    return False


def _second(stage: Stage, first: Persona, roles: Sequence[str], state: str | None, approval: str) -> None:
    """Another person approves what takes two. Raises `Stuck` where nobody else plays one of these roles."""
    for role in roles:
        for persona in stage.everybody(role):
            if persona is not first and (state is None or persona.state != state):
                persona.caller.post(f"/approvals/{approval}/second")
                return
    raise Stuck(f"it takes two persons, and nobody else plays {' or '.join(roles)}")


def _payload(stage: Stage, needs: Sequence[str]) -> dict[str, Any]:
    offered = {
        "reason": "Synthetic reason.",
        "occasion": next(reversed(stage.occasions.values()), None),
    }
    return {need: offered[need] for need in needs}


def enrol_states(stage: Stage, task: Task) -> None:
    """Enrol every state in every cycle; those that do not take part say so at once."""
    persona = stage.one(task["as"])
    assert persona is not None
    for cycle in stage.round["cycles"]:
        ids = persona.caller.post(f"/cycles/{cycle['id']}/evaluations", {"states": list(stage.states)})["ids"]
        present = 0
        for state, evaluation_id in zip(stage.states, ids, strict=True):
            if state in stage.absent:
                how = stage.script["not_participating"]
                officer = stage.one(how["as"], state)
                assert officer is not None
                officer.caller.fire(f"/evaluations/{evaluation_id}", how["trigger"], 1, reason=how["reason"])
            else:
                stage.evaluations.append(Evaluation(evaluation_id, state, present))
                present += 1


def designate_experts(stage: Stage, task: Task) -> None:
    """Each participating state names its experts."""
    for role, how in stage.script["personas"].items():
        if "designated_as" not in how:
            continue
        for expert in stage.everybody(role):
            entity = stage.one(task["as"], expert.state)
            if entity is None or expert.state is None or expert.state in stage.absent:
                continue
            body = {"state": expert.state, "person": expert.person, "rank": how["designated_as"]}
            made = entity.caller.post(f"/rounds/{stage.round['id']}/designations", body)
            stage.designations[expert.state] = made["id"]


ON_ROUNDS: dict[str, Callable[[Stage, Task], None]] = {
    "enrol_states": enrol_states,
    "designate_experts": designate_experts,
}


def results(stage: Stage, first: Caller, seconds: float) -> dict[str, Any]:
    """What the round left, read back from the server."""
    observer = stage.one(stage.script["observer"])
    assert observer is not None
    published = [one for one in first.get("/published")["reports"] if one["round_code"] == stage.round["code"]]
    recommendations = sum(
        len(observer.caller.get(f"{one.path}/recommendations")["recommendations"]) for one in stage.evaluations
    )
    units = observer.caller.get(f"{stage.evaluations[0].path}/method")["units"]
    return {
        "states": len(stage.states),
        "published": len(published),
        "not_participating": len(stage.absent),
        "actions_evaluated": sum(unit["rated"] for unit in units),
        **{
            what: stage.counted[what]
            for what in ("answers", "evidence", "findings", "ratings", "comments", "responses")
        },
        "recommendations": recommendations,
        "refused": stage.counted["refused"],
        "seconds": round(seconds, 1),
    }


def _workflow(stage: Stage, subject: str) -> str:
    """The workflow that moves this kind of subject in the script's first cycle."""
    if subject == "country_evaluation":
        kind = stage.script["round"]["cycles"][0]["kind"]
        return str(stage.mechanism["cycles"][kind]["workflow"])
    return next(str(name) for name, road in stage.mechanism["workflows"].items() if road["subject"] == subject)


def _why(what: str, view: Mapping[str, Any]) -> str:
    against = [
        f"{one['trigger']}: " + "; ".join(f"{b['message']} {b['about'] or ''}".strip() for b in one["blockers"][:5])
        for one in view["transitions"]
    ]
    return f"{what} stands in '{view['stage']}' and nothing is possible: " + " | ".join(against)
