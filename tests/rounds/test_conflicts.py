"""Does who has a declared conflict lose every part at once, and do only two persons together lift it?"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import recorded, refused, rows, undone
from tests.worlds import World

from mem.assessments.service import findings
from mem.core.errors import Conflict as Contradiction
from mem.core.errors import Invalid, NotAllowed, NotFound, Refused
from mem.methods.models import Position
from mem.people.policy import Actor
from mem.process.approving import second
from mem.rounds.conflicts import ask_to_lift, conflicts, declare
from mem.rounds.experts import assignments, end, put
from mem.rounds.models import Assignment, Conflict, CountryEvaluation
from mem.rounds.standing import permitted
from mem.rounds.visible import visible_to

NOWHERE = UUID(int=0xDEAD)
WHY = "I worked for its drug authority."

here = looking.at()
named = looking.at("compilation")
judging = looking.at("review")


def declares(here: World, actor: Actor, person: Actor | None = None, state: str = "BRB") -> UUID:
    return declare(here.by(actor), actor, here.round, (person or actor).person_id, state, WHY)


def lifts(here: World, conflict: UUID, first: Actor, other: Actor) -> None:
    asked = ask_to_lift(here.by(first), first, conflict, "The contract never began.")
    second(here.by(other), other, asked)


def known(here: World, actor: Actor) -> list[UUID]:
    """The evaluations that a person may know of, by the query that lists them."""
    query = (
        select(CountryEvaluation.id)
        .join(Position, Position.id == CountryEvaluation.id)
        .where(visible_to(actor, here.method))
    )
    return list(here.work.db.execute(query).scalars())


def test_who_declares_one_has_no_part_from_then_on(judging: World) -> None:
    here, expert = judging, judging.experts["CHL"]
    assert permitted(here.by(expert), expert, "answers.read", here.id)
    assert known(here, expert) == [here.id]
    declares(here, expert)
    with pytest.raises(NotFound):
        findings(here.by(expert), expert, here.id)
    for action in ("answers.read", "findings.edit", "evaluation.read"):
        with pytest.raises(NotFound):
            permitted(here.by(expert), expert, action, here.id)
    assert known(here, expert) == []
    other = here.experts["JAM"]
    assert permitted(here.by(other), other, "answers.read", here.id)
    assert recorded(here.work, here.round, "conflict_declared")[0]["data"]["state"] == "BRB"


def test_a_conflict_with_one_state_is_none_with_another(judging: World) -> None:
    here = judging
    declares(here, here.experts["CHL"], state="JAM")
    assert known(here, here.experts["CHL"]) == [here.id]


def test_nobody_with_one_is_assigned_by_code_or_by_hand(named: World) -> None:
    here = named
    declares(here, here.experts["CHL"])
    with refused(here.work, Contradiction, ("declared_conflict", "/designations/0")):
        here.assign("CHL", "JAM")
    expert = here.experts["CHL"].person_id
    with undone(here.work), pytest.raises(IntegrityError, match="declared_conflict"):
        put(here.work, here.id, "BRB", here.designations["CHL"], "CHL", expert)
    here.assign("JAM")
    assert [row.expert_state for row in assignments(here.work, here.id)] == ["JAM"]


def test_a_voice_that_has_ended_is_not_taken_up_again_with_one(judging: World) -> None:
    here = judging
    (voice,) = (row.id for row in assignments(here.work, here.id) if row.expert_state == "CHL")
    declares(here, here.experts["CHL"])
    end(here.by(here.secretariat), here.secretariat, here.id, voice, "A conflict was declared.")
    with refused(here.work, Contradiction, ("declared_conflict", "/designations/0")):
        here.assign("CHL")
    again = update(Assignment).where(Assignment.id == voice).values(ended_at=None)
    with undone(here.work), pytest.raises(IntegrityError, match="declared_conflict"):
        here.work.db.execute(again)


def test_two_persons_lift_it_and_the_state_is_told(judging: World) -> None:
    here, expert = judging, judging.experts["CHL"]
    conflict = declares(here, expert)
    lifts(here, conflict, here.secretariat, here.deputy)
    assert permitted(here.by(expert), expert, "answers.read", here.id)
    for chain in (here.round, here.id):
        (said,) = recorded(here.work, chain, "conflict_lifted")
        assert said["actor"] == str(here.deputy.person_id)
        assert said["data"]["asked_by"] == str(here.secretariat.person_id)
    assert recorded(here.work, here.evaluations["JAM"], "conflict_lifted") == []
    (row,) = conflicts(here.work, here.entity, here.round)
    assert (row.asked_by, row.settled_by) == (here.secretariat.person_id, here.deputy.person_id)
    assert declares(here, expert) != conflict  # it can be declared again


def test_one_person_does_not_lift_it(judging: World) -> None:
    here = judging
    conflict = declares(here, here.experts["CHL"])
    asked = ask_to_lift(here.by(here.secretariat), here.secretariat, conflict, "Why not.")
    with refused(here.work, Refused, "same_person", code="not_approved"):
        second(here.by(here.secretariat), here.secretariat, asked)
    for other in (here.experts["CHL"], here.entity, here.commission, here.auditor):
        with pytest.raises((NotAllowed, NotFound)):
            second(here.by(other), other, asked)
        with pytest.raises(NotFound):
            ask_to_lift(here.by(other), other, conflict, "Why not.")
    with refused(here.work, Contradiction, "second_awaited"):
        ask_to_lift(here.by(here.deputy), here.deputy, conflict, "Why not.")
    second(here.by(here.deputy), here.deputy, asked)
    with refused(here.work, Contradiction, "lifted_already"):
        ask_to_lift(here.by(here.deputy), here.deputy, conflict, "Again.")
    with pytest.raises(NotFound):
        ask_to_lift(here.by(here.deputy), here.deputy, NOWHERE, "Nothing.")


@pytest.mark.parametrize(
    ("who", "person", "state", "reasons"),
    [
        (lambda w: w.experts["CHL"], None, "ZZZ", ["unknown_state"]),
        (lambda w: w.secretariat, lambda w: w.entity, "BRB", ["no_evaluator"]),
        (lambda w: w.secretariat, lambda w: w.auditor, "ZZZ", ["unknown_state", "no_evaluator"]),
        (lambda w: w.entity, None, "BRB", ["no_evaluator"]),
        (lambda w: w.experts["JAM"], None, "BRB", ["declared_already"]),
    ],
)
def test_what_cannot_be_declared_is_refused_with_every_reason(
    here: World,
    who: Callable[[World], Actor],
    person: Callable[[World], Actor] | None,
    state: str,
    reasons: list[str],
) -> None:
    declares(here, here.experts["JAM"])
    actor = who(here)
    with refused(here.work, Invalid, *reasons):
        declares(here, actor, None if person is None else person(here), state)


def test_another_s_is_declared_only_by_whoever_could_ask_to_lift_it(here: World) -> None:
    for actor in (here.entity, here.experts["JAM"], here.commission, here.auditor):
        with pytest.raises(NotAllowed) as caught:
            declares(here, actor, here.experts["CHL"])
        assert "no_capability" in {reason.code for reason in caught.value.reasons}
    assert declares(here, here.secretariat, here.experts["CHL"])
    with pytest.raises(NotFound):
        declare(here.by(here.secretariat), here.secretariat, here.round, NOWHERE, "BRB", WHY)


def test_one_knows_of_one_s_own_and_of_what_was_lifted_with_one_s_state(judging: World) -> None:
    here = judging
    conflict = declares(here, here.experts["CHL"])

    def knows(actor: Actor) -> bool:
        return [row.id for row in conflicts(here.work, actor, here.round)] == [conflict]

    told = [actor for actor in here.everybody if knows(actor)]
    assert told == [here.experts["CHL"], here.secretariat, here.deputy]
    lifts(here, conflict, here.deputy, here.secretariat)
    told = [actor for actor in here.everybody if knows(actor)]
    assert told == [here.entity, here.contributors["BRB"], here.experts["CHL"], here.secretariat, here.deputy]


def test_the_database_lifts_nothing_without_two_and_changes_nothing_else(judging: World) -> None:
    here = judging
    conflict = declares(here, here.experts["CHL"])
    asked = ask_to_lift(here.by(here.secretariat), here.secretariat, conflict, "Why not.")
    ours = Conflict.id == conflict
    for statement in (
        update(Conflict).where(ours).values(lifted_at=here.work.now),
        update(Conflict).where(ours).values(lifted_at=here.work.now, approval_id=asked),
        update(Conflict).where(ours).values(state="JAM"),
        delete(Conflict).where(ours),
    ):
        with undone(here.work), pytest.raises(IntegrityError, match=r"only_lifted|only_added_to"):
            here.work.db.execute(statement)
    assert [row.lifted_at for row in rows(here.work, Conflict)] == [None]
