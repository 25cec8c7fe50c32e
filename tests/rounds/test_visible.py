"""Does a list show exactly the evaluations that one by one may be read, to whoever asks, in every stage?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from uuid import UUID, uuid4

from sqlalchemy import select
from tests import looking
from tests.worlds import STAGES, STATES, World, world

from mem.core.work import Work
from mem.methods.method import Method
from mem.methods.models import Position
from mem.people.actions import ARTEFACTS, Action
from mem.people.policy import Actor, Allow, Grant, Place, decide
from mem.rounds.models import CountryEvaluation
from mem.rounds.service import evaluations
from mem.rounds.standing import may, round_standing, standing
from mem.rounds.visible import visible_to

work, here, agreeing = looking.shared_work, looking.at(), looking.at("consolidation")
ELSEWHERE = "ARG"


def actors(here: World) -> Iterator[Actor]:
    """Everybody, and in a fresh person (assigned nowhere) and in each assigned one: each role, for each state that is
    evaluated or not, two roles together, none, one that the method does not know, roles of another mechanism alone and
    beside one of this, and tokens of every reach."""
    yield from here.everybody
    grants = [
        Grant(name, state, "mem")
        for name, role in here.method.roles.items()
        for state in ((*STATES, ELSEWHERE) if role.of_a_state else (None,))
    ]
    together = [pair for pair in product(grants, grants) if pair[0].state == "BRB" and pair[1].state in ("CHL", None)]
    held = [
        (),
        (Grant("emperor", None, "mem"),),
        (Grant("expert", None, "mem"),),
        *((grant,) for grant in grants),
        *together,
    ]
    elsewhere = [replace(grant, mechanism="another") for grant in grants]
    held += [*((grant,) for grant in elsewhere), *product(grants, elsewhere[-3:] + elsewhere[:1])]
    for person in (uuid4(), here.experts["CHL"].person_id):
        for roles in held:
            yield Actor(person, " and ".join(f"{one.role} {one.state}" for one in roles), tuple(roles))
    for scope in ((), ("read",), ("advance",), ("read", "advance")):
        for actor in (here.secretariat, here.entity, here.experts["CHL"]):
            yield replace(actor, token_scope=frozenset(scope))


def listed(here: World, actor: Actor) -> set[UUID]:
    return {row.id for row in evaluations(here.work, actor, round_standing(here.work, here.round))}


def differing(here: World) -> list[tuple[str, str, frozenset[str] | None]]:
    """For whom the list and the policy, asked for each evaluation, differ."""
    found, places = [], dict[UUID, dict[UUID, Place]]()
    for actor in actors(here):
        if actor.person_id not in places:  # where one is assigned hangs on the person, not on the roles
            seen = {one: standing(here.work, one, actor).place for one in here.evaluations.values()}
            places[actor.person_id] = seen
        readable = {one for one, place in places[actor.person_id].items() if may(actor, "evaluation.read", place)}
        if listed(here, actor) != readable:
            found.append((here.stage, actor.name, actor.token_scope))
    return found


def test_a_list_shows_what_the_policy_lets_be_read_in_every_stage(here: World) -> None:
    shown = set[tuple[str, int]]()
    for stage in STAGES:
        here.to(stage)
        if stage == "review":
            here.fire(
                here.secretariat, "record_non_participation", here.evaluations["JAM"], reason="It does not answer."
            )
        assert differing(here) == []
        shown |= {(actor.name, len(listed(here, actor))) for actor in here.everybody}
    counts = {name: {count for other, count in shown if other == name} for name, _ in shown}
    assert counts["mem_unit"] == counts["auditor"] == counts["commission"] == {3}
    assert counts["national_coordinating_entity BRB"] == {1}
    assert counts["expert BRB"] == counts["coordinator BRB"] == {0}
    assert counts["expert CHL"] == counts["expert JAM"] == counts["coordinator CHL"] == {0, 1}


def test_a_list_by_any_artefact_shows_what_the_policy_lets_be_seen(agreeing: World) -> None:
    here = agreeing
    for artefact, actor in product(ARTEFACTS, here.everybody):
        query = select(CountryEvaluation.id).join(Position, Position.id == CountryEvaluation.id)
        found = here.work.db.execute(query.where(visible_to(actor, here.method, artefact))).scalars()
        look = Action("look", sees=frozenset({artefact}))
        places = {one: standing(here.work, one, actor).place for one in here.evaluations.values()}
        seen = {one for one, place in places.items() if isinstance(decide(actor, look, place), Allow)}
        assert set(found) == seen, (artefact, actor.name)


def test_a_role_for_others_that_judges_nobody_is_shown_others_too_and_not_its_own(work: Work, method: Method) -> None:
    roles = method.parts["roles.yaml"]["roles"]
    watching = {**roles["coordinator"], "evaluates": False}
    changed = Method.of({**method.parts, "roles.yaml": {"roles": {**roles, "coordinator": watching}}})
    here = world(work, changed, "watched").to("compilation")
    watcher = here.coordinators["CHL"]
    assert listed(here, watcher) == {here.id}
    assert listed(here, here.coordinators["BRB"]) == set()
    assert differing(here) == []
