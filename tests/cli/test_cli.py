"""Does each command do what it says, say it so that a person and a program can read it, and fail with its reason?"""

from __future__ import annotations

import json
import os
import re
import socket
import stat
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, update
from tests.callers import Api
from tests.cli.test_operations import TAMPERED, tamper
from tests.demo import runs
from tests.methods_of import MEM, line_of
from typer.testing import CliRunner, Result

from mem.app import installed
from mem.cli import main
from mem.cli.operations import add_officer
from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.ledger.service import ADMINISTRATION
from mem.methods.method import Method
from mem.methods.models import MethodRow, Position, StageMove
from mem.methods.service import move
from mem.migrate import current, head
from mem.people.models import Person, Token
from mem.people.policy import Actor, Grant
from mem.process.held import KEPT
from mem.process.invariants import INVARIANTS
from mem.rounds.models import Deadline
from mem.rounds.service import NewCycle, enrol, open_round
from mem.rounds.service import cycles as cycles_of
from mem.settings import Settings

Command = Callable[..., Result]
SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PLAN = "hemispheric-2016-2020"
ASKED = len(INVARIANTS) + len(KEPT)
WHERE = "MEM_WORKFLOWS says where the methods are"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mechanism's folder that is fast to read; never changed."""
    return one_question(runs.small_copy(tmp_path_factory.mktemp("workflows")))


def one_question(folder: Path) -> Path:
    """Leave one question of a small copy's questionnaire: the commands ask none of them."""
    runs.keep(folder / "questionnaires" / "mem-7" / f"{runs.KEPT}.yaml", "\n  - key: ", "ic_1_1")
    return folder


@pytest.fixture(scope="module")
def method(small: Path) -> Method:
    """The method of the small folder."""
    return installed(small)["mem"]


