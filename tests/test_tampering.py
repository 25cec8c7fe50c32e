"""Does an outsider who kept a checkpoint and a receipt find whatever the owner of the database did to the record?

The outsider has an export as it is handed over, what was kept, the public key, and `mem.verify`. `MEM_ATTACKS` says how
many attacks are tried; `MEM_SEED` repeats those of another run.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine
from tests import databases
from tests.attacks import ATTACKS, OURS, Attack, Line, Record
from tests.conftest import THEN
from tests.worlds import world

from mem import verify
from mem.core.db import AnyRow, Base, Database
from mem.core.work import Work
from mem.ledger.checkpoints import checkpoint, make_checkpoint, receipts
from mem.ledger.export import leaves
from mem.ledger.models import Chain, Checkpoint, Event
from mem.ledger.service import chains, open_chain, record
from mem.methods.method import Method

SEED = int(os.environ.get("MEM_SEED") or random.SystemRandom().randrange(2**32))
TRIED = int(os.environ.get("MEM_ATTACKS") or 2_000)
LEDGERS = 500
SUBMITTED = "answers_submitted"


def faults(found: Record) -> list[str]:
    """Everything that `mem.verify` finds wrong for an outsider."""
    held = verify.read_export(json.dumps(line) for line in found.lines)
    wrong = verify.check_export(held)
    for one in found.checkpoints:
        wrong += verify.check_signed(one, OURS.public) + verify.check_checkpoint(one, held, whole=True)
    for earlier, later in pairwise(found.checkpoints):
        wrong += verify.check_succession(earlier, later)
    for one in found.receipts:
        wrong += verify.check_signed(one, OURS.public) + verify.check_receipt(one, held)
    return wrong


def export(work: Work, readable: Callable[[AnyRow], bool] = lambda _: True) -> list[Line]:
    return [dict(line) for chain, *_ in chains(work) for line in leaves(work, chain, readable)]


@pytest.fixture(scope="module")
def real(sqlite_template: Path, method: Method, tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The record of a whole road by the services, with what an outsider kept on the way."""
    database = Database(databases.sqlite_copy(sqlite_template, tmp_path_factory.mktemp("record")))
    with database.write() as connection:
        work = Work(connection, THEN)
        made = world(work, method).to("review")
        make_checkpoint(work, OURS)
        older = export(work)
        made.to("published")
        make_checkpoint(work, OURS)
        kept = [checkpoint(work, number) for number in (1, 2)]
        found = Record(export(work), kept, receipts(work, OURS, made.id, SUBMITTED), older)
    database.dispose()
    return found


def test_of_what_nobody_touched_nothing_is_said(real: Record) -> None:
    assert len(real.chains) == 5
    assert len(real.lines) > len(real.older) > 20
    assert len(real.receipts) == 1
    assert faults(real) == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_every_attack_is_found_and_named(attack: Attack, real: Record) -> None:
    for number in range(-(-TRIED // len(ATTACKS))):
        sys.stdout.write(f"MEM_SEED={SEED}, attack {number}\n")  # shown when it fails
        chance = random.Random(f"{SEED} {attack.__name__} {number}")
        touched = deepcopy(real)
        named = attack(touched, chance)
        found = faults(touched)
        assert touched != real, "it changed nothing"
        assert named
        for name in named:
            assert any(name in fault for fault in found), f"'{name}' is not named in {found}"


@pytest.fixture(scope="module")
def blank() -> Iterator[Engine]:
    """A database of chains, events and checkpoints alone."""
    engine = create_engine("sqlite://")
    tables = [Base.metadata.tables[one.__tablename__] for one in (Chain, Event, Checkpoint)]
    Base.metadata.create_all(engine, tables)
    yield engine
    engine.dispose()


def some_json(chance: random.Random, depth: int = 3) -> Any:
    letters = 'aé ñ"\\\n😀\u2028/<0'
    kind = chance.randrange(7 if depth else 5)
    if kind == 5:
        return [some_json(chance, depth - 1) for _ in range(chance.randrange(4))]
    if kind == 6:
        return {"".join(chance.choices(letters, k=3)): some_json(chance, depth - 1) for _ in range(chance.randrange(4))}
    whole = chance.randrange(-(2**53) + 1, 2**53)
    return [None, True, whole, chance.uniform(-1e9, 1e9), "".join(chance.choices(letters, k=chance.randrange(9)))][kind]


def random_record(work: Work, chance: random.Random) -> Record:
    """Some chains that grow at random, with checkpoints on the way; of the export, some is opaque."""
    ids = [UUID(int=chance.getrandbits(128)) for _ in range(chance.randint(1, 5))]
    for one in ids:
        open_chain(work, one, "round")
    for minute in range(chance.randrange(30)):
        actor = chance.choice([None, UUID(int=chance.getrandbits(128))])
        now = replace(work, now=work.now + timedelta(minutes=minute), entropy=chance.randbytes, actor_id=actor)
        kind = chance.choice([SUBMITTED, "stage_moved", "happened"])
        record(now, chance.choice(ids), kind, {"said": some_json(chance)}, chance.choice([None, "BRB"]))
        if chance.random() < 0.2:
            make_checkpoint(now, OURS)
    last = make_checkpoint(work, OURS) or checkpoint(work, None)["statement"]["number"]
    kept = [checkpoint(work, number) for number in range(chance.randint(1, last), last + 1)]
    held = [receipt for one in ids for receipt in receipts(work, OURS, one, SUBMITTED)]
    readable = chance.random()
    return Record(export(work, lambda _: chance.random() < readable), kept, held, [])


def test_of_untouched_ledgers_nothing_is_ever_said(blank: Engine) -> None:
    lines = 0
    for number in range(LEDGERS):
        sys.stdout.write(f"MEM_SEED={SEED}, ledger {number}\n")
        chance = random.Random(f"{SEED} ledger {number}")
        with blank.connect() as connection:
            found = random_record(Work(connection, THEN), chance)
            connection.rollback()
        lines += len(found.lines)
        assert faults(found) == []
    assert lines > LEDGERS


def test_there_are_many_kinds_of_attack_each_once() -> None:
    assert len({attack.__name__ for attack in ATTACKS}) == len(ATTACKS) >= 50
