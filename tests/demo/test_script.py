"""Do the shapes of the script name the tasks that the driver can do, and does a text use only what fills it?"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from tests.demo.runs import script_of
from tests.methods_of import MEM

from mem.demo.driver import ON_EVALUATIONS, ON_ROUNDS
from mem.demo.script import TASKS, Script

SCRIPT = script_of(MEM)


def test_there_is_a_shape_for_each_task_that_the_driver_can_do_and_for_no_other() -> None:
    assert TASKS["round"].keys() == ON_ROUNDS.keys()
    assert TASKS["country_evaluation"].keys() == ON_EVALUATIONS.keys()


def test_the_real_script_fits_and_uses_every_task() -> None:
    assert Script.model_validate(SCRIPT).seed == SCRIPT["seed"]
    done = {task["do"] for stages in SCRIPT["work"].values() for tasks in stages.values() for task in tasks}
    assert done == ON_ROUNDS.keys() | ON_EVALUATIONS.keys()


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("legal_title", "Act {number}"),
        ("legal_title", "Act {n"),
        ("legal_title", "Act {n:d}"),
        ("legal_title", "Act {n!r}"),
        ("legal_title", "Act {}"),
        ("evidence_url", "https://example.org/{country}"),
        ("file_text", "From {unit}"),
        ("recommendation", "On {state}"),
    ],
)
def test_a_text_with_a_field_that_nothing_fills_does_not_fit(key: str, text: str) -> None:
    with pytest.raises(ValidationError):
        Script.model_validate(changed(key, text))


def changed(key: str, text: str) -> dict[str, Any]:
    return {**SCRIPT, "inventions": {**SCRIPT["inventions"], key: text}}
