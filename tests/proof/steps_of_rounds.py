"""What is tried on persons, tokens and rounds, allowed and refused, and what the model makes of it?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.proof.grounds import all_but, method
from tests.proof.model import ADMINISTRATION
from tests.proof.road_as_read import (
    AUDITOR,
    COMMISSION,
    COORDINATOR,
    EVALUATES,
    EXPERT,
    MINISTRY,
    NCE,
    OF_A_STATE,
    ROLES,
    STATES,
    UNIT,
    UNITS,
)  # fmt: skip
from tests.proof.steps import DONE, Play, Step, step
from tests.proof.units import keyed

from mem.core.work import Work
from mem.people.policy import Actor
from mem.people.service import actor_of, end_role, grant_role, issue_token, revoke_token
from mem.rounds.experts import designate
from mem.rounds.service import NewCycle, cycles, enrol, open_round, record_occasion, set_unit

ALONE = frozenset({UNIT, AUDITOR})
"""Roles that nobody holds with any other; the Commission's goes with none of a state."""


def open_one(play: Play) -> Step:
    """A round is opened; a second one of the same code is refused. Whoever opens has been asked before."""
    model, who = play.model, play.someone(UNIT)
    cycle = NewCycle("evaluation", "main", "All", all_but(UNITS))

    def act(work: Work, actor: Actor) -> Any:
        made = open_round(work, method(), "stateful", "A round", True, [cycle])
        return made, cycles(work, made)[0].id

    def then(made: Any) -> None:
        model.round, model.cycle = made
        model.place(made[0], "round")
        model.put("round", (made[0],), code="stateful", title="A round", synthetic=True, opened_at=model.now)
        model.put("cycle", (made[1],), round_id=made[0], code="main", title="All", kind="evaluation")
        model.said(made[0], "round_opened", who.id, code="stateful", title="A round", synthetic=True)
        model.said(made[0], "cycle_opened", who.id, cycle=str(made[1]), code="main", kind="evaluation", title="All")
        for unit, reason in all_but(UNITS).items():
            model.put("cycle_exclusion", (made[1], unit), reason=reason)
            model.said(made[0], "unit_excluded", who.id, cycle=str(made[1]), unit=unit, reason=reason)

    return step("open a round", who, act, "code_taken" if model.round is not None else None, then)


def set_one(play: Play, out: bool = False) -> Step:
    """A unit is left out, or taken in again; with no reason, at another time or by another it is not."""
    model, unit = play.model, play.chance.choice(play.model.rated() if out else UNITS)
    who, evaluated = play.often(play.someone(UNIT), play.anybody()), not out and play.chance.random() < 0.6
    reason = play.often("Judged elsewhere.", None)
    assert model.round is not None
    refusal, reasons = model.against_round_edit(who.id, "units")
    if not refusal and not evaluated and reason is None:
        refusal = "reason_needed"
    cycle, chain = model.cycle, model.round
    assert cycle is not None

    def then(_: Any) -> None:
        model.put("cycle_exclusion", (cycle, unit), reason=None if evaluated else reason)
        data = {"cycle": str(cycle), "unit": unit}
        if evaluated:
            model.said(chain, "unit_included", who.id, **data)
        else:
            model.said(chain, "unit_excluded", who.id, **data, reason=reason)

    def act(work: Work, actor: Actor) -> Any:
        set_unit(work, actor, cycle, unit, evaluated, reason)

    return Step("set a unit", who, act, frozenset({refusal or DONE}), reasons, then)


def enrol_one(play: Play) -> Step:
    """A member state is enrolled, once."""
    model = play.model
    open_ones = [state for state in STATES if state not in {model.state(one) for one in model.evaluations()}]
    state = play.often(play.chance.choice(open_ones or [*STATES]), "XXX", 0.9)
    who, cycle = play.often(play.someone(UNIT), play.anybody()), model.cycle
    assert cycle is not None
    refusal, reasons = model.against_round_edit(who.id, "states")
    if refusal:
        pass
    elif state not in STATES:
        refusal = "not_enrolled"
    elif state not in open_ones:
        refusal = "already_enrolled"

    def then(made: Any) -> None:
        model.place(made[0], "country_evaluation")
        model.put("country_evaluation", (made[0],), cycle_id=cycle, round_id=model.round, state=state)
        model.said(made[0], "state_enrolled", who.id, state=state, cycle=str(cycle), round=str(model.round))

    def act(work: Work, actor: Actor) -> Any:
        return enrol(work, actor, cycle, [state])

    return Step("enrol", who, act, frozenset({refusal or DONE}), reasons, then)


