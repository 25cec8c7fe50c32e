"""Does the house do what the rules say, whatever is tried on it in whatever order? (T12)

Examples of many steps, each allowed or refused as a reference model foresees; after each step and at the end of each
example every row and every event is compared with the model's. An example is one transaction and each step a savepoint
in it, so that nothing is left of an example but what it found.
"""

from __future__ import annotations

import copy
import random
from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from tests.proof.catalogue import Ask, Tally
from tests.proof.comparing import differences, everything_holds
from tests.proof.grounds import THEN, database_url, method
from tests.proof.model import ADMINISTRATION, Model, Person
from tests.proof.road_as_read import AUDITOR, COMMISSION, COORDINATOR, EXPERT, MINISTRY, NCE, ROADS, STATES, UNIT
from tests.proof.roads import a_step
from tests.proof.steps import DONE, GUARDS, Play, Step

from mem.core.db import Database
from mem.core.errors import MemError
from mem.core.work import Work
from mem.http.constraints import meaning
from mem.people.policy import Actor
from mem.people.service import actor_of, add_person, grant_role, issue_token

LENGTH = 120
"""Steps of an example."""
EVERY = 10
"""After so many steps everything is compared; what each step is told is compared at once."""
CAST: tuple[tuple[str, str | None], ...] = (
    (UNIT, None), (UNIT, None), (UNIT, None), (COMMISSION, None), (AUDITOR, None),
    *((NCE, state) for state in STATES), (MINISTRY, "BRB"), (MINISTRY, "CHL"),
    *((EXPERT, state) for state in STATES * 2), *((COORDINATOR, state) for state in STATES),
)  # fmt: skip
ENOUGH = 20_000
"""From so many steps on, every transition must have been fired and every condition must have refused."""
TOLD = (
    "deadline_passed", "stale", "not_found", "not_allowed", "not_authenticated", "handed_in", "not_complete",
    "own_country", "one_voice", "already_answered", "already_enrolled", "key_reused", "code_taken",
    "not_spoken", "not_substituted", "not_designated", "role_not_granted", "judgement_refused", "answer_refused",
    "response_refused", "unknown_occasion", "occasion_ahead", "occasion_before", "occasion_spent", "reason_needed",
    "occasion_needed", "not_open", "not_handed_in", "declared_conflict", "not_declared", "lifted_already",
    "second_awaited", "settled_already", "same_person", "approval_expired", "not_approved",
)  # fmt: skip
"""Refusals that must have been told by then."""
NEVER = frozenset({"refused by report_approved"})
"""What the road itself excludes: nothing comes to be approved but by an approval."""
NOBODY = Actor(ADMINISTRATION, "nobody", ())


def sqlite(ask: Ask) -> Tally:
    return _stateful(ask, "sqlite")


def postgresql(ask: Ask) -> Tally:
    return _stateful(ask, "postgresql")


def _stateful(ask: Ask, backend: str) -> Tally:
    tally, counts, fired = Tally(), Counter[str](), Counter[str]()
    with database_url(backend, ask.folder) as url:
        database = Database(url, one_login=True)
        with database.write() as connection:
            base = _peopled(Work(connection, THEN))
        while tally.runs < ask.runs and not tally.failures:
            seed = f"{ask.seed}-{tally.runs}"
            with database.engine.connect() as connection, connection.begin() as whole:
                play = Play(copy.deepcopy(base), random.Random(seed))
                found = _example(connection, play, min(LENGTH, ask.runs - tally.runs), counts, fired)
                tally.failures += [f"seed {ask.seed}, example from step {tally.runs}: {one}" for one in found]
                whole.rollback()
            fired.update(play.model.fired)
            tally.runs += min(LENGTH, ask.runs - tally.runs)
        database.dispose()
    fired.update(f"told {name.rpartition(': ')[2]}" for name in counts)
    must = _reachable() | {f"told {code}" for code in TOLD}
    if tally.runs >= ENOUGH:
        tally.failures += [f"never happened: {one}" for one in sorted(must - set(fired))]
    refused = sum(many for name, many in counts.items() if not name.endswith(f": {DONE}"))
    tally.detail = {
        "done": sum(counts.values()) - refused, "refused": refused, "kinds of steps and answers": len(counts),
        "transitions, conditions and refusals": f"{len(must & set(fired))} of {len(must)}",
    }  # fmt: skip
    if not refused or refused == sum(counts.values()):
        tally.failures.append("nothing was refused, or nothing done")
    return tally


def _reachable() -> set[str]:
    moves = {f"{road}: {stage} {trigger}" for road, ways in ROADS.items() for stage, trigger in ways}
    return (moves | {f"refused by {guard}" for guard in GUARDS}) - NEVER


def _peopled(work: Work) -> Model:
    """Everybody, each with a role and a token; the model knows them as the operator brought them in."""
    model = Model(THEN)
    for role, state in CAST:
        person = add_person(work, role)
        membership = grant_role(work, method(), person, role, state)
        token_id, token = issue_token(work, person, "first", 366)
        model.people.append(Person(person, token_id, token))
        model.tokens[token_id] = token
        model.put("person", (person,), name=role)
        held = {"person_id": person, "mechanism": "mem", "role": role, "state": state}
        model.put("membership", (membership,), **held, granted_at=THEN, ended_at=None)
        model.put("token", (token_id,), person_id=person, created_at=THEN, revoked_at=None)
        model.said(ADMINISTRATION, "person_added", None, name=role)
        model.said(ADMINISTRATION, "role_granted", None, role=role, state=state)
        model.said(ADMINISTRATION, "token_issued", None, token=token_id)
    return model


def _example(connection: Connection, play: Play, length: int, counts: Counter[str], fired: Counter[str]) -> list[str]:
    """Play so many steps; what diverged."""
    model = play.model
    for number in range(1, length + 1):
        model.now += timedelta(seconds=1)
        step = a_step(play)
        came, reasons, result = _done(connection, model, step)
        counts[f"{step.name}: {came}"] += 1
        fired.update(f"told {reason}" for reason in reasons)
        if came not in step.expected or (step.reasons is not None and step.reasons != reasons):
            foreseen = f"{sorted(step.expected)} {sorted(step.reasons or ())}"
            return [f"step {number} ({step.name}) came to {came} {sorted(reasons)}, foreseen was {foreseen}"]
        if came == DONE:
            step.then(result)
        if number % EVERY == 0 or number == length:
            found = differences(connection, model)
            if found:
                return [f"by step {number} ({step.name}: {came}): {one}" for one in found]
    return everything_holds(Work(connection, model.now))


def _done(connection: Connection, model: Model, step: Step) -> tuple[str, frozenset[str], Any]:
    """What came of a step, in a savepoint that is given up where it is refused."""
    saved = connection.begin_nested()
    try:
        work = Work(connection, model.now)
        actor = NOBODY
        if step.who is not None:
            actor, _ = actor_of(work, f"Bearer {step.who.token}")
            work = Work(connection, model.now, actor.person_id)
        result = step.act(work, actor)
    except MemError as refusal:
        saved.rollback()
        return refusal.code, frozenset(reason.code for reason in refusal.reasons), None
    except DBAPIError as error:
        saved.rollback()
        known = meaning(error)
        if known is None:
            raise
        return known.code, frozenset(), None
    saved.commit()
    return DONE, frozenset(), result
