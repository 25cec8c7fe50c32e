"""Do the floors hold, and would each contract notice if they did not?

The contracts stand in `pyproject.toml`. The faults are planted in one copy of `src/`, which is never imported.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
RULE = "-" * 5


@dataclass(frozen=True)
class Planted:
    """A line that breaks a contract, at the end of a module (made when there is none), and what must be said."""

    contract: str
    module: str
    line: str
    said: str

    @property
    def path(self) -> str:
        return f"{self.module.replace('.', '/')}.py"


def _import(contract: str, module: str, imported: str) -> Planted:
    external = not imported.startswith("mem")
    said = f"{module} -> {imported.partition('.')[0] if external else imported} "
    return Planted(contract, module, f"import {imported}  # planted", said)


FLOORS = "The floors"
FEATURE = "Inside a feature: service over rules and tables"
ROUNDS = "Inside rounds: who stands where, then what is done"
REPORTS = "Inside reports: assembling over versions and comments"
QUESTIONNAIRES = "Inside questionnaires: checking over questions over types"
WORKFLOW = "Inside workflow: checking and moving over definitions"
PROCESS = "Inside process: one door over guards and effects over facts"
BACKUP = "Inside backup: making and restoring over what is copied and how"
HTTP = "HTTP stays at the door"
TABLES = "The door talks to services, never to tables"
PURE = "Rules are pure: no database"
WHOLLY_PURE = "The engine and the policy are pure, even indirectly"
OUTSIDE = "Who asks from outside and who verifies know nothing of the house"
DEMO = "The demo knows the client alone"
MIGRATING = "Migrating needs the database and nothing else"
SETTINGS = "Settings are read once, at the top"

PLANTED = (
    _import(FLOORS, "mem.app", "mem.cli"),
    _import(FLOORS, "mem.app", "mem.backup.service"),
    _import(FLOORS, "mem.app", "mem.tables"),
    _import(FLOORS, "mem.api.rounds", "mem.web.public"),
    _import(FLOORS, "mem.web.public", "mem.api.rounds"),
    _import(FLOORS, "mem.http.unit", "mem.api.routing"),
    _import(FLOORS, "mem.process.effects", "mem.http.problems"),
    _import(FLOORS, "mem.reports.comments", "mem.process.guards"),
    _import(FLOORS, "mem.recommendations.service", "mem.reports.versions"),
    _import(FLOORS, "mem.assessments.service", "mem.recommendations.service"),
    _import(FLOORS, "mem.answers.service", "mem.assessments.service"),
    _import(FLOORS, "mem.evidence.service", "mem.answers.service"),
    _import(FLOORS, "mem.rounds.service", "mem.evidence.service"),
    _import(FLOORS, "mem.questionnaires.check", "mem.rounds.service"),
    _import(FLOORS, "mem.plans.definition", "mem.questionnaires.types"),
    _import(FLOORS, "mem.people.service", "mem.plans.definition"),
    _import(FLOORS, "mem.methods.service", "mem.people.service"),
    _import(FLOORS, "mem.workflow.check", "mem.methods.method"),
    _import(FLOORS, "mem.ledger.service", "mem.workflow.definition"),
    _import(FLOORS, "mem.ledger.service", "mem.idempotency.service"),
    _import(FLOORS, "mem.expressions", "mem.ledger.service"),
    _import(FLOORS, "mem.core.clock", "mem.expressions"),
    Planted(FLOORS, "mem.utils", '"""A room on no floor."""', "- mem.utils"),
    _import(MIGRATING, "mem.migrate", "mem.people.models"),
    _import(DEMO, "mem.demo.driver", "mem.core.errors"),
    _import(OUTSIDE, "mem.client", "mem.core.canonical"),
    _import(OUTSIDE, "mem.verify", "mem.core.canonical"),
    _import(FEATURE, "mem.people.policy", "mem.people.service"),
    _import(FEATURE, "mem.answers.rules", "mem.answers.models"),
    Planted(FEATURE, "mem.answers.helpers", '"""A module with no place."""', "- mem.answers.helpers"),
    _import(ROUNDS, "mem.rounds.standing", "mem.rounds.experts"),
    _import(ROUNDS, "mem.rounds.visible", "mem.rounds.standing"),
    _import(REPORTS, "mem.reports.comments", "mem.reports.assemble"),
    _import(REPORTS, "mem.reports.blocks", "mem.reports.models"),
    _import(QUESTIONNAIRES, "mem.questionnaires.types", "mem.questionnaires.definition"),
    _import(WORKFLOW, "mem.workflow.definition", "mem.workflow.machine"),
    _import(PROCESS, "mem.process.effects", "mem.process.advance"),
    _import(PROCESS, "mem.process.guards", "mem.process.effects"),
    _import(PROCESS, "mem.process.facts", "mem.process.guards"),
    _import(PROCESS, "mem.process.running", "mem.process.migrating"),
    _import(BACKUP, "mem.backup.contents", "mem.backup.copies"),
    _import(HTTP, "mem.process.lapses", "fastapi"),
    _import(HTTP, "mem.people.service", "starlette.requests"),
    _import(HTTP, "mem.cli", "fastapi"),
    _import(TABLES, "mem.api.people", "mem.people.models"),
    _import(TABLES, "mem.web.public", "mem.reports.models"),
    _import(TABLES, "mem.http.constraints", "mem.rounds.models"),
    _import(PURE, "mem.answers.rules", "sqlalchemy"),
    _import(PURE, "mem.process.guards", "sqlalchemy.orm"),
    _import(PURE, "mem.questionnaires.types", "sqlalchemy"),
    _import(PURE, "mem.reports.blocks", "sqlalchemy"),
    _import(WHOLLY_PURE, "mem.workflow.loader", "mem.core.db"),
    _import(WHOLLY_PURE, "mem.people.policy", "mem.core.work"),
    _import("Only the machine knows transitions", "mem.process.advance", "transitions"),
    _import("Only the machine knows transitions", "mem.workflow.check", "transitions"),
    _import("Only the expressions know CEL", "mem.questionnaires.definition", "cel"),
    _import("Only the client asks over HTTP", "mem.demo.driver", "httpx"),
    _import(SETTINGS, "mem.core.db", "mem.settings"),
    _import(SETTINGS, "mem.api.rounds", "mem.settings"),
)


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the lint says of each broken contract in a copy where every fault is planted."""
    copy = tmp_path_factory.mktemp("planted") / "src"
    shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
    for one in PLANTED:
        with (copy / one.path).open("a", encoding="utf-8") as file:
            file.write(f"\n{one.line}\n")
    found = lint(copy)
    assert found.returncode != 0
    _, _, broken = found.stdout.partition("Broken contracts")
    names = {one.contract for one in PLANTED}
    sections: dict[str, str] = {}
    name = ""
    for line, below in zip(broken.splitlines(), [*broken.splitlines()[1:], ""], strict=True):
        if below.startswith(RULE) and line in names:
            name = line
        sections[name] = f"{sections.get(name, '')}{line} \n"
    return sections


def lint(source: Path) -> subprocess.CompletedProcess[str]:
    """Lint the package in a folder by our contracts."""
    command = [sys.executable, "-c", LINT, "--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(source), "NO_COLOR": "1", "COLUMNS": "400"}
    return subprocess.run(
        command, cwd=source, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_floors_hold() -> None:
    found = lint(ROOT / "src")
    assert found.returncode == 0, found.stdout + found.stderr


def test_each_contract_has_a_fault_planted_against_it() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = [contract["name"] for contract in config["tool"]["importlinter"]["contracts"]]
    assert sorted(names) == sorted({one.contract for one in PLANTED})


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: f"{one.contract} | {one.module}: {one.line}")
def test_a_planted_fault_breaks_its_contract(planted: Planted, complaints: dict[str, str]) -> None:
    assert planted.contract in complaints, "the contract was kept"
    assert planted.said in complaints[planted.contract]
