"""What have two persons written of one thing, when only one version can follow the other?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mem.core.clock import iso


@dataclass(frozen=True)
class Both:
    """Two versions of one thing that cannot both stand: where in the body that was sent the one is, and what is stored
    instead (None: nothing yet)."""

    where: str
    yours: Mapping[str, Any]
    newest: Mapping[str, Any] | None


def as_stored(row: Any, *columns: str) -> dict[str, Any] | None:
    """A stored version as `Both` tells of it: its number, what it says, by whom and when; None where there is none."""
    if row is None:
        return None
    said = {column: getattr(row, column) for column in columns}
    return {"version": row.version, **said, "by": str(row.by), "at": iso(row.at)}
