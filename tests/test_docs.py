"""Is everything there that the README and the map of the code name, and do the README's own examples work?"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.demo import runs
from tests.methods_of import MEM

from mem.cli import main
from mem.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WHERE = (ROOT / "docs" / "where.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
SPAN = re.compile(r"`([^`\n]+)`")


def table(text: str) -> list[list[str]]:
    """The cells of every line of a document's tables, without the heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row, following in zip(cells, [*cells[1:], []], strict=True) if not _is_head(row, following)]


def _is_head(row: list[str], following: list[str]) -> bool:
    return _is_rule(row) or _is_rule(following)


def _is_rule(row: list[str]) -> bool:
    return bool(row) and set("".join(row)) <= set("-|: ")


def documents() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


PLACES = [(row[0], place) for row in table(WHERE) for place in SPAN.findall(row[1])]
COMMANDS = [span for row in table(README) for span in SPAN.findall(row[0])]


# --- places ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "place"), PLACES, ids=[f"{change}: {place}" for change, place in PLACES])
def test_every_place_that_is_named_for_a_change_is_there(change: str, place: str) -> None:
    assert (ROOT / place).exists()


def test_for_every_change_a_place_is_named() -> None:
    assert {row[0] for row in table(WHERE)} == {change for change, _ in PLACES}
    assert len(table(WHERE)) >= 14


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.name)
def test_every_file_that_a_document_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = [span for span in SPAN.findall(text) if re.match(r"(docs|src|tests|workflows|migrations)/[\w./-]*$", span)]
    named += [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [name for name in named if not (ROOT / name).exists()] == []


# --- commands -------------------------------------------------------------------------------------------------------


def test_the_readme_opens_with_the_two_commands() -> None:
    title, *lines = [line for line in README.splitlines() if line.strip()]
    assert title == "# mem"
    assert [line.split("#")[0].strip() for line in lines[:2]] == ["make demo", "make test"]
    assert all(line.startswith("    ") for line in lines[:2]), "a block of code"


@pytest.mark.parametrize("target", ["demo", "test", *re.findall(r"`make (\w+)`", README)])
def test_every_make_target_that_is_named_is_there(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert target in phony.split()


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command that these words lead to, and the words that are left. Raises `KeyError` for an unknown one."""
    command: Any = typer.main.get_command(main)
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    return command, words


@pytest.mark.parametrize("span", [span for span in COMMANDS if not span.startswith("make ")])
def test_every_command_in_the_readme_is_there_with_its_options_and_arguments(span: str) -> None:
    program, *words = span.replace("[", " ").replace("]", " ").split()
    assert program == "mem"
    command, left = command_of(words)
    options = {name: one for one in command.params if one.param_type_name == "option" for name in one.opts}
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    given = []
    while left:
        word = left.pop(0)
        if not word.startswith("--"):
            given.append(word)
        elif not options[word].is_flag:
            left.pop(0)
    assert len(given) == len(arguments)


def test_every_command_there_is_stands_in_the_readme() -> None:
    root: Any = typer.main.get_command(main)
    every = {
        f"mem {name}" if not hasattr(one, "commands") else f"mem {name} {below}"
        for name, one in root.commands.items()
        for below in getattr(one, "commands", {""})
    }
    assert {one for one in every if not any(span.startswith(one) for span in COMMANDS)} == set()


def test_every_setting_that_is_named_is_one_with_its_default() -> None:
    named = set(re.findall(r"`MEM_(\w+)`", README))
    assert named == {name.upper() for name in Settings.model_fields}
    for name in ("data_dir", "workflows"):
        assert f"`MEM_{name.upper()}` (default `{Settings.model_fields[name].default}`)" in README


# --- the examples ---------------------------------------------------------------------------------------------------


(LINES,) = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_the_examples_of_the_readme_work_line_by_line_as_they_are_pasted(shell: str, tmp_path: Path) -> None:
    """By the first officer, as the README has it; answering is for another, and refused for that."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    lines = LINES.replace("8000", port).replace(".venv/bin/mem", str(runs.COMMAND))
    assert "$ROUND" in lines
    settings = {"MEM_DATA_DIR": str(tmp_path), "MEM_DATABASE_URL": "", "MEM_WORKFLOWS": str(ROOT / "workflows")}
    environment = {**os.environ, **settings}
    pasted = subprocess.run(
        [shell], input=lines, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (pasted.returncode, pasted.stderr) == (0, "")
    serving, *answers = sorted(pasted.stdout.splitlines(), key=lambda line: not line.startswith("Serving at "))
    assert serving == f"Serving at http://127.0.0.1:{port}/"
    ready, me, mechanism, possible, moved, refused, published = map(json.loads, answers)
    assert ready == {"status": "ready"}
    assert me["grants"] == [{"mechanism": "mem", "role": "mem_unit", "state": None}]
    assert mechanism["code"] == "mem"
    assert {way["trigger"]: way["is_open"] for way in possible["transitions"]}["call_for_experts"]
    assert (moved["from_stage"], moved["version"]) == (possible["stage"], 2)
    assert (refused["status"], refused["code"]) == (403, "not_allowed")
    assert published == {"reports": []}
    with socket.socket() as asked:
        assert asked.connect_ex(("127.0.0.1", int(port))) != 0, "the server was ended"


def test_the_examples_leave_no_token_in_the_folder() -> None:
    assert not re.search(r"people add [^\n]*>", LINES)


def test_the_folder_that_is_checked_in_the_readme_is_that_of_the_mechanism() -> None:
    assert f"mem workflow check {MEM.relative_to(ROOT)}" in COMMANDS
