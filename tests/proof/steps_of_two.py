"""What is tried where an act takes two persons (approve, withdraw) and on conflicts (declare, ask to lift)?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.proof.model import Model, Person
from tests.proof.road_as_read import COORDINATOR, EXPERT, STATES, UNIT
from tests.proof.steps import DONE, Play, Step, ask, step, unmet, waits

from mem.core.work import Work
from mem.people.policy import Actor
from mem.process.approving import second, take_back
from mem.recommendations.service import issued
from mem.rounds.conflicts import ask_to_lift, declare

LIFT, ELSEWHERE = "lift_conflict", UUID(int=7)
Foreseen = tuple[str | None, frozenset[str] | None]
"""The code of a refusal, and those of its reasons where they are foreseen."""


def second_one(play: Play, one: UUID | None = None) -> Step:
    """What one asked for is approved by another: it happens, once, if it still could."""
    model, one = play.model, one or _some(play)
    row = model.rows["approval"].get((one,))
    able = [each for each in play.model.people if row and each.id != row["asked_by"] and _able(model, each, row)]
    asker = [each for each in play.model.people if row and each.id == row["asked_by"]]
    who = play.often(play.chance.choice(able or model.people), play.chance.choice([play.anybody(), *asker]))
    refusal, reasons = _settling(model, who, row)
    publishes = row is not None and row["content"].get("trigger") == "publish"

    def act(work: Work, actor: Actor) -> Any:
        done = second(work, actor, one)
        return [found.id for found in issued(work, done.subject_id)] if publishes else ()

    def then(came: Any) -> None:
        assert row is not None
        row.update(outcome="given", settled_by=who.id, settled_at=model.now)
        told = {"approval": str(one), "act": row["act"], "subject": str(row["subject_id"])}
        model.said(row["chain_id"], "approval_given", who.id, **told, asked_by=str(row["asked_by"]))
        if row["act"] == LIFT:
            _lifted(model, one, row, who)
            return
        content, position = row["content"], row["subject_id"]
        occasion = None if content["occasion"] is None else UUID(content["occasion"])
        model.move(position, content["trigger"], who.id, content["reason"], occasion, one)
        for made, unit in zip(came, model.recommended(position), strict=True) if publishes else ():
            _recommend(model, position, made, unit, who.id)

    name = "approve" if row is None else f"approve {row['content'].get('trigger', 'a lift')}"
    return Step(name, who, act, frozenset({refusal or DONE}), reasons, then)


def withdraw_one(play: Play) -> Step:
    """Who asked takes it back, once; nobody else does."""
    model, one = play.model, _some(play)
    row = model.rows["approval"].get((one,))
    asker = [each for each in model.people if row and each.id == row["asked_by"]]
    who = play.often(play.chance.choice(asker or model.people), play.anybody())
    refusal = "not_found" if row is None or row["asked_by"] != who.id else None
    if not model.grants(who.id):
        refusal = "not_allowed"
    elif refusal is None and row is not None and row["outcome"] is not None:
        refusal = "settled_already"

    def then(_: Any) -> None:
        assert row is not None
        row.update(outcome="withdrawn", settled_by=who.id, settled_at=model.now)
        model.said(row["chain_id"], "approval_withdrawn", who.id, approval=str(one), act=row["act"])

    return step("withdraw", who, lambda work, actor: take_back(work, actor, one), refusal, then)


def declare_one(play: Play) -> Step:
    """Who evaluates declares a conflict of their own; the secretariat anybody's."""
    model, where, person = play.model, play.model.round, play.often(play.someone(EXPERT, COORDINATOR), play.anybody())
    who = play.often(person, play.often(play.someone(UNIT), play.anybody()), 0.6)
    state = play.often(play.chance.choice(STATES), "XXX", 0.9)
    assert where is not None
    codes = set[str]()
    if state not in STATES:
        codes.add("unknown_state")
    if not any(role in (EXPERT, COORDINATOR) for role, _ in model.grants(person.id)):
        codes.add("no_evaluator")
    if model.conflicted(person.id, state):
        codes.add("declared_already")
    refused, reasons = ("not_declared", frozenset(codes)) if codes else (DONE, None)
    if not model.grants(who.id) or (who is not person and not _officer(model, who.id)):
        refused, reasons = "not_allowed", None

    def then(made: Any) -> None:
        row = {"person_id": person.id, "state": state, "reason": "A cousin.", "declared_by": who.id}
        model.put("conflict", (made,), round_id=where, **row, declared_at=model.now, approval_id=None, lifted_at=None)
        told = {"conflict": str(made), "person": str(person.id), "state": state, "reason": "A cousin."}
        model.said(where, "conflict_declared", who.id, **told)

    def act(work: Work, actor: Actor) -> Any:
        return declare(work, actor, where, person.id, state, "A cousin.")

    return Step("declare a conflict", who, act, frozenset({refused}), reasons, then)


