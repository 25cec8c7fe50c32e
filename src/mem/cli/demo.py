"""How is the demo put together? A fresh database, a server of its own on a free loopback port, and the driver."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import inspect, select, text

from mem.app import BadDefinitions, installed
from mem.cli.operations import add_officer, opened, prepare, verify_ledger
from mem.cli.script import FILE, check_script, first_role
from mem.client import Caller, Problem, Server
from mem.core.clock import now
from mem.core.db import Database
from mem.core.use import InUse, used
from mem.core.yaml import Fault, read_yaml
from mem.demo import show
from mem.demo.driver import Stuck, results, run, set_up
from mem.methods.method import Method
from mem.migrate import downgrade
from mem.people.models import Person
from mem.rounds.models import Round
from mem.settings import Settings
from mem.shipped import IS_WHEEL

SYNTHETIC = "Synthetic "
"""How the name of everybody in a demo begins."""
MARK = "left_by_demo"
"""The table by which a demo knows again what a demo left; made before anything else, in an empty database."""
ELSEWHERE = "Nothing was touched. Give the demo a place of its own: MEM_DATA_DIR=<folder>, or --database-url <address>."


class CannotRun(RuntimeError):
    """The demo does not start, or cannot go on; the message says why."""


def run_demo(settings: Settings, mechanism: str, states: int | None, seed: int | None, quiet: bool) -> dict[str, Any]:
    """Run the whole demo and return its totals. Raises `CannotRun`."""
    console = Console(stderr=quiet)
    settings, method, script = _choose(settings, mechanism)
    code, role = method.mechanism.mechanism, first_role(method, script["personas"])
    assert role is not None  # or the script would have a fault
    _enough_members(method, script, states)
    _fresh(settings)
    token = add_officer(settings, method, f"{SYNTHETIC}first officer", role, None, 1)
    began = time.monotonic()
    with _serving(settings) as server:
        first = Caller(server, token)
        console.print(f"[bold]mem demo[/bold]: a whole round over HTTP at {server.base_url}. All data is SYNTHETIC.")
        try:
            stage = set_up(script, code, first, seed, states)
            with show.bars(console, stage) as progress:
                run(stage, progress)
            totals = results(stage, first, time.monotonic() - began)
        except (Stuck, Problem) as why:
            raise CannotRun(f"The demo cannot go on: {why}") from None
    ledger = verify_ledger(settings)
    totals |= {"events": ledger["events"], "requests": server.requests, "ledger_ok": ledger["ok"]}
    totals["seconds"] = round(time.monotonic() - began, 1)
    show.table(console, stage, totals)
    rate = server.requests / max(totals["seconds"], 0.1)
    console.print(
        f"{totals['actions_evaluated']} units judged in each state; "
        f"{totals['recommendations']} recommendations issued; "
        f"{totals['refused']} attempts on the own country refused.\n"
        f"{server.requests:,} requests in {totals['seconds']} s ({rate:.0f} a second); "
        f"{totals['events']:,} events, ledger {'ok' if ledger['ok'] else 'BROKEN'}.\n"
        f"Published pages: {how_to_open(settings)}",
        highlight=False,
    )
    return totals


def last_line(totals: dict[str, Any]) -> str:
    """The totals as the one line of JSON that `--json` promises, in its order."""
    keys = (
        "states", "published", "not_participating", "actions_evaluated", "answers", "evidence", "findings", "ratings",
        "comments", "responses", "recommendations", "events", "requests", "seconds", "ledger_ok",
    )  # fmt: skip
    return json.dumps({key: totals[key] for key in keys})


def _choose(settings: Settings, mechanism: str) -> tuple[Settings, Method, dict[str, Any]]:
    """The settings with the folder of the mechanism, the method, and its demo script; by code or by folder."""
    folder = Path(mechanism) if (Path(mechanism) / "mechanism.yaml").exists() else settings.workflows / mechanism
    try:
        (method,) = installed(folder).values()
    except BadDefinitions as bad:
        raise CannotRun("\n".join(str(fault) for fault in bad.faults)) from None
    script, faults = read_yaml(folder / FILE, FILE), check_script(folder, method)
    if isinstance(script, Fault):
        raise CannotRun(str(script))
    if faults:
        raise CannotRun("\n".join(str(fault) for fault in faults))
    # One login does all: the owner's, whose server works with narrow hands nevertheless.
    ours = {"workflows": folder.absolute(), "owner_url": "", "one_login": True}
    return settings.model_copy(update=ours), method, script.data


def _enough_members(method: Method, script: dict[str, Any], states: int | None) -> None:
    """Raises `CannotRun` when fewer states than asked for were members on the round's day."""
    day = str(script["round"].get("members_on") or now().date())
    members = sum(member.on(day) for member in method.members.members)
    if states is not None and states > members:
        raise CannotRun(f"{states} states are asked for, and the mechanism had {members} member states on {day}")


def _fresh(settings: Settings) -> None:
    """An empty database, marked as a demo's. What an earlier demo left is replaced, unless it is used; anything else is
    never touched."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with opened(settings, by_owner=True) as database, used(database, alone=True):
            if _left_by_a_demo(database):
                downgrade(database)
            mark(database)
            prepare(settings)
    except InUse:
        raise CannotRun(f"a server is running on this database, or another demo. {ELSEWHERE}") from None


def mark(database: Database) -> None:
    """Mark a database as one that a demo may replace."""
    with database.write() as connection:
        connection.execute(text(f"CREATE TABLE IF NOT EXISTS {MARK} (mark INTEGER)"))


def _left_by_a_demo(database: Database) -> bool:
    """Whether there is anything, all of it from an earlier demo. Raises `CannotRun` when some of it is not."""
    found = set(inspect(database.engine).get_table_names())
    tables = found - {"alembic_version", MARK}
    if not tables:
        return False
    if Round.__tablename__ not in tables:
        raise CannotRun(f"this database holds tables of something else; the demo will not replace it. {ELSEWHERE}")
    with database.read() as connection:
        rounds = set(connection.execute(select(Round.synthetic)).scalars())
        names = list(connection.execute(select(Person.name)).scalars())
    if MARK not in found and (rounds or names):
        raise CannotRun(f"this database was not left by a demo, which will not replace it. {ELSEWHERE}")
    if False in rounds or not all(name.startswith(SYNTHETIC) for name in names):
        raise CannotRun(f"somebody has worked in this database since a demo left it. {ELSEWHERE}")
    return True


@contextmanager
def _serving(settings: Settings) -> Iterator[Server]:
    """A server process of our own on a free loopback port, ended when the block ends, or we are told to end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = "from mem.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=settings.environment(), stdout=subprocess.DEVNULL)
    server = Server(f"http://127.0.0.1:{port}")
    try:
        with _told_to_end(process):
            if not server.wait(30):
                raise CannotRun("the server did not start within 30 seconds")
            yield server
    finally:
        server.close()
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _told_to_end(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """While the block runs, a signal to end ends the process first: whoever waits for its answers waits no longer."""

    def end(number: int, _: object) -> None:
        process.terminate()
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def how_to_open(settings: Settings) -> str:
    """How whoever ran the demo sees its pages. The database's address is not told: it may hold a password."""
    if settings.database_url:
        return (
            "MEM_ONE_LOGIN=1 mem serve, with the address of this database in MEM_DATABASE_URL, "
            "then http://127.0.0.1:8000/"
        )
    return f"{'mem' if IS_WHEEL else 'make'} serve, then http://127.0.0.1:8000/"