@pytest.fixture
def mem(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `mem` with the small folder and a data folder of its own."""
    monkeypatch.setenv("MEM_WORKFLOWS", str(small.parent))
    monkeypatch.setenv("MEM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("MEM_DATABASE_URL", raising=False)
    return lambda *arguments: CliRunner().invoke(main, [str(one) for one in arguments])


def broken(place: Path) -> tuple[Path, str]:
    """A folder in which a transition leads nowhere, and the line that says so."""
    folder = one_question(runs.small_copy(place))
    road = folder / "country_evaluation.yaml"
    runs.replace(road, "    to: compilation\n", "    to: compilaton\n")
    line = line_of(road.read_text(encoding="utf-8"), "to: compilaton")
    return folder, f"country_evaluation.yaml:{line}: transitions.2.to: unknown stage 'compilaton'"


# --- plan -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    """What `mem plan show … --json` prints of the real plan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEM_WORKFLOWS", str(MEM.parent))
        shown = CliRunner().invoke(main, ["plan", "show", PLAN, "--json"])
    assert (shown.exit_code, shown.stderr) == (0, "")
    read = json.loads(shown.stdout)
    assert isinstance(read, dict)
    return read


def test_the_plan_is_printed_with_the_promised_keys_in_their_order(plan: dict[str, Any]) -> None:
    assert list(plan) == ["code", "title", "source", "areas"]
    objectives = [objective for area in plan["areas"] for objective in area["objectives"]]
    actions = [action for objective in objectives for action in objective["actions"]]
    assert {tuple(area) for area in plan["areas"]} == {("code", "title", "objectives")}
    assert {tuple(one) for one in objectives} == {("code", "title", "notes", "actions")}
    assert {tuple(one) for one in actions} == {("code", "text")}


def test_the_plan_has_5_areas_30_objectives_and_128_actions_each_with_its_words(plan: dict[str, Any]) -> None:
    objectives = [objective for area in plan["areas"] for objective in area["objectives"]]
    actions = [action for objective in objectives for action in objective["actions"]]
    assert (len(plan["areas"]), len(objectives), len(actions)) == (5, 30, 128)
    assert (plan["code"], plan["areas"][0]["code"]) == (PLAN, "IS")
    assert plan["title"] == "Hemispheric Plan of Action on Drugs 2016-2020"
    assert actions[0] == {"code": "IS-1.1", "text": "Place national drug authorities at a high political level."}
    assert all(one["text"] for one in actions)
    assert all(isinstance(note, str) for one in objectives for note in one["notes"])
    assert sum(len(one["notes"]) for one in objectives) > 0
    for objective in objectives:
        assert {one["code"].rpartition(".")[0] for one in objective["actions"]} == {objective["code"]}


def test_the_plan_is_printed_for_a_person_too(mem: Command) -> None:
    title = "Hemispheric Plan of Action on Drugs 2016-2020"
    shown = mem("plan", "show", PLAN)
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[0] == title
    for code in ("IC", "IC-1", "IC-1.1", "IC-5.3"):
        assert re.search(rf"^ *{re.escape(code)} \w", shown.stdout, re.MULTILINE), code


def test_the_title_is_printed_in_the_language_asked_for(mem: Command) -> None:
    shown = json.loads(mem("plan", "show", PLAN, "--json", "--language", "es").stdout)
    assert shown["title"] == "Plan de Acción Hemisférico sobre Drogas 2016-2020"


def test_an_unknown_plan_is_refused_by_name(mem: Command) -> None:
    shown = mem("plan", "show", "hemispheric-2030")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr == "no installed mechanism has a plan 'hemispheric-2030'\n"


# --- workflow -------------------------------------------------------------------------------------------------------


def test_the_real_folder_is_found_without_fault(mem: Command) -> None:
    checked = mem("workflow", "check", MEM)
    assert (checked.exit_code, checked.stderr) == (0, "")
    files = {file for file in MEM.rglob("*.yaml") if file.name != "demo.yaml"}
    assert checked.stdout == f"{MEM}: {len(files)} files, no fault\n"


def test_a_broken_folder_is_told_with_file_line_path_and_message(mem: Command, tmp_path: Path) -> None:
    folder, fault = broken(tmp_path)
    checked = mem("workflow", "check", folder)
    assert (checked.exit_code, checked.stdout) == (1, "")
    assert fault in checked.stderr.splitlines()
    for line in checked.stderr.splitlines():
        assert re.fullmatch(r"[\w./-]+\.yaml:\d+: [^:]+: .+", line)


def test_every_fault_of_a_folder_is_told_at_once(mem: Command, tmp_path: Path) -> None:
    folder, fault = broken(tmp_path)
    runs.replace(folder / "roles.yaml", "capabilities: [read_record]", "capabilities: [read_minds]")
    (folder / "scales.yaml").write_text("scales: {", encoding="utf-8")
    told = mem("workflow", "check", folder).stderr.splitlines()
    assert fault in told
    assert {line.partition(":")[0] for line in told} >= {"country_evaluation.yaml", "roles.yaml", "scales.yaml"}


def test_what_is_wrong_in_the_demos_script_is_told_and_the_demo_does_not_start(mem: Command, tmp_path: Path) -> None:
    folder = one_question(runs.small_copy(tmp_path))
    runs.replace(folder / "demo.yaml", "{do: conclude,", "{do: dance,")
    line = line_of((folder / "demo.yaml").read_text(encoding="utf-8"), "{do: dance")
    told = f"demo.yaml:{line}: work.country_evaluation.consolidation.0.do: nothing called 'dance' is done on a "
    for command in (("workflow", "check", folder), ("demo", "--mechanism", folder)):
        failed = mem(*command)
        assert (failed.exit_code, failed.stdout) == (1, "")
        assert failed.stderr == f"{told}country_evaluation\n"
    assert not (tmp_path / "data").exists()


def test_a_folder_that_is_not_there_is_told(mem: Command, tmp_path: Path) -> None:
    checked = mem("workflow", "check", tmp_path / "gone")
    assert checked.exit_code == 1
    assert f"{tmp_path / 'gone'}:1: (file): there is no such folder" in checked.stderr.splitlines()


# --- people ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "state"), [("mem_unit", None), ("expert", "BRB")], ids=["of no state", "of a state"])
async def test_a_person_is_added_with_a_token_that_works(
    role: str, state: str | None, mem: Command, api: Api, database_url: str
) -> None:
    of_state = ["--state", state] if state else []
    added = mem("people", "add", "Ana Pérez", "--role", role, *of_state, "--database-url", database_url)
    assert (added.exit_code, added.stderr) == (0, "")
    assert re.fullmatch(r"mem_[0-9a-f]{16}_[\w-]{43}\n", added.stdout)
    me = await api.get("/api/v1/me", headers={"Authorization": f"Bearer {added.stdout.strip()}"})
    assert (me.status_code, me.json()["name"]) == (200, "Ana Pérez")
    assert me.json()["grants"] == [{"mechanism": "mem", "role": role, "state": state}]


@SQLITE
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["--role", "king"], "There is no such role.", id="an unknown role"),
        pytest.param(["--role", "expert"], "This role is held for a state.", id="a state is missing"),
        pytest.param(
            ["--role", "mem_unit", "--state", "BRB"], "This role is not held for a state.", id="a state too many"
        ),
        pytest.param(["--role", "expert", "--state", "XXX"], "There is no such member state.", id="an unknown state"),
        pytest.param(
            ["--role", "mem_unit", "--mechanism", "moon"], "there is no mechanism 'moon'", id="an unknown mechanism"
        ),
    ],
)
def test_a_person_is_not_added_with_a_wrong_role_or_state(
    arguments: list[str], told: str, mem: Command, database: Database, database_url: str
) -> None:
    added = mem("people", "add", "Nobody", *arguments, "--database-url", database_url)
    assert (added.exit_code, added.stdout) == (1, "")
    assert told in added.stderr
    assert runs.rows(database, Person.id) == []


