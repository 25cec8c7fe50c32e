"""Does every invariant hold of a database that the services made, and is each found by name when a row breaks it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from tests import databases
from tests.changed_methods import changed, with_more_days
from tests.conftest import THEN
from tests.worlds import world

from mem.core.db import Database
from mem.core.work import Work
from mem.ledger.checkpoints import make_checkpoint
from mem.ledger.keys import SigningKey
from mem.methods.method import Method
from mem.people.service import issue_token
from mem.process.invariants import INVARIANTS, violations
from mem.process.migrating import migrate

FIRST, SECOND, THIRD = (f"(SELECT id FROM round WHERE code = '{code}')" for code in ("first", "second", "third"))
BRB = f"(SELECT id FROM country_evaluation WHERE state = 'BRB' AND round_id = {FIRST})"
CHL = f"(SELECT id FROM country_evaluation WHERE state = 'CHL' AND round_id = {SECOND})"
EXPERT = f"(SELECT person_id FROM designation WHERE state = 'CHL' AND round_id = {FIRST})"
SOMEBODY = "(SELECT id FROM person WHERE name = 'auditor' LIMIT 1)"
LATER = "'2999-01-01 00:00:00.000000'"
NOT_ALLOWED = "a_move_is_one_that_its_method_allows"
OF_ITS_ROAD = "a_move_is_of_the_road_its_position_is_on"
OF_ITS_EVALUATION = "a_recommendation_runs_by_the_method_of_its_evaluation"
DESIGNATED = "an_assignment_is_of_the_person_designated"
BY_DESIGNATED = "a_finding_is_by_one_designated_by_the_state_of_its_voice"
ONE_VOICE = "who_holds_a_voice_holds_one_on_the_evaluation"


@dataclass(frozen=True)
class Row:
    """What is done to a database past every rule, which invariant finds how many rows, and what else breaks with it."""

    name: str
    says: str
    statement: str
    rows: int = 1
    also: tuple[str, ...] = ()


ROWS = [
    Row(
        "a_position_has_moved_as_often_as_its_version_says", "it claims one move more",
        f"UPDATE position SET version = version + 1 WHERE id = {BRB}",
    ),
    Row(
        "a_position_has_moved_as_often_as_its_version_says", "its last move is gone",
        f"DELETE FROM stage_move WHERE position_id = {FIRST} AND seq = 3",
    ),
    Row(
        "a_position_stands_where_its_last_move_led", "it stands elsewhere",
        f"UPDATE position SET stage = 'answering' WHERE id = {BRB}",
    ),
    Row(
        "a_position_that_never_moved_stands_at_a_beginning", "it stands at the end of its road",
        f"UPDATE position SET stage = 'closed' WHERE id = {SECOND}",
    ),
    Row(
        "each_move_begins_where_the_one_before_ended", "one begins elsewhere",
        f"UPDATE stage_move SET from_stage = 'enrolled' WHERE position_id = {BRB} AND trigger = 'submit_answers'",
        also=(NOT_ALLOWED,),
    ),
    Row(
        "moves_are_numbered_from_two_without_a_gap", "all by ten more",
        f"UPDATE stage_move SET seq = seq + 10 WHERE position_id = {FIRST}",
        also=("a_deadline_is_of_a_stage_that_was_entered",),
    ),
    Row(
        NOT_ALLOWED, "by a trigger that no road has",
        f"UPDATE stage_move SET trigger = 'fly' WHERE position_id = {BRB} AND seq = 2",
    ),
    Row(
        NOT_ALLOWED, "to where its trigger does not lead",
        f"UPDATE stage_move SET to_stage = 'closed' WHERE position_id = {BRB} AND trigger = 'publish'",
        also=("a_position_stands_where_its_last_move_led",),
    ),
    Row(
        OF_ITS_ROAD, "the position is on another workflow",
        f"UPDATE position SET workflow = 'round' WHERE id = {BRB}", rows=9,
    ),
    Row(
        OF_ITS_ROAD, "one move is of another method",
        f"UPDATE stage_move SET method = 'x' WHERE position_id = {BRB} AND seq = 2", also=(NOT_ALLOWED,),
    ),
    Row(
        "a_chain_is_as_long_as_its_head_says", "its head claims one more",
        f"UPDATE chain SET seq = seq + 1 WHERE id = {BRB}",
    ),
    Row(
        "a_chain_is_as_long_as_its_head_says", "its last event is gone",
        f"DELETE FROM event WHERE chain_id = {BRB} AND seq = (SELECT seq FROM chain WHERE id = {BRB})",
    ),
    Row(
        "a_chain_ends_in_its_head", "the head is empty",
        f"UPDATE chain SET head = '{'0' * 64}' WHERE id = {BRB}",
    ),
    Row(
        "events_are_numbered_without_a_gap", "all by one more",
        f"UPDATE event SET seq = seq + 1 WHERE chain_id = {BRB}", also=("a_chain_ends_in_its_head",),
    ),
    Row(
        "events_are_numbered_without_a_gap", "one in the middle is gone",
        f"DELETE FROM event WHERE chain_id = {BRB} AND seq = 2", also=("a_chain_is_as_long_as_its_head_says",),
    ),
    Row("a_round_has_its_position_and_its_chain", "no position", f"DELETE FROM position WHERE id = {SECOND}"),
    Row("a_round_has_its_position_and_its_chain", "no chain", f"DELETE FROM chain WHERE id = {SECOND}"),
    Row(
        "a_round_has_its_position_and_its_chain", "a position of something else",
        f"UPDATE position SET subject = 'recommendation' WHERE id = {SECOND}",
    ),
    Row("an_evaluation_has_its_position_and_its_chain", "no position", f"DELETE FROM position WHERE id = {CHL}"),
    Row("an_evaluation_has_its_position_and_its_chain", "no chain", f"DELETE FROM chain WHERE id = {CHL}"),
    Row(
        "an_evaluation_has_its_position_and_its_chain", "a position of something else",
        f"UPDATE position SET subject = 'round' WHERE id = {CHL}",
    ),
    Row("a_recommendation_has_its_position", "none", "DELETE FROM position WHERE subject = 'recommendation'"),
    Row(
        "a_recommendation_has_its_position", "one of something else",
        "UPDATE position SET subject = 'round' WHERE subject = 'recommendation'",
    ),
    Row(
        "an_evaluation_is_in_the_round_of_its_cycle", "the cycle is of another round",
        f"UPDATE cycle SET round_id = {FIRST} WHERE round_id = {SECOND}", rows=3,
    ),
    Row(
        "a_round_runs_by_the_method_it_pinned", "it runs by another",
        f"UPDATE position SET method = 'x' WHERE id = {FIRST}", also=(OF_ITS_ROAD,),
    ),
    Row(
        "an_evaluation_runs_by_the_method_of_its_round", "it runs by another",
        f"UPDATE position SET method = 'x' WHERE id = {BRB}", also=(OF_ITS_ROAD, OF_ITS_EVALUATION),
    ),
    Row(
        OF_ITS_EVALUATION, "it runs by another",
        "UPDATE position SET method = 'x' WHERE subject = 'recommendation'",
        also=("a_position_that_never_moved_stands_at_a_beginning",),
    ),
    Row(
        "a_change_of_method_leads_to_the_next_or_to_where_it_stands", "it leads to another",
        f"UPDATE method_change SET to_method = 'x' WHERE position_id = {THIRD}",
    ),
    Row("a_method_has_its_parts", "they are gone", "DELETE FROM method_part", rows=2),
    Row(
        "nobody_is_assigned_to_the_own_country", "a voice becomes that of the country",
        "UPDATE assignment SET expert_state = 'BRB' WHERE expert_state = 'CHL'", also=(DESIGNATED, BY_DESIGNATED),
    ),
    Row(
        "nobody_is_assigned_to_the_own_country", "the copy of the state tells another",
        "UPDATE assignment SET evaluation_state = 'PER' WHERE expert_state = 'CHL'",
    ),
    Row(
        "no_judge_of_a_state_is_assigned_to_it", "another round knows the person as the country's own",
        "INSERT INTO designation (id, round_id, state, person_id, rank, at) "
        f"SELECT 'd', {SECOND}, 'BRB', {EXPERT}, rank, at FROM designation LIMIT 1",
    ),
    Row(
        "a_state_has_one_voice", "a second one",
        "INSERT INTO assignment (id, evaluation_id, evaluation_state, designation_id, expert_state, person_id, at) "
        "SELECT 'a', evaluation_id, evaluation_state, designation_id, expert_state, person_id, at FROM assignment "
        "WHERE expert_state = 'CHL'", also=(ONE_VOICE,),
    ),
    Row(
        ONE_VOICE, "that of another state too",
        "UPDATE assignment SET person_id = (SELECT person_id FROM assignment WHERE expert_state = 'CHL')",
        also=(DESIGNATED,),
    ),
    Row(
        DESIGNATED, "somebody else sits there",
        f"UPDATE assignment SET person_id = {SOMEBODY} WHERE expert_state = 'CHL'",
    ),
    Row(
        "an_assignment_is_within_the_round_of_its_designation", "it was for another round",
        f"UPDATE designation SET round_id = {SECOND} WHERE state = 'CHL'", also=(BY_DESIGNATED,),
    ),
    Row(
        "answers_have_every_version", "the first one is gone",
        "UPDATE answer_version SET version = 2 WHERE question = 'is_1_1'",
    ),
    Row(
        "findings_have_every_version", "the first one is gone",
        "UPDATE finding_version SET version = 2 WHERE unit = 'IS-1.1'", rows=2,
    ),
    Row(
        "conclusions_have_every_version", "there is one before the first",
        "UPDATE conclusion_version SET version = 0 WHERE unit = 'IS-1.1'",
    ),
    Row("reports_have_every_version", "there is a gap", "UPDATE report_version SET version = 7 WHERE version = 2"),
    Row(
        "an_answer_is_a_value_or_a_reason_why_not", "neither",
        "UPDATE answer_version SET value = NULL WHERE question = 'is_1_1'",
    ),
    Row(
        "an_answer_is_a_value_or_a_reason_why_not", "both",
        "UPDATE answer_version SET not_applicable = 'So' WHERE question = 'is_1_1'",
    ),
    Row(
        "a_finding_is_on_the_evaluation_of_its_assignment", "it is on another",
        f"UPDATE finding_version SET evaluation_id = {CHL} WHERE unit = 'IS-1.1'", rows=2,
    ),
    Row(
        BY_DESIGNATED, "it is by another",
        f'UPDATE finding_version SET "by" = {SOMEBODY} WHERE unit = \'IS-1.1\'', rows=2,
    ),
    Row(
        "no_finding_came_after_its_assessment_was_handed_in", "long after",
        f"UPDATE finding_version SET at = {LATER} WHERE unit = 'IS-1.1'", rows=2,
    ),
    Row(
        "a_voice_speaks_to_a_conclusion_of_its_evaluation", "it speaks to another's",
        f"UPDATE stance SET evaluation_id = {CHL} WHERE unit = 'IS-1.1'", rows=2,
    ),
    Row(
        "nobody_speaks_to_a_conclusion_before_it_is_written", "long before",
        f"UPDATE conclusion_version SET at = {LATER} WHERE unit = 'IS-1.1'", rows=2,
    ),
    Row(
        "an_occasion_decides_once_on_a_subject", "twice",
        "INSERT INTO decision (position_id, version, occasion_id, trigger, at) "
        f"SELECT position_id, version + 1, occasion_id, trigger, at FROM decision WHERE position_id = {BRB}",
    ),
    Row("comments_are_numbered_without_a_gap", "the second is gone", "DELETE FROM comment WHERE number = 2"),
    Row("comments_are_numbered_without_a_gap", "one twice", "UPDATE comment SET number = 2 WHERE number = 3"),
    Row(
        "what_is_not_accepted_changes_nothing", "it changes a rating",
        "UPDATE response SET changed_rating = 'completed' WHERE disposition = 'not_accepted'",
    ),
    Row(
        "what_is_not_accepted_changes_nothing", "what changed a text is not accepted any more",
        "UPDATE response SET disposition = 'not_accepted' WHERE disposition = 'accepted'",
    ),
    Row(
        "what_is_published_has_its_event", "it is of another type",
        "UPDATE event SET type = 'report_burnt' WHERE type = 'report_published'",
    ),
    Row(
        "a_recommendation_comes_from_a_published_report", "nothing is published any more",
        "DELETE FROM publication",
    ),
    Row(
        "a_decision_was_made_at_an_occasion_of_its_round", "the session was one of another round",
        f"UPDATE occasion SET round_id = {SECOND}",
    ),
    Row(
        "a_deadline_is_of_a_stage_that_was_entered", "it names another stage",
        f"UPDATE deadline SET stage = 'enrolled' WHERE position_id = {BRB} AND stage = 'review'",
    ),
    Row(
        "a_deadline_is_of_a_stage_that_was_entered", "it is of a move that never was",
        f"UPDATE deadline SET version = 99 WHERE position_id = {BRB} AND stage = 'review'",
    ),
    Row(
        "what_a_cycle_leaves_out_has_a_reason", "an empty one",
        "UPDATE cycle_exclusion SET reason = '  ' WHERE unit = 'DR'", rows=3,
    ),
    Row("evidence_supports_some_unit", "it supports none", "DELETE FROM evidence_unit"),
    Row("a_token_keeps_a_hash_and_an_end", "it keeps the secret", "UPDATE token SET secret_sha256 = 'open sesame'"),
    Row("a_token_keeps_a_hash_and_an_end", "it never was good", "UPDATE token SET expires_at = created_at"),
    Row(
        "a_role_ends_after_it_began", "it ended before",
        "UPDATE membership SET ended_at = '1999-01-01 00:00:00.000000' WHERE role = 'commission'", rows=3,
    ),
    Row("checkpoints_are_numbered_without_a_gap", "the first is gone", "DELETE FROM checkpoint WHERE number = 1"),
    Row(
        "checkpoints_are_numbered_without_a_gap", "one is left out", "UPDATE checkpoint SET number = 9 WHERE number = 2"
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def whole(sqlite_template: Path, method: Method, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which a published evaluation, a second round that never moved, a third that went to another method,
    a token and two checkpoints are."""
    folder = tmp_path_factory.mktemp("invariants")
    database = Database(databases.sqlite_copy(sqlite_template, folder))
    key = SigningKey.at(folder / "key.pem")
    with database.write() as connection:
        work = Work(connection, THEN)
        first = world(work, method, "first").to("published")
        issue_token(work, first.auditor.person_id, "a token", 3)
        make_checkpoint(work, key)
        world(work, method, "second")
        make_checkpoint(work, key)
        third = world(work, method, "third")
        by = third.secretariat
        migrate(third.by(by), by, third.round, changed(method, with_more_days), {}, "A new version.")
    database.dispose()
    return folder / "mem.db"


