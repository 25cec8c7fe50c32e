"""Are there many attacks on the record, each found by itself, and is a record that nobody touched found right?

`tests/proof/tampering.py` tries them in numbers (T15-tampering).
"""

from __future__ import annotations

import os
import random

import pytest
from tests.attacks.catalogue import ATTACKS
from tests.attacks.record import Attack, Record
from tests.databases import sqlite_url
from tests.proof.tampering import attacked, faults, real_record

SEED = int(os.environ.get("MEM_SEED") or random.SystemRandom().randrange(2**32))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return real_record(sqlite_url(tmp_path_factory.mktemp("record") / "mem.db"))


def test_of_what_nobody_touched_nothing_is_said(real: Record) -> None:
    assert len(real.chains) == 5
    assert len(real.lines) > len(real.older) > 20
    assert len(real.receipts) == 1
    assert faults(real) == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_every_attack_is_found_and_named(attack: Attack, real: Record) -> None:
    for number in range(5):
        chance = random.Random(f"{SEED} {attack.__name__} {number}")
        assert attacked(real, attack, chance) is None, f"MEM_SEED={SEED}"


def test_there_are_many_kinds_of_attack_each_once() -> None:
    assert len({attack.__name__ for attack in ATTACKS}) == len(ATTACKS) >= 50
