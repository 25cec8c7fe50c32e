"""Is a span reckoned by the calendar, and does a deadline say exactly what it is counted from?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from mem.workflow.spans import Anchor, Calendar, Span, StageDeadline


def span(**unit: int) -> Span:
    return Span(**unit, basis="ours")


@pytest.mark.parametrize(
    ("unit", "day", "later"),
    [
        ({"days": 1}, date(2026, 2, 28), date(2026, 3, 1)),
        ({"days": 366}, date(2024, 1, 1), date(2025, 1, 1)),
        ({"weeks": 5}, date(2026, 1, 1), date(2026, 2, 5)),
        ({"months": 1}, date(2026, 1, 31), date(2026, 2, 28)),
        ({"months": 1}, date(2024, 1, 31), date(2024, 2, 29)),
        ({"months": 1}, date(2026, 12, 31), date(2027, 1, 31)),
        ({"months": 13}, date(2026, 1, 15), date(2027, 2, 15)),
        ({"months": 12}, date(2024, 2, 29), date(2025, 2, 28)),
    ],
)
def test_a_span_leads_from_one_day_to_another(unit: dict[str, int], day: date, later: date) -> None:
    assert span(**unit).after(day) == later


@pytest.mark.parametrize(
    ("unit", "day", "earlier"),
    [
        ({"days": 35}, date(2026, 2, 5), date(2026, 1, 1)),
        ({"months": 1}, date(2026, 3, 31), date(2026, 2, 28)),
        ({"months": 1}, date(2026, 1, 31), date(2025, 12, 31)),
        ({"months": 25}, date(2026, 1, 1), date(2023, 12, 1)),
    ],
)
def test_a_span_leads_back(unit: dict[str, int], day: date, earlier: date) -> None:
    assert span(**unit).before(day) == earlier


def test_an_instant_keeps_its_hour() -> None:
    at = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
    assert span(months=1).after(at) == datetime(2026, 2, 28, 12, 30, tzinfo=UTC)
    assert span(weeks=1).before(at) == at - timedelta(days=7)


@pytest.mark.parametrize("unit", [{"days": 1}, {"weeks": 1}, {"months": 1}])
def test_past_all_calendars_there_is_no_day(unit: dict[str, int]) -> None:
    with pytest.raises((ValueError, OverflowError)):
        span(**unit).after(date(9999, 12, 31))
    with pytest.raises((ValueError, OverflowError)):
        span(**unit).before(date(1, 1, 1))


WRONG: list[tuple[type[BaseModel], dict[str, Any], str]] = [
    (Span, {"basis": "ours"}, "say one of days, weeks and months"),
    (Span, {"days": 1, "weeks": 1, "basis": "ours"}, "say one of days, weeks and months"),
    (Span, {"weeks": 0, "basis": "ours"}, "greater than or equal to 1"),
    (Span, {"months": 121, "basis": "ours"}, "less than or equal to 120"),
    (Span, {"years": 1, "basis": "ours"}, "Extra inputs"),
    (Anchor, {}, "say one of occasion, date, deadline and entry"),
    (Anchor, {"occasion": "plenary", "date": "hearing"}, "say one of occasion, date, deadline and entry"),
    (Anchor, {"occasion": "plenary", "workflow": "round"}, "a workflow goes with a deadline or an entry"),
    (StageDeadline, {"days": "a", "before": {"date": "b"}, "after": {"date": "b"}}, "say before or after, not both"),
    (StageDeadline, {"before": {"date": "b"}}, "Field required"),
    (Calendar, {"days": {}, "dates": {"hearing": {}}}, "Field required"),
]


@pytest.mark.parametrize(("model", "data", "message"), WRONG)
def test_what_says_too_little_or_too_much_is_refused(
    model: type[BaseModel], data: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        model.model_validate(data)


def test_what_a_deadline_hangs_on_is_what_it_says_or_the_entry() -> None:
    plain = StageDeadline.model_validate({"days": "review"})
    hung = StageDeadline.model_validate({"days": "papers", "before": {"occasion": "plenary"}, "lapse": "close"})
    other = StageDeadline.model_validate({"days": "margin", "after": {"entry": "review", "workflow": "round"}})
    assert (plain.anchor, plain.lapse) == (None, None)
    assert hung.anchor is not None
    assert (hung.anchor.occasion, hung.anchor.stage, hung.lapse) == ("plenary", None, "close")
    assert other.anchor is not None
    assert other.anchor.stage == "review"