@pytest.fixture(scope="module")
def loose(whole: Path) -> Iterator[Work]:
    """That database with plain copies of its tables: no key, no check, no trigger holds anything in them."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("ATTACH :file AS whole"), {"file": str(whole)})
        for table in inspect(connection).get_table_names("whole"):
            connection.execute(text(f'CREATE TABLE "{table}" AS SELECT * FROM whole."{table}"'))
        connection.commit()
        connection.execute(text("DETACH whole"))
        yield Work(connection, THEN)
    engine.dispose()


def test_every_invariant_holds_of_a_fresh_database(database: Database) -> None:
    with database.read() as connection:
        assert violations(Work(connection, THEN)) == []


def test_every_invariant_holds_of_what_the_services_made(whole: Path) -> None:
    database = Database(databases.sqlite_url(whole))
    with database.read() as connection:
        assert violations(Work(connection, THEN)) == []
    database.dispose()


def test_every_invariant_has_a_row_that_breaks_it() -> None:
    assert {row.name for row in ROWS} == set(INVARIANTS)
    assert len({(row.name, row.says) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}: {row.says}")
def test_a_row_that_breaks_an_invariant_is_found_by_its_name(row: Row, loose: Work) -> None:
    assert violations(loose) == []
    touched = loose.db.execute(text(row.statement)).rowcount
    found = {one.name: one.rows for one in violations(loose)}
    loose.db.rollback()
    assert touched > 0
    assert found.pop(row.name) == row.rows
    assert set(found) == set(row.also)


@pytest.mark.breaks_invariants
def test_what_is_broken_in_a_database_is_told_after_a_test_by_its_name(database: Database, database_url: str) -> None:
    assert databases.broken(database_url) == {}
    columns = "(digest, mechanism, version, pinned_at) VALUES ('x', 'x', 1, '2026-03-02 12:00:00')"
    with database.write() as connection:
        connection.execute(text(f"INSERT INTO method {columns}"))
        assert databases.broken(Work(connection, THEN)) == {"a_method_has_its_parts": 1}
        assert databases.broken(database_url) == {}
    assert databases.broken(database_url) == {"a_method_has_its_parts": 1}


def test_nothing_is_broken_in_a_database_that_is_gone_and_none_is_made(tmp_path: Path) -> None:
    assert databases.broken(databases.sqlite_url(tmp_path / "gone.db")) == {}
    assert list(tmp_path.iterdir()) == []
    assert databases.broken("postgresql://nobody@127.0.0.1:1/gone") == {}
