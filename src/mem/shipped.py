"""Where does what comes beside the code lie: methods and migrations? In a checkout above it, in a wheel inside it."""

from __future__ import annotations

from pathlib import Path

INSIDE = Path(__file__).resolve().parent / "_shipped"
"""What a wheel carries (`force-include` in `pyproject.toml`); a checkout has no such folder."""
IS_WHEEL = INSIDE.is_dir()


def shipped(name: str) -> Path:
    """The folder of this name."""
    return (INSIDE if IS_WHEEL else Path(__file__).resolve().parents[2]) / name
