"""By which methods do the worlds of the proofs run? The installed ones, read once a process."""

from __future__ import annotations

from functools import lru_cache

from tests.conftest import WORKFLOWS

from mem.app import installed
from mem.methods.method import Method


@lru_cache
def installed_methods() -> dict[str, Method]:
    return installed(WORKFLOWS)
