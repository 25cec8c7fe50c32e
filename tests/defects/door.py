"""Mistakes at the door: when a request is committed, who asks, what a repetition does."""

from __future__ import annotations

from tests.defects.defect import Defect

DOOR = (
    Defect(
        "a stale tag is taken",
        "src/mem/process/advance.py",
        "if subject.version != seen_version:",
        "if subject.version < seen_version:",
        "tests/process/test_advance.py",
    ),
)
