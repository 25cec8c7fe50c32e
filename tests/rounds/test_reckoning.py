"""Is each deadline counted from what it hangs on, and not at all while that is not known?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from tests import looking
from tests.looking import NOW, rows
from tests.timed import timed
from tests.worlds import World

from mem.methods.models import Position
from mem.rounds.models import Deadline, RoundDate
from mem.rounds.reckoning import Entry, end_of, reckoned
from mem.rounds.service import record_occasion

here = looking.at("country_comment")
TODAY = NOW.date()


def entry(here: World, stage: str, deadline: dict[str, Any], **other: dict[str, Any]) -> Entry:
    """Barbados' evaluation, as if it had entered a stage with such a deadline now."""
    method = timed(here.method, {stage: deadline, **other})
    road = method.workflows["country_evaluation"]
    return Entry(here.id, here.round, method, road, stage, 9, NOW)


def session(here: World, days: int) -> UUID:
    day = TODAY + timedelta(days=days)
    return record_occasion(here.by(here.secretariat), here.secretariat, here.round, "commission_session", "", day)


def last(days: int) -> datetime:
    """The end of the day so many days from now."""
    return end_of(TODAY + timedelta(days=days))


def test_a_day_is_over_at_its_end() -> None:
    assert end_of(date(2026, 2, 28)) == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("deadline", "due"),
    [
        ({"days": "ten_days"}, NOW + timedelta(days=10)),
        ({"days": "five_weeks"}, NOW + timedelta(days=35)),
        ({"days": "a_month"}, datetime(2026, 4, 2, 12, tzinfo=UTC)),
        ({"days": "ten_days", "before": {"occasion": "commission_session"}}, None),
        ({"days": "ten_days", "after": {"date": "hearing"}}, None),
        ({"days": "ten_days", "after": {"deadline": "approved"}}, None),
        ({"days": "ten_days", "after": {"entry": "approved"}}, None),
        ({"days": "ten_days", "after": {"deadline": "answering"}}, NOW + timedelta(days=75 + 10)),
        ({"days": "ten_days", "before": {"deadline": "answering"}}, NOW + timedelta(days=75 - 10)),
        ({"days": "ten_days", "after": {"entry": "review"}}, NOW + timedelta(days=10)),
        ({"days": "ten_days", "after": {"deadline": "designation", "workflow": "round"}}, NOW + timedelta(days=57)),
        ({"days": "ten_days", "after": {"entry": "evaluation", "workflow": "round"}}, NOW + timedelta(days=10)),
    ],
)
def test_a_deadline_is_counted_from_what_it_says(here: World, deadline: dict[str, Any], due: datetime | None) -> None:
    assert reckoned(here.work, entry(here, "before_commission", deadline)) == due


def test_a_stage_without_a_deadline_is_due_never(here: World) -> None:
    road = here.method.workflows["country_evaluation"]
    assert reckoned(here.work, Entry(here.id, here.round, here.method, road, "published", 9, NOW)) is None


def test_the_next_occasion_of_the_kind_is_meant_that_has_not_decided(here: World) -> None:
    before = entry(here, "before_commission", {"days": "ten_days", "before": {"occasion": "commission_session"}})
    session(here, 90)
    assert reckoned(here.work, before) == last(80)
    first = session(here, 40)
    assert reckoned(here.work, before) == last(30)
    here.to("before_commission")
    today = session(here, 0)
    here.fire(here.commission, "send_back", reason="Not yet.", occasion=today)
    assert reckoned(here.work, before) == last(30)
    assert rows(here.work, Position, id=here.id)[0].stage == "revision"
    assert first != today


def test_what_comes_after_an_occasion_is_counted_from_the_one_that_decided(here: World) -> None:
    after = {"days": "ten_days", "after": {"occasion": "commission_session"}}
    decided, _ = session(here, 0), session(here, 60)
    found = entry(here, "approved", after)
    assert reckoned(here.work, found) == last(10)  # the first since the entry
    later = Entry(found.position_id, found.round_id, found.method, found.workflow, "approved", 9,
                  NOW + timedelta(days=3), decided)  # fmt: skip
    assert reckoned(here.work, later) == last(10)


def test_a_date_of_the_round_counts_once_it_is_set(here: World) -> None:
    found = entry(here, "before_commission", {"days": "a_month", "after": {"date": "hearing"}})
    looking.put(here.work, RoundDate, round_id=here.round, name="hearing", day=date(2026, 5, 31), number=1)
    assert reckoned(here.work, found) == end_of(date(2026, 6, 30))


def test_a_deadline_of_a_stage_not_entered_yet_counts_as_it_would_be(here: World) -> None:
    session(here, 90)
    found = entry(
        here, "revision", {"days": "ten_days", "before": {"deadline": "before_commission"}},
        before_commission={"days": "five_weeks", "before": {"occasion": "commission_session"}},
    )  # fmt: skip
    assert reckoned(here.work, found) == last(90 - 35 - 10)


def test_a_deadline_that_was_moved_counts_as_it_stands(here: World) -> None:
    here.work.db.execute(update(Deadline).where(Deadline.stage == "answering").values(due_at=NOW, first_due_at=NOW))
    found = entry(here, "revision", {"days": "ten_days", "after": {"deadline": "answering"}})
    assert reckoned(here.work, found) == NOW + timedelta(days=10)


def test_past_all_calendars_there_is_no_date(here: World) -> None:
    found = entry(here, "before_commission", {"days": "a_month", "after": {"date": "hearing"}})
    looking.put(here.work, RoundDate, round_id=here.round, name="hearing", day=date(9999, 12, 31), number=1)
    assert reckoned(here.work, found) is None
