"""Does a subject move through the one door: once, when nothing stands against it, with all that follows, or not?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import NOW, put, recorded, refused, rows, statements, stored, undone
from tests.methods_of import real_method
from tests.worlds import ASSIGNED, LEFT_OUT, STAGES, STATES, World, world

from mem.answers.models import Submission
from mem.core.db import Database
from mem.core.errors import NotAllowed, NotFound, Precondition, Reason, Refused
from mem.core.work import Work
from mem.methods.method import Method
from mem.methods.models import Position, StageMove
from mem.people.policy import Actor
from mem.process import approving
from mem.process.advance import Possible, advance, lapse, possible
from mem.process.blockers import NEED
from mem.process.facts import Payload
from mem.process.subjects import moving
from mem.recommendations.service import issued
from mem.reports.models import Publication
from mem.rounds.models import Deadline
from mem.rounds.service import NewCycle, enrol, open_round, record_occasion, set_unit
from mem.rounds.standing import standing

NOWHERE = UUID(int=0xDEAD)
NOTHING = Payload()
EVERY_STATE = [member.code for member in real_method().members.members if member.until is None]


here = looking.at()


def against(here: World, actor: Actor, trigger: str, where: UUID | None = None, **payload: Any) -> list[Any]:
    """What stands against a trigger for an actor: code and place of each blocker."""
    _, found = possible(here.work, actor, where or here.id, Payload(**payload))
    (one,) = (one for one in found if one.trigger == trigger)
    return [(blocker.code, blocker.where or blocker.about) for blocker in one.blockers]


def attempt(here: World, actor: Actor, one: Possible, payload: Payload) -> list[Reason]:
    """Fire a trigger, and undo it; why it was refused."""
    stage, version = here.stage, here.standing().version
    with undone(here.work):
        try:
            moved = advance(here.by(actor), actor, here.id, one.trigger, payload, version)
        except (NotAllowed, Refused) as refusal:
            return list(refusal.reasons)
        if isinstance(moved, UUID):
            assert (here.stage, bool(one.second)) == (stage, True)  # it waits for another person
            other = here.deputy if actor != here.deputy else here.secretariat
            approving.second(here.by(other), other, moved)
        else:
            assert (moved.trigger, moved.from_stage, moved.to_stage, moved.version) == (
                one.trigger, stage, one.to, version + 1,
            )  # fmt: skip
            assert not one.second
        assert (here.stage, here.standing().version) == (one.to, version + 1)
    return []


def test_what_is_told_to_be_possible_is_what_happens_to_whoever_tries(here: World) -> None:
    tried: dict[bool, int] = {True: 0, False: 0}
    for stage in STAGES:
        here.to(stage)
        payloads = [NOTHING, Payload("Because.", here.session()), Payload("Because.", NOWHERE)]
        for actor in here.everybody:
            try:
                possible(here.work, actor, here.id, NOTHING)
            except NotFound:
                with pytest.raises(NotFound):
                    here.fire(actor, "issue")
                continue
            for payload in payloads:
                _, found = possible(here.work, actor, here.id, payload)
                for one in found:
                    reasons = attempt(here, actor, one, payload)
                    assert reasons == list(one.blockers), (stage, actor.name, one.trigger)
                    tried[reasons == []] += 1
    assert tried[True] > 10
    assert tried[False] > 100


def test_what_is_possible_is_told_for_each_trigger_of_the_stage_in_the_order_of_the_road(here: World) -> None:
    here.to("compilation")
    subject, found = possible(here.work, here.secretariat, here.id, NOTHING)
    assert (subject.stage, subject.version) == ("compilation", 3)
    assert [(one.trigger, one.to, list(one.by), list(one.needs)) for one in found] == [
        ("open_review", "review", ["mem_unit"], []),
        ("return_for_clarification", "answering", ["mem_unit"], ["reason"]),
        ("suspend", "compilation", ["mem_unit"], ["reason"]),
        ("resume", "compilation", ["mem_unit"], ["reason"]),
        ("withdraw_from_round", "withdrawn_from_round", ["national_coordinating_entity"], ["reason"]),
        ("cancel", "cancelled", [], []),
    ]
    assert [one.is_open for one in found] == [False, True, True, False, False, False]
    assert found[1].blockers == [NEED["reason"]]
    here.assign(*ASSIGNED)
    _, found = possible(here.work, here.secretariat, here.id, NOTHING)
    assert [one.is_open for one in found] == [True, True, True, False, False, False]
    here.fire(here.secretariat, "open_review")
    here.to("published")
    assert possible(here.work, here.secretariat, here.id, NOTHING)[1] == []


def test_every_condition_of_the_road_stands_in_the_way_until_it_is_met(here: World) -> None:
    entity, unit, coordinator = here.entity, here.secretariat, here.coordinator
    assert against(here, unit, "issue") == [("round_not_there", None)]
    here.to("answering")
    missing = against(here, entity, "submit_answers")
    assert {code for code, _ in missing} == {"answer_missing"}
    assert ("answer_missing", "IS-1.1 is_1_1") in missing
    here.answer_all()
    assert against(here, entity, "submit_answers") == []
    here.fire(entity, "submit_answers")
    assert against(here, unit, "open_review") == [("too_few_experts", None)]
    here.assign("CHL")
    assert against(here, unit, "open_review") == [("too_few_experts", None)]
    here.assign("JAM")
    here.fire(unit, "open_review")
    assert against(here, coordinator, "open_consolidation") == [("assessment_missing", state) for state in ASSIGNED]
    here.assess()
    assert against(here, coordinator, "send_draft") == [("conclusion_missing", unit) for unit in here.units]
    here.send_draft()
    assert against(here, entity, "return_comments") == []
    here.return_comments()
    assert against(here, coordinator, "finalise") == [("comment_open", f"comment {number}") for number in (1, 2, 3)]
    here.finalise()
    assert against(here, here.commission, "approve") == [("occasion_needed", "/occasion")]
    assert against(here, here.commission, "approve", occasion=NOWHERE) == [("unknown_occasion", "/occasion")]
    ahead = record_occasion(
        here.by(unit), unit, here.round, "commission_session", "Later", (NOW + timedelta(days=1)).date()
    )
    assert against(here, here.commission, "approve", occasion=ahead) == [("occasion_ahead", "/occasion")]
    assert against(here, here.commission, "approve", occasion=here.session()) == []
    here.approve()
    assert against(here, unit, "publish") == []


def test_every_condition_of_the_road_of_a_round_stands_in_the_way_until_it_is_met(here: World) -> None:
    work, method = here.work, here.method
    empty = open_round(
        work, method, "empty", "", True, [NewCycle("evaluation", "main", "", {**LEFT_OUT, "IS": "Too."})]
    )
    call = [("no_state_enrolled", None), ("nothing_evaluated", None)]
    assert against(here, here.secretariat, "call_for_experts", empty) == call
    set_unit(work, here.secretariat, here.cycle, "IS", False, "Nothing is judged.")
    assert against(here, here.secretariat, "call_for_experts", here.round) == [("nothing_evaluated", None)]
    set_unit(work, here.secretariat, here.cycle, "IS", True, None)
    here.fire(here.secretariat, "call_for_experts", here.round)
    assert against(here, here.secretariat, "issue_questionnaire", here.round) == [
        ("no_expert_designated", state) for state in STATES
    ]
    here = world(work, method, "another").to("answering")
    assert against(here, here.secretariat, "begin_follow_up", here.round) == [
        ("evaluation_not_there", state) for state in STATES
    ]
    for state, one in here.evaluations.items():
        here.fire(here.secretariat, "record_non_participation", one, reason=f"{state} does not answer.")
    here.fire(here.secretariat, "begin_follow_up", here.round)
    here.fire(here.secretariat, "close", here.round)
    assert moving(work, here.round, None).stage == "closed"


def test_a_refusal_carries_every_reason_and_nothing_is_stored(here: World) -> None:
    here.to("before_commission")
    version = here.standing().version
    cases: list[tuple[Actor, str, Payload, list[tuple[str, str | None]]]] = [
        (here.entity, "send_back", NOTHING, [
            ("not_yours", "commission"), ("occasion_needed", "/occasion"), ("reason_needed", "/reason"),
        ]),
        (here.entity, "send_back", Payload(occasion=NOWHERE), [
            ("not_yours", "commission"), ("reason_needed", "/reason"), ("unknown_occasion", "/occasion"),
        ]),
        (here.commission, "send_back", Payload(occasion=here.session()), [("reason_needed", "/reason")]),
        (here.commission, "approve", Payload(reason="Because."), [("occasion_needed", "/occasion")]),
        (here.commission, "publish", NOTHING, [("wrong_stage", "/trigger")]),
        (here.commission, "crown", NOTHING, [("unknown_trigger", "/trigger")]),
        (replace(here.commission, token_scope=frozenset({"read"})), "approve", NOTHING, [
            ("token_scope", None), ("occasion_needed", "/occasion"),
        ]),
    ]  # fmt: skip
    for actor, trigger, payload, reasons in cases:
        with refused(here.work, Refused, *reasons, code="refused"):
            advance(here.by(actor), actor, here.id, trigger, payload, version)


def test_whoever_could_not_fire_it_even_with_nothing_else_against_it_is_not_allowed_to(here: World) -> None:
    here.to("before_commission")
    payload, version = Payload(occasion=here.session(), reason="Because."), here.standing().version
    reader = replace(here.commission, token_scope=frozenset({"read"}))
    for actor, trigger, reason in ((here.entity, "send_back", "not_yours"), (reader, "approve", "token_scope")):
        with refused(here.work, NotAllowed, reason, code="not_allowed"):
            advance(here.by(actor), actor, here.id, trigger, payload, version)


def test_who_does_not_fire_it_is_told_only_what_they_see_anyway(here: World) -> None:
    here.to("review")
    mine = [("not_yours", "coordinator")]
    waiting = [("assessment_missing", state) for state in ASSIGNED]
    assert against(here, here.coordinator, "open_consolidation") == waiting
    assert against(here, here.secretariat, "open_consolidation") == mine + waiting
    for actor in (here.entity, here.commission, here.experts["CHL"]):
        assert against(here, actor, "open_consolidation") == mine


def test_a_coordinator_of_the_country_does_not_even_learn_of_it(here: World) -> None:
    here.to("review")
    for actor in (here.coordinators["BRB"], here.experts["BRB"], here.entities["CHL"]):
        with refused(here.work, NotFound):
            possible(here.work, actor, here.id, NOTHING)
        with refused(here.work, NotFound):
            here.fire(actor, "open_consolidation")
    for which in (NOWHERE, here.secretariat.person_id):
        with refused(here.work, NotFound):
            advance(here.work, here.secretariat, which, "issue", NOTHING, 1)
        with refused(here.work, NotFound):
            possible(here.work, here.secretariat, which, NOTHING)


@pytest.mark.parametrize("seen", [0, 1, 3, 99])
def test_who_saw_another_version_moves_nothing(here: World, seen: int) -> None:
    here.to("answering")
    with refused(here.work, Precondition, "stale", code="stale"):
        advance(here.work, here.secretariat, here.id, "record_non_participation", Payload("Because."), seen)


def test_a_move_is_one_event_with_all_that_was_decided(here: World) -> None:
    here.to("before_commission")
    session = here.session()
    here.fire(here.commission, "send_back", days=4, reason="Not yet.", occasion=session)
    said = recorded(here.work, here.id, "stage_moved")[-1]
    assert (said["actor"], said["at"]) == (str(here.commission.person_id), "2026-03-06T12:00:00.000000Z")
    assert said["data"] == {
        "position": str(here.id), "workflow": "country_evaluation", "trigger": "send_back",
        "from": "before_commission", "to": "revision", "version": here.standing().version, "reason": "Not yet.",
        "occasion": str(session), "due_at": "2026-03-27T12:00:00.000000Z",
    }  # fmt: skip
    (move,) = rows(here.work, StageMove, position_id=here.id, seq=here.standing().version)
    assert (move.from_stage, move.trigger, move.to_stage, move.by) == (
        "before_commission", "send_back", "revision", here.commission.person_id,
    )  # fmt: skip


def test_a_whole_road_is_told_move_by_move(here: World) -> None:
    here.to("published")
    moves = [said["data"] for said in recorded(here.work, here.id, "stage_moved")]
    assert [said["from"] for said in moves] == list(STAGES[:-1])
    assert [said["to"] for said in moves] == list(STAGES[1:])
    assert [said["version"] for said in moves] == list(range(2, 11))
    assert len(rows(here.work, StageMove, position_id=here.id)) == 9


def test_each_stage_with_a_limit_is_due_the_days_of_the_calendar_after_it_was_entered(here: World) -> None:
    here.to("published")
    road, days = here.method.workflows["country_evaluation"], here.method.calendar.days
    expected = {
        (version, stage, days[limit.days].after(NOW), limit.lapse)
        for version, stage in enumerate(STAGES, 1)
        if (limit := road.stages[stage].deadline) is not None
    }
    found = rows(here.work, Deadline, position_id=here.id)
    assert {(row.version, row.stage, row.due_at, row.lapse) for row in found} == expected
    assert len(expected) == 8
    (round_row,) = rows(here.work, Deadline, position_id=here.round)
    assert (round_row.stage, round_row.due_at) == ("designation", days["designation"].after(NOW))


def test_a_stage_that_is_entered_again_has_a_new_limit(here: World) -> None:
    here.to("compilation")
    here.fire(here.secretariat, "return_for_clarification", days=10, reason="Unclear.")
    found = rows(here.work, Deadline, position_id=here.id, stage="answering")
    limits = sorted((row.version, (row.due_at - NOW).days) for row in found)
    assert limits == [(2, 75), (4, 85)]


def test_issuing_the_questionnaire_issues_every_evaluation_that_still_takes_part(here: World) -> None:
    here.name_experts()
    here.fire(here.secretariat, "record_non_participation", here.evaluations["JAM"], reason="It does not answer.")
    here.fire(here.secretariat, "issue_questionnaire", here.round, days=3)
    stages = {state: moving(here.work, one, None) for state, one in here.evaluations.items()}
    assert {state: (one.stage, one.version) for state, one in stages.items()} == {
        "BRB": ("answering", 2), "CHL": ("answering", 2), "JAM": ("not_participating", 2),
    }  # fmt: skip
    for state in ("BRB", "CHL"):
        (said,) = recorded(here.work, here.evaluations[state], "stage_moved")
        assert (said["data"]["trigger"], said["actor"]) == ("issue", str(here.secretariat.person_id))
        (limit,) = rows(here.work, Deadline, position_id=here.evaluations[state])
        assert limit.due_at == NOW + timedelta(days=3 + 75)


def changed(method: Method, workflow: str, trigger: str, **more: Any) -> Method:
    """The method with something else at one transition."""
    part = method.parts[f"{workflow}.yaml"]
    turned = [{**one, **more} if one["trigger"] == trigger else one for one in part["transitions"]]
    return Method.of({**method.parts, f"{workflow}.yaml": {**part, "transitions": turned}})


def test_a_consequence_that_is_refused_undoes_the_whole_move(database: Database, method: Method) -> None:
    strict = changed(method, "country_evaluation", "issue", guards=[{"assessors_are_assigned": {"at_least": 1}}])
    with database.write() as connection:
        here = world(Work(connection, NOW), strict)
        here.name_experts()
        before = stored(here.work)

    def issue() -> None:
        with database.write() as connection:
            here.within(Work(connection, NOW)).fire(here.secretariat, "issue_questionnaire", here.round)

    with pytest.raises(Refused) as caught:
        issue()
    assert [reason.code for reason in caught.value.reasons] == ["too_few_experts"]
    with database.read() as connection:
        assert stored(Work(connection, NOW)) == before


@pytest.mark.breaks_invariants
def test_an_effect_that_fails_undoes_the_move_its_event_and_every_other_effect(
    database: Database, method: Method
) -> None:
    with database.write() as connection:
        here = world(Work(connection, NOW), method).to("approved")
        put(here.work, Publication, evaluation_id=here.id, version=1, at=NOW)  # the effect cannot publish again
        before = stored(here.work)

    def publish() -> None:
        with database.write() as connection:
            here.within(Work(connection, NOW)).publish()

    with pytest.raises(IntegrityError):
        publish()
    with database.read() as connection:
        assert stored(Work(connection, NOW)) == before


def race(database: Database, here: World, acts: list[Callable[[World], object]]) -> list[str]:
    """What came of acts done at once, each in a transaction of its own: "won", or how it was refused."""
    start = Barrier(len(acts))

    def run(act: Callable[[World], object]) -> str:
        start.wait()
        try:
            with database.write() as connection:
                act(here.within(Work(connection, NOW)))
        except (Precondition, Refused) as error:
            return error.code
        return "won"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def test_of_two_who_move_a_subject_at_once_exactly_one_wins(database: Database, method: Method) -> None:
    with database.write() as connection:
        here = world(Work(connection, NOW), method)
        more = [state for state in EVERY_STATE if state not in STATES][:17]
        every = [*here.evaluations.values(), *enrol(here.work, here.secretariat, here.cycle, more)]
    assert len(every) == 20
    for one in every:

        def act(world: World, one: UUID = one) -> None:
            by = world.secretariat
            advance(world.by(by), by, one, "record_non_participation", Payload("Because."), 1)

        assert race(database, here, [act, act]) == ["stale", "won"]
    with database.read() as connection:
        seen = Work(connection, NOW)
        assert {(row.stage, row.version) for row in rows(seen, Position, workflow="country_evaluation")} == {
            ("not_participating", 2)
        }
        assert len(rows(seen, StageMove)) == 20
        for one in every:
            assert len(recorded(seen, one, "stage_moved")) == 1


def test_of_two_who_move_a_subject_elsewhere_at_once_exactly_one_wins_with_its_effects(
    database: Database, method: Method
) -> None:
    with database.write() as connection:
        here = world(Work(connection, NOW), method).to("answering")
        here.answer_all()

    def submit(world: World) -> None:
        advance(world.by(world.entity), world.entity, world.id, "submit_answers", NOTHING, version)

    def give_up(world: World) -> None:
        by = world.secretariat
        advance(world.by(by), by, world.id, "record_non_participation", Payload("Because."), version)

    version = 2
    assert race(database, here, [submit, give_up, submit, give_up]) == ["stale", "stale", "stale", "won"]
    with database.read() as connection:
        seen = here.within(Work(connection, NOW))
        stage = seen.stage
        assert stage in ("compilation", "not_participating")
        assert len(rows(seen.work, Submission)) == (stage == "compilation")
        assert seen.standing().version == 3


def test_an_advance_notes_what_the_policy_allowed(here: World) -> None:
    here.to("answering")
    here.work.decided.clear()
    possible(here.work, here.secretariat, here.id, NOTHING)
    assert here.work.decided == {"evaluation.read"}
    with pytest.raises(Refused):
        here.fire(here.entity, "submit_answers")
    assert "evaluation.advance" not in here.work.decided
    here.fire(here.secretariat, "record_non_participation", reason="Because.")
    assert "evaluation.advance" in here.work.decided


def test_asking_takes_as_many_statements_however_much_there_is(here: World) -> None:
    here.name_experts()

    def asked(actor: Actor, where: UUID) -> int:
        with statements(here.work.db) as sent:
            possible(here.work, actor, where, NOTHING)
        return len(sent)

    few = asked(here.secretariat, here.round)
    enrol(here.work, here.secretariat, here.cycle, [state for state in EVERY_STATE if state not in STATES])
    assert asked(here.secretariat, here.round) == few <= 6
    here = world(here.work, here.method, "another").to("answering")
    few = asked(here.entity, here.id)
    here.answer_all()
    assert asked(here.entity, here.id) == few <= 7


def test_a_lapse_is_fired_by_nobody_with_its_reason(here: World) -> None:
    here.to("country_comment")
    moved = lapse(replace(here.work, now=NOW + timedelta(days=21)), here.id, "deem_no_more_comments", 6)
    assert moved is not None
    assert (moved.from_stage, moved.to_stage, moved.version) == ("country_comment", "revision", 7)
    said = recorded(here.work, here.id, "stage_moved")[-1]
    assert (said["actor"], said["data"]["reason"]) == (None, "deadline passed")
    assert rows(here.work, StageMove, position_id=here.id, seq=7)[0].by is None


def test_a_lapse_of_a_stage_that_was_left_is_none(here: World) -> None:
    here.to("revision")
    before = stored(here.work)
    for version in (5, 6, 8):
        assert lapse(here.work, here.id, "deem_no_more_comments", version) is None
    assert stored(here.work) == before
    with refused(here.work, Refused, "wrong_stage"):
        lapse(here.work, here.id, "deem_no_more_comments", 7)
    with refused(here.work, NotFound):
        lapse(here.work, NOWHERE, "deem_no_more_comments", 1)


def test_a_lapse_asks_the_guards_like_anybody(here: World) -> None:
    here.to("review")
    with refused(here.work, Refused, ("assessment_missing", "CHL"), ("assessment_missing", "JAM")):
        lapse(here.work, here.id, "open_consolidation", 4)


def test_nobody_but_a_lapse_fires_what_is_given_to_nobody(here: World) -> None:
    here.to("country_comment")
    for actor in (here.entity, here.secretariat, here.coordinator, here.commission):
        with refused(here.work, NotAllowed, "not_yours"):
            here.fire(actor, "deem_no_more_comments")


def test_a_subject_of_another_kind_than_the_one_meant_is_not_there(here: World) -> None:
    here.to("published")
    (one,) = issued(here.work, here.id)
    kinds = {here.round: "round", here.id: "country_evaluation", UUID(str(one.id)): "recommendation"}
    for where, kind in kinds.items():
        for meant in kinds.values():
            if meant == kind:
                assert possible(here.work, here.secretariat, where, NOTHING, meant)[0].where.id == where
                continue
            version = moving(here.work, where, None).version
            with refused(here.work, NotFound):
                possible(here.work, here.secretariat, where, NOTHING, meant)
            with refused(here.work, NotFound):
                advance(here.work, here.secretariat, where, "begin_follow_up", NOTHING, version, meant)


def test_evaluations_move_apart(here: World) -> None:
    here.to("compilation")
    others = [standing(here.work, here.evaluations[state], None).stage for state in ("CHL", "JAM")]
    assert others == ["answering", "answering"]
