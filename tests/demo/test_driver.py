"""Does the driver find its way by the script and by what the server says is possible, and say why where it cannot?"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from tests.demo import runs
from tests.demo.runs import Served

from mem.demo import driver
from mem.demo.stage import Stage

ROAD = [
    "answering", "compilation", "review", "consolidation", "country_comment", "revision", "before_commission",
    "approved",
]  # fmt: skip
Told = list[tuple[str, str, str]]


@pytest.fixture(scope="module")
def driven(served: Served) -> tuple[Stage, Told]:
    """Four states driven to the end of the script, and the progress that was told."""
    stage, told = runs.set_out(served, served.script, "driven", states=4), []
    driver.run(stage, lambda workflow, left, state: told.append((workflow, left, state)))
    return stage, told


def where_all_stand(stage: Stage) -> set[str]:
    observer = stage.one("mem_unit")
    assert observer is not None
    listed = observer.caller.get(f"/rounds/{stage.round['id']}/evaluations")["evaluations"]
    return {row["stage"] for row in listed}


def test_setting_up_opens_a_synthetic_round_of_the_script_with_nobody_enrolled(served: Served) -> None:
    stage = runs.set_out(served, served.script, "opened")
    assert (stage.round["code"], stage.round["synthetic"], stage.round["stage"]) == ("opened", True, "preparation")
    assert where_all_stand(stage) == set()


@pytest.mark.parametrize(("states", "absent"), [(4, 0), (5, 2), (6, 2)])
def test_as_many_states_stay_away_as_the_script_says_where_there_are_enough(
    served: Served, states: int, absent: int
) -> None:
    rule = {**served.script["not_participating"], "number": 2, "at_least_states": 5}
    script = {**served.script, "personas": {"mem_unit": {}}, "not_participating": rule}
    stage = runs.set_out(served, script, f"of-{states}", states=states)
    members = [member["code"] for member in stage.mechanism["members"]]
    assert stage.states == members[:states]
    assert len(stage.absent) == absent
    assert stage.absent <= set(stage.states)


def test_only_states_that_were_members_on_the_day_of_the_round_are_asked(served: Served) -> None:
    script = {**served.script, "personas": {"mem_unit": {}}}
    script["round"] = {**script["round"], "members_on": "1960-01-01"}
    assert runs.set_out(served, script, "early", states=8).states == ["ARG", "BOL", "CHL"]


def test_which_state_stays_away_is_by_the_seed(served: Served) -> None:
    script = {**served.script, "personas": {"mem_unit": {}}}
    away = [runs.set_out(served, script, f"seed-{n}", 8, seed).absent for n, seed in enumerate((1, 1, 2))]
    assert away[0] == away[1] != away[2]


def test_the_round_is_left_where_the_script_stops_and_every_evaluation_is_at_an_end(
    driven: tuple[Stage, Told],
) -> None:
    stage, _ = driven
    observer = stage.one("mem_unit")
    assert observer is not None
    assert observer.caller.get(f"/rounds/{stage.round['id']}/transitions")["stage"] == "follow_up"
    assert where_all_stand(stage) == {"published", "not_participating"}


def test_each_stage_that_is_left_is_told_in_its_order(driven: tuple[Stage, Told]) -> None:
    stage, told = driven
    rounds = [left for workflow, left, _ in told if workflow == "round"]
    assert rounds == ["preparation", "designation", "evaluation"]
    for state in set(stage.states) - stage.absent:
        assert [left for _, left, of in told if of == state] == ROAD
    assert {of for _, _, of in told} == {"", *stage.states} - stage.absent


def test_what_is_not_possible_is_not_tried_again_and_again(driven: tuple[Stage, Told]) -> None:
    _, told = driven
    assert max(Counter(told).values()) == 1


def test_the_results_are_read_back_from_the_server(driven: tuple[Stage, Told], served: Served) -> None:
    stage, _ = driven
    found = driver.results(stage, served.first, 1.26)
    assert (found["states"], found["published"], found["not_participating"]) == (4, 3, 1)
    assert (found["actions_evaluated"], found["ratings"], found["findings"]) == (22, 3 * 22, 3 * 22 * 2)
    assert (found["comments"], found["responses"], found["refused"], found["seconds"]) == (18, 18, 3, 1.3)
    public = served.first.get("/published")["reports"]
    ours = [one for one in public if one["round_code"] == "driven"]
    shown = [served.first.get(f"/published/driven/main/{one['state']}") for one in ours]
    assert found["recommendations"] == sum(len(one["recommendations"]) for one in shown) > 0


UNDONE: list[tuple[str, str, dict[str, Any], str, list[str]]] = [
    ("nobody enrols", "round", {"preparation": []}, "preparation", ["call_for_experts: ", "enrol"]),
    ("nobody is designated", "round", {"designation": []}, "enrolled", ["issue: The round stands in 'designation'."]),
    ("nothing is answered", "country_evaluation", {"answering": []}, "answering", ["submit_answers: ", "ic_1_1"]),
    ("nobody judges", "country_evaluation", {"review": []}, "review", ["open_consolidation: "]),
]


@pytest.mark.parametrize(("says", "workflow", "work", "stands", "told"), UNDONE, ids=[row[0] for row in UNDONE])
def test_where_the_script_leaves_work_undone_the_driver_says_where_it_stands_and_why(
    says: str, workflow: str, work: dict[str, Any], stands: str, told: list[str], served: Served
) -> None:
    stage = runs.set_out(served, runs.changed(served.script, workflow, **work), says.replace(" ", "-"))
    with pytest.raises(driver.Stuck) as stuck:
        driver.run(stage, runs.silent)
    assert f"stands in '{stands}' and nothing is possible" in str(stuck.value)
    for word in told:
        assert word in str(stuck.value)


def test_a_trigger_that_is_to_be_avoided_is_never_fired(served: Served) -> None:
    """Without it the driver would take the first that is open: not to participate."""
    script = runs.changed(served.script, "country_evaluation", answering=[])
    stage = runs.set_out(served, {**script, "avoid": ["cancel", "withdraw_from_round"]}, "unavoided")
    driver.run(stage, runs.silent)
    assert where_all_stand(stage) == {"not_participating"}
    kept = runs.set_out(served, {**served.script, "avoid": ["call_for_experts", "cancel"]}, "avoided")
    with pytest.raises(driver.Stuck, match="stands in 'preparation'"):
        driver.run(kept, runs.silent)
