"""Do the commands about methods print what they found for a person and a program, and end as they found it?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_cli import one_question
from tests.demo import runs
from typer.testing import CliRunner, Result

from mem.cli import main

ROUND, LOOP = "round.yaml", "  - trigger: close\n    from: follow_up\n"


def mem(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["workflow", *map(str, arguments)])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mechanism's folder that is fast to read; never changed."""
    return one_question(runs.small_copy(tmp_path_factory.mktemp("workflows")))


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Another, to be changed."""
    return one_question(runs.small_copy(tmp_path / "changed"))


def test_a_diagram_is_printed_as_it_is_kept(small: Path) -> None:
    shown = mem("diagram", small)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout.startswith("# Multilateral Evaluation Mechanism, version ")
    assert shown.stdout.count("```mermaid\nstateDiagram-v2\n") == 3
    assert "# Mecanismo de Evaluación Multilateral" in mem("diagram", small, "--language", "es").stdout


def test_a_simulation_without_a_finding_ends_well(small: Path) -> None:
    walked = mem("simulate", small, "--states", "2")
    assert (walked.exit_code, walked.stderr) == (0, "")
    assert walked.stdout.splitlines()[-1].endswith("pictures of 2 states, 0 findings")
    told = json.loads(mem("simulate", small, "--json").stdout)
    assert (told["states"], told["findings"]) == (3, [])
    assert {"workflow", "stage", "role", "triggers", "held"} == set(told["waits"][0])


def test_a_simulation_with_findings_tells_them_and_ends_badly(changed: Path) -> None:
    stages = "[published, not_participating, withdrawn_from_round, cancelled]"
    runs.replace(changed / ROUND, f"stages: {stages}", "stages: [enrolled]")
    for json_too in ((), ("--json",)):
        walked = mem("simulate", changed, *json_too)
        assert (walked.exit_code, walked.stderr) == (1, "")
        assert "never_fired" in walked.stdout
    found = json.loads(walked.stdout)["findings"]
    assert {"code", "workflow", "stage", "message", "path"} == set(found[0])
    assert {one["code"] for one in found} == {"never_fired", "unreached"}


@pytest.mark.parametrize("command", ["check", "diagram", "simulate"])
def test_a_folder_with_faults_is_refused_with_each_of_them(command: str, changed: Path) -> None:
    runs.replace(changed / ROUND, LOOP, LOOP.replace("follow_up", "folow_up"))
    failed = mem(command, changed)
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert "unknown stage 'folow_up'" in failed.stderr
    assert failed.stderr.startswith(f"{ROUND}:")
