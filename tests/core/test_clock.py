"""Is every instant told in UTC, and in one spelling only?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mem.core.clock import iso, now


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        (datetime(2019, 3, 4, 5, 6, 7, 89, tzinfo=UTC), "2019-03-04T05:06:07.000089Z"),
        (datetime(2019, 3, 4, 5, 6, 7, tzinfo=UTC), "2019-03-04T05:06:07.000000Z"),
        (datetime(2019, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))), "2018-12-31T20:00:00.000000Z"),
        (datetime(2018, 12, 31, 22, 0, tzinfo=timezone(timedelta(hours=-3))), "2019-01-01T01:00:00.000000Z"),
    ],
)
def test_an_instant_is_told_in_utc_with_microseconds(instant: datetime, said: str) -> None:
    assert iso(instant) == said
    assert datetime.fromisoformat(said) == instant


def test_the_order_of_the_spellings_is_the_order_of_the_instants() -> None:
    first = datetime(2019, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    instants = [first + timedelta(microseconds=step) for step in (0, 1, 2, 1_000_000, 3_600_000_000)]
    assert [iso(instant) for instant in instants] == sorted(iso(instant) for instant in instants)


def test_now_is_aware_in_utc_and_present() -> None:
    before = datetime.now(UTC)
    present = now()
    assert before <= present <= datetime.now(UTC)
    assert present.utcoffset() == timedelta(0)
