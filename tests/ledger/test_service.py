"""Does every event get its place in its chain, with the bytes, the salt and the link that it must have?"""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError, NoResultFound
from tests import looking
from tests.looking import NOW, recorded, undone

from mem.core.canonical import canonical
from mem.core.clock import iso
from mem.core.db import Database
from mem.core.work import Work
from mem.ledger.models import Chain, Event
from mem.ledger.service import ADMINISTRATION, EMPTY, chains, events, open_chain, record

work = looking.shared_work
FIRST, SECOND = (UUID(int=number) for number in (0xC1, 0xC2))
SOMEBODY = UUID(int=0xA1)


def opened(work: Work, *chain_ids: UUID) -> Work:
    for chain_id in chain_ids or (FIRST,):
        open_chain(work, chain_id, "round")
    return work


def head(work: Work, chain_id: UUID = FIRST) -> tuple[str, int, str]:
    """The kind, length and head of a chain."""
    return {one: (kind, seq, link) for one, kind, seq, link in chains(work)}[chain_id]


def test_a_new_chain_is_empty(work: Work) -> None:
    opened(work)
    assert head(work) == ("round", 0, "0" * 64)
    assert list(events(work, FIRST)) == []


def test_a_migrated_database_has_the_chain_of_administration(work: Work) -> None:
    assert head(work, ADMINISTRATION)[0] == "administration"
    assert record(work, ADMINISTRATION, "tried", {}) == head(work, ADMINISTRATION)[1]


def test_events_take_the_places_from_one_on_and_the_head_moves_along(work: Work) -> None:
    opened(work)
    assert [record(work, FIRST, f"happened_{number}", {}) for number in (1, 2, 3)] == [1, 2, 3]
    found = list(events(work, FIRST))
    assert [(row.seq, row.type) for row in found] == [(1, "happened_1"), (2, "happened_2"), (3, "happened_3")]
    assert head(work) == ("round", 3, found[-1].link)


def test_an_event_says_who_did_what_when_and_for_whom_in_canonical_bytes(work: Work) -> None:
    opened(work)
    later = replace(work, actor_id=SOMEBODY, now=NOW + timedelta(microseconds=7))
    record(later, FIRST, "answered", {"z": "é", "a": [1, True, None]}, on_behalf_of="BRB")
    (row,) = events(work, FIRST)
    said = {
        "chain": str(FIRST),
        "seq": 1,
        "type": "answered",
        "at": "2026-03-02T12:00:00.000007Z",
        "actor": str(SOMEBODY),
        "on_behalf_of": "BRB",
        "data": {"z": "é", "a": [1, True, None]},
    }
    assert row.canonical == canonical(said)
    assert (row.at, row.actor_id) == (later.now, SOMEBODY)


def test_an_event_is_never_dated_before_the_one_before_it_in_its_chain(work: Work) -> None:
    opened(work, FIRST, SECOND)
    for days, chain in ((0, FIRST), (-3, FIRST), (-3, SECOND), (2, FIRST), (1, FIRST)):
        record(replace(work, now=NOW + timedelta(days=days)), chain, "happened", {})
    found = list(events(work, FIRST))
    assert [row.at for row in found] == [NOW + timedelta(days=days) for days in (0, 0, 2, 2)]
    assert [json.loads(row.canonical)["at"] for row in found] == [iso(row.at) for row in found]
    assert [row.at for row in events(work, SECOND)] == [NOW - timedelta(days=3)]


def test_what_nobody_did_names_nobody(work: Work) -> None:
    record(opened(work), FIRST, "lapsed", {})
    (row,) = events(work, FIRST)
    assert row.actor_id is None
    assert {key: json.loads(row.canonical)[key] for key in ("actor", "on_behalf_of")} == {
        "actor": None,
        "on_behalf_of": None,
    }