@SQLITE
@pytest.mark.parametrize("name", ["", "  ", "x" * 201], ids=["empty", "blank", "too long"])
def test_a_person_without_a_name_is_not_added(name: str, mem: Command, database: Database, database_url: str) -> None:
    added = mem("people", "add", name, "--role", "auditor", "--database-url", database_url)
    assert (added.exit_code, added.stdout) == (1, "")
    assert added.stderr == "A person has a name of at most 200 letters.\n"
    assert runs.rows(database, Person.id) == []


@SQLITE
@pytest.mark.parametrize("name", ["Ana\u202e zereP", "A\u200bna", "Ana\x1b[2J"], ids=["turned", "no width", "escape"])
def test_a_person_whose_name_hides_something_is_not_added(
    name: str, mem: Command, database: Database, database_url: str
) -> None:
    added = mem("people", "add", name, "--role", "auditor", "--database-url", database_url)
    assert (added.exit_code, added.stdout) == (1, "")
    assert added.stderr == "A name holds a character that no reader sees.\n"
    assert runs.rows(database, Person.id) == []


def test_the_days_say_when_the_token_expires(mem: Command, database: Database, database_url: str) -> None:
    mem("people", "add", "A", "--role", "auditor", "--days", "7", "--database-url", database_url)
    mem("people", "add", "B", "--role", "auditor", "--database-url", database_url)
    lives = [expires - created for created, expires in runs.rows(database, Token.created_at, Token.expires_at)]
    assert sorted(lives) == [timedelta(days=7), timedelta(days=90)]


def test_without_an_address_the_database_is_a_file_in_the_data_folder(mem: Command, tmp_path: Path) -> None:
    assert mem("people", "add", "A", "--role", "auditor").exit_code == 0
    database = Database(f"sqlite:///{tmp_path / 'data' / 'mem.db'}")
    assert runs.rows(database, Person.name) == [("A",)]
    database.dispose()


