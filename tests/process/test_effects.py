"""Does each effect do its one thing to the subject that moved, and ask for what else must move?"""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from uuid import UUID

import pytest
from tests import looking
from tests.looking import NOW, recorded, rows, stored
from tests.methods_of import real_method
from tests.worlds import WEAK, World, world

from mem.answers.models import Submission
from mem.methods.method import Method
from mem.process.effects import EFFECTS, Done, Further
from mem.process.facts import Payload
from mem.process.guards import EVALUATION, RECOMMENDATION, ROUND
from mem.recommendations.models import Recommendation
from mem.recommendations.service import issued, recommendation
from mem.reports.models import Publication, ReportVersion
from mem.rounds.models import Decision
from mem.rounds.standing import round_standing

NOTHING = Payload()
ISSUE = {"workflow": "country_evaluation", "trigger": "issue"}


here = looking.at()


def run(here: World, name: str, done: Done, **params: str) -> list[Further]:
    """Run an effect on Barbados' evaluation, as somebody's consequence."""
    effect = EFFECTS[name]
    by = here.by(here.secretariat, days=1)
    return [*effect.run(by, here.standing(), done, effect.params.model_validate(params))]


def asked_of_round(here: World, **params: str) -> set[tuple[UUID, str]]:
    effect = EFFECTS["fire_on_evaluations"]
    where = round_standing(here.work, here.round)
    found = effect.run(here.work, where, Done("x", NOTHING, 2), effect.params.model_validate(params))
    return {(one.position_id, one.trigger) for one in found}


def test_every_effect_is_an_order_and_has_a_real_road_that_names_it() -> None:
    named = {
        (use.name, workflow.subject)
        for workflow in real_method().workflows.values()
        for use in chain.from_iterable(transition.effects for transition in workflow.transitions)
    }
    assert {name for name, _ in named} == set(EFFECTS)
    assert all(subject in EFFECTS[name].subjects for name, subject in named)
    for name, effect in EFFECTS.items():
        assert effect.subjects <= {ROUND, EVALUATION, RECOMMENDATION}
        assert (effect.run.__name__, bool(effect.run.__doc__)) == (name, True)


def test_a_trigger_is_asked_of_every_evaluation_that_stands_where_it_leads_on(here: World) -> None:
    assert asked_of_round(here, **ISSUE) == {(one, "issue") for one in here.evaluations.values()}
    jamaica = here.evaluations["JAM"]
    here.fire(here.secretariat, "record_non_participation", jamaica, reason="It does not answer.")
    assert asked_of_round(here, **ISSUE) == {(here.evaluations[state], "issue") for state in ("BRB", "CHL")}
    here.to("compilation")
    assert asked_of_round(here, **ISSUE) == set()
    everywhere = {"workflow": "country_evaluation", "trigger": "record_non_participation"}
    assert asked_of_round(here, **everywhere) == {(here.evaluations["CHL"], "record_non_participation")}


def test_a_trigger_is_asked_of_no_other_round(here: World, method: Method) -> None:
    other = world(here.work, method, "another")
    assert {one for one, _ in asked_of_round(here, **ISSUE)}.isdisjoint(other.evaluations.values())


def test_asking_for_moves_moves_nothing(here: World) -> None:
    before = stored(here.work)
    asked_of_round(here, **ISSUE)
    assert stored(here.work) == before


def test_a_snapshot_is_taken_under_the_version_that_the_move_led_to(here: World) -> None:
    here.to("answering").answer_all()
    assert run(here, "take_snapshot_of_answers", Done("submit_answers", NOTHING, 17)) == []
    (row,) = rows(here.work, Submission)
    assert (row.evaluation_id, row.version, row.by) == (here.id, 17, here.secretariat.person_id)
    assert len(recorded(here.work, here.id, "answers_submitted")) == 1


def test_a_report_is_assembled_with_the_trigger_as_its_cause(here: World) -> None:
    here.to("country_comment")
    assert run(here, "assemble_report", Done("finalise", NOTHING, 9)) == []
    assert [row.version for row in rows(here.work, ReportVersion)] == [1, 2]
    assert [said["data"]["cause"] for said in recorded(here.work, here.id, "report_assembled")] == [
        "send_draft", "finalise",
    ]  # fmt: skip


def test_a_decision_is_recorded_with_its_occasion_reason_and_day(here: World) -> None:
    here.to("before_commission")
    session = here.session()
    assert run(here, "record_decision", Done("send_back", Payload("Not yet.", session), 9)) == []
    (row,) = rows(here.work, Decision)
    assert tuple(row) == (here.id, 9, session, "send_back", "Not yet.", NOW + timedelta(days=1))
    (said,) = recorded(here.work, here.id, "decision_recorded")
    assert said["data"] == {"trigger": "send_back", "occasion": str(session), "reason": "Not yet."}


def test_a_decision_on_a_recommendation_is_told_on_the_chain_of_its_evaluation(here: World) -> None:
    (one,) = issued(here.work, here.to("published").id)
    session, effect = here.session(), EFFECTS["record_decision"]
    where = recommendation(here.work, one.id, None)
    effect.run(here.work, where, Done("approve_closing", Payload(None, session), 4), effect.params())
    assert {(row.position_id, row.trigger) for row in rows(here.work, Decision)} == {
        (here.id, "approve"), (one.id, "approve_closing"),
    }  # fmt: skip
    assert recorded(here.work, here.id)[-1]["data"]["trigger"] == "approve_closing"


def test_a_decision_on_a_round_is_told_on_its_own_chain(here: World) -> None:
    session, effect = here.session(), EFFECTS["record_decision"]
    where = round_standing(here.work, here.round)
    effect.run(here.work, where, Done("close", Payload("Done.", session), 4), effect.params())
    assert recorded(here.work, here.round)[-1]["type"] == "decision_recorded"


def test_the_newest_version_is_released(here: World) -> None:
    here.to("approved")
    assert run(here, "publish_report", Done("publish", NOTHING, 10)) == []
    assert [tuple(row) for row in rows(here.work, Publication)] == [(here.id, 2, NOW + timedelta(days=1))]


@pytest.mark.breaks_invariants
def test_each_recommendation_of_the_report_is_issued(here: World) -> None:
    here.to("approved")
    assert run(here, "issue_recommendations", Done("publish", NOTHING, 10)) == []
    assert [(row.evaluation_id, row.unit) for row in rows(here.work, Recommendation)] == [(here.id, WEAK)]
    assert len(recorded(here.work, here.id, "recommendation_issued")) == 1


def test_an_effect_takes_only_the_parameters_it_has() -> None:
    for name, effect in EFFECTS.items():
        with pytest.raises(ValueError, match="Extra inputs"):
            effect.params.model_validate({**(ISSUE if name == "fire_on_evaluations" else {}), "more": 1})
