"""What must be true of every database, whatever happened? Named queries that find what is not.

Each returns the violating rows; `mem check` runs them for an operator, and the tests after every test.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from mem.core.work import Work


@dataclass(frozen=True)
class Violation:
    """An invariant that does not hold, and how many rows break it."""

    name: str
    rows: int


def _contiguous(table: str, key: str) -> str:
    return f"SELECT {key} FROM {table} GROUP BY {key} HAVING min(version) <> 1 OR max(version) <> count(*)"


_STEPS = """(
            SELECT position_id, seq, workflow, from_stage, to_stage FROM stage_move
            UNION ALL SELECT position_id, seq, workflow, from_stage, to_stage FROM method_change)"""
"""Everything that gave a position another version: its moves, and the changes of its method."""

INVARIANTS: dict[str, str] = {
    "a_position_has_moved_as_often_as_its_version_says": f"""
        SELECT p.id FROM position p
        WHERE p.version <> 1 + (SELECT count(*) FROM {_STEPS} m WHERE m.position_id = p.id)""",
    "a_position_stands_where_its_last_move_led": f"""
        SELECT p.id FROM position p JOIN {_STEPS} m ON m.position_id = p.id AND m.seq = p.version
        WHERE m.to_stage <> p.stage""",
    "a_position_that_never_moved_stands_at_a_beginning": """
        SELECT p.id FROM position p WHERE p.version = 1 AND NOT EXISTS (
            SELECT 1 FROM allowed_transition a WHERE a.method = p.method AND a.workflow = p.workflow
              AND a.from_stage = '' AND a.to_stage = p.stage)""",
    "each_move_begins_where_the_one_before_ended": f"""
        SELECT m.position_id FROM {_STEPS} m JOIN {_STEPS} b ON b.position_id = m.position_id AND b.seq = m.seq - 1
        WHERE b.to_stage <> m.from_stage""",
    "moves_are_numbered_from_two_without_a_gap": f"""
        SELECT position_id FROM {_STEPS} s GROUP BY position_id HAVING min(seq) <> 2 OR max(seq) <> count(*) + 1""",
    "a_move_is_one_that_its_method_allows": """
        SELECT m.position_id FROM stage_move m LEFT JOIN allowed_transition a
          ON a.method = m.method AND a.workflow = m.workflow AND a.from_stage = m.from_stage
         AND a.trigger = m.trigger AND a.to_stage = m.to_stage
        WHERE a.method IS NULL""",
    "a_move_is_of_the_road_its_position_is_on": """
        SELECT m.position_id FROM stage_move m JOIN position p ON p.id = m.position_id
        WHERE m.workflow <> p.workflow OR m.method <> coalesce(
            (SELECT c.from_method FROM method_change c WHERE c.position_id = m.position_id AND c.seq > m.seq
             ORDER BY c.seq LIMIT 1), p.method)""",
    "a_change_of_method_leads_to_the_next_or_to_where_it_stands": """
        SELECT c.position_id FROM method_change c JOIN position p ON p.id = c.position_id
        WHERE c.workflow <> p.workflow OR c.to_method <> coalesce(
            (SELECT n.from_method FROM method_change n WHERE n.position_id = c.position_id AND n.seq > c.seq
             ORDER BY n.seq LIMIT 1), p.method)""",
    "a_chain_is_as_long_as_its_head_says": """
        SELECT c.id FROM chain c WHERE c.seq <> (SELECT count(*) FROM event e WHERE e.chain_id = c.id)""",
    "a_chain_ends_in_its_head": """
        SELECT c.id FROM chain c JOIN event e ON e.chain_id = c.id AND e.seq = c.seq WHERE e.link <> c.head""",
    "events_are_numbered_without_a_gap": """
        SELECT chain_id FROM event GROUP BY chain_id HAVING min(seq) <> 1 OR max(seq) <> count(*)""",
    "a_round_has_its_position_and_its_chain": """
        SELECT r.id FROM round r LEFT JOIN position p ON p.id = r.id LEFT JOIN chain c ON c.id = r.id
        WHERE p.id IS NULL OR c.id IS NULL OR p.subject <> 'round'""",
    "an_evaluation_has_its_position_and_its_chain": """
        SELECT v.id FROM country_evaluation v LEFT JOIN position p ON p.id = v.id LEFT JOIN chain c ON c.id = v.id
        WHERE p.id IS NULL OR c.id IS NULL OR p.subject <> 'country_evaluation'""",
    "a_recommendation_has_its_position": """
        SELECT r.id FROM recommendation r LEFT JOIN position p ON p.id = r.id
        WHERE p.id IS NULL OR p.subject <> 'recommendation'""",
    "an_evaluation_is_in_the_round_of_its_cycle": """
        SELECT v.id FROM country_evaluation v JOIN cycle c ON c.id = v.cycle_id WHERE c.round_id <> v.round_id""",
    "a_round_runs_by_the_method_it_pinned": """
        SELECT r.id FROM round r JOIN position p ON p.id = r.id WHERE p.method <> r.method""",
    "an_evaluation_runs_by_the_method_of_its_round": """
        SELECT v.id FROM country_evaluation v JOIN position p ON p.id = v.id JOIN round r ON r.id = v.round_id
        WHERE p.method <> r.method""",
    "a_recommendation_runs_by_the_method_of_its_evaluation": """
        SELECT r.id FROM recommendation r JOIN position p ON p.id = r.id JOIN position e ON e.id = r.evaluation_id
        WHERE p.method <> e.method""",
    "a_method_has_its_parts": """
        SELECT m.digest FROM method m WHERE NOT EXISTS (SELECT 1 FROM method_part p WHERE p.method = m.digest)""",
    "nobody_is_assigned_to_the_own_country": """
        SELECT a.id FROM assignment a JOIN country_evaluation v ON v.id = a.evaluation_id
        WHERE a.expert_state = v.state OR a.evaluation_state <> v.state""",
    "no_judge_of_a_state_is_assigned_to_it": """
        SELECT a.id FROM assignment a JOIN designation d ON d.person_id = a.person_id
        WHERE d.state = a.evaluation_state""",
    "a_state_has_one_voice": """
        SELECT evaluation_id FROM assignment GROUP BY evaluation_id, expert_state HAVING count(*) > 1""",
    "an_assignment_is_of_the_person_designated": """
        SELECT a.id FROM assignment a JOIN designation d ON d.id = a.designation_id
        WHERE a.person_id <> d.person_id OR a.expert_state <> d.state""",
    "who_holds_a_voice_holds_one_on_the_evaluation": """
        SELECT evaluation_id FROM assignment WHERE ended_at IS NULL
        GROUP BY evaluation_id, person_id HAVING count(*) > 1""",
    "an_assignment_is_within_the_round_of_its_designation": """
        SELECT a.id FROM assignment a JOIN designation d ON d.id = a.designation_id
        JOIN country_evaluation v ON v.id = a.evaluation_id WHERE v.round_id <> d.round_id""",
    "answers_have_every_version": _contiguous("answer_version", "evaluation_id, question"),
    "findings_have_every_version": _contiguous("finding_version", "assignment_id, unit"),
    "conclusions_have_every_version": _contiguous("conclusion_version", "evaluation_id, unit"),
    "reports_have_every_version": _contiguous("report_version", "evaluation_id"),
    "an_answer_is_a_value_or_a_reason_why_not": """
        SELECT question FROM answer_version WHERE (value IS NULL) = (not_applicable IS NULL)""",
    "a_finding_is_on_the_evaluation_of_its_assignment": """
        SELECT f.unit FROM finding_version f JOIN assignment a ON a.id = f.assignment_id
        WHERE a.evaluation_id <> f.evaluation_id""",
    "a_finding_is_by_one_designated_by_the_state_of_its_voice": """
        SELECT f.unit FROM finding_version f JOIN assignment a ON a.id = f.assignment_id
        JOIN country_evaluation v ON v.id = a.evaluation_id
        WHERE NOT EXISTS (SELECT 1 FROM designation d
            WHERE d.round_id = v.round_id AND d.person_id = f.by AND d.state = a.expert_state)""",
    "a_voice_speaks_to_a_conclusion_of_its_evaluation": """
        SELECT s.unit FROM stance s JOIN assignment a ON a.id = s.assignment_id
        WHERE a.evaluation_id <> s.evaluation_id""",
    "nobody_speaks_to_a_conclusion_before_it_is_written": """
        SELECT s.unit FROM stance s JOIN conclusion_version c
          ON c.evaluation_id = s.evaluation_id AND c.unit = s.unit AND c.version = s.version
        WHERE s.at < c.at""",
    "no_finding_came_after_its_assessment_was_handed_in": """
        SELECT f.unit FROM finding_version f JOIN assignment a ON a.id = f.assignment_id WHERE f.at > a.handed_in_at""",
    "an_occasion_decides_once_on_a_subject": """
        SELECT position_id FROM decision GROUP BY position_id, occasion_id HAVING count(*) > 1""",
    "comments_are_numbered_without_a_gap": """
        SELECT evaluation_id FROM comment GROUP BY evaluation_id
        HAVING min(number) <> 1 OR max(number) <> count(*)""",
    "what_is_not_accepted_changes_nothing": """
        SELECT comment_id FROM response WHERE disposition = 'not_accepted'
          AND (changed_rating IS NOT NULL OR changed_text IS NOT NULL)""",
    "what_is_published_has_its_event": """
        SELECT p.evaluation_id FROM publication p WHERE NOT EXISTS (
            SELECT 1 FROM event e WHERE e.chain_id = p.evaluation_id AND e.type = 'report_published')""",
    "a_recommendation_comes_from_a_published_report": """
        SELECT r.id FROM recommendation r LEFT JOIN publication p ON p.evaluation_id = r.evaluation_id
        WHERE p.evaluation_id IS NULL""",
    "a_decision_was_made_at_an_occasion_of_its_round": """
        SELECT d.position_id FROM decision d JOIN occasion o ON o.id = d.occasion_id
        JOIN country_evaluation v ON v.id = d.position_id WHERE o.round_id <> v.round_id""",
    "a_deadline_is_of_a_stage_that_was_entered": f"""
        SELECT d.position_id FROM deadline d
        LEFT JOIN {_STEPS} m ON m.position_id = d.position_id AND m.seq = d.version
        WHERE m.seq IS NULL OR m.to_stage <> d.stage""",
    "what_a_cycle_leaves_out_has_a_reason": "SELECT unit FROM cycle_exclusion WHERE trim(reason) = ''",
    "evidence_supports_some_unit": """
        SELECT e.id FROM evidence e WHERE NOT EXISTS (SELECT 1 FROM evidence_unit u WHERE u.evidence_id = e.id)""",
    "a_token_keeps_a_hash_and_an_end": """
        SELECT id FROM token WHERE length(secret_sha256) <> 64 OR expires_at <= created_at""",
    "a_role_ends_after_it_began": "SELECT id FROM membership WHERE ended_at < granted_at",
    "checkpoints_are_numbered_without_a_gap": """
        SELECT min(number) FROM checkpoint HAVING count(*) > 0 AND (min(number) <> 1 OR max(number) <> count(*))""",
}


def violations(work: Work) -> list[Violation]:
    """Every invariant that does not hold; an empty list means all is well."""
    found = []
    for name, query in INVARIANTS.items():
        rows = work.db.execute(text(query)).all()
        if rows:
            found.append(Violation(name, len(rows)))
    return found
