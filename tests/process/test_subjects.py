"""Is each of the three subjects read as what it is, with its own road, place, chain and actions?"""

from __future__ import annotations

from uuid import UUID

from tests import looking
from tests.looking import refused
from tests.worlds import World

from mem.core.errors import NotFound
from mem.core.work import Work
from mem.process.facts import EvaluationFacts, Payload, RecommendationFacts, RoundFacts
from mem.process.subjects import Moving, moving
from mem.recommendations.service import RecommendationStanding, issued
from mem.rounds.standing import RoundStanding, Standing

NOTHING = Payload()


here = looking.at()


def test_a_round_is_read_as_one(here: World) -> None:
    found = moving(here.work, here.round, here.secretariat)
    assert isinstance(found.where, RoundStanding)
    assert (found.workflow.workflow, found.stage, found.version) == ("round", "preparation", 1)
    assert (found.chain, found.read, found.act) == (here.round, "round.read", "round.advance")
    assert found.method == here.method
    assert found.place.state is None


def test_an_evaluation_is_read_as_one_for_whoever_asks(here: World) -> None:
    here.to("review")
    found = moving(here.work, here.id, here.experts["CHL"])
    assert isinstance(found.where, Standing)
    assert (found.workflow.workflow, found.stage, found.version) == ("country_evaluation", "review", 4)
    assert (found.chain, found.read, found.act) == (here.id, "evaluation.read", "evaluation.advance")
    assert (found.place.state, found.place.assigned) == ("BRB", True)
    assert found.place.edits == {"expert": {"findings"}, "mem_unit": {"assignments", "openings", "deadlines"}}
    assert not moving(here.work, here.id, None).place.assigned


def test_a_recommendation_is_read_as_one_and_told_on_the_chain_of_its_evaluation(here: World) -> None:
    (one,) = issued(here.work, here.to("published").id)
    found = moving(here.work, one.id, here.entity)
    assert isinstance(found.where, RecommendationStanding)
    assert (found.workflow.workflow, found.stage, found.version) == ("recommendation", "issued", 1)
    assert (found.chain, found.read, found.act) == (here.id, "recommendation.read", "recommendation.advance")
    assert (found.place.state, found.method) == ("BRB", here.method)


def test_what_stands_nowhere_is_not_found(here: World) -> None:
    for which in (UUID(int=0xDEAD), here.cycle, here.secretariat.person_id):
        with refused(here.work, NotFound):
            moving(here.work, which, here.secretariat)


def untouchable(found: Moving, work: Work, fact: str, *triggers: str) -> bool:
    """Whether a fact is out of reach when these transitions are asked about."""
    transitions = [one for one in found.workflow.transitions if one.trigger in triggers]
    try:
        bool(getattr(found.facts(work, NOTHING, transitions), fact))
    except AssertionError:
        return True
    return False


def test_only_what_the_guards_of_the_transitions_ask_for_is_gathered(here: World) -> None:
    here.to("review")
    found = moving(here.work, here.id, None)
    assert not untouchable(found, here.work, "voices", "open_consolidation")
    assert untouchable(found, here.work, "rated", "open_consolidation")
    assert not untouchable(found, here.work, "rated", "open_consolidation", "send_draft")
    assert untouchable(found, here.work, "voices")


def test_each_subject_has_facts_of_its_own(here: World) -> None:
    (one,) = issued(here.work, here.to("published").id)
    kinds = {here.round: RoundFacts, here.id: EvaluationFacts, one.id: RecommendationFacts}
    for position, kind in kinds.items():
        found = moving(here.work, position, None)
        facts = found.facts(here.work, Payload("Because."), found.workflow.transitions)
        assert type(facts) is kind
        assert (facts.method, facts.payload.reason) == (here.method, "Because.")
