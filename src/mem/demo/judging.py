"""How do experts judge, conclude, and answer the country? Deterministic and synthetic, from what they may read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from mem.client import Caller, Problem
from mem.demo.stage import Evaluation, Persona, Stage

Task = Mapping[str, Any]
DISPOSITIONS = ("accepted", "partly_accepted", "not_accepted")


def assign_experts(stage: Stage, persona: Persona, evaluation: Evaluation, task: Task) -> None:
    """Experts of the states that follow in the list: everybody judges as many as judge it, and never itself."""
    others = [evaluation_.state for evaluation_ in stage.evaluations if evaluation_.state in stage.designations]
    at = others.index(evaluation.state)
    chosen = [others[(at + step) % len(others)] for step in range(1, task["number"] + 1)]
    body = {"designations": [stage.designations[state] for state in chosen]}
    persona.caller.post(f"{evaluation.path}/assignments", body)


def try_own_country(stage: Stage, persona: Persona, evaluation: Evaluation, task: Task) -> None:
    """The state's own expert tries to read and to write on it. Raises unless both are refused."""
    if evaluation.number >= task["states"]:
        return
    own = next(one for one in stage.everybody(persona.role) if one.state == evaluation.state)
    finding = {"unit": "X-1.1", "text": {"en": "Synthetic"}, "rating": "x", "citations": []}
    attempts: list[Callable[[], Any]] = [
        lambda: own.caller.get(f"{evaluation.path}/answers"),
        lambda: own.caller.get(f"{evaluation.path}/findings"),
        lambda: own.caller.post(f"{evaluation.path}/findings", {"findings": [finding]}),
    ]
    for attempt in attempts:
        try:
            attempt()
        except Problem as refusal:
            if refusal.status not in (403, 404):
                raise
            stage.count("refused", 1, evaluation.state)
        else:
            raise RuntimeError(f"an expert reached the own country {evaluation.state}")


def write_findings(stage: Stage, persona: Persona, evaluation: Evaluation, task: Task) -> None:
    """Every assigned expert writes findings on its own, in bulk by parent, and hands in."""
    for one in _assigned(stage, persona.role, evaluation):
        method = one.caller.get(f"{evaluation.path}/method")
        material = _Material(one.caller, evaluation)
        rated = [unit for unit in method["units"] if unit["rated"]]
        for _, group in groupby(rated, key=lambda unit: unit["parents"][-1:]):
            findings = [_finding(stage, one, evaluation, unit["code"], method["scale"], material) for unit in group]
            one.caller.post(f"{evaluation.path}/findings", {"findings": findings})
            stage.count("findings", len(findings), evaluation.state)
        one.caller.post(f"{evaluation.path}/findings/hand-in")


def conclude(stage: Stage, persona: Persona, evaluation: Evaluation, task: Task) -> None:
    """One conclusion a unit from the experts' findings: that of the first of them."""
    caller, rules = persona.caller, stage.script["inventions"]
    scale = {value["code"]: value for value in caller.get(f"{evaluation.path}/method")["scale"]}
    findings = caller.get(f"{evaluation.path}/findings")["findings"]
    by_unit: dict[str, list[dict[str, Any]]] = {}
    for finding in findings:
        by_unit.setdefault(finding["unit"], []).append(finding)
    conclusions = []
    for unit, found in by_unit.items():
        first = found[0]
        demanded = scale[first["rating"]]["demands_recommendation"]
        recommendation = {rules["language"]: rules["recommendation"].format(unit=unit)}
        conclusions.append(
            {
                "unit": unit,
                "text": first["text"],
                "rating": first["rating"],
                "citations": first["citations"],
                "base": 0,
                "recommendation": recommendation if demanded else None,
            }
        )
    for _, group in groupby(conclusions, key=lambda one: str(one["unit"]).rpartition(".")[0]):
        caller.post(f"{evaluation.path}/conclusions", {"conclusions": list(group)})
    stage.count("ratings", len(conclusions), evaluation.state)


def speak(stage: Stage, persona: Persona, evaluation: Evaluation, task: Task) -> None:
    """Every assigned expert agrees to the conclusions; now and then, where it found otherwise, it dissents."""
    rules = stage.script["inventions"]
    for one in _assigned(stage, persona.role, evaluation):
        found = {
            finding["unit"]: finding["rating"]
            for finding in one.caller.get(f"{evaluation.path}/findings")["findings"]
            if finding["expert_state"] == one.state
        }
        stances = []
        for concluded in one.caller.get(f"{evaluation.path}/conclusions")["conclusions"]:
            unit, chance = concluded["unit"], stage.chance("dissent", evaluation.state, concluded["unit"], one.state)
            dissents = found[unit] != concluded["rating"] and chance.random() < task["dissent"]
            said = {"dissent": {rules["language"]: rules["dissent"]}} if dissents else {}
            stances.append({"unit": unit, "version": concluded["version"], **said})
        one.caller.post(f"{evaluation.path}/conclusions/voice", {"stances": stances})
        stage.count("dissents", sum("dissent" in said for said in stances), evaluation.state)


