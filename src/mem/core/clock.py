"""What time is it? The only place that asks the machine; everything below `http` is handed `now`."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def iso(instant: datetime) -> str:
    """RFC 3339 in UTC with microseconds and `Z`: one spelling for every instant, so that bytes can be compared."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
