"""Can a state say of a unit of any level that it does not apply, and are the questions below it not demanded then?"""

from __future__ import annotations

import pytest
from tests import looking
from tests.looking import recorded, refused, rows
from tests.worlds import World

from mem.answers.declarations import declarations, declare
from mem.answers.models import DeclarationVersion
from mem.core.errors import Invalid, NotAllowed, Precondition, Refused
from mem.rounds.standing import rated_units

answering = looking.at("answering")
compiling = looking.at("compilation")


def says(here: World, unit: str, reason: str | None = "We grow none.", base: int = 0) -> int:
    return declare(here.by(here.entity), here.entity, here.id, unit, reason, base)


def missing(here: World) -> set[str]:
    """The questions that are demanded and not answered."""
    with pytest.raises(Refused) as told:
        here.fire(here.entity, "submit_answers")
    return {str(one.about).split()[1] for one in told.value.reasons}


@pytest.mark.parametrize("unit", ["IS-1.1", "IS-1", "IS"])
def test_the_questions_below_a_unit_of_any_level_are_not_demanded(answering: World, unit: str) -> None:
    here = answering
    before, form, tree = missing(here), here.standing().form, here.standing().tree
    below = {one.code for one in tree.below(unit)}
    spared = {key for key in before if below.issuperset(form.asked[key].question.units)}
    assert spared
    says(here, unit)
    if before == spared:
        here.fire(here.entity, "submit_answers")
        return
    assert missing(here) == before - spared
    assert says(here, unit, None, 1) == 2
    assert missing(here) == before


def test_the_experts_see_it_and_judge_all_the_same(compiling: World, answering: World) -> None:
    here = answering
    says(here, "IS-1")
    here.to("review")
    (row,) = declarations(here.work, here.experts["CHL"], here.id)
    assert (row.unit, row.version, row.reason, row.by) == ("IS-1", 1, "We grow none.", here.entity.person_id)
    assert "IS-1.1" in {unit.code for unit in rated_units(here.work, here.standing())}
    (said,) = recorded(here.work, here.id, "unit_declared")
    assert said["data"] == {"unit": "IS-1", "version": 1, "reason": "We grow none."}
    with refused(compiling.work, NotAllowed, "not_open"):
        says(compiling, "IS-1")


def test_what_is_wrong_with_a_declaration_is_told(answering: World) -> None:
    here = answering
    with refused(here.work, Invalid, ("unknown_unit", "path:unit")):
        says(here, "ZZ-1")
    with refused(here.work, Invalid, ("left_out", "path:unit")):
        says(here, "DR-1")
    with refused(here.work, Invalid, ("not_declared", "/reason")):
        says(here, "IS-1", None)
    assert says(here, "IS-1") == 1
    with refused(here.work, Precondition, "stale"):
        says(here, "IS-1")
    assert [row.version for row in rows(here.work, DeclarationVersion)] == [1]