def test_what_a_command_makes_is_for_its_user_alone(mem: Command, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        assert mem("migrate").exit_code == 0
        assert mem("ledger", "export", tmp_path / "export").exit_code == 0
    finally:
        os.umask(before)
    made = [tmp_path / "data", *(tmp_path / "data").rglob("*"), tmp_path / "export"]
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in made}
    assert modes["data"] == 0o700
    assert {"mem.db", "export"} < modes.keys()
    assert {mode for name, mode in modes.items() if name != "data"} == {0o600}


# --- ledger ---------------------------------------------------------------------------------------------------------


def test_an_intact_ledger_is_verified(mem: Command, method: Method, database_url: str) -> None:
    add_officer(Settings(database_url=database_url), method, "A", "auditor", None, 1)
    verified = mem("ledger", "verify", "--database-url", database_url)
    assert (verified.exit_code, verified.stdout, verified.stderr) == (0, "1 chains, 3 events, 0 faults\n", "")
    as_json = mem("ledger", "verify", "--json", "--database-url", database_url)
    assert as_json.exit_code == 0
    assert json.loads(as_json.stdout) == {"chains": 1, "events": 3, "faults": [], "ok": True}


@pytest.mark.breaks_invariants
@pytest.mark.parametrize(("says", "statement", "values", "fault"), TAMPERED, ids=[row[0] for row in TAMPERED])
def test_a_ledger_that_was_tampered_with_fails_by_the_name_of_its_chain(
    says: str,
    statement: str,
    values: dict[str, Any],
    fault: str,
    mem: Command,
    method: Method,
    database: Database,
    database_url: str,
) -> None:
    add_officer(Settings(database_url=database_url), method, "A", "auditor", None, 1)
    tamper(database, statement, values)
    told = f"chain {ADMINISTRATION}: {fault}"
    verified = mem("ledger", "verify", "--database-url", database_url)
    assert (verified.exit_code, verified.stderr) == (1, f"{told}\n")
    as_json = mem("ledger", "verify", "--json", "--database-url", database_url)
    assert (as_json.exit_code, json.loads(as_json.stdout)["faults"]) == (1, [told])


def exported(mem: Command, database_url: str, method: Method, place: Path) -> Path:
    """The export of a ledger of three events."""
    add_officer(Settings(database_url=database_url), method, "A", "auditor", None, 1)
    written = mem("ledger", "export", place / "export", "--database-url", database_url)
    assert (written.exit_code, written.stdout) == (0, "3 events written\n")
    return place / "export"


def test_an_export_is_verified_where_there_is_no_database(
    mem: Command, database_url: str, method: Method, tmp_path: Path
) -> None:
    file = exported(mem, database_url, method, tmp_path)
    verified = mem("ledger", "verify", "--export", file, "--json")
    assert verified.exit_code == 0
    assert json.loads(verified.stdout) == {"chains": 1, "events": 3, "faults": [], "ok": True}


@SQLITE
def test_an_export_that_was_tampered_with_fails_by_the_name_of_its_chain(
    mem: Command, database_url: str, method: Method, tmp_path: Path
) -> None:
    file = exported(mem, database_url, method, tmp_path)
    first, _, last = file.read_text(encoding="utf-8").splitlines()
    file.write_text(f"{first}\n{last}\n", encoding="utf-8")
    verified = mem("ledger", "verify", "--export", file)
    assert (verified.exit_code, verified.stdout) == (1, "1 chains, 2 events, 1 faults\n")
    assert verified.stderr == f"chain {ADMINISTRATION}: event 2 is missing or out of order (found 3)\n"


