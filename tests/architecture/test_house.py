"""Is the house kept? What no linter checks: sizes, first sentences, the two doors, mirrors, and method only in data."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mem.methods.method import Method

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
MODULES = sorted(path.relative_to(SRC) for path in SRC.rglob("*.py"))
LONGEST = 300

EXCUSED_FROM_A_MIRROR = {
    "mem/api/routing.py": "shapes and a router for its siblings: every test of tests/api goes through it",
    "mem/core/errors.py": "names of errors; the tests of what raises and of what shows them are theirs",
    "mem/core/work.py": "fields; every test of a service is handed one",
    "mem/migrate.py": "tests/architecture/test_migrations.py",
    "mem/api/suspended.py": "tests/api/test_openings.py, which asks what is suspended",
    "mem/rounds/opened.py": "tests/answers/test_openings.py, where what is opened is edited",
    "mem/rounds/suspended.py": "one expression, asked wherever something stands: tests/rounds/test_suspensions.py",
    "mem/settings.py": "fields; the application of every test over HTTP is made from it",
    "mem/workflow/shape.py": "fields; every definition of tests/workflow is one",
    "mem/workflow/vocabulary.py": "fields; every check of a folder is handed one",
    "mem/tables.py": "tests/architecture: test_migrations.py for the tables, test_hands.py for what the server may do",
}
"""Modules without `tests/<same path>/test_<module>.py`, and why. `models.py` needs none: its tables are held against
the migrated schema, and its constraints are tested where they bite."""

EXCUSED_WORDS = {
    "country_evaluation": "a kind of subject, which the engine knows; the mechanism names a road after it",
    "coverage": "a kind of block",
    "designation": "the field's noun: a table, and the prefix of its key in a record",
    "evaluation": "the field's noun: the tag of its routes, and what a path calls its id",
    "not_applicable": "a field of an answer: the reason why a question does not apply",
    "not_participating": "a field of the demo's script, and of the totals it tells",
    "published": "the field's noun: what the public sees, the tag of its routes",
    "questionnaire": "a field of a cycle and of a questionnaire's file",
    "rating": "a field of a finding, a conclusion and a comment, and a kind of block",
    "recommendation": "a kind of subject, which the engine knows; a field of a conclusion, and a kind of block",
    "reported": "a kind of block: what the country reported",
    "round": "a kind of subject, which the engine knows; the mechanism names a road after it",
    "summary": "a kind of block",
    "synthetic_notice": "a kind of block",
}
"""Names of the method that the code says too, in a meaning of its own."""


@cache
def _tree(module: Path) -> ast.Module:
    return ast.parse((SRC / module).read_text(encoding="utf-8"), str(module))


def _calls(module: Path) -> Iterator[tuple[str, int]]:
    """Every name that is called in a module, as a name or as an attribute, with its line."""
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node.lineno
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr, node.lineno


def _has_code(module: Path) -> bool:
    """Whether there is more in it than a docstring and imports."""
    return any(not isinstance(node, ast.Expr | ast.Import | ast.ImportFrom) for node in _tree(module).body)


def _mirror(module: Path) -> Path:
    inside = module.relative_to("mem")
    name = inside.parent.name if inside.stem == "__init__" else inside.stem
    return ROOT / "tests" / inside.parent / f"test_{name}.py"


def test_no_file_is_longer_than_300_lines() -> None:
    long = {}
    for path in SRC.rglob("*"):
        if path.is_file() and path.suffix in {".py", ".html", ".css", ".js", ".svg", ".txt", ".md"}:
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > LONGEST:
                long[str(path.relative_to(SRC))] = lines
    assert long == {}


def test_every_module_opens_with_a_sentence() -> None:
    silent = [str(module) for module in MODULES if not (ast.get_docstring(_tree(module)) or "").strip()]
    assert silent == []


def test_a_transaction_begins_and_ends_only_in_the_database_module() -> None:
    calls = [
        f"{module}:{line} {name}"
        for module in MODULES
        for name, line in _calls(module)
        if name in {"begin", "begin_nested", "commit", "rollback"}
        if module != Path("mem/core/db.py")
    ]
    assert calls == []


def test_only_advance_moves_a_subject() -> None:
    door = Path("mem/process/advance.py")
    imports = {
        module
        for module in MODULES
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.ImportFrom) and node.module == "mem.methods.service"
        if "move" in {alias.name for alias in node.names}
    }
    calls = {module for module in MODULES for name, _ in _calls(module) if name == "move"}
    assert (imports, calls) == ({door}, {door})


def test_every_module_has_its_mirror_among_the_tests() -> None:
    lonely = [
        str(module)
        for module in MODULES
        if module.name != "models.py" and (module.name != "__init__.py" or _has_code(module))
        if str(module) not in EXCUSED_FROM_A_MIRROR and not _mirror(module).exists()
    ]
    assert lonely == []


def test_an_excused_module_exists_and_has_no_mirror() -> None:
    wrong = [
        module for module in EXCUSED_FROM_A_MIRROR if not (SRC / module).exists() or _mirror(Path(module)).exists()
    ]
    assert wrong == []


def _literals(module: Path) -> Iterator[tuple[str, int]]:
    """The string literals of a module; without docstrings, and without the examples shown in the API's description,
    which decide nothing."""
    tree, left_out = _tree(module), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(node.value)
        if isinstance(node, ast.keyword) and node.arg == "examples":
            left_out.update(below for below in ast.walk(node) if isinstance(below, ast.Constant))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in left_out:
            yield node.value, node.lineno


def _names(method: Method) -> Iterator[str]:
    """Every name that a method gives: stages, triggers, roles, scales, days, states, documents, units, questions."""
    mechanism = method.mechanism
    for workflow in method.workflows.values():
        yield from (workflow.workflow, *workflow.stages, *(one.trigger for one in workflow.transitions))
        yield from _words(stage.title for stage in workflow.stages.values())
    yield from method.roles
    yield from _words(role.title for role in method.roles.values())
    for name, scale in method.parts["scales.yaml"]["scales"].items():
        yield name
        yield from (value["code"] for value in scale["values"])
        yield from _words(value["label"] for value in scale["values"])
    yield from method.calendar.days
    yield from (region.code for region in method.members.regions)
    for member in method.members.members:
        yield from (member.code, *member.names.values(), *member.official.values())
    yield from (*mechanism.occasions, *mechanism.ranks, *mechanism.cycles)
    for cycle in mechanism.cycles.values():
        yield from (cycle.plan, cycle.questionnaire, cycle.scale, cycle.document, cycle.rated)
    for part in ("documents", "sentences"):
        yield from method.parts["report.yaml"][part]
    for plan in method.inside("plans"):
        yield from (level["name"] for level in plan["levels"])
        yield from _units(plan["units"])
    for name, part in method.parts.items():
        if name.startswith("questionnaires/"):
            yield from (question["key"] for question in part.get("questions", []))


def _words(texts: Any) -> Iterator[str]:
    for text in texts:
        yield from text.values()


def _units(units: list[dict[str, Any]]) -> Iterator[str]:
    for unit in units:
        yield unit["code"]
        yield from unit["text"].values()
        yield from _units(unit.get("units", []))


def _is_unmistakable(name: str) -> bool:
    """Whether a name could be nothing else in the middle of a text: `mem_unit`, `BRB`, `IS-1.1`, `Saint Lucia`."""
    is_code = name.isupper() and len(name) > 2  # an area's `IS` is SQL too
    return is_code or bool(re.search(r"[_0-9-]", name)) or (name[0].isupper() and " " in name)


def _said(method: Method) -> dict[str, list[str]]:
    """The names of a method that the code says, whole or (where it can mean nothing else) inside a text, and where."""
    names = {name for name in _names(method) if len(name) > 1}
    unmistakable = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if _is_unmistakable(name))
    inside = re.compile(rf"(?<![\w.-])(?:{unmistakable})(?![\w-])")
    found: dict[str, list[str]] = defaultdict(list)
    for module in MODULES:
        for text, line in _literals(module):
            for name in {text} & names | set(inside.findall(text)):
                found[name].append(f"{module}:{line}")
    return dict(found)


@pytest.fixture(scope="module")
def said(method: Method) -> dict[str, list[str]]:
    return _said(method)


def test_the_code_says_no_name_of_the_method(said: dict[str, list[str]]) -> None:
    assert {name: places for name, places in said.items() if name not in EXCUSED_WORDS} == {}


def test_an_excused_word_is_said(said: dict[str, list[str]]) -> None:
    assert EXCUSED_WORDS.keys() - said.keys() == set()


def test_the_names_of_the_method_are_all_looked_for(method: Method) -> None:
    names = set(_names(method))
    assert {
        "answering",
        "submit_answers",
        "mem_unit",
        "Expert",
        "IS",
        "IS-1.1",
        "sixth_round",
        "mostly completed",
    } < names
    assert {"BRB", "Barbados", "national_report", "is_1_1", "principal", "action", "follow_up_report"} < names
