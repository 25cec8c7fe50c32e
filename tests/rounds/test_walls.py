"""Is a person kept from an evaluation by what is true of them, as a query asks it?"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Exists, Uuid, literal, select, update
from tests import looking
from tests.looking import unguarded
from tests.worlds import World

from mem.people.service import add_person, end_role, grant_role
from mem.rounds.conflicts import declare
from mem.rounds.models import CountryEvaluation, Round
from mem.rounds.walls import acted_for, conflicted

here = looking.at()


def holds(here: World, wall: Exists, state: str = "BRB") -> bool:
    query = select(wall).where(CountryEvaluation.id == here.evaluations[state])
    return bool(here.work.db.execute(query).scalar_one())


def of(person: UUID) -> Exists:
    return acted_for(literal(person, Uuid()))


@pytest.mark.parametrize(("opened_after", "keeps"), [(-1, True), (0, True), (1, False)])
def test_whoever_held_a_role_for_the_state_since_the_round_was_opened(
    here: World, opened_after: int, keeps: bool
) -> None:
    person = add_person(here.work, "Somebody")
    end_role(here.work, grant_role(here.work, here.method, person, "ministry_contributor", "BRB"))
    unguarded(here.work, "round")
    here.work.db.execute(update(Round).values(opened_at=here.work.now + timedelta(days=opened_after)))
    assert holds(here, of(person)) is keeps
    assert not holds(here, of(person), "JAM")


def test_whoever_holds_one_now_and_nobody_else(here: World) -> None:
    assert holds(here, of(here.entity.person_id))
    assert holds(here, of(here.experts["BRB"].person_id))
    for actor in (here.experts["CHL"], here.secretariat, here.auditor):
        assert not holds(here, of(actor.person_id))


def test_whoever_has_declared_a_conflict_with_the_state(here: World) -> None:
    expert = here.experts["CHL"]
    wall = conflicted(literal(expert.person_id, Uuid()))
    assert not holds(here, wall)
    declare(here.by(expert), expert, here.round, expert.person_id, "BRB", "Family.")
    assert holds(here, wall)
    assert not holds(here, wall, "JAM")