def designate_one(play: Play, state: str | None = None) -> Step:
    """A state names one of its experts, once."""
    model, of = play.model, state or play.chance.choice(STATES)
    who = play.often(play.someone(NCE, state=of), play.anybody(), 1.0 if state else 0.8)
    person = play.often(play.someone(EXPERT, state=of), play.anybody(), 0.9)
    rank, where = play.often("principal", "captain", 0.95), model.round
    assert where is not None
    taken = {row["person_id"] for row in model.rows["designation"].values()}
    able = any(role in EVALUATES and one == of for role, one in model.grants(person.id))
    refusal, reasons = model.against_round_edit(who.id, "designations", of)
    if not refusal and (rank != "principal" or not able or person.id in taken):
        refusal = "not_designated"

    def then(made: Any) -> None:
        model.put("designation", (made,), round_id=where, state=of, person_id=person.id, rank=rank)
        told = {"designation": str(made), "state": of, "person": str(person.id), "rank": rank}
        model.said(where, "expert_designated", who.id, **told)

    def act(work: Work, actor: Actor) -> Any:
        return designate(work, actor, where, of, person.id, rank)

    return Step("designate", who, act, frozenset({refusal or DONE}), reasons, then)


def hold_session(play: Play, days: int | None = None) -> Step:
    """A session is put on record: of the past, of today, to come."""
    model, where = play.model, play.model.round
    assert where is not None
    opened = model.rows["round"][(where,)]["opened_at"].date()
    day = model.now.date() + timedelta(days=play.chance.choice((-4, 0, 0, 0, 9)) if days is None else days)
    who, kind = play.often(play.someone(UNIT), play.anybody()), play.often("commission_session", "picnic", 0.95)
    refusal, reasons = model.against_round_edit(who.id, "occasions")
    if not refusal and (kind != "commission_session" or day < opened):
        refusal = "occasion_not_recorded"

    def then(made: Any) -> None:
        model.put("occasion", (made,), round_id=where, kind=kind, held_on=day)
        told = {"occasion": str(made), "kind": kind, "title": "Session", "held_on": day.isoformat()}
        model.said(where, "occasion_recorded", who.id, **told)

    def act(work: Work, actor: Actor) -> Any:
        return record_occasion(work, actor, where, kind, "Session", day)

    return Step("record an occasion", who, act, frozenset({refusal or DONE}), reasons, then)


def grant_one(play: Play) -> Step:
    """A role is given: by who may, not to oneself, and not beside one that does not go with it."""
    model, who, person = play.model, play.often(play.someone(UNIT), play.anybody()), play.anybody()
    role, state = play.chance.choice(ROLES), play.often(play.chance.choice(STATES), None, 0.6)
    held, codes = model.grants(person.id), set[str]()
    if role in OF_A_STATE and state is None:
        codes.add("state_needed")
    if role not in OF_A_STATE and state is not None:
        codes.add("state_not_meant")
    if any(_apart(one, role, of, state) for one, of in held):
        codes.add("incompatible_roles")
    if (role, state) in held:
        codes.add("already_held")
    if person.id == who.id:
        codes.add("own_role")
    if not model.holds(who.id, frozenset({UNIT}), None):
        codes.add("may_not_grant")

    def then(made: Any) -> None:
        row = {"person_id": person.id, "mechanism": "mem", "role": role, "state": state}
        model.put("membership", (made,), **row, granted_at=model.now, ended_at=None)
        told = {"membership": str(made), "person": str(person.id), "mechanism": "mem", "role": role, "state": state}
        model.said(ADMINISTRATION, "role_granted", who.id, **told)

    def act(work: Work, actor: Actor) -> Any:
        return grant_role(work, method(), person.id, role, state)

    return Step(
        "grant a role", who, act, frozenset({"role_not_granted" if codes else DONE}), frozenset(codes) or None, then
    )


def _apart(held: str, role: str, held_of: str | None, of: str | None) -> bool:
    """Whether two roles do not go together."""
    if held_of is not None and of is not None and (held in EVALUATES) != (role in EVALUATES):
        return True
    alone = ({held, role} & ALONE) and held != role
    return bool(alone) or (COMMISSION in (held, role) and bool({held, role} & {NCE, MINISTRY, EXPERT, COORDINATOR}))


