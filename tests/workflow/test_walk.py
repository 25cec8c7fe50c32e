"""Are the pictures that a walk sees those that can come to be, each told from another, and no more?"""

from __future__ import annotations

import pytest
from tests.methods_of import real_method
from tests.small_mechanisms import MECHANISM, fire, roads, round_in, visits_in, way

from mem.process.methods import VOCABULARY
from mem.workflow import walk
from mem.workflow.walk import Picture, Roads, TooMany

ROUND = [
    way("open", "begun", "running", effects=[fire("go")]),
    way("close", "running", "over", guards=[visits_in("over", "away")]),
]
VISIT = [
    way("go", "home", "there", guards=[round_in("running")]),
    way("stay", "home", "away"),
    way("return", "there", "over"),
]


def walked(states: int) -> set[Picture]:
    return set(Roads(MECHANISM, roads(ROUND, VISIT), VOCABULARY, states).walk().seen)


def one_by_one(states: int) -> set[Picture]:
    """The same by moving each of so many evaluations by itself, none taken for another."""
    first = ("begun", ("home",) * states)
    seen, ahead = {first}, [first]
    while ahead:
        stage, places = ahead.pop()
        after = []
        if stage == "begun":
            after.append(("running", tuple("there" if one == "home" else one for one in places)))
        if stage == "running" and all(one in ("over", "away") for one in places):
            after.append(("over", places))
        for index, one in enumerate(places):
            ways = {"home": ["away", *(["there"] if stage == "running" else [])], "there": ["over"]}.get(one, [])
            after += [(stage, (*places[:index], to, *places[index + 1 :])) for to in ways]
        new = [one for one in after if one not in seen]
        seen.update(new)
        ahead.extend(new)
    return {Picture(("round", stage), frozenset(("visit", one) for one in places)) for stage, places in seen}


@pytest.mark.parametrize("states", [1, 2, 3, 4])
def test_equal_evaluations_are_one_and_no_picture_is_lost_or_added_by_that(states: int) -> None:
    assert walked(states) == one_by_one(states)


def test_more_states_than_stages_add_no_picture() -> None:
    assert len(walked(1)) < len(walked(2)) < len(walked(3)) == len(walked(34))


def test_the_way_to_a_picture_leads_there() -> None:
    found = Roads(MECHANISM, roads(ROUND, VISIT), VOCABULARY, 2).walk()
    last = Picture(("round", "over"), frozenset({("visit", "over")}))
    way_there = ("round: open from begun", "visit: return from there", "round: close from running")
    assert found.path(last) == way_there


def test_every_arrow_of_the_real_method_is_gone() -> None:
    method = real_method()
    found = Roads(method.mechanism, method.workflows, VOCABULARY, 2)
    every = [(name, one) for name, road in found.all.items() for one in road.transitions]
    assert found.walk().gone == {(name, one.trigger, stage) for name, one in every for stage in one.from_}


def test_a_walk_that_is_too_long_gives_up_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MOST", 3)
    with pytest.raises(TooMany, match="more than 3 pictures with 34 states: ask for fewer"):
        walked(34)
