"""Is whatever is wrong in the demo's script told with its line and path, before the demo starts?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.methods_of import MEM, Changed, Expected, in_order, real_method

from mem.cli.script import FILE, check_script
from mem.core.yaml import Fault


def row(says: str, old: str, new: str, *faults: Expected) -> Changed:
    return Changed(says, FILE, old, new, faults)


def waits(role: str, *triggers: str) -> list[Expected]:
    """What is told of triggers that only this role fires or approves."""
    return [Expected("\npersonas:", "personas", f"'{one}' waits for '{role}', whom nobody plays") for one in triggers]


ROLES = [
    row(
        "an unknown observer", "observer: mem_unit", "observer: mem_office",
        Expected("observer: mem_office", "observer", "unknown role 'mem_office'"),
    ),
    row(
        "a persona in an unknown role", "  auditor: {}\n", "  auditor: {}\n  inspector: {}\n",
        Expected("inspector: {", "personas.inspector", "unknown role 'inspector'"),
    ),
    row(
        "an unknown role in a task", "{do: designate_experts, as: national_coordinating_entity}",
        "{do: designate_experts, as: entity}",
        Expected("do: designate_experts", "work.round.designation.0.as", "unknown role 'entity'"),
    ),
    row(
        "an unknown role of who announces", "  as: mem_unit\n", "  as: nobody\n",
        Expected("as: nobody", "not_participating.as", "unknown role 'nobody'"),
    ),
    row(
        "a role that nobody plays", "  coordinator: {from_states: 2}", "  # coordinator",
        *(
            Expected(f"do: {do}", f"work.country_evaluation.{where}.0.as",
                     "nobody among the personas plays 'coordinator'")
            for do, where in (("conclude", "consolidation"), ("respond", "revision"))
        ),
        *waits("coordinator", "open_consolidation", "send_draft", "finalise"),
    ),
    row(
        "a role that only fires, and that nobody plays", "  commission: {}", "  # commission",
        *waits("commission", "approve"),
    ),
    row(
        "a role of a state for no state", "  ministry_contributor: {each: state}", "  ministry_contributor: {}",
        Expected("  ministry_contributor:", "personas.ministry_contributor",
                 "role 'ministry_contributor' is held for a state: say 'each' or 'from_states'"),
    ),
    row(
        "a role of no state for each", "  auditor: {}", "  auditor: {each: state}",
        Expected("  auditor:", "personas.auditor", "role 'auditor' is held for no state"),
    ),
    row(
        "a cast in which nobody may manage people", "  mem_unit: {persons: 2} ", "  # ",
        Expected("\npersonas:", "personas", "nobody may manage people: a role of no state must"),
        *(
            Expected(at, path, "nobody among the personas plays 'mem_unit'")
            for at, path in (
                ("observer:", "observer"),
                ("  at_least_states: 4                     # smaller demos evaluate every state\n  as:",
                 "not_participating.as"),
                ("do: enrol_states", "work.round.preparation.0.as"),
                ("do: record_occasion", "work.country_evaluation.before_commission.0.as"),
                ("do: assign_experts", "work.country_evaluation.compilation.0.as"),
            )
        ),
        *waits("mem_unit", "call_for_experts", "issue_questionnaire", "begin_follow_up", "issue", "open_review",
               "publish"),
    ),
    row(
        "an unknown rank", "designated_as: principal", "designated_as: chief",
        Expected("  expert:", "personas.expert.designated_as", "unknown rank 'chief'"),
    ),
]  # fmt: skip

NAMES = [
    row(
        "an unknown kind of cycle", "{kind: evaluation,", "{kind: revaluation,",
        Expected("{kind: revaluation", "round.cycles.0.kind", "unknown kind of cycle 'revaluation'"),
    ),
    row(
        "an unknown unit that is left out", "of the whole plan\"}", "\", excluded: [{unit: IS-99, reason: Not so}]}",
        Expected("unit: IS-99", "round.cycles.0.excluded.0.unit", "unknown unit 'IS-99'"),
    ),
    row(
        "an unknown trigger to avoid", "return_for_clarification, return_to", "return_for_clarity, return_to",
        Expected("return_for_clarity", "avoid.1", "unknown trigger 'return_for_clarity'"),
    ),
    row(
        "an unknown trigger of who announces", "  trigger: record_non_participation", "  trigger: stay_away",
        Expected("trigger: stay_away", "not_participating.trigger", "unknown trigger 'stay_away'"),
    ),
    row(
        "an unknown stage to stop in", "{round: [follow_up]}", "{round: [follow_on]}",
        Expected("stop:", "stop.round.0", "unknown stage 'follow_on'"),
    ),
    row(
        "work in an unknown stage", "    compilation:\n", "    compilaton:\n",
        Expected("compilaton:", "work.country_evaluation.compilaton", "unknown stage 'compilaton'"),
    ),
    row(
        "work of an unknown workflow", "  country_evaluation:\n", "  peer_review:\n",
        Expected("  peer_review:", "work.peer_review", "unknown workflow 'peer_review'"),
    ),
    row(
        "an unknown kind of occasion", "kind: commission_session", "kind: coffee_break",
        Expected("kind: coffee_break", "work.country_evaluation.before_commission.0.kind",
                 "unknown kind of occasion 'coffee_break'"),
    ),
    row(
        "a comment on an unknown block", "on: [finding, rating]", "on: [finding, poem]",
        Expected("on: [finding, poem", "work.country_evaluation.country_comment.0.on.1", "unknown block 'poem'"),
    ),
    row(
        "an unknown language", "  language: en\n", "  language: de\n",
        Expected("language: de", "inventions.language", "unknown language 'de'"),
    ),
]  # fmt: skip

SHAPES = [
    row(
        "an unknown task", "{do: conclude,", "{do: dance,",
        Expected("do: dance", "work.country_evaluation.consolidation.0.do",
                 "nothing called 'dance' is done on a country_evaluation"),
    ),
    row(
        "a task of another subject", "{do: enrol_states,", "{do: respond,",
        Expected("{do: respond, as: mem_unit", "work.round.preparation.0.do",
                 "nothing called 'respond' is done on a round"),
    ),
    row(
        "a task that says too much", "{do: respond, as: coordinator}", "{do: respond, as: coordinator, loudly: true}",
        Expected("loudly", "work.country_evaluation.revision.0.loudly", "Extra inputs are not permitted"),
    ),
    row(
        "a task that says too little", ", number: 2}", "}",
        Expected("do: assign_experts", "work.country_evaluation.compilation.0.number", "Field required"),
    ),
    row(
        "an unknown key", "one_by_one: 1", "one_by_one: 1\ntwo_by_two: 2",
        Expected("two_by_two", "two_by_two", "Extra inputs are not permitted"),
    ),
    row(
        "an unknown key of a persona", "  commission: {}", "  commission: {of: nine}",
        Expected("  commission:", "personas.commission.of", "Extra inputs are not permitted"),
    ),
    row(
        "a share beyond the whole", '  "yes": 0.72', '  "yes": 1.72',
        Expected('"yes": 1.72', "inventions.yes", "Input should be less than or equal to 1"),
    ),
    row(
        "a text with a field that nothing fills", "Synthetic Act {n}", "Synthetic Act {number}",
        Expected("Act {number}", "inventions.legal_title", "Value error, there is no field 'number' here"),
    ),
    row(
        "a date that is none", "members_on: 2018-02-01", "members_on: 2018-02-31",
        Expected("2018-02-31", "round.members_on", "holds what cannot be read: day is out of range for month"),
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", [*ROLES, *NAMES, *SHAPES], ids=lambda row: row.says)
def test_one_thing_wrong_is_told_where_it_stands_and_nothing_else_is(row: Changed, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(row.text(), encoding="utf-8")
    assert in_order(check_script(tmp_path, real_method())) == row.expected()


def test_the_real_script_has_no_fault() -> None:
    assert check_script(MEM, real_method()) == []


def test_a_folder_needs_no_script(tmp_path: Path) -> None:
    assert check_script(tmp_path, real_method()) == []


def test_an_unreadable_method_leaves_the_shape_to_be_checked(tmp_path: Path) -> None:
    text = (MEM / FILE).read_text(encoding="utf-8").replace("observer: mem_unit", "observer: ghost\nsurprise: 1")
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    (fault,) = check_script(tmp_path, None)
    assert fault == Fault(FILE, fault.line, "surprise", "Extra inputs are not permitted")
