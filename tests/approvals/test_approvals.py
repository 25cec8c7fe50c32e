"""Is every act that waits for a second person one that the house knows how to do?"""

from __future__ import annotations

from mem.answers.openings import OPEN
from mem.process.advance import MOVE
from mem.process.approving import ACTS
from mem.reports.drafts import EXPORT
from mem.rounds.conflicts import LIFT


def test_each_act_that_can_be_asked_for_can_be_approved() -> None:
    assert set(ACTS) == {MOVE, LIFT, EXPORT, OPEN}
