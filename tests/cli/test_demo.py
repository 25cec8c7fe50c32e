"""Does the demo refuse what it must not replace, before it touches anything, and say why?"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from tests.cli.test_cli import WHERE, Command
from tests.cli.test_cli import mem as mem
from tests.cli.test_cli import method as method
from tests.cli.test_cli import small as small
from tests.demo import runs

from mem.cli.demo import MARK, CannotRun, how_to_open, last_line, mark, run_demo
from mem.cli.operations import add_officer, opened
from mem.core.clock import now
from mem.core.db import Database
from mem.core.use import used
from mem.core.work import Work
from mem.methods.method import Method
from mem.rounds.service import NewCycle, open_round
from mem.settings import Settings

Filled = Callable[[Database, Settings, Method], None]


def everything(database: Database) -> dict[str, list[str]]:
    """Every row of every table."""
    with database.read() as connection:
        tables = inspect(connection).get_table_names()
        return {name: sorted(map(str, connection.execute(text(f'SELECT * FROM "{name}"')))) for name in tables}


def a_round(synthetic: bool) -> Filled:
    def fill(database: Database, settings: Settings, method: Method) -> None:
        with database.write() as connection:
            cycles = [NewCycle("evaluation", "main", "All", {})]
            open_round(Work(connection, now()), method, f"r-{synthetic}", "A round", synthetic, cycles)

    return fill


def an_officer(database: Database, settings: Settings, method: Method) -> None:
    add_officer(settings, method, "First officer", "mem_unit", None, 1)


def a_mark(database: Database, settings: Settings, method: Method) -> None:
    mark(database)


def another_table(database: Database, settings: Settings, method: Method) -> None:
    with database.write() as connection:
        for name in inspect(connection).get_table_names():
            cascade = "" if database.is_sqlite else " CASCADE"
            if database.is_sqlite:
                connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            connection.execute(text(f'DROP TABLE "{name}"{cascade}'))
        connection.execute(text("CREATE TABLE invoice (id INTEGER)"))
        connection.execute(text("INSERT INTO invoice VALUES (7)"))


@pytest.mark.parametrize(
    ("filled", "told"),
    [
        pytest.param([a_round(False)], "not left by a demo", id="a round that is not synthetic"),
        pytest.param([a_round(True)], "not left by a demo", id="a round that a person marked synthetic"),
        pytest.param([an_officer], "not left by a demo", id="an officer who has not opened a round yet"),
        pytest.param([another_table], "tables of something else", id="the tables of another program"),
        pytest.param([another_table, a_mark], "tables of something else", id="those, by chance beside a mark"),
        pytest.param([a_mark, a_round(False)], "worked in this database since", id="a round after a demo"),
        pytest.param([a_mark, an_officer], "worked in this database since", id="an officer after a demo"),
    ],
)
def test_a_database_that_no_demo_left_is_refused_and_left_as_it_was(
    filled: list[Filled], told: str, mem: Command, database: Database, database_url: str, method: Method, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url)
    for fill in filled:
        fill(database, settings, method)
    evidence = tmp_path / "data" / "evidence" / "kept"
    evidence.parent.mkdir(parents=True)
    evidence.write_bytes(b"real")
    before = everything(database)
    refused = mem("demo", "--states", "3", "--json", "--database-url", database_url)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert told in refused.stderr
    assert "MEM_DATA_DIR=<folder>, or --database-url <address>" in refused.stderr
    assert everything(database) == before
    assert any(before.values())
    assert evidence.read_bytes() == b"real"


def test_what_a_demo_left_is_not_replaced_while_it_is_used(
    mem: Command, database: Database, database_url: str, method: Method
) -> None:
    a_mark(database, Settings(), method)
    before = everything(database)
    with used(database):
        refused = mem("demo", "--states", "3", "--json", "--database-url", database_url)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("a server is running on this database, or another demo. Nothing was touched.")
    assert everything(database) == before


def test_more_states_than_were_members_are_refused_with_how_many_there_were(mem: Command, tmp_path: Path) -> None:
    refused = mem("demo", "--states", str(len(runs.STATES) + 1))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == "9 states are asked for, and the mechanism had 8 member states on 2018-02-01\n"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_demo_that_is_told_to_end_leaves_no_server_behind(number: int, small: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "MEM_DATA_DIR": str(tmp_path / "data"), "MEM_DATABASE_URL": ""}
    command = [str(runs.COMMAND), "demo", "--mechanism", str(small)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        said = next(line for line in lines if "http://127.0.0.1:" in line)
        process.send_signal(number)
        process.wait(20)
    (port,) = re.findall(r"http://127\.0\.0\.1:(\d+)", said)
    assert process.returncode == 128 + number
    with socket.socket() as asked:
        assert asked.connect_ex(("127.0.0.1", int(port))) != 0
    with opened(Settings(data_dir=tmp_path / "data", database_url="")) as database, used(database, alone=True):
        assert MARK in inspect(database.engine).get_table_names()


def changed(small: Path, place: Path, old: str, new: str) -> Path:
    """A copy of the small folder with one place of the demo's script changed."""
    folder = runs.small_copy(place)
    runs.replace(folder / "demo.yaml", old, new)
    return folder


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(
            "  mem_unit: {persons: 2} ", "  # ", "personas: nobody may manage people", id="nobody who may manage people"
        ),
        pytest.param(
            "seed: 7\n",
            "seed: 7\nseed: 8\n",
            "demo.yaml:5: seed: holds what cannot be read: this key",
            id="a key twice",
        ),
    ],
)
def test_a_script_that_cannot_be_played_is_told_before_anything_is_replaced(
    old: str, new: str, told: str, mem: Command, tmp_path: Path, small: Path
) -> None:
    settings = Settings(data_dir=tmp_path / "data", database_url="", workflows=small)
    folder = changed(small, tmp_path, old, new)
    with pytest.raises(CannotRun) as refused:
        run_demo(settings, str(folder), 3, None, quiet=True)
    assert told in str(refused.value)
    assert not (tmp_path / "data" / "mem.db").exists()


