"""Does one command drive a whole synthetic round, alike on both databases, with everything in it labelled?"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.demo import runs

from mem.answers.models import AnswerVersion
from mem.assessments.models import ConclusionVersion, FindingVersion, Stance
from mem.cli.demo import last_line, mark, run_demo
from mem.cli.operations import add_officer, opened, prepare
from mem.core.db import Database
from mem.evidence.models import Evidence, EvidenceUnit
from mem.ledger.models import Event
from mem.methods.method import Method
from mem.methods.models import Position, StageMove
from mem.people.models import Person
from mem.questionnaires.definition import form_of
from mem.recommendations.models import Recommendation
from mem.reports.models import Comment, Publication, ReportVersion, Response
from mem.rounds.models import CountryEvaluation, Cycle, Decision, Occasion, Round
from mem.settings import Settings

KEYS = [
    "states", "published", "not_participating", "actions_evaluated", "answers", "evidence", "findings", "ratings",
    "comments", "responses", "recommendations", "events", "requests", "seconds", "ledger_ok",
]  # fmt: skip
TIMED = {"requests", "seconds"}
BY_CHANCE = {"answers", "evidence", "recommendations", "events"}
LABEL = re.compile("synthetic", re.IGNORECASE)


@pytest.fixture(scope="module")
def left(full_run: Path) -> Iterator[Database]:
    """What the full run left."""
    database = Database(f"sqlite:///{full_run / 'data' / 'mem.db'}")
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def totals(full_run: Path) -> dict[str, Any]:
    """What the full run said of itself."""
    read = json.loads((full_run / "totals.json").read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


@pytest.fixture(scope="module")
def taking_part(left: Database) -> dict[Any, str]:
    """The evaluations that were published, with their states."""
    states = runs.paired(left, CountryEvaluation.id, CountryEvaluation.state)
    return {one: states[one] for (one,) in runs.rows(left, Publication.evaluation_id)}


def test_the_last_line_holds_the_promised_keys_in_their_order(totals: dict[str, Any]) -> None:
    assert list(totals) == KEYS


def test_of_four_states_three_are_published_and_one_does_not_take_part(left: Database, totals: dict[str, Any]) -> None:
    assert (totals["states"], totals["published"], totals["not_participating"]) == (4, 3, 1)
    stands = Counter(stage for (stage,) in runs.rows(left, Position.stage, subject="country_evaluation"))
    assert stands == {"published": 3, "not_participating": 1}
    assert runs.rows(left, Position.stage, subject="round") == [("follow_up",)]


def test_the_totals_are_what_the_database_holds(left: Database, totals: dict[str, Any]) -> None:
    tables = {
        "answers": AnswerVersion, "evidence": Evidence, "findings": FindingVersion, "comments": Comment,
        "responses": Response, "recommendations": Recommendation, "events": Event, "published": Publication,
    }  # fmt: skip
    assert {what: len(runs.rows(left, table.__table__)) for what, table in tables.items()} == {
        what: totals[what] for what in tables
    }
    first_conclusions = runs.rows(left, ConclusionVersion.unit, version=1)
    assert (totals["ratings"], totals["ledger_ok"]) == (len(first_conclusions), True)


def test_each_state_is_judged_on_all_128_actions_by_experts_of_two_other_states(
    left: Database, totals: dict[str, Any], taking_part: dict[Any, str]
) -> None:
    assert totals["actions_evaluated"] == 128
    found = Counter(one for (one,) in runs.rows(left, FindingVersion.evaluation_id))
    concluded = Counter(one for (one,) in runs.rows(left, ConclusionVersion.evaluation_id, version=1))
    assert found == dict.fromkeys(taking_part, 2 * 128)
    assert concluded == dict.fromkeys(taking_part, 128)


def test_each_state_gives_at_least_128_answers(left: Database, taking_part: dict[Any, str]) -> None:
    given = Counter(one for (one,) in runs.rows(left, AnswerVersion.evaluation_id))
    assert given.keys() == taking_part.keys()
    assert min(given.values()) >= 128


def test_each_state_attaches_evidence_to_at_least_half_of_the_actions(
    left: Database, taking_part: dict[Any, str]
) -> None:
    belongs = runs.paired(left, Evidence.id, Evidence.evaluation_id)
    supported = {(belongs[one], unit) for one, unit in runs.rows(left, EvidenceUnit.evidence_id, EvidenceUnit.unit)}
    counted = Counter(evaluation for evaluation, _ in supported)
    assert counted.keys() == taking_part.keys()
    assert min(counted.values()) >= 64


def test_every_comment_is_answered(left: Database, taking_part: dict[Any, str]) -> None:
    comments = runs.rows(left, Comment.id, Comment.evaluation_id)
    assert {one for _, one in comments} == taking_part.keys()
    assert {one for one, _ in comments} == {one for (one,) in runs.rows(left, Response.comment_id)}


def test_each_published_report_was_approved_by_a_dated_session(left: Database, taking_part: dict[Any, str]) -> None:
    sessions = runs.paired(left, Occasion.id, Occasion.kind)
    decided = runs.rows(left, Decision.position_id, Decision.trigger, Decision.occasion_id)
    assert {(one, trigger, sessions[session]) for one, trigger, session in decided} == {
        (one, "approve", "commission_session") for one in taking_part
    }


def test_every_state_travels_the_road_in_its_order(left: Database, taking_part: dict[Any, str]) -> None:
    moves = sorted(runs.rows(left, StageMove.position_id, StageMove.seq, StageMove.to_stage))
    roads = {one: [stage for position, _, stage in moves if position == one] for one in taking_part}
    road = [
        "answering", "compilation", "review", "consolidation", "country_comment", "revision", "before_commission",
        "approved", "published",
    ]  # fmt: skip
    assert roads == dict.fromkeys(taking_part, road)


def test_every_text_that_the_demo_wrote_is_labelled_synthetic(left: Database, full_run: Path, method: Method) -> None:
    texts = list(_texts(left, method))
    files = [file.read_text(encoding="utf-8") for file in (full_run / "data" / "evidence").rglob("*") if file.is_file()]
    assert len(files) > 0
    assert {where for where, _ in texts} == {
        "answer", "reason not to answer", "legal instrument", "finding", "conclusion", "dissent", "recommendation",
        "comment", "response", "changed by a response", "evidence", "link", "occasion", "round", "cycle", "person",
        "issued recommendation", "reason of a move", "report",
    }  # fmt: skip
    assert [
        (where, text) for where, text in [*texts, *(("file", one) for one in files)] if not LABEL.search(text)
    ] == []
    assert runs.rows(left, Round.synthetic) == [(True,)]


def _texts(left: Database, method: Method) -> Iterator[tuple[str, str]]:
    """Every free text in the tables that the persons of the demo write, and where it stands."""
    for where, column in (
        ("comment", Comment.text), ("response", Response.reason), ("evidence", Evidence.title), ("person", Person.name),
        ("occasion", Occasion.title), ("round", Round.title), ("cycle", Cycle.title),
    ):  # fmt: skip
        yield from ((where, text) for (text,) in runs.rows(left, column))
    yield from (("link", unquote(url)) for (url,) in runs.rows(left, Evidence.url, kind="link"))
    yield from _answers(left, method)
    for where, texts in (
        ("finding", FindingVersion.text), ("conclusion", ConclusionVersion.text),
        ("recommendation", ConclusionVersion.recommendation), ("issued recommendation", Recommendation.text),
        ("changed by a response", Response.changed_text),
    ):  # fmt: skip
        yield from ((where, one) for (text,) in runs.rows(left, texts) for one in (text or {}).values())
    for (dissent,) in runs.rows(left, Stance.text, agrees=False):
        yield from (("dissent", one) for one in dissent.values())
    for (canonical,) in runs.rows(left, Event.canonical, type="stage_moved"):
        reason = json.loads(canonical)["data"]["reason"]
        yield from [("reason of a move", reason)] if reason else []
    for (paragraphs,) in runs.rows(left, ReportVersion.paragraphs):
        yield "report", paragraphs[0]["text"]["en"]


def _answers(left: Database, method: Method) -> Iterator[tuple[str, str]]:
    asked = form_of(method, "mem-7").asked
    columns = (AnswerVersion.question, AnswerVersion.value, AnswerVersion.not_applicable)
    for question, value, not_applicable in runs.rows(left, *columns):
        if not_applicable is not None:
            yield "reason not to answer", not_applicable
        elif asked[question].type.name == "text":
            yield "answer", value
        elif asked[question].type.name == "legal_instrument":
            yield "legal instrument", value["title"]


def test_a_second_run_with_the_same_seed_replaces_the_first_and_says_the_same(
    small_run: dict[str, Any], method: Method, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a data folder where an earlier demo was given up, with a file of somebody else beside its database."""
    folder = runs.small_copy(tmp_path)
    settings = Settings(data_dir=tmp_path / "data", database_url="", workflows=folder)
    prepare(settings)
    add_officer(settings, method, "Synthetic first officer", "mem_unit", None, 1)
    with opened(settings) as database:
        mark(database)
    beside = tmp_path / "data" / "mem.db.backup"
    beside.write_text("kept", encoding="utf-8")
    totals = json.loads(last_line(run_demo(settings, str(folder), 3, runs.SEED, quiet=False)))
    with opened(settings) as database:
        said = json.loads(json.dumps(runs.said(database)))
        officers = runs.rows(database, Person.id, name="Synthetic first officer")
    assert _without(totals, TIMED) == _without(small_run["totals"], TIMED)
    assert said == small_run["said"]
    assert all(said.values())
    assert len(officers) == 1
    assert beside.read_text(encoding="utf-8") == "kept"
    told = capsys.readouterr().out
    assert "All data is SYNTHETIC." in " ".join(told.split())
    assert re.search(r"^Total +142 +39 +132 +66 +18 +18 *$", told, re.MULTILINE)
    assert "\n3 reports published.\n" in told
    assert f"{totals['events']} events, ledger ok." in told


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_postgresql_hears_the_same_as_sqlite_and_another_seed_says_otherwise(
    database_url: str, database: Database, small_run: dict[str, Any], tmp_path: Path
) -> None:
    workflows = runs.small_copy(tmp_path / "workflows").parent
    made = []
    for seed in (runs.SEED, runs.SEED + 1):
        arguments = ("demo", "--states", "3", "--json", "--seed", str(seed), "--database-url", database_url)
        totals = runs.totals_of(runs.mem(*arguments, data=tmp_path / "data", workflows=workflows))
        made.append((totals, json.loads(json.dumps(runs.said(database)))))
    (same, said), (other, said_otherwise) = made
    assert list(same) == KEYS
    assert _without(same, TIMED) == _without(small_run["totals"], TIMED)
    assert said == small_run["said"]
    assert _without(other, TIMED | BY_CHANCE) == _without(same, TIMED | BY_CHANCE)
    assert all(other[what] != same[what] for what in ("answers", "recommendations"))
    assert {what for what in said if said_otherwise[what] == said[what]} == {"responses"}  # disposed of in turn


def _without(totals: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in totals.items() if key not in keys}
