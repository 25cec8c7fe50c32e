"""Is a method known by its digest, and does it give each of its parts as what it defines?"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.methods_of import MEM, real_method

from mem.core.canonical import canonical, digest, digest_of
from mem.core.errors import Reason
from mem.core.yaml import Source, read_yaml
from mem.methods.method import Method
from mem.process.methods import read_definitions

PARTS: dict[str, dict[str, Any]] = {
    "a.yaml": {"one": 1, "two": [1, 2]},
    "b.yaml": {"title": "é"},
    "inside/c.yaml": {"three": None},
}


def changed(**parts: Any) -> Method:
    return Method.of({**PARTS, **{name.replace("_", "."): data for name, data in parts.items()}})


def test_the_digest_is_over_the_name_and_the_canonical_bytes_of_each_part() -> None:
    assert Method.of(PARTS).digest == digest_of({name: digest(canonical(data)) for name, data in PARTS.items()})


def test_the_order_of_files_and_keys_is_no_difference() -> None:
    turned = {name: dict(reversed(data.items())) for name, data in reversed(PARTS.items())}
    assert Method.of(turned).digest == Method.of(PARTS).digest


@pytest.mark.parametrize(
    "other",
    [
        changed(a_yaml={"one": 1, "two": [2, 1]}),
        changed(a_yaml={"one": 2, "two": [1, 2]}),
        changed(a_yaml={"one": "1", "two": [1, 2]}),
        changed(b_yaml={"title": "e"}),
        changed(d_yaml={}),
        Method.of({name: data for name, data in PARTS.items() if name != "b.yaml"}),
        Method.of({name.replace("c", "d"): data for name, data in PARTS.items()}),
    ],
    ids=["order of a list", "a value", "a type", "an accent", "a part more", "a part less", "a name"],
)
def test_any_other_content_is_another_method(other: Method) -> None:
    assert other.digest != Method.of(PARTS).digest
    assert other != Method.of(PARTS)


def test_methods_are_equal_by_their_digest_and_nothing_else() -> None:
    one, same = Method.of(PARTS), Method.of({**PARTS})
    assert one == same
    assert len({one, same, changed(b_yaml={})}) == 2
    assert one != one.digest


def test_a_method_keeps_its_parts_when_the_folder_it_came_from_changes() -> None:
    parts = dict(PARTS)
    method = Method.of(parts)
    parts["d.yaml"] = {}
    assert method.parts == PARTS


def test_a_folder_is_a_method_with_all_it_says_but_the_script_of_the_demo(method: Method, tmp_path: Path) -> None:
    folder = shutil.copytree(MEM, tmp_path / "mem")
    definitions = read_definitions(folder)
    assert Method.of(definitions.parts) == method
    assert "demo.yaml" not in definitions.parts
    days = folder / "calendar.yaml"
    days.write_text(days.read_text(encoding="utf-8").replace("days: 21", "days: 22", 1), encoding="utf-8")
    read = read_yaml(days, days.name)
    assert isinstance(read, Source)
    assert Method.of({**definitions.parts, days.name: read.data}) != method


def test_what_is_right_inside_a_place_comes_by_name() -> None:
    method = changed(b_yaml={"title": "é"})
    assert method.inside("") == [PARTS["a.yaml"], PARTS["b.yaml"]]
    assert method.inside("inside/") == method.inside("inside") == [PARTS["inside/c.yaml"]]
    assert method.inside("elsewhere") == []


def test_the_workflows_are_the_files_at_the_top_that_define_one() -> None:
    method = real_method()
    assert set(method.workflows) == {"round", "country_evaluation", "recommendation"}
    assert all(name == workflow.workflow for name, workflow in method.workflows.items())
    assert method.mechanism.round_workflow in method.workflows


def test_each_workflow_has_its_road_built_once() -> None:
    method = real_method()
    assert set(method.roads) == set(method.workflows)
    assert method.roads is method.roads
    assert method.roads["country_evaluation"].after("answering", "submit_answers") == "compilation"
    assert isinstance(method.roads["country_evaluation"].after("review", "submit_answers"), Reason)


def test_the_parts_of_the_engine_come_as_definitions() -> None:
    method = real_method()
    assert method.mechanism.mechanism == "mem"
    assert method.roles["expert"].evaluates
    assert not method.roles["mem_unit"].evaluates
    assert method.members.member("BRB") is not None
    assert method.members.member("XXX") is None
    assert method.calendar.days["country_comment"].days == 21
    assert method.scale("sixth_round").value("completed") is not None


def test_an_unknown_scale_is_an_error_and_no_empty_scale() -> None:
    with pytest.raises(KeyError):
        real_method().scale("seventh_round")
