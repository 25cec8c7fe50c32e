"""Is every name that means nothing, and every road that leads nowhere, found with its file, line and path?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.methods_of import Changed, Expected, copied, in_order, line_of, real_folder

from mem.core.yaml import Fault, Source
from mem.process.methods import VOCABULARY
from mem.workflow.check import check
from mem.workflow.loader import Folder, read_folder

EVALUATION, ROUND, RECOMMENDATION = "country_evaluation.yaml", "round.yaml", "recommendation.yaml"

GUARDS_AND_EFFECTS = [
    Changed(
        "an unknown guard",
        ROUND,
        "guards: [states_are_enrolled, some_unit_is_evaluated]",
        "guards: [states_are_enrolled, moon_is_full]",
        (Expected("moon_is_full", "transitions.0.guards.1", "unknown guard 'moon_is_full'"),),
    ),
    Changed(
        "an unknown effect",
        EVALUATION,
        "effects: [publish_report, issue_recommendations]",
        "effects: [publish_report, ring_bells]",
        (Expected("ring_bells", "transitions.14.effects.1", "unknown effect 'ring_bells'"),),
    ),
    Changed(
        "an effect where a guard belongs",
        ROUND,
        "guards: [every_participant_designated_an_expert]",
        "guards: [record_decision]",
        (Expected("record_decision", "transitions.1.guards.0", "unknown guard 'record_decision'"),),
    ),
    Changed(
        "a guard that does not fit a round",
        ROUND,
        "guards: [every_participant_designated_an_expert]",
        "guards: [every_unit_is_concluded]",
        (
            Expected(
                "every_unit_is_concluded",
                "transitions.1.guards.0",
                "guard 'every_unit_is_concluded' does not fit a round",
            ),
        ),
    ),
    Changed(
        "a guard that does not fit a country evaluation",
        EVALUATION,
        "guards: [report_was_approved]",
        "guards: [states_are_enrolled]",
        (
            Expected(
                "states_are_enrolled",
                "transitions.14.guards.0",
                "guard 'states_are_enrolled' does not fit a country_evaluation",
            ),
        ),
    ),
    Changed(
        "an effect that does not fit a recommendation",
        RECOMMENDATION,
        "    from: issued\n",
        "    from: issued\n    effects: [assemble_report]\n",
        (
            Expected(
                "effects: [assemble_report", "transitions.0.effects.0",
                "effect 'assemble_report' does not fit a recommendation",
            ),
        ),
    ),
    Changed(
        "a parameter of a guard with a wrong value",
        EVALUATION,
        "by: [mem_unit]\n    guards:\n      - assessors_are_assigned: {at_least: 2}",
        "by: [mem_unit]\n    guards:\n      - assessors_are_assigned: {at_least: 0}",
        (
            Expected(
                "by: [mem_unit]\n    guards:\n      - assessors_are_assigned", "transitions.3.guards.0",
                "guard 'assessors_are_assigned', parameter 'at_least': Input should be greater than or equal to 1",
            ),
        ),
    ),
    Changed(
        "a parameter of a guard with another name",
        EVALUATION,
        "by: [mem_unit]\n    guards:\n      - assessors_are_assigned: {at_least: 2}",
        "by: [mem_unit]\n    guards:\n      - assessors_are_assigned: {at_most: 2}",
        (
            Expected(
                "by: [mem_unit]\n    guards:\n      - assessors_are_assigned", "transitions.3.guards.0",
                "guard 'assessors_are_assigned', parameter 'at_least': Field required",
            ),
        ),
    ),
    Changed(
        "a parameter that a guard does not take",
        EVALUATION,
        "- every_unit_is_concluded\n",
        "- every_unit_is_concluded: {strictly: true}\n",
        (
            Expected(
                "- every_unit_is_concluded", "transitions.6.guards.2",
                "guard 'every_unit_is_concluded', parameter 'strictly': Extra inputs are not permitted",
            ),
        ),
    ),
    Changed(
        "a guard without the parameters it needs",
        EVALUATION,
        "      - round_is_in: {workflow: round, stages: [evaluation]}",
        "      - round_is_in",
        (
            Expected(
                "- round_is_in", "transitions.0.guards.0", "guard 'round_is_in', parameter 'workflow': Field required"
            ),
        ),
    ),
    Changed(
        "an empty list of stages in a parameter",
        EVALUATION,
        "{workflow: round, stages: [evaluation]}",
        "{workflow: round, stages: []}",
        (
            Expected(
                "- round_is_in", "transitions.0.guards.0",
                "guard 'round_is_in', parameter 'stages': List should have at least 1 item after validation, not 0",
            ),
        ),
    ),
    Changed(
        "a wrong parameter of an effect",
        ROUND,
        "{workflow: country_evaluation, trigger: issue}",
        "{workflow: country_evaluation, event: issue}",
        (
            Expected(
                "- fire_on_evaluations", "transitions.1.effects.0",
                "effect 'fire_on_evaluations', parameter 'trigger': Field required",
            ),
        ),
    ),
    Changed(
        "an unknown stage in a parameter",
        ROUND,
        "stages: [published, not_participating, withdrawn_from_round, cancelled]",
        "stages: [published, forgotten]",
        (
            Expected(
                "- every_evaluation_is_in", "transitions.2.guards.0",
                "unknown stage 'forgotten' of workflow 'country_evaluation'",
            ),
        ),
    ),
    Changed(
        "a stage of another workflow in a parameter",
        EVALUATION,
        "{workflow: round, stages: [evaluation]}",
        "{workflow: round, stages: [answering]}",
        (Expected("- round_is_in", "transitions.0.guards.0", "unknown stage 'answering' of workflow 'round'"),),
    ),
    Changed(
        "an unknown workflow in a parameter of a guard",
        EVALUATION,
        "{workflow: round, stages: [evaluation]}",
        "{workflow: year, stages: [evaluation]}",
        (Expected("- round_is_in", "transitions.0.guards.0", "unknown workflow 'year'"),),
    ),
    Changed(
        "an unknown workflow in a parameter of an effect",
        ROUND,
        "{workflow: country_evaluation, trigger: issue}",
        "{workflow: evaluation_of_countries, trigger: issue}",
        (Expected("- fire_on_evaluations", "transitions.1.effects.0", "unknown workflow 'evaluation_of_countries'"),),
    ),
    Changed(
        "an unknown trigger in a parameter",
        ROUND,
        "{workflow: country_evaluation, trigger: issue}",
        "{workflow: country_evaluation, trigger: fly}",
        (
            Expected(
                "- fire_on_evaluations", "transitions.1.effects.0",
                "unknown trigger 'fly' of workflow 'country_evaluation'",
            ),
        ),
    ),
    Changed(
        "an unknown kind of occasion in a parameter",
        RECOMMENDATION,
        "{kind: commission_session}",
        "{kind: coffee_break}",
        (Expected("- occasion_was_held", "transitions.3.guards.0", "unknown kind of occasion 'coffee_break'"),),
    ),
    Changed(
        "an effect where a guard belongs, though it needs what does not come with the trigger",
        EVALUATION,
        "guards: [report_was_approved]",
        "guards: [record_decision]",
        (Expected("guards: [record_decision", "transitions.14.guards.0", "unknown guard 'record_decision'"),),
    ),
    Changed(
        "a guard on evaluations that asks about rounds",
        ROUND,
        "{workflow: country_evaluation, stages: [published, not_participating, withdrawn_from_round, cancelled]}",
        "{workflow: round, stages: [closed]}",
        (
            Expected(
                "- every_evaluation_is_in", "transitions.2.guards.0",
                "workflow 'round' moves a round, not a country_evaluation",
            ),
        ),
    ),
    Changed(
        "a guard on the round that asks about recommendations",
        EVALUATION,
        "{workflow: round, stages: [evaluation]}",
        "{workflow: recommendation, stages: [closed]}",
        (
            Expected(
                "- round_is_in", "transitions.0.guards.0",
                "workflow 'recommendation' moves a recommendation, not a round",
            ),
        ),
    ),
    Changed(
        "an effect on evaluations that fires on rounds",
        ROUND,
        "{workflow: country_evaluation, trigger: issue}",
        "{workflow: round, trigger: close}",
        (
            Expected(
                "- fire_on_evaluations", "transitions.1.effects.0",
                "workflow 'round' moves a round, not a country_evaluation",
            ),
        ),
    ),
    Changed(
        "a guard that needs what does not come with the trigger",
        RECOMMENDATION,
        "    needs: [occasion]\n",
        "",
        (
            Expected(
                "- trigger: approve_closing", "transitions.3.needs",
                "'occasion_was_held' needs 'occasion' to come with the trigger",
            ),
        ),
    ),
    Changed(
        "a guard and an effect that both need what does not come with the trigger",
        EVALUATION,
        "    needs: [occasion, reason]\n",
        "    needs: [reason]\n",
        tuple(
            Expected(
                "- trigger: send_back\n    from: before_commission\n    to: revision\n    by: [commission]\n    needs:",
                "transitions.13.needs", f"'{verb}' needs 'occasion' to come with the trigger",
            )
            for verb in ("occasion_was_held", "record_decision")
        ),
    ),
]  # fmt: skip

ROLES_AND_ARTEFACTS = [
    Changed(
        "an unknown role in by",
        EVALUATION,
        "by: [commission]\n    needs: [occasion]\n",
        "by: [commission, committee]\n    needs: [occasion]\n",
        (Expected("committee", "transitions.12.by.1", "unknown role 'committee'"),),
    ),
    Changed(
        "a role in by that may not advance",
        RECOMMENDATION,
        "by: [coordinator]",
        "by: [coordinator, expert]",
        (
            Expected(
                "by: [coordinator, expert", "transitions.1.by.1", "role 'expert' lacks the capability 'advance'"
            ),
        ),
    ),
    Changed(
        "an unknown role in sees",
        RECOMMENDATION,
        "    waits_for: commission\n    sees:\n      coordinator: [progress]",
        "    waits_for: commission\n    sees:\n      coordinater: [progress]",
        (Expected("coordinater", "stages.assessed.sees.coordinater", "unknown role 'coordinater'"),),
    ),
    Changed(
        "an unknown role in sees_always",
        RECOMMENDATION,
        "  auditor: [progress, record]",
        "  inspector: [progress, record]",
        (Expected("inspector", "sees_always.inspector", "unknown role 'inspector'"),),
    ),
    Changed(
        "an unknown role in edits",
        EVALUATION,
        "compilation}\n    edits:\n      mem_unit: [assignments, openings, deadlines]",
        "compilation}\n    edits:\n      mem_office: [assignments, openings, deadlines]",
        (Expected("mem_office", "stages.compilation.edits.mem_office", "unknown role 'mem_office'"),),
    ),
    Changed(
        "an unknown role in waits_for",
        ROUND,
        "waits_for: national_coordinating_entity",
        "waits_for: somebody",
        (Expected("somebody", "stages.designation.waits_for", "unknown role 'somebody'"),),
    ),
    Changed(
        "an unknown role that a role is incompatible with",
        "roles.yaml",
        "expert, coordinator, mem_unit, commission]",
        "expert, coordinator, mem_unit, pope]",
        (Expected("pope", "roles.auditor.incompatible.5", "unknown role 'pope'"),),
    ),
    Changed(
        "an unknown role that a role grants",
        "roles.yaml",
        "grants: [mem_unit,",
        "grants: [king, mem_unit,",
        (Expected("king", "roles.mem_unit.grants.0", "unknown role 'king'"),),
    ),
    Changed(
        "an unknown artefact in sees",
        EVALUATION,
        "coordinator: [progress, answers, evidence, assignments]\n  review:",
        "coordinator: [progress, answers, evidence, gossip]\n  review:",
        (Expected("gossip", "stages.compilation.sees.coordinator.3", "unknown artefact 'gossip'"),),
    ),
    Changed(
        "an unknown artefact in edits",
        EVALUATION,
        "expert: [findings]\n",
        "expert: [findings, poems]\n",
        (Expected("poems", "stages.review.edits.expert.1", "unknown artefact 'poems'"),),
    ),
    Changed(
        "an unknown artefact in sees_always",
        RECOMMENDATION,
        "  mem_unit: [progress, record]",
        "  mem_unit: [progress, rumours]",
        (Expected("rumours", "sees_always.mem_unit.1", "unknown artefact 'rumours'"),),
    ),
    Changed(
        "a role that edits without the capability",
        EVALUATION,
        "compilation}\n    edits:\n      mem_unit: [assignments, openings, deadlines]",
        "compilation}\n    edits:\n      mem_unit: [assignments, findings]",
        (
            Expected(
                "[assignments, findings", "stages.compilation.edits.mem_unit.1",
                "role 'mem_unit' lacks the capability 'write_findings' for this",
            ),
        ),
    ),
    Changed(
        "a capability that is taken from a role that needs it in a stage",
        "roles.yaml",
        "capabilities: [consolidate, respond, advance]",
        "capabilities: [respond, advance]",
        (
            Expected(
                "expert: [conclusions]\n      coordinator: [conclusions", "stages.consolidation.edits.coordinator.0",
                "role 'coordinator' lacks the capability 'consolidate' for this", EVALUATION,
            ),
        ),
    ),
    Changed(
        "an artefact that is only ever seen in edits",
        EVALUATION,
        "compilation}\n    edits:\n      mem_unit: [assignments, openings, deadlines]",
        "compilation}\n    edits:\n      mem_unit: [report]",
        (Expected("edits:\n      mem_unit: [report", "stages.compilation.edits.mem_unit.0",
                  "'report' is seen, never edited"),),
    ),
]  # fmt: skip

ROADS = [
    Changed(
        "an unknown stage in from",
        ROUND,
        "    from: follow_up\n",
        "    from: [follow_up, nowhere]\n",
        (Expected("from: [follow_up, nowhere", "transitions.3.from", "unknown stage 'nowhere'"),),
    ),
    Changed(
        "an unknown stage in to",
        EVALUATION,
        "    from: compilation\n    to: answering\n",
        "    from: compilation\n    to: asking\n",
        (Expected("to: asking", "transitions.4.to", "unknown stage 'asking'"),),
    ),
    Changed(
        "an unknown stage in initial, from which nothing is reached",
        ROUND,
        "initial: preparation",
        "initial: start",
        (
            Expected("initial: start", "initial", "unknown stage 'start'"),
            *(
                Expected(f"\n  {stage}:", f"stages.{stage}", "never reached from the initial stage")
                for stage in ("preparation", "designation", "evaluation", "follow_up", "closed", "cancelled")
            ),
        ),
    ),
    Changed(
        "a stage that is never reached",
        ROUND,
        "  closed:\n",
        "  limbo:\n    title: {en: Limbo, es: Limbo, fr: Limbes, pt: Limbo}\n    final: true\n  closed:\n",
        (Expected("limbo:", "stages.limbo", "never reached from the initial stage"),),
    ),
    Changed(
        "a stage that leads on but is never reached",
        RECOMMENDATION,
        "initial: issued",
        "initial: assessed",
        (),
    ),
    Changed(
        "a stage that is never left",
        ROUND,
        "pt: Encerrada}\n    final: true\n",
        "pt: Encerrada}\n",
        (Expected("closed:", "stages.closed", "never left, and not marked final"),),
    ),
    Changed(
        "a final stage that is left",
        EVALUATION,
        "    whole: two_persons\ntransitions:\n",
        "    whole: two_persons\ntransitions:\n"
        "  - {trigger: come_back, from: not_participating, to: enrolled, by: [mem_unit]}\n",
        (Expected("\n  not_participating:", "stages.not_participating", "final, and yet 'come_back' leaves it"),),
    ),
    Changed(
        "a transition that nobody may fire",
        ROUND,
        "    to: closed\n    by: [mem_unit]\n",
        "    to: closed\n    by: []\n",
        (Expected("by: []", "transitions.3.by", "nobody may fire 'close', and no lapse does"),),
    ),
    Changed(
        "a transition by nobody whose lapse is gone",
        EVALUATION,
        "deadline: {days: country_comment, lapse: deem_no_more_comments}",
        "deadline: {days: country_comment}",
        (
            Expected(
                "to: revision\n    by: []", "transitions.9.by",
                "nobody may fire 'deem_no_more_comments', and no lapse does",
            ),
        ),
    ),
    Changed(
        "a transition by nobody that an effect of another workflow fires",
        EVALUATION,
        "    to: answering\n    by: [mem_unit]\n    guards:\n",
        "    to: answering\n    by: []\n    guards:\n",
        (),
    ),
    Changed(
        "a deadline that is not in the calendar",
        EVALUATION,
        "deadline: {days: release}",
        "deadline: {days: patience}",
        (Expected("{days: patience", "stages.approved.deadline.days", "'patience' is not in calendar.yaml"),),
    ),
    Changed(
        "a day taken out of the calendar",
        "calendar.yaml",
        "  release: {days: 35,",
        "  parting: {days: 35,",
        (
            Expected(
                "{days: release", "stages.approved.deadline.days", "'release' is not in calendar.yaml", EVALUATION
            ),
        ),
    ),
    Changed(
        "a lapse that does not leave the stage",
        EVALUATION,
        "deadline: {days: questionnaire}",
        "deadline: {days: questionnaire, lapse: finalise}",
        (
            Expected(
                "lapse: finalise", "stages.answering.deadline.lapse", "no trigger 'finalise' leaves this stage"
            ),
        ),
    ),
    Changed(
        "a lapse that no transition has",
        ROUND,
        "deadline: {days: designation}",
        "deadline: {days: designation, lapse: give_up}",
        (Expected("lapse: give_up", "stages.designation.deadline.lapse", "no trigger 'give_up' leaves this stage"),),
    ),
    Changed(
        "a trigger that leaves one stage twice",
        RECOMMENDATION,
        "  - trigger: ask_again\n    from: assessed\n",
        "  - trigger: ask_again\n    from: assessed\n    to: reported\n    by: [commission]\n"
        "  - trigger: ask_again\n    from: [reported, assessed]\n",
        (
            Expected(
                "by: [commission]\n  - trigger: ask_again", "transitions.3", "'ask_again' leaves 'assessed' twice"
            ),
        ),
    ),
]  # fmt: skip

SHAPES = [
    Changed(
        "an unknown key of a stage",
        EVALUATION,
        "    public: true\n",
        "    public: true\n    hidden: true\n",
        (Expected("hidden", "stages.published.hidden", "Extra inputs are not permitted"),),
    ),
    Changed(
        "an unknown key of a role",
        "roles.yaml",
        "    assigned: true\n",
        "    assigned: true\n    elected: true\n",
        (Expected("elected", "roles.expert.elected", "Extra inputs are not permitted"),),
    ),
    Changed(
        "a missing key of a transition",
        RECOMMENDATION,
        "    to: closed\n",
        "",
        (Expected("- trigger: approve_closing", "transitions.3.to", "Field required"),),
    ),
    Changed(
        "a missing key of a day",
        "calendar.yaml",
        "  review: {days: 60, basis: ours}",
        "  review: {days: 60}",
        (Expected("  review:", "days.review.basis", "Field required"),),
    ),
    Changed(
        "a scale of one value",
        "scales.yaml",
        "    values:\n",
        "    values:\n      - {code: only, label: {en: only}}\n    more:\n",
        (
            Expected(
                "    values:", "scales.sixth_round.values", "List should have at least 2 items after validation, not 1"
            ),
            Expected("    more:", "scales.sixth_round.more", "Extra inputs are not permitted"),
        ),
    ),
    Changed(
        "a member with a code of two letters",
        "states.yaml",
        "  - code: BRA\n",
        "  - code: bra\n",
        (Expected("code: bra", "members.5.code", "String should match pattern '^[A-Z]{3}$'"),),
    ),
    Changed(
        "an unknown key of a workflow that others name",
        ROUND,
        "initial: preparation\n",
        "initial: preparation\nterminal: closed\n",
        (Expected("terminal", "terminal", "Extra inputs are not permitted"),),
    ),
    Changed(
        "a key that stands twice",
        "calendar.yaml",
        "  session:",
        "  review: {days: 3}\n  session:",
        (
            Expected("{days: 3}", "days.review", "holds what cannot be read: this key stands twice"),
        ),
    ),
    Changed(
        "a file that is not well-formed",
        "calendar.yaml",
        "  review: {days: 60, basis: ours}",
        "  review: {days: 60, basis: ours",
        (Expected("  consolidation:", "", "expected ',' or '}', but got ':'"),),
    ),
    Changed(
        "an unknown key of a cycle",
        "mechanism.yaml",
        "    scale: sixth_round\n",
        "    scale: sixth_round\n    tempo: slow\n",
        (Expected("tempo", "cycles.evaluation.tempo", "Extra inputs are not permitted"),),
    ),
    Changed(
        "a missing key of the mechanism",
        "mechanism.yaml",
        "languages: [en, es, fr, pt]\n",
        "",
        (Expected("# The mechanism", "languages", "Field required"),),
    ),
]  # fmt: skip

MECHANISM = [
    Changed(
        "an unknown scale",
        "mechanism.yaml",
        "scale: sixth_round",
        "scale: seventh_round",
        (Expected("seventh_round", "cycles.evaluation.scale", "unknown scale 'seventh_round'"),),
    ),
    Changed(
        "an unknown workflow of a cycle",
        "mechanism.yaml",
        "workflow: country_evaluation",
        "workflow: peer_review",
        (Expected("peer_review", "cycles.evaluation.workflow", "unknown workflow 'peer_review'"),),
    ),
    Changed(
        "an unknown workflow of the round",
        "mechanism.yaml",
        "round_workflow: round",
        "round_workflow: ring",
        (Expected("ring", "round_workflow", "unknown workflow 'ring'"),),
    ),
    Changed(
        "a workflow for recommendations that moves something else",
        "mechanism.yaml",
        "recommendation_workflow: recommendation",
        "recommendation_workflow: round",
        (
            Expected(
                "recommendation_workflow: round", "recommendation_workflow",
                "workflow 'round' moves a round, not a recommendation",
            ),
        ),
    ),
]  # fmt: skip


def says(row: Changed) -> str:
    return row.says


def test_the_real_folder_has_no_fault_and_everything_is_read() -> None:
    found = check(real_folder(), VOCABULARY)
    assert found.faults == []
    assert sorted(found.workflows) == ["country_evaluation", "recommendation", "round"]
    assert len(found.roles) == 7
    assert None not in (found.mechanism, found.scales, found.calendar, found.members)


EVERY = [*GUARDS_AND_EFFECTS, *ROLES_AND_ARTEFACTS, *ROADS, *SHAPES, *MECHANISM]


@pytest.mark.parametrize("row", EVERY, ids=says)
def test_one_thing_wrong_is_told_with_its_file_line_and_path_and_nothing_else_is(row: Changed, tmp_path: Path) -> None:
    assert in_order(check(row.folder(tmp_path), VOCABULARY).faults) == row.expected()


def test_two_files_that_define_one_workflow_are_told_at_the_second() -> None:
    real = real_folder()
    twin = Source("round_2.yaml", real.sources[ROUND].data, real.sources[ROUND].lines)
    faults = check(Folder(real.path, {**real.sources, "round_2.yaml": twin}, ()), VOCABULARY).faults
    line = twin.lines[("workflow",)]
    assert faults == [Fault("round_2.yaml", line, "workflow", "'round' is defined twice")]


FIXED = ("mechanism.yaml", "roles.yaml", "scales.yaml", "calendar.yaml", "states.yaml")


@pytest.mark.parametrize("name", FIXED)
def test_a_missing_file_is_told_and_nothing_that_it_would_have_defined_is_called_unknown(name: str) -> None:
    real = real_folder()
    rest = {file: source for file, source in real.sources.items() if file != name}
    faults = check(Folder(real.path, rest, ()), VOCABULARY).faults
    assert faults == [Fault(name, 1, "", "this file is missing")]


@pytest.mark.parametrize("name", FIXED)
def test_a_file_that_cannot_be_read_is_told_once_and_is_not_called_missing(name: str, tmp_path: Path) -> None:
    place = copied(tmp_path)
    (place / name).write_bytes(b"days: \xff\n")
    faults = check(read_folder(place), VOCABULARY).faults
    assert faults == [Fault(name, 1, "", "cannot be read: UnicodeDecodeError")]


NOBODY_CANCELS = "nobody may fire 'cancel', and no lapse does"


def test_a_workflow_whose_file_is_gone_is_missed_wherever_it_is_named(tmp_path: Path) -> None:
    place = copied(tmp_path)
    (place / ROUND).unlink()
    faults = check(read_folder(place), VOCABULARY).faults
    guard, named = (place / EVALUATION).read_text(), (place / "mechanism.yaml").read_text()
    assert in_order(faults) == [
        Fault(EVALUATION, line_of(guard, "- round_is_in"), "transitions.0.guards.0", "unknown workflow 'round'"),
        Fault(EVALUATION, line_of(guard, "while: always\n    by: []"), "transitions.18.by", NOBODY_CANCELS),
        Fault("mechanism.yaml", line_of(named, "round_workflow: round"), "round_workflow", "unknown workflow 'round'"),
    ]
