"""Since when is something suspended?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import InstrumentedAttribute

from mem.rounds.models import Suspension


def since(position: InstrumentedAttribute[UUID]) -> ScalarSelect[datetime]:
    """Since when what stands at a position is suspended by itself; null: it is not."""
    return (
        select(Suspension.since).where(Suspension.position_id == position, Suspension.until.is_(None)).scalar_subquery()
    )
