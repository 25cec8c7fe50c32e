"""Is a stored version told with its number, what it says, by whom and when, and nothing where there is none?"""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

from mem.core.versions import as_stored


def test_a_stored_version_is_told_whole() -> None:
    row = SimpleNamespace(version=2, value=True, by=UUID(int=7), at=datetime(2026, 3, 2, 12, tzinfo=UTC), secret="x")
    assert as_stored(row, "value") == {
        "version": 2, "value": True, "by": str(UUID(int=7)), "at": "2026-03-02T12:00:00.000000Z",
    }  # fmt: skip
    assert as_stored(None, "value") is None
