"""Where do the tests get a run of the demo from? From a real `mem demo` in a process of its own, or from the driver
against the real application on a loopback port; on the real method, or on a small copy of it."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlalchemy import select
from tests.methods_of import MEM

from mem.answers.models import AnswerVersion
from mem.app import create_app, installed
from mem.assessments.models import ConclusionVersion, FindingVersion, Stance
from mem.cli.operations import add_officer, prepare
from mem.client import Caller, Server
from mem.core.db import AnyRow, Database
from mem.core.yaml import Source, read_yaml
from mem.demo.driver import set_up
from mem.demo.stage import Stage
from mem.evidence.models import Evidence
from mem.reports.models import Comment, Response
from mem.rounds.models import Assignment, CountryEvaluation
from mem.settings import Settings

COMMAND = Path(sys.executable).with_name("mem")
SEED = 5
KEPT = "IC"
"""The area of the plan that the small copy asks about and judges."""
REGIONS = ("north_america", "central_america", "caribbean", "andean", "southern_cone")
STATES = ("ARG", "ATG", "BHS", "BLZ", "BOL", "BRB", "CHL", "JAM")
"""The states of the small copy."""


def mem(*arguments: str, data: Path, workflows: Path | None = None, url: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command `mem` in a process of its own, in a folder where nothing else is."""
    data.mkdir(parents=True, exist_ok=True)
    ours = {"MEM_DATA_DIR": str(data), "MEM_WORKFLOWS": str(workflows or MEM.parent), "MEM_DATABASE_URL": url}
    return subprocess.run(
        [COMMAND, *arguments],
        env={**os.environ, **ours},
        cwd=data,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def replace(file: Path, old: str, new: str) -> None:
    """Change one place in a file, which stands there once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"'{old}' stands {text.count(old)} times in {file.name}, not once"
    file.write_text(text.replace(old, new), encoding="utf-8")


def one_area(folder: Path) -> Path:
    """Let the demo of a copied folder judge one area of the plan only."""
    out = ", ".join(f"{{unit: {area}, reason: Judged elsewhere}}" for area in ("IS", "DR", "SR", "CM"))
    whole = 'title: "Synthetic evaluation of the whole plan"'
    replace(folder / "demo.yaml", whole, f'title: "Synthetic evaluation of one area", excluded: [{out}]')
    return folder


def keep(file: Path, marker: str, *names: str) -> None:
    """Keep, of the items of a file that begin with this marker, those of these names."""
    head, *items = file.read_text(encoding="utf-8").split(marker)
    kept = [marker + item for item in items if item.split(maxsplit=1)[0] in names]
    assert len(kept) == len(names)
    file.write_text(head + "".join(kept), encoding="utf-8")


def small_copy(place: Path) -> Path:
    """A copy of `workflows/mem` that is fast to read: one area of the plan, the questions on it, eight states. One
    question that asks for a document is about two units."""
    folder = shutil.copytree(MEM, place / "mem")
    for section in (folder / "questionnaires" / "mem-7").iterdir():
        if section.stem != KEPT:
            section.unlink()
    replace(folder / "questionnaires" / "mem-7.yaml", "sections: [IS, DR, SR, CM, IC]", f"sections: [{KEPT}]")
    questions = folder / "questionnaires" / "mem-7" / f"{KEPT}.yaml"
    replace(questions, "ic_1_5_evidence\n    units: [IC-1.5]", "ic_1_5_evidence\n    units: [IC-1.5, IC-1.4]")
    keep(folder / "plans" / "hemispheric-2016-2020.yaml", "\n  - code: ", KEPT)
    keep(folder / "states.yaml", "\n  - code: ", *REGIONS, *STATES)
    return folder


def script_of(folder: Path) -> dict[str, Any]:
    """The demo's script of a folder."""
    read = read_yaml(folder / "demo.yaml", "demo.yaml")
    assert isinstance(read, Source)
    data: dict[str, Any] = read.data
    return data


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` filled, once a session: whichever worker asks first makes it, the others wait."""
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / f"shared-{name}"
    with (shared / f"shared-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            (folder / "made").touch()
    return folder


def totals_of(finished: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The last line of a demo that went well."""
    assert finished.returncode == 0, finished.stderr
    found: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return found


def rows(database: Database, *columns: Any, **where: Any) -> list[AnyRow]:
    """These columns of their table, joined to nothing."""
    with database.read() as connection:
        return list(connection.execute(select(*columns).filter_by(**where)))


def paired(database: Database, key: Any, value: Any) -> dict[Any, Any]:
    """One column of a table by another."""
    return {one: other for one, other in rows(database, key, value)}


def said(database: Database) -> dict[str, list[Any]]:
    """Everything that the persons of a demo said, by state, without what is made anew each time (ids, instants)."""
    state = paired(database, CountryEvaluation.id, CountryEvaluation.state)
    expert = paired(database, Assignment.id, Assignment.expert_state)
    answers = rows(
        database,
        AnswerVersion.evaluation_id,
        AnswerVersion.question,
        AnswerVersion.version,
        AnswerVersion.value,
        AnswerVersion.not_applicable,
    )
    documents = {str(one) for (one,) in rows(database, Evidence.id)}
    about = {one.id: one for one in rows(database, Comment.__table__)}
    return {
        "answers": sorted(
            (state[a.evaluation_id], a.question, a.version, _without(documents, a.value), a.not_applicable or "")
            for a in answers
        ),
        "evidence": sorted((state[e.evaluation_id], e.title, e.url or "") for e in rows(database, Evidence.__table__)),
        "findings": sorted(
            (state[f.evaluation_id], expert[f.assignment_id], f.unit, f.rating, json.dumps(f.text))
            for f in rows(database, FindingVersion.__table__)
        ),
        "conclusions": sorted(
            (state[c.evaluation_id], c.unit, c.version, c.rating, json.dumps(c.text))
            for c in rows(database, ConclusionVersion.__table__)
        ),
        "stances": sorted(
            (state[s.evaluation_id], expert[s.assignment_id], s.unit, s.version, s.agrees, json.dumps(s.text))
            for s in rows(database, Stance.__table__)
        ),
        "comments": sorted((state[c.evaluation_id], c.number, c.paragraph, c.about, c.text) for c in about.values()),
        "responses": sorted(
            (state[about[r.comment_id].evaluation_id], about[r.comment_id].number, r.disposition, r.reason)
            for r in rows(database, Response.__table__)
        ),
    }


def _without(documents: set[str], value: Any) -> str:
    """An answer's value as text, each document as just that."""
    is_list = isinstance(value, list)
    return json.dumps(["document" if one in documents else one for one in value] if is_list else value, sort_keys=True)


@dataclass(frozen=True)
class Served:
    """The application on a loopback port over a fresh database, with the first officer's way in."""

    server: Server
    first: Caller
    database: Database
    folder: Path

    @property
    def script(self) -> dict[str, Any]:
        return script_of(self.folder)


def changed(script: Mapping[str, Any], workflow: str, **work: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A script with other work in some stages of a workflow."""
    return {**script, "work": {**script["work"], workflow: {**script["work"][workflow], **work}}}


def set_out(served: Served, script: Mapping[str, Any], code: str, states: int = 3, seed: int = SEED) -> Stage:
    """Everybody hired and a round of this code opened, with nothing done yet."""
    return set_up({**script, "round": {**script["round"], "code": code}}, "mem", served.first, seed, states)


def silent(workflow: str, left: str, state: str) -> None:
    """Progress that nobody looks at."""


@contextmanager
def serving(place: Path) -> Iterator[Served]:
    """Serve the small copy from a thread of this process, until the block ends."""
    folder = small_copy(place)
    settings = Settings(data_dir=place / "data", database_url="", workflows=folder)
    prepare(settings)
    methods = installed(folder)
    token = add_officer(settings, methods["mem"], "Synthetic first officer", "mem_unit", None, 1)
    config = uvicorn.Config(create_app(settings, methods), port=0, log_level="warning", access_log=False)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(running.serve()), daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive()
        thread.join(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    server, database = Server(f"http://127.0.0.1:{port}"), Database(settings.url)
    try:
        yield Served(server, Caller(server, token), database, folder)
    finally:
        server.close()
        database.dispose()
        running.should_exit = True
        thread.join(10)
        assert not thread.is_alive()
