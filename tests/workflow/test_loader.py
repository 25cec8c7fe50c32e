"""Is every file of a folder found by its name, and every misfit by its line?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.methods_of import MEM, real_folder

from mem.core.yaml import Fault, Source, read_yaml
from mem.workflow.definition import Roles, Workflow
from mem.workflow.loader import names_inside, parse, read_folder

ROAD = """\
workflow: road
version: 1
subject: round
initial: here
stages:
  here:
    title: {en: Here}
  there:
    title: {en: There}
    final: true
transitions:
  - trigger: go
    from: here
    to: there
    by: [clerk]
    guards:
      - submitted
      - in_stage: {stages: [a]}
"""


def wrong(place: Path, old: str, new: str) -> list[Fault]:
    """The faults of the road with one thing changed."""
    assert ROAD.count(old) == 1
    file = place / "road.yaml"
    file.write_text(ROAD.replace(old, new))
    source = read_yaml(file, "road.yaml")
    assert isinstance(source, Source)
    faults: list[Fault] = []
    assert parse(Workflow, source, faults) is None
    return faults


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("", ["a.yaml", "b.yaml"]),
        ("plans/", ["plans/one.yaml"]),
        ("plans", ["plans/one.yaml"]),
        ("plans/deep", ["plans/deep/two.yaml"]),
        ("plan", []),
        ("other/", []),
    ],
)
def test_names_inside_a_place_are_those_right_inside_it_sorted(place: str, found: list[str]) -> None:
    assert names_inside(["b.yaml", "plans/one.yaml", "plans/deep/two.yaml", "a.yaml"], place) == found


def test_every_yaml_file_below_a_folder_is_read_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "plans" / "deep").mkdir(parents=True)
    for name in ("top.yaml", "plans/one.yaml", "plans/deep/two.yaml", "notes.md", "other.yml"):
        (tmp_path / name).write_text(f"name: {name}\n")
    found = read_folder(tmp_path)
    assert found.faults == ()
    assert {name: source.data["name"] for name, source in found.sources.items()} == {
        name: name for name in ("top.yaml", "plans/one.yaml", "plans/deep/two.yaml")
    }
    assert [source.file for source in found.inside("plans/")] == ["plans/one.yaml"]


def test_an_unreadable_file_is_a_fault_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("a: 1\n")
    (tmp_path / "bad.yaml").write_text("a: 1\na: 2\n")
    found = read_folder(tmp_path)
    assert list(found.sources) == ["good.yaml"]
    assert [(fault.file, fault.line) for fault in found.faults] == [("bad.yaml", 2)]


def test_a_missing_folder_is_a_fault_like_any_other(tmp_path: Path) -> None:
    found = read_folder(tmp_path / "gone")
    assert found.sources == {}
    assert found.faults == (Fault(str(tmp_path / "gone"), 1, "", "there is no such folder"),)


def test_the_workflows_of_a_folder_are_the_top_files_that_say_so() -> None:
    assert [source.file for source in real_folder().workflows()] == [
        "country_evaluation.yaml",
        "recommendation.yaml",
        "round.yaml",
    ]


def test_a_list_at_the_top_of_a_folder_is_no_workflow(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text("- workflow\n")
    (tmp_path / "empty.yaml").write_text("")
    assert list(read_folder(tmp_path).workflows()) == []


def test_what_fits_is_a_definition_and_no_fault() -> None:
    source = read_yaml(MEM / "roles.yaml", "roles.yaml")
    assert isinstance(source, Source)
    faults: list[Fault] = []
    found = parse(Roles, source, faults)
    assert found is not None
    assert faults == []
    assert found.roles["mem_unit"].scope == "all"


@pytest.mark.parametrize(
    ("old", "new", "line", "path", "message"),
    [
        ("version: 1\n", "", 1, "version", "Field required"),
        ("    by: [clerk]\n", "", 12, "transitions.0.by", "Field required"),
        ("    title: {en: There}\n", "", 8, "stages.there.title", "Field required"),
        ("version: 1", "version: 1\nowner: me", 3, "owner", "Extra inputs are not permitted"),
        ("    final: true", "    end: true", 10, "stages.there.end", "Extra inputs are not permitted"),
        ("    to: there", "    to: there\n    if: x", 15, "transitions.0.if", "Extra inputs are not permitted"),
        ("version: 1", "version: one", 2, "version", "Input should be a valid integer, unable to parse string as an"
         " integer"),
        ("version: 1", "version: 0", 2, "version", "Input should be greater than or equal to 1"),
        ("subject: round", "subject: country", 3, "subject", "Input should be 'round', 'country_evaluation' or"
         " 'recommendation'"),
        ("from: here", "from: []", 13, "transitions.0.from", "List should have at least 1 item after validation,"
         " not 0"),
        ("  there:", "  There:", 8, "stages.There", "String should match pattern '^[a-z][a-z0-9_]{0,79}$'"),
        ("{en: Here}", "{english: Here}", 7, "stages.here.title.english", "String should match pattern '^[a-z]{2}$'"),
        ("{en: Here}", "Here", 7, "stages.here.title", "Input should be a valid dictionary"),
        ("      - submitted", "      - Not Good", 17, "transitions.0.guards.0.name",
         "String should match pattern '^[a-z][a-z0-9_]{0,79}$'"),
    ],
)  # fmt: skip
def test_each_misfit_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, path: str, message: str
) -> None:
    assert wrong(tmp_path, old, new) == [Fault("road.yaml", line, path, message)]


def test_all_misfits_are_told_not_only_the_first(tmp_path: Path) -> None:
    faults = wrong(tmp_path, "version: 1\nsubject: round\n", "version: 0\nsubject: x\nowner: me\n")
    assert [(fault.line, fault.path) for fault in faults] == [(2, "version"), (3, "subject"), (4, "owner")]


@pytest.mark.parametrize("text", ["", "just a text\n", "- a\n- b\n", "7\n"])
def test_a_file_that_is_no_mapping_is_a_fault_of_its_first_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "road.yaml"
    file.write_text(text)
    source = read_yaml(file, "road.yaml")
    assert isinstance(source, Source)
    faults: list[Fault] = []
    assert parse(Workflow, source, faults) is None
    assert [(fault.file, fault.line, fault.path) for fault in faults] == [("road.yaml", 1, "")]
