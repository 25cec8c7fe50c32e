"""Does each persona of the script come to be with a role, a state where it has one, and a token that works?"""

from __future__ import annotations

import pytest
from tests.demo.runs import Served

from mem.client import Caller, Problem
from mem.demo.cast import hire
from mem.demo.stage import Stage

STATES = ["ARG", "BRB", "CHL", "JAM"]


@pytest.fixture(scope="module")
def hired(served: Served) -> Stage:
    """Everybody of the script, for four states of which the first does not take part."""
    mechanism = served.first.get("/mechanisms/mem")
    stage = Stage(served.script, mechanism, 1, STATES, frozenset({"ARG"}))
    hire(stage, served.first)
    return stage


def test_there_is_one_person_or_one_for_each_state_as_the_script_says(hired: Stage) -> None:
    cast: dict[str, list[str | None]] = {}
    for persona in hired.personas:
        cast.setdefault(persona.role, []).append(persona.state)
    assert cast == {
        "mem_unit": [None, None],
        "commission": [None],
        "auditor": [None],
        "national_coordinating_entity": STATES,
        "ministry_contributor": STATES,
        "expert": STATES,
        "coordinator": ["BRB", "CHL"],
    }


def test_those_from_some_states_come_from_the_first_that_take_part(hired: Stage) -> None:
    assert [one.state for one in hired.everybody("coordinator")] == ["BRB", "CHL"]


def test_everybody_comes_in_by_the_own_token_with_that_one_role_and_a_synthetic_name(hired: Stage) -> None:
    for persona in hired.personas:
        me = persona.caller.get("/me")
        assert me["person"] == persona.person
        assert me["grants"] == [{"mechanism": "mem", "role": persona.role, "state": persona.state}]
        assert me["name"].startswith("Synthetic ")
        assert persona.state is None or me["name"].endswith(f" of {persona.state}")


def test_only_one_who_may_manage_people_can_hire(hired: Stage, served: Served) -> None:
    auditor = hired.one("auditor")
    assert auditor is not None
    with pytest.raises(Problem) as refused:
        hire(Stage(served.script, hired.mechanism, 1, STATES, frozenset()), auditor.caller)
    assert (refused.value.status, refused.value.code) == (403, "not_allowed")
    with pytest.raises(Problem) as unknown:
        hire(Stage(served.script, hired.mechanism, 1, STATES, frozenset()), Caller(served.server, "mem_no_token"))
    assert unknown.value.status == 401