def test_each_link_is_the_hash_of_the_one_before_and_of_a_salted_leaf(work: Work) -> None:
    opened(work)
    for number in range(4):
        record(work, FIRST, "counted", {"number": number})
    before = bytes(32)
    for row in events(work, FIRST):
        leaf = hashlib.sha256(b"\x00" + row.salt + row.canonical).digest()
        link = hashlib.sha256(b"\x01" + before + leaf).digest()
        assert (row.leaf, row.link) == (leaf.hex(), link.hex())
        before = link


def test_every_event_has_sixteen_fresh_bytes_of_salt(work: Work) -> None:
    opened(work)
    asked: list[int] = []

    def entropy(count: int) -> bytes:
        asked.append(count)
        return os.urandom(count)

    for _ in range(3):
        record(replace(work, entropy=entropy), FIRST, "answered", {"value": True})
    assert asked == [16, 16, 16]
    assert len({row.salt for row in events(work, FIRST)}) == 3
    assert len({row.leaf for row in events(work, FIRST)}) == 3


def test_the_same_yes_has_another_leaf_on_another_salt(work: Work) -> None:
    def leaf(salt: bytes) -> str:
        with undone(work):
            record(replace(opened(work), entropy=lambda count: salt * count), FIRST, "answered", {"value": True})
            return str(next(events(work, FIRST)).leaf)

    assert leaf(b"a") == leaf(b"a")
    assert leaf(b"a") != leaf(b"b")


def test_chains_grow_apart(work: Work) -> None:
    opened(work, FIRST, SECOND)
    record(work, FIRST, "one", {})
    record(work, SECOND, "two", {})
    record(work, FIRST, "three", {})
    assert [one["type"] for one in recorded(work, FIRST)] == ["one", "three"]
    assert [(one["type"], one["seq"]) for one in recorded(work, SECOND)] == [("two", 1)]
    ours = [chain_id for chain_id, _, _, _ in chains(work) if chain_id in (FIRST, SECOND)]
    assert ours == [FIRST, SECOND]


def test_an_event_needs_a_chain(work: Work) -> None:
    with pytest.raises(NoResultFound):
        record(work, FIRST, "happened", {})


def test_what_is_rolled_back_leaves_no_gap(work: Work) -> None:
    opened(work)
    record(work, FIRST, "stays", {})
    before = head(work)
    with undone(work):
        record(work, FIRST, "goes", {})
    assert head(work) == before
    assert record(work, FIRST, "stays", {}) == 2


def test_the_database_lets_no_event_be_changed_or_removed(work: Work) -> None:
    record(opened(work), FIRST, "happened", {})
    for statement in (update(Event).values(type="another"), delete(Event)):
        with undone(work), pytest.raises(IntegrityError, match="only_added_to"):
            work.db.execute(statement.where(Event.chain_id == FIRST))


def test_one_place_is_taken_once(work: Work) -> None:
    record(opened(work), FIRST, "happened", {})
    (row,) = looking.rows(work, Event, chain_id=FIRST)
    with undone(work), pytest.raises(IntegrityError):
        looking.put(work, Event, **row._mapping)


def test_writers_at_once_leave_no_gap_no_double_and_an_unbroken_chain(database: Database) -> None:
    with database.write() as connection:
        opened(Work(connection, NOW))

    def write(writer: int) -> None:
        for number in range(10):
            with database.write() as connection:
                record(Work(connection, NOW), FIRST, "written", {"writer": writer, "number": number})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with database.read() as connection:
        found = list(events(Work(connection, NOW), FIRST))
        assert head(Work(connection, NOW)) == ("round", 40, found[-1].link)
        assert len(looking.rows(Work(connection, NOW), Chain, id=FIRST)) == 1
    assert [row.seq for row in found] == list(range(1, 41))
    previous = EMPTY
    for row in found:
        assert row.link == hashlib.sha256(b"\x01" + bytes.fromhex(previous + row.leaf)).hexdigest()
        previous = row.link