@pytest.mark.parametrize("content", ["not JSON", "[]", '{"chain": "c"}', None], ids=["text", "list", "bare", "none"])
@pytest.mark.parametrize("option", ["--export", "--checkpoint", "--receipt"])
def test_a_file_that_is_something_else_is_told(option: str, content: str | None, mem: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    if content is not None:
        (tmp_path / "file").write_text(content, encoding="utf-8")
    export = [] if option == "--export" else ["--export", tmp_path / "empty"]
    verified = mem("ledger", "verify", *export, option, tmp_path / "file")
    assert isinstance(verified.exception, SystemExit)
    assert verified.exit_code == 1
    assert len(verified.stderr.splitlines()) == 1


# --- check ----------------------------------------------------------------------------------------------------------


def test_a_database_in_which_every_invariant_holds_passes_the_check(mem: Command, database_url: str) -> None:
    checked = mem("check", "--database-url", database_url)
    assert (checked.exit_code, checked.stdout) == (0, f"{ASKED} invariants, 0 broken\n")
    as_json = mem("check", "--json", "--database-url", database_url)
    assert json.loads(as_json.stdout) == {"invariants": ASKED, "broken": {}}


@pytest.mark.breaks_invariants
def test_a_database_in_which_an_invariant_does_not_hold_fails_by_its_name(
    mem: Command, method: Method, database: Database, database_url: str
) -> None:
    add_officer(Settings(database_url=database_url), method, "A", "auditor", None, 1)
    tamper(database, "DELETE FROM event WHERE seq = 3", {})
    checked = mem("check", "--database-url", database_url)
    assert (checked.exit_code, checked.stdout) == (1, f"{ASKED} invariants, 1 broken\n")
    assert checked.stderr == "a_chain_is_as_long_as_its_head_says: 1 rows\n"
    as_json = mem("check", "--json", "--database-url", database_url)
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["broken"] == {"a_chain_is_as_long_as_its_head_says": 1}


# --- migrate and serve ----------------------------------------------------------------------------------------------


def test_migrating_brings_an_empty_database_to_the_newest_schema_and_does_nothing_twice(
    mem: Command, method: Method, empty_database: Database
) -> None:
    url = empty_database.engine.url.render_as_string(hide_password=False)
    assert current(empty_database) is None
    for _ in range(2):
        migrated = mem("migrate", "--database-url", url)
        assert (migrated.exit_code, migrated.stdout) == (0, "The database is at the newest schema.\n")
        assert current(empty_database) == head()
    add_officer(Settings(database_url=url), method, "A", "auditor", None, 1)
    mem("migrate", "--database-url", url)
    assert runs.rows(empty_database, Person.name) == [("A",)]


@pytest.mark.parametrize("arguments", [("tick",), ("check",), ("ledger", "verify"), ("ledger", "export", "file")])
def test_a_database_that_was_not_migrated_is_refused_with_what_to_do(
    arguments: tuple[str, ...], mem: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = mem(*arguments)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == "This database is not at the newest schema: run `mem migrate` first.\n"


def test_serving_refuses_a_broken_folder_before_it_takes_the_port(tmp_path: Path) -> None:
    """The port is taken already: whoever tried to bind it would fail by that, and say so."""
    folder, fault = broken(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        served = runs.mem("serve", "--port", port, data=tmp_path / "data", workflows=folder)
    assert (served.returncode, served.stdout) == (1, "")
    said, *faults = served.stderr.splitlines()
    assert said == "The methods do not hold; nothing was started:"
    assert fault in faults
    assert "address" not in served.stderr


@pytest.mark.parametrize(
    "arguments",
    [("plan", "show", PLAN), ("people", "add", "A", "--role", "auditor"), ("serve",), ("demo",)],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_broken_folder_is_told_by_every_command_that_reads_it(
    arguments: tuple[str, ...], mem: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, fault = broken(tmp_path)
    monkeypatch.setenv("MEM_WORKFLOWS", str(folder.parent))
    shown = mem(*arguments)
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert fault in shown.stderr.splitlines()
    assert isinstance(shown.exception, SystemExit)


def test_a_place_without_any_method_is_told(mem: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEM_WORKFLOWS", str(tmp_path))
    shown = mem("plan", "show", PLAN)
    assert shown.exit_code == 1
    assert shown.stderr == f"{tmp_path}:1: (file): holds no mechanism.yaml, and no folder that does; {WHERE}\n"


# --- tick -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def commenting(database: Database, method: Method) -> UUID:
    """An evaluation in which the country may comment for another day; then the comments are deemed to be in."""
    with database.write() as connection:
        work = Work(connection, now())
        officer = Actor(work.new_id(), "Officer", (Grant("mem_unit", None, "mem"),))
        cycles = [NewCycle("evaluation", "main", "All", {})]
        round_id = open_round(work, method, "r1", "A round", True, cycles, date(2018, 2, 1))
        (evaluation,) = enrol(work, officer, cycles_of(work, round_id)[0].id, ["BRB"])
        road = method.workflows["country_evaluation"]
        stage, version = road.initial, 1
        for trigger in ("issue", "submit_answers", "open_review", "open_consolidation", "send_draft"):
            transition = road.transition(trigger, stage)
            assert transition is not None
            version = move(work, evaluation, method, road.workflow, trigger, (stage, version), transition.to)
            stage = transition.to
        due = {"due_at": now() + timedelta(days=1), "lapse": "deem_no_more_comments", "round_id": round_id}
        due |= {"chain_id": evaluation}
        connection.execute(insert(Deadline).values(position_id=evaluation, version=version, stage=stage, **due))
    return evaluation


def stands(database: Database, evaluation: UUID) -> tuple[str, int]:
    ((stage, version),) = runs.rows(database, Position.stage, Position.version, id=evaluation)
    return stage, version


def test_a_lapse_is_fired_once_when_it_is_due_and_not_before(
    mem: Command, commenting: UUID, database: Database, database_url: str
) -> None:
    early = mem("tick", "--database-url", database_url)
    assert (early.exit_code, early.stdout, early.stderr) == (0, "", "")
    assert stands(database, commenting) == ("country_comment", 6)
    with database.write() as connection:
        passed = update(Deadline).where(Deadline.position_id == commenting).values(due_at=now() - timedelta(minutes=1))
        connection.execute(passed)
    fired = mem("tick", "--database-url", database_url)
    assert (fired.exit_code, fired.stderr) == (0, "")
    assert fired.stdout == f"{commenting}: deem_no_more_comments, from country_comment to revision\n"
    assert stands(database, commenting) == ("revision", 7)
    again = mem("tick", "--database-url", database_url)
    assert (again.exit_code, again.stdout) == (0, "")
    assert stands(database, commenting) == ("revision", 7)
    assert runs.rows(database, StageMove.trigger, StageMove.by, seq=7) == [("deem_no_more_comments", None)]


def test_a_tick_leaves_alone_what_has_moved_on_by_itself(
    mem: Command, commenting: UUID, database: Database, database_url: str, method: Method
) -> None:
    with database.write() as connection:
        work = Work(connection, now())
        move(work, commenting, method, "country_evaluation", "return_comments", ("country_comment", 6), "revision")
        connection.execute(update(Deadline).values(due_at=now() - timedelta(minutes=1)))
    assert mem("tick", "--database-url", database_url).stdout == ""
    assert stands(database, commenting) == ("revision", 7)


def test_what_was_pinned_is_what_the_lapse_is_fired_by(
    mem: Command, commenting: UUID, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tick asks the method that the round was opened by, whatever is installed now, or not at all."""
    with database.write() as connection:
        connection.execute(update(Deadline).values(due_at=now() - timedelta(minutes=1)))
        assert connection.execute(select(func.count()).select_from(MethodRow)).scalar_one() == 1
    monkeypatch.setenv("MEM_WORKFLOWS", "/nowhere")
    assert mem("tick", "--database-url", database_url).exit_code == 0
    assert stands(database, commenting) == ("revision", 7)