def end_one(play: Play) -> Step:
    """A role is ended, now and then twice. The model keeps somebody for each role, and two for what takes two
    persons."""
    model, who = play.model, play.often(play.someone(UNIT), play.anybody())
    many = [key for key, row in model.rows["membership"].items() if row["ended_at"] or _spare(play, row)]
    (role,) = play.chance.choice(many or [*model.rows["membership"]])
    row = model.rows["membership"][(role,)]
    refusal = None if model.holds(who.id, frozenset({UNIT}), None) else "not_allowed"

    def then(_: Any) -> None:
        if row["ended_at"] is None:
            row["ended_at"] = model.now
            model.said(ADMINISTRATION, "role_ended", who.id, membership=str(role))

    def act(work: Work, actor: Actor) -> Any:
        return end_role(work, role, {"mem": method()})

    return step("end a role", who, act, refusal, then)


def _spare(play: Play, row: dict[str, Any]) -> bool:
    same = play.model.of("membership", role=row["role"], state=row["state"], ended_at=None)
    return len(same) > (2 if row["role"] == UNIT else 1)


def issue_one(play: Play) -> Step:
    """A token is issued, and from then on it is the one its person asks with."""
    model, who, person = play.model, play.someone(UNIT), play.anybody()

    def then(made: Any) -> None:
        model.put("token", (made[0],), person_id=person.id, created_at=model.now, revoked_at=None)
        model.said(ADMINISTRATION, "token_issued", who.id, token=made[0], person=str(person.id))
        person.token_id, person.token = made
        model.tokens[made[0]] = made[1]

    return step("issue a token", who, lambda work, actor: issue_token(work, person.id, "more", 300), None, then)


def revoke_one(play: Play) -> Step:
    """A token that is no longer used is revoked, now and then twice."""
    model, who = play.model, play.someone(UNIT)
    used = {one.token_id for one in model.people}
    spare = [key[0] for key in model.rows["token"] if key[0] not in used]
    if not spare:
        return issue_one(play)
    token = play.chance.choice(spare)

    def then(_: Any) -> None:
        row = model.rows["token"][(token,)]
        if row["revoked_at"] is None:
            row["revoked_at"] = model.now
            model.said(ADMINISTRATION, "token_revoked", who.id, token=token)

    return step("revoke a token", who, lambda work, actor: revoke_token(work, token), None, then)


def ask_with(play: Play) -> Step:
    """Somebody asks with a token, revoked or not."""
    model = play.model
    every = [*model.rows["token"].items()]
    revoked = [one for one in every if one[1]["revoked_at"] is not None]
    key, row = play.chance.choice(play.often(revoked or every, every, 0.5))
    refusal = "not_authenticated" if row["revoked_at"] is not None else None

    def act(work: Work, actor: Actor) -> Any:
        found, token = actor_of(work, f"Bearer {model.tokens[key[0]]}")
        assert (found.person_id, token) == (row["person_id"], key[0])

    return step("ask with a token", None, act, refusal, lambda _: None)


def with_a_key(play: Play) -> Step:
    """A session is put on record by a request with a key: once, however often it is sent; for nothing else."""
    model, where, who = play.model, play.model.round, play.someone(UNIT)
    assert where is not None
    key, path, day = f"the-key-{play.chance.randrange(4)}", f"/a/path/{play.chance.randrange(2)}", model.now.date()
    used = model.rows["idempotency"].get((who.id, key))
    route = f"POST {path}"
    refusal = "key_reused" if used is not None and used["route"] != route else None

    def act(work: Work, actor: Actor) -> Any:
        def records(work: Work) -> str:
            return str(record_occasion(work, actor, where, "commission_session", "Session", day))

        return keyed(actor, key, path, records)(work)[1]

    def then(made: Any) -> None:
        if used is not None:
            assert made == used["result"], "a repetition shows something else"
            return
        model.put("idempotency", (who.id, key), route=route, result=made, at=model.now)
        model.put("occasion", (UUID(made),), round_id=where, kind="commission_session", held_on=day)
        told = {"occasion": made, "kind": "commission_session", "title": "Session", "held_on": day.isoformat()}
        model.said(where, "occasion_recorded", who.id, **told)

    if refusal is None and used is None:
        refusal = model.against_round_edit(who.id, "occasions")[0] or None
    return step("with a key", who, act, refusal, then)