def test_a_demo_that_cannot_go_on_says_in_one_line_where_it_stands_and_why(
    mem: Command, small: Path, tmp_path: Path
) -> None:
    task = "preparation:\n      - {do: enrol_states, as: mem_unit}\n"
    stuck = mem("demo", "--states", "3", "--mechanism", str(changed(small, tmp_path, task, "preparation: []\n")))
    assert stuck.exit_code == 1
    (line,) = stuck.stderr.splitlines()
    assert line.startswith("The demo cannot go on: /rounds/")
    assert "stands in 'preparation' and nothing is possible: call_for_experts: " in line


def test_a_mechanism_that_is_not_there_is_told(mem: Command) -> None:
    refused = mem("demo", "--mechanism", "moon")
    assert refused.exit_code == 1
    told = f"/moon:1: (file): holds no mechanism.yaml, and no folder that does; {WHERE}"
    assert refused.stderr.splitlines()[0].endswith(told)


@pytest.mark.parametrize("url", ["", "postgresql://me:rosebud@localhost/mem"])
def test_how_to_see_the_pages_can_be_followed_and_tells_no_password(url: str) -> None:
    told = how_to_open(Settings(database_url=url))
    assert "serve" in told
    assert "MEM_DATABASE_URL" in told or not url
    assert "rosebud" not in told
    assert "…" not in told


@pytest.mark.parametrize("states", ["2", "0", "-1", "three"])
def test_a_demo_of_fewer_than_three_states_is_refused(states: str, mem: Command, tmp_path: Path) -> None:
    assert mem("demo", "--states", states).exit_code == 2
    assert not (tmp_path / "data").exists()


def test_the_last_line_is_one_line_in_the_promised_order_whatever_the_totals_hold_besides() -> None:
    keys = [
        "states", "published", "not_participating", "actions_evaluated", "answers", "evidence", "findings", "ratings",
        "comments", "responses", "recommendations", "events", "requests", "seconds", "ledger_ok",
    ]  # fmt: skip
    totals: dict[str, Any] = {key: number for number, key in enumerate(reversed(keys))}
    line = last_line({"refused": 3, **totals})
    assert "\n" not in line
    assert list(json.loads(line).items()) == [(key, totals[key]) for key in keys]
