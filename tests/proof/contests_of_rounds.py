"""What is contested before an evaluation is under way? Roles, tokens, units, states, designations, a round's stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from sqlalchemy import select
from tests.proof.contests import Arena, Races
from tests.proof.grounds import all_but, method
from tests.worlds import STATES, World

from mem.ledger.service import ADMINISTRATION
from mem.people.models import Membership
from mem.people.service import add_person, end_role, grant_role, issue_token, revoke_token
from mem.rounds.experts import designate, designations
from mem.rounds.models import CountryEvaluation
from mem.rounds.service import NewCycle, enrol, open_round, set_unit

LEFT_OUT, LATE, SECOND = "IS-3", "ARG", "CHL"
"""A unit that the cycle is told to leave out, a state that enrols later, and one that names a second expert."""


def preparation(at: Arena) -> Races:
    """A role is given once and ended once, a token revoked once; a round is opened once by its code, and a state
    enrolled once in a cycle; then experts are called for."""
    here, unit = at.here, at.here.secretariat
    person = add_person(here.work, "A second expert of Chile")
    token, _ = issue_token(here.work, person, "test", 1)

    def grants(world: World) -> UUID:
        return grant_role(world.by(unit), method(), person, "expert", SECOND)

    yield at.race("grant a role", [grants], "role_not_granted", records=(ADMINISTRATION, ("role_granted",), 1))
    role = here.work.db.execute(select(Membership.id).where(Membership.person_id == person)).scalar_one()
    methods = {method().mechanism.mechanism: method()}
    ends: Callable[[World], object] = lambda world: end_role(world.by(unit), role, methods)  # noqa: E731
    yield at.race("end a role", [ends], winners=8, records=(ADMINISTRATION, ("role_ended",), 1))
    yield at.race("grant it again", [grants], "role_not_granted", records=(ADMINISTRATION, ("role_granted",), 1))
    revokes: Callable[[World], object] = lambda world: revoke_token(world.by(unit), token)  # noqa: E731
    yield at.race("revoke a token", [revokes], winners=8, records=(ADMINISTRATION, ("token_revoked",), 1))
    at.second[SECOND] = person
    code, cycle = f"other-{at.chance.randrange(2**40)}", NewCycle("evaluation", "main", "All", all_but(["IS-1.1"]))
    opens: Callable[[World], object] = lambda world: open_round(  # noqa: E731
        world.by(unit), method(), code, "Another round", True, [cycle]
    )
    yield at.race("open a round", [opens], "code_taken")
    yield at.race("enrol a state", [lambda world: enrol(world.by(unit), unit, here.cycle, [LATE])], "already_enrolled")
    yield at.race("leave a unit out", [partial(_leaving_out, at)], winners=8)
    yield at.moves((unit, "call_for_experts"), position=here.round)


def designation(at: Arena) -> Races:
    """A person is named once; one state leaves, and the questionnaire goes out."""
    here = at.here
    named = [(state, here.experts[state].person_id) for state in STATES] + [(SECOND, at.second[SECOND])]
    for state, person in named:
        told = ("not_designated", "designated_already")
        yield at.race("designate", [partial(_designating, at, state, person)], *told)
    for row in designations(here.work, here.round):
        if row.person_id == at.second[SECOND]:
            at.second[SECOND] = row.id
        else:
            here.designations[row.state] = row.id
    late = select(CountryEvaluation.id).where(CountryEvaluation.round_id == here.round, CountryEvaluation.state == LATE)
    leaving = (here.secretariat, "record_non_participation")
    yield at.moves(leaving, position=here.work.db.execute(late).scalar_one(), reason="It does not take part.")
    yield at.moves((here.secretariat, "issue_questionnaire"), position=here.round)


ROUND: Mapping[str, Callable[[Arena], Races]] = {one.__name__: one for one in (preparation, designation)}


def _leaving_out(at: Arena, world: World) -> None:
    unit = at.here.secretariat
    set_unit(world.by(unit), unit, at.here.cycle, LEFT_OUT, False, "Judged in another cycle.")


def _designating(at: Arena, state: str, person: UUID, world: World) -> None:
    entity = at.here.entities[state]
    designate(world.by(entity), entity, at.here.round, state, person, "principal")
