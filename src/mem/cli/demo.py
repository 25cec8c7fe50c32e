"""How is the demo put together? A fresh database, a server of its own on a free loopback port, and the driver."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import inspect, select

from mem.app import BadDefinitions, installed
from mem.cli.operations import add_officer, opened, prepare, verify_ledger
from mem.cli.script import FILE, check_script, first_role
from mem.client import Caller, Server
from mem.core.db import Database
from mem.core.yaml import Fault, read_yaml
from mem.demo import show
from mem.demo.driver import results, run, set_up
from mem.methods.method import Method
from mem.migrate import downgrade
from mem.people.models import Person
from mem.rounds.models import Round
from mem.settings import Settings

SYNTHETIC = "Synthetic "
"""How the name of everybody in a demo begins."""


class CannotRun(RuntimeError):
    """The demo does not start; the message says why."""


def run_demo(settings: Settings, mechanism: str, states: int | None, seed: int | None, quiet: bool) -> dict[str, Any]:
    """Run the whole demo and return its totals. Raises `CannotRun`."""
    console = Console(stderr=quiet)
    settings, method, script = _choose(settings, mechanism)
    code, role = method.mechanism.mechanism, first_role(method, script["personas"])
    assert role is not None  # or the script would have a fault
    _fresh(settings)
    token = add_officer(settings, method, f"{SYNTHETIC}first officer", role, None, 1)
    began = time.monotonic()
    with _serving(settings) as server:
        first = Caller(server, token)
        console.print(f"[bold]mem demo[/bold]: a whole round over HTTP at {server.base_url}. All data is SYNTHETIC.")
        stage = set_up(script, code, first, seed, states)
        with show.bars(console, stage) as progress:
            run(stage, progress)
        totals = results(stage, first, time.monotonic() - began)
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
        f"Published pages: {_how_to_open(settings)}",
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


def _fresh(settings: Settings) -> None:
    """An empty database. What an earlier demo left is replaced; anything that is not synthetic is never touched."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with opened(settings, by_owner=True) as database:
        is_there = _left_by_a_demo(database)
        if is_there and not database.is_sqlite:
            downgrade(database)
    if is_there and database.is_sqlite:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{database.engine.url.database}{ending}").unlink(missing_ok=True)
    prepare(settings)


def _left_by_a_demo(database: Database) -> bool:
    """Whether there is anything, all of it from an earlier demo. Raises `CannotRun` when some of it is not."""
    tables = set(inspect(database.engine).get_table_names()) - {"alembic_version"}
    if not tables:
        return False
    if Round.__tablename__ not in tables:
        raise CannotRun("this database holds tables of something else; the demo will not replace it")
    with database.read() as connection:
        rounds = set(connection.execute(select(Round.synthetic)).scalars())
        names = list(connection.execute(select(Person.name)).scalars())
    if False in rounds:
        raise CannotRun("this database holds rounds that are not synthetic; the demo will not replace it")
    if not rounds and not all(name.startswith(SYNTHETIC) for name in names):
        raise CannotRun("this database holds persons of no demo; the demo will not replace it")
    return True


@contextmanager
def _serving(settings: Settings) -> Iterator[Server]:
    """A server process of our own on a free loopback port, ended when the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = "from mem.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--port", str(port)]
    environment = settings.environment()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    server = Server(f"http://127.0.0.1:{port}")
    try:
        if not server.wait(30):
            raise CannotRun("the server did not start within 30 seconds")
        yield server
    finally:
        server.close()
        process.terminate()
        process.wait(10)


def _how_to_open(settings: Settings) -> str:
    if settings.database_url:
        return "MEM_ONE_LOGIN=1 mem serve --database-url … , then http://127.0.0.1:8000/"
    return "make serve, then http://127.0.0.1:8000/"
