"""Does an outsider who kept a checkpoint and a receipt find whatever the owner of the database did to the record?

The outsider has an export as it is handed over, what was kept, the public key, and `mem.verify`. Each attack of
`tests.attacks` is tried as often as the others; of records that nobody touched, nothing may be said.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine
from tests.attacks.catalogue import ATTACKS
from tests.attacks.record import OURS, Attack, Line, Record
from tests.conftest import THEN
from tests.databases import migrated, sqlite_url
from tests.methods_of import real_method
from tests.proof.catalogue import Ask, Tally
from tests.worlds import world

from mem import verify
from mem.core.db import AnyRow, Base, Database
from mem.core.work import Work
from mem.ledger.checkpoints import checkpoint, make_checkpoint, receipts
from mem.ledger.export import leaves
from mem.ledger.models import Chain, Checkpoint, Event
from mem.ledger.service import chains, open_chain, record

SUBMITTED = "answers_submitted"
CLEAN = 5
"""For so many attacks, one record is verified that nobody touched."""


def tampering(ask: Ask) -> Tally:
    """Try as many attacks as are asked for, and a fifth as many records that are as they were."""
    found, tally, tried = real_record(sqlite_url(ask.folder / "mem.db")), Tally(), Counter[str]()
    for number in range(ask.runs):
        attack = ATTACKS[number % len(ATTACKS)]
        tried[attack.__name__] += 1
        if wrong := attacked(found, attack, random.Random(f"{ask.seed} {number}")):
            tally.failures.append(f"seed {ask.seed}, attack {number}, {attack.__name__}: {wrong}")
        tally.runs += 1
    records, events = -(-ask.runs // CLEAN), 0
    for number, clean in enumerate(untouched(ask.seed, records)):
        events += len(clean.lines)
        if said := faults(clean):
            tally.failures.append(f"seed {ask.seed}, clean record {number}: {said}")
    if not events:
        tally.failures.append("the clean records held nothing")
    tally.detail = {"classes": len(tried), "clean records": records, "events in them": events}
    return tally


def attacked(found: Record, attack: Attack, chance: random.Random) -> str | None:
    """Try one attack on a copy of a record; what is wrong with how it was found."""
    touched = deepcopy(found)
    named = attack(touched, chance)
    if touched == found or not named:
        return "it changed nothing"
    said = faults(touched)
    unnamed = [name for name in named if not any(name in fault for fault in said)]
    return f"{unnamed} is not named in {said}" if unnamed else None


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


def real_record(url: str) -> Record:
    """The record of a whole road by the services, in an empty database, with what an outsider kept on the way."""
    migrated(url)
    database = Database(url)
    with database.write() as connection:
        work = Work(connection, THEN)
        made = world(work, real_method()).to("review")
        make_checkpoint(work, OURS)
        older = _export(work)
        made.to("published")
        make_checkpoint(work, OURS)
        kept = [checkpoint(work, number) for number in (1, 2)]
        found = Record(_export(work), kept, receipts(work, OURS, made.id, SUBMITTED), older)
    database.dispose()
    return found


def untouched(seed: int, number: int) -> Iterator[Record]:
    """So many records of which nobody touched anything."""
    engine = create_engine("sqlite://")
    tables = [Base.metadata.tables[one.__tablename__] for one in (Chain, Event, Checkpoint)]
    Base.metadata.create_all(engine, tables)
    for one in range(number):
        with engine.connect() as connection:
            yield _grown(Work(connection, THEN), random.Random(f"{seed} clean {one}"))
            connection.rollback()
    engine.dispose()


def _grown(work: Work, chance: random.Random) -> Record:
    """Some chains that grow at random, with checkpoints on the way; of the export, some is opaque."""
    ids = [UUID(int=chance.getrandbits(128)) for _ in range(chance.randint(1, 5))]
    for one in ids:
        open_chain(work, one, "round")
    for minute in range(chance.randrange(30)):
        actor = chance.choice([None, UUID(int=chance.getrandbits(128))])
        now = replace(work, now=work.now + timedelta(minutes=minute), entropy=chance.randbytes, actor_id=actor)
        kind = chance.choice([SUBMITTED, "stage_moved", "happened"])
        record(now, chance.choice(ids), kind, {"said": _some_json(chance)}, chance.choice([None, "BRB"]))
        if chance.random() < 0.2:
            make_checkpoint(now, OURS)
    last = make_checkpoint(work, OURS) or checkpoint(work, None)["statement"]["number"]
    kept = [checkpoint(work, number) for number in range(chance.randint(1, last), last + 1)]
    held = [receipt for one in ids for receipt in receipts(work, OURS, one, SUBMITTED)]
    readable = chance.random()
    return Record(_export(work, lambda _: chance.random() < readable), kept, held, [])


def _export(work: Work, readable: Callable[[AnyRow], bool] = lambda _: True) -> list[Line]:
    return [dict(line) for chain, *_ in chains(work) for line in leaves(work, chain, readable)]


def _some_json(chance: random.Random, depth: int = 3) -> Any:
    letters = 'aé ñ"\\\n😀\u2028/<0'
    kind = chance.randrange(7 if depth else 5)
    if kind == 5:
        return [_some_json(chance, depth - 1) for _ in range(chance.randrange(4))]
    if kind == 6:
        names = ["".join(chance.choices(letters, k=3)) for _ in range(chance.randrange(4))]
        return {name: _some_json(chance, depth - 1) for name in names}
    whole = chance.randrange(-(2**53) + 1, 2**53)
    return [None, True, whole, chance.uniform(-1e9, 1e9), "".join(chance.choices(letters, k=chance.randrange(9)))][kind]
