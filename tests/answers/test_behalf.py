"""Are both named where a reply on paper is typed in, and does nothing go on before the state has confirmed it?"""

from __future__ import annotations

import pytest
from tests import looking
from tests.looking import recorded, refused
from tests.worlds import World

from mem.answers.behalf import Confirmed, confirm, give_on_behalf
from mem.answers.service import NewAnswer, answer, give
from mem.core.errors import Invalid, NotAllowed, NotFound, Precondition, Refused

answering = looking.at("answering")
compiling = looking.at("compilation")
PAPER = "Note 12 of 3 May, E-211"


def typed(here: World, base: int = 0) -> None:
    new = [NewAnswer("is_1_1", True, None, base)]
    give_on_behalf(here.by(here.secretariat), here.secretariat, here.id, new, PAPER)


def confirmed(here: World, *said: Confirmed) -> None:
    confirm(here.by(here.entity), here.entity, here.id, said or [Confirmed("is_1_1", 1)])


def test_who_typed_and_for_whom_are_named_in_the_record_and_where_the_answer_is_shown(answering: World) -> None:
    here = answering
    typed(here)
    row = answer(here.work, here.entity, here.id, "is_1_1")
    assert (row.by, row.on_behalf_of, row.paper) == (here.secretariat.person_id, "BRB", PAPER)
    assert (row.confirmed_by, row.confirmed_at) == (None, None)
    (said,) = recorded(here.work, here.id, "answers_given")
    assert (said["actor"], said["data"]["on_behalf_of"], said["data"]["paper"]) == (str(row.by), "BRB", PAPER)
    confirmed(here)
    row = answer(here.work, here.entity, here.id, "is_1_1")
    assert (row.by, row.confirmed_by) == (here.secretariat.person_id, here.entity.person_id)
    (said,) = recorded(here.work, here.id, "answers_confirmed")
    assert said["actor"] == str(here.entity.person_id)
    assert said["data"]["answers"] == [{"question": "is_1_1", "version": 1, "typed_by": str(row.by)}]


@pytest.mark.parametrize("corrected", [True, False])
def test_nothing_is_submitted_before_each_is_confirmed_or_corrected(answering: World, corrected: bool) -> None:
    here = answering
    here.answer_all()
    typed(here, 1)
    with refused(here.work, Refused, ("answer_unconfirmed", "is_1_1")):
        here.fire(here.entity, "submit_answers")
    if corrected:
        give(here.by(here.entity), here.entity, here.id, [NewAnswer("is_1_1", True, None, 2)])
    else:
        confirmed(here, Confirmed("is_1_1", 2))
    here.fire(here.entity, "submit_answers")


def test_only_what_was_typed_in_is_confirmed_once_and_as_it_was_seen(answering: World) -> None:
    here = answering
    with refused(here.work, Invalid, "not_on_behalf"):
        confirmed(here)
    typed(here)
    typed(here, 1)
    with refused(here.work, Precondition, "stale"):
        confirmed(here)
    with refused(here.work, Invalid, "twice"):
        confirmed(here, Confirmed("is_1_1", 2), Confirmed("is_1_1", 2))
    confirmed(here, Confirmed("is_1_1", 2))
    with refused(here.work, Invalid, "confirmed_already"):
        confirmed(here, Confirmed("is_1_1", 2))


def test_only_the_secretariat_types_in_and_only_the_entity_confirms(answering: World) -> None:
    here = answering
    typed(here)
    for actor in (here.contributors["BRB"], here.secretariat):
        with pytest.raises(NotAllowed):
            confirm(here.by(actor), actor, here.id, [Confirmed("is_1_1", 1)])
    with pytest.raises(NotFound):
        confirm(here.by(here.entities["CHL"]), here.entities["CHL"], here.id, [Confirmed("is_1_1", 1)])
    with pytest.raises(NotAllowed):
        give_on_behalf(here.by(here.entity), here.entity, here.id, [NewAnswer("is_1_2", True, None, 0)], PAPER)


def test_nothing_is_typed_in_after_the_state_submitted(compiling: World) -> None:
    with refused(compiling.work, NotAllowed, "not_open"):
        typed(compiling, 1)
