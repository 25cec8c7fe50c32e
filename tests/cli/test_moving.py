"""Is a round that would move to another method, and one that does, told to a person and a program, or refused whole?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_cli import one_question
from tests.demo import runs
from tests.looking import rows
from typer.testing import CliRunner, Result

from mem.app import installed
from mem.cli import main
from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.methods.method import Method
from mem.methods.models import Position
from mem.people.policy import Actor, Grant
from mem.people.service import add_person, grant_role
from mem.rounds.models import Round
from mem.rounds.service import NewCycle, cycles, enrol, open_round

ROAD, WHY = "country_evaluation.yaml", "The plenary adopted it."


def mem(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mechanism's folder that is fast to read; never changed."""
    return one_question(runs.small_copy(tmp_path_factory.mktemp("old")))


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another version of it: a stage by another name, less sight, more days."""
    folder = one_question(runs.small_copy(tmp_path_factory.mktemp("new")))
    road = folder / ROAD
    text = road.read_text(encoding="utf-8").replace("initial: enrolled", "initial: registered")
    text = text.replace("  enrolled:\n", "  registered:\n").replace("from: enrolled", "from: registered")
    road.write_text(text.replace("[enrolled, answering", "[registered, answering"), encoding="utf-8")
    seen = "  ministry_contributor: [progress, answers{}]\n  mem_unit: [progress, answers, evidence"
    runs.replace(road, seen.format(", evidence"), seen.format(""))
    runs.replace(folder / "calendar.yaml", "questionnaire: {days: 75", "questionnaire: {days: 90")
    return folder


@pytest.fixture(scope="module")
def method(old: Path) -> Method:
    return installed(old)["mem"]


@pytest.fixture
def round_(database: Database, method: Method, database_url: str) -> str:
    """A round with one state enrolled, by an officer called so; its code."""
    with database.write() as connection:
        work = Work(connection, now())
        person = add_person(work, "Officer")
        grant_role(work, method, person, "mem_unit", None)
        add_person(work, "Twin")
        add_person(work, "Twin")
        add_person(work, "Nobody")
        made = open_round(work, method, "r8", "Round 8", True, [NewCycle("evaluation", "main", "All")])
        actor = Actor(person, "Officer", (Grant("mem_unit", None, "mem"),))
        enrol(Work(connection, now(), person), actor, cycles(work, made)[0].id, ["BRB"])
    return "r8"


def migrate(url: str, folder: Path, *more: str, by: str = "Officer", code: str = "r8") -> Result:
    given = ("--round", code, "--to", folder, "--by", by, "--reason", WHY, "--database-url", url)
    return mem("workflow", "migrate", *given, *more)


def test_two_folders_are_compared_in_words_and_as_data(old: Path, new: Path) -> None:
    told = mem("workflow", "diff", old, new)
    assert (told.exit_code, told.stderr) == (0, "")
    assert "country_evaluation, stage: 1 new: registered; 1 gone: enrolled" in told.stdout.splitlines()
    assert "country_evaluation.answering, deadline: 75 days → 90 days" in told.stdout.splitlines()
    assert "country_evaluation.answering, ministry_contributor sees: 1 gone: evidence" in told.stdout.splitlines()
    data = json.loads(mem("workflow", "diff", old, new, "--json").stdout)
    assert data.keys() == {"before", "after", "changes", "running", "reasons"}
    assert data["before"] != data["after"]
    assert {"where", "what", "before", "after"} == set(data["changes"][0])
    same = mem("workflow", "diff", old, old)
    assert (same.exit_code, same.stdout) == (0, "")


@pytest.mark.parametrize("how", [("one",), ("two", "--round", "r8"), ()])
def test_what_is_compared_with_what_must_be_said(how: tuple[str, ...], old: Path, new: Path) -> None:
    folders = {"one": (new,), "two": (old, new)}.get(how[0] if how else "", ())
    failed = mem("workflow", "diff", *folders, *how[1:])
    assert failed.exit_code != 0
    assert failed.stdout == ""


def test_a_round_is_told_what_it_would_notice_and_why_it_could_not_move(
    round_: str, old: Path, new: Path, database_url: str
) -> None:
    told = mem("workflow", "diff", new, "--round", round_, "--database-url", database_url).stdout
    assert "country_evaluation BRB, in 'enrolled':\n  country_evaluation, stage: 1 gone: enrolled\n" in told
    assert "round, in 'preparation':" in told
    assert told.splitlines()[-2] == "The round cannot move:"
    assert told.splitlines()[-1].startswith("  country_evaluation BRB: There is no stage 'enrolled' any more")
    mapped = ("--map", "enrolled=registered", "--json", "--database-url", database_url)
    data = json.loads(mem("workflow", "diff", new, "--round", round_, *mapped).stdout)
    assert [(one["state"], one["stage"], one["to"], one["fits"]) for one in data["running"]] == [
        (None, "preparation", "preparation", True), ("BRB", "enrolled", "registered", True)
    ]  # fmt: skip
    assert data["reasons"] == []


def test_a_round_moves_once_and_the_database_passes_every_check(
    round_: str, new: Path, database: Database, database_url: str
) -> None:
    foretold = mem("workflow", "diff", new, "--round", round_, "--map", "enrolled=registered", "--json",
                   "--database-url", database_url)  # fmt: skip
    done = migrate(database_url, new, "--map", "enrolled=registered", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json.loads(foretold.stdout)
    digest = json.loads(done.stdout)["after"]
    with database.read() as connection:
        work = Work(connection, now())
        assert [row.method for row in rows(work, Round)] == [digest]
        assert {(row.method, row.stage) for row in rows(work, Position)} == {
            (digest, "preparation"), (digest, "registered")
        }  # fmt: skip
    assert mem("check", "--database-url", database_url).exit_code == 0
    assert mem("ledger", "verify", "--database-url", database_url).exit_code == 0
    again = migrate(database_url, new)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "The round runs by this method already." in again.stderr


@pytest.mark.parametrize(
    ("more", "who", "code", "told"),
    [
        (
            (),
            "Officer",
            "r8",
            "country_evaluation BRB: There is no stage 'enrolled' any more, and none takes its place.",
        ),
        (("--map", "enrolled"), "Officer", "r8", "--map takes old_stage=new_stage."),
        (("--map", "enrolled=registered"), "Nobody", "r8", "You hold no role for which this is open."),
        (("--map", "enrolled=registered"), "Twin", "r8", "2 persons are called so; say the id of one."),
        (("--map", "enrolled=registered"), "Stranger", "r8", "0 persons are called so; say the id of one."),
        (("--map", "enrolled=registered"), "Officer", "r9", "There is no such round."),
    ],
)
def test_a_round_that_cannot_move_stays_as_it_is(
    more: tuple[str, ...], who: str, code: str, told: str, round_: str, new: Path, method: Method, database: Database,
    database_url: str,
) -> None:  # fmt: skip
    failed = migrate(database_url, new, *more, by=who, code=code)
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert told in failed.stderr.splitlines()
    with database.read() as connection:
        assert [row.method for row in rows(Work(connection, now()), Round)] == [method.digest]
