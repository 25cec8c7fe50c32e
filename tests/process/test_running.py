"""Is each thing that stands in a round told what would be different for it, and when its time would end?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from tests import looking
from tests.changed_methods import Change, changed, way, with_less_sight, with_more_days, without_a_stage
from tests.worlds import World

from mem.core.errors import NotFound
from mem.methods.method import Method
from mem.process.running import Running, round_called, running
from mem.rounds.models import Deadline
from mem.workflow.difference import Change as Difference

here, published = looking.at("country_comment"), looking.at("published")
AT = "country_evaluation.country_comment"


def barbados(here: World, new: Method, **stages: str) -> Running:
    return next(one for one in running(here.work, here.round, here.method, new, stages) if one.state == "BRB")


def test_everything_in_the_round_is_told_the_round_first(published: World) -> None:
    found = running(published.work, published.round, published.method, published.method, {})
    assert [one.name for one in found] == [
        "round", "country_evaluation BRB", "recommendation BRB 1", "country_evaluation CHL", "country_evaluation JAM",
    ]  # fmt: skip
    assert {one.chain for one in found if one.state == "BRB"} == {published.id}
    assert all(one.fits and one.changes == () and one.due_at == one.new_due_at for one in found)


@pytest.mark.parametrize("granted", [timedelta(), timedelta(days=5)], ids=["as set", "extended"])
def test_a_deadline_moves_by_what_the_days_are_more_and_keeps_what_was_granted(here: World, granted: timedelta) -> None:
    before = looking.rows(here.work, Deadline, position_id=here.id, stage=here.stage)[0].due_at
    here.work.db.execute(update(Deadline).where(Deadline.position_id == here.id).values(due_at=before + granted))
    one = barbados(here, changed(here.method, with_more_days))
    assert (one.due_at, one.new_due_at) == (before + granted, before + granted + timedelta(days=7))
    assert one.lapse == "deem_no_more_comments"


def no_deadline(parts: dict[str, object]) -> None:
    road = parts["country_evaluation.yaml"]
    assert isinstance(road, dict)
    del road["stages"]["country_comment"]["deadline"]


def test_a_deadline_ends_and_begins_with_the_method(here: World) -> None:
    new = changed(here.method, no_deadline)
    assert (barbados(here, new).new_due_at, barbados(here, new).lapse) == (None, None)
    entered = here.standing().entered_at
    (one,) = (x for x in running(here.work, here.round, new, here.method, {}) if x.state == "BRB")
    due: datetime | None = one.new_due_at
    assert due is not None
    assert one.due_at is not None, "the row is the older method's"
    assert due >= entered


def guard(parts: dict[str, object]) -> None:
    way(parts, "return_comments")["guards"] = ["every_comment_is_answered"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (with_less_sight, Difference(AT, "mem_unit sees", "comments", None)),
        (guard, Difference(AT, "return_comments asks", None, "every_comment_is_answered")),
        (without_a_stage, Difference("country_evaluation", "stage", "country_comment", None)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_evaluation_is_told_what_is_different_for_it(change: Change, told: Difference, here: World) -> None:
    one = barbados(here, changed(here.method, change))
    assert one.changes == (told,)
    assert one.fits == (told.what != "stage")


def test_one_whose_stage_is_gone_is_told_of_the_one_that_takes_its_place(here: World) -> None:
    one = barbados(here, changed(here.method, without_a_stage), country_comment="revision")
    assert (one.stage, one.to, one.fits) == ("country_comment", "revision", True)
    assert one.changes[0] == Difference("country_evaluation", "stage", "country_comment", "revision")
    assert Difference(AT, "trigger", "return_comments", None) in one.changes


def test_a_round_is_found_by_its_code_or_id(here: World) -> None:
    assert {round_called(here.work, said) for said in ("round", str(here.round))} == {here.round}
    with pytest.raises(NotFound):
        round_called(here.work, "another")