def ask_to_lift_one(play: Play) -> Step:
    """The secretariat asks for a conflict to be lifted, once until that is over."""
    model, who = play.model, play.often(play.someone(UNIT), play.anybody())
    every = [*model.rows["conflict"].items()]
    held = [one for one in every if one[1]["lifted_at"] is None]
    (one,), row = play.chance.choice(play.often(held, every) or every or [((ELSEWHERE,), {})])
    refusal = None
    if not model.grants(who.id):
        refusal = "not_allowed"
    elif not row or not _officer(model, who.id):
        refusal = "not_found"
    elif row["lifted_at"] is not None:
        refusal = "lifted_already"
    elif waits(model, one):
        refusal = "second_awaited"

    def then(made: Any) -> None:
        assert model.round is not None
        content = {"person": str(row["person_id"]), "state": row["state"], "reason": "Long ago."}
        ask(model, made, LIFT, one, 1, content, model.round, who)

    return step("ask to lift", who, lambda work, actor: ask_to_lift(work, actor, one, "Long ago."), refusal, then)


def _some(play: Play) -> UUID:
    """An approval, more often one that waits; at times there is none."""
    every = [*play.model.rows["approval"].items()]
    open_ones = [one for one in every if one[1]["outcome"] is None]
    chosen = play.often(open_ones, every, 0.7) or every
    return UUID(str(play.chance.choice(chosen)[0][0])) if chosen else ELSEWHERE


def _officer(model: Model, person: UUID) -> bool:
    return model.holds(person, frozenset({UNIT}), None)


def _able(model: Model, who: Person, row: dict[str, Any]) -> bool:
    """Whether an approval is somebody's to give."""
    if row["act"] == LIFT:
        return _officer(model, who.id)
    way = model.ways(row["subject_id"]).get(row["content"]["trigger"])
    return way is not None and _has(model, who.id, row["subject_id"], way.second)


def _has(model: Model, person: UUID, evaluation: UUID, roles: frozenset[str]) -> bool:
    return model.holds(person, roles, model.state(evaluation), model.assigned(person, evaluation))


def _settling(model: Model, who: Person, row: dict[str, Any] | None) -> Foreseen:
    """Why somebody does not approve something, if there is a reason."""
    if not model.grants(who.id):
        return "not_allowed", None
    if row is None:
        return "not_found", None
    codes = set[str]()
    if row["outcome"] is not None:
        codes.add("settled_already")
    elif row["expires_at"] <= model.now:
        codes.add("approval_expired")
    if row["asked_by"] == who.id:
        codes.add("same_person")
    return (_against_lift if row["act"] == LIFT else _against_move)(model, who, row, codes)


def _against_lift(model: Model, who: Person, row: dict[str, Any], codes: set[str]) -> Foreseen:
    if not _officer(model, who.id):
        return "not_allowed" if row["asked_by"] == who.id else "not_found", None
    if not _officer(model, row["asked_by"]):
        codes.add("no_capability")
    return ("not_approved", frozenset(codes)) if codes else (None, None)


def _against_move(model: Model, who: Person, row: dict[str, Any], codes: set[str]) -> Foreseen:
    position, asker = row["subject_id"], row["asked_by"]
    way = model.ways(position).get(row["content"]["trigger"])
    concerned = way is not None and _has(model, who.id, position, way.by | way.second)
    if not model.knows(who.id, position) or (asker != who.id and not concerned):
        return "not_found", None
    if way is None or model.at(position)["version"] != row["version"]:
        return "stale", None
    codes.update(unmet(model, position, way.guards, None))
    if not _has(model, who.id, position, way.second) or not _has(model, asker, position, way.by):
        return "not_approved", None
    return ("not_approved", frozenset(codes)) if codes else (None, None)


def _lifted(model: Model, one: UUID, row: dict[str, Any], who: Person) -> None:
    conflict = model.rows["conflict"][(row["subject_id"],)]
    conflict.update(approval_id=one, lifted_at=model.now)
    told = {"conflict": str(row["subject_id"]), "person": str(conflict["person_id"]), "state": conflict["state"]}
    of_state = [each for each in model.evaluations() if model.state(each) == conflict["state"]]
    for chain in (row["chain_id"], *of_state):
        model.said(chain, "conflict_lifted", who.id, **told, asked_by=str(row["asked_by"]))


def _recommend(model: Model, evaluation: UUID, one: UUID, unit: str, by: UUID) -> None:
    number = 1 + len(model.of("recommendation", evaluation_id=evaluation))
    model.place(one, "recommendation")
    model.put("recommendation", (one,), evaluation_id=evaluation, number=number, unit=unit, issued_at=model.now)
    model.said(evaluation, "recommendation_issued", by, recommendation=str(one), number=number, unit=unit)