def comment(stage: Stage, persona: Persona, evaluation: Evaluation, task: Task) -> None:
    """The country comments on some paragraphs, and on ratings where the paragraph holds one."""
    rules = stage.script["inventions"]
    paragraphs = persona.caller.get(f"{evaluation.path}/report")["paragraphs"]
    open_to_comment = [paragraph for paragraph in paragraphs if paragraph["block"] in task["on"]]
    chosen = stage.chance("comment", evaluation.state).sample(open_to_comment, task["number"])
    comments = [
        {
            "paragraph": paragraph["key"],
            "about": "rating" if paragraph["rating"] else "paragraph",
            "text": rules["comment_rating" if paragraph["rating"] else "comment"],
        }
        for paragraph in chosen
    ]
    persona.caller.post(f"{evaluation.path}/comments", {"comments": comments})
    stage.count("comments", len(comments), evaluation.state)


def respond(stage: Stage, persona: Persona, evaluation: Evaluation, task: Task) -> None:
    """Every comment gets its answer: accepted, partly, or not, in turn."""
    caller = persona.caller
    scale = caller.get(f"{evaluation.path}/method")["scale"]
    comments = [one for one in caller.get(f"{evaluation.path}/comments")["comments"] if one["disposition"] is None]
    responses = [
        _response(stage, one, DISPOSITIONS[number % len(DISPOSITIONS)], scale) for number, one in enumerate(comments)
    ]
    if responses:
        caller.post(f"{evaluation.path}/responses", {"responses": responses})
    stage.count("responses", len(responses), evaluation.state)


def _assigned(stage: Stage, role: str, evaluation: Evaluation) -> list[Persona]:
    """Those who have a voice on an evaluation."""
    observer = stage.one(stage.script["observer"])
    assert observer is not None
    assigned = {one["person_id"] for one in observer.caller.get(f"{evaluation.path}/assignments")["assignments"]}
    return [one for one in stage.everybody(role) if one.person in assigned]


def record_occasion(stage: Stage, persona: Persona, evaluation: Evaluation, task: Task) -> None:
    """Record the dated session that is held today, once a day."""
    with stage.lock:
        today = datetime.now(UTC).date().isoformat()
        if today not in stage.occasions:
            body = {"kind": task["kind"], "title": task["title"], "held_on": today}
            stage.occasions[today] = persona.caller.post(f"/rounds/{stage.round['id']}/occasions", body)["id"]


class _Material:
    """What an expert may cite: answers and evidence by unit, and how much was answered with yes."""

    def __init__(self, caller: Caller, evaluation: Evaluation) -> None:
        questions = caller.get(f"{evaluation.path}/questionnaire")["questions"]
        answers = {one["question"]: one for one in caller.get(f"{evaluation.path}/answers")["answers"]}
        self.answers: dict[str, list[dict[str, Any]]] = {}
        for question in questions:
            for unit in question["units"]:
                if question["key"] in answers:
                    self.answers.setdefault(unit, []).append(answers[question["key"]])
        self.evidence: dict[str, list[str]] = {}
        for piece in caller.get(f"{evaluation.path}/evidence")["evidence"]:
            for unit in piece["units"]:
                self.evidence.setdefault(unit, []).append(piece["id"])

    def share(self, unit: str) -> float:
        values = [one["value"] for one in self.answers.get(unit, [])]
        return sum(value not in (None, False) for value in values) / len(values) if values else 0.0

    def citations(self, unit: str) -> list[dict[str, Any]]:
        cited: list[dict[str, Any]] = [
            {"answer": one["question"], "version": one["version"]} for one in self.answers.get(unit, [])[:3]
        ]
        return cited + [{"evidence": one} for one in self.evidence.get(unit, [])[:2]]


def _finding(
    stage: Stage,
    persona: Persona,
    evaluation: Evaluation,
    unit: str,
    scale: Sequence[Mapping[str, Any]],
    material: _Material,
) -> dict[str, Any]:
    rules = stage.script["inventions"]
    ranked = sorted((value for value in scale if value["rank"] is not None), key=lambda value: int(value["rank"]))
    chance = stage.chance("finding", evaluation.state, unit, persona.state)
    at = round(material.share(unit) * (len(ranked) - 1)) - (chance.random() < 0.3)
    value = ranked[max(0, min(at, len(ranked) - 1))]
    third = 3 * max(at, 0) // len(ranked)
    text = rules["finding"][("low", "middle", "high")[min(third, 2)]]
    return {
        "unit": unit,
        "text": {rules["language"]: text},
        "rating": value["code"],
        "citations": material.citations(unit),
        "base": 0,
    }


def _response(
    stage: Stage, comment: Mapping[str, Any], disposition: str, scale: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    rules = stage.script["inventions"]
    changed: dict[str, Any] = {}
    if disposition != "not_accepted" and comment["about"] == "rating":
        milder = [value["code"] for value in scale if value["rank"] is not None and not value["demands_recommendation"]]
        changed = {"changed_rating": milder[-1]}
    elif disposition != "not_accepted":
        changed = {"changed_text": {rules["language"]: rules["changed"]}}
    return {"comment": comment["id"], "disposition": disposition, "reason": rules["response_reason"], **changed}
