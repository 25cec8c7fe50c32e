"""Is a chain that was touched anywhere found, and one that was not left in peace?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import create_engine

from mem.core.db import Base
from mem.core.work import Work
from mem.ledger.models import Chain as ChainRow
from mem.ledger.models import Event as EventRow
from mem.ledger.service import chains, events, open_chain, record
from mem.verify import check_chain

CHAIN = "00000000-0000-0000-0000-0000000000c1"
OTHER = "00000000-0000-0000-0000-0000000000c2"
EMPTY = "0" * 64


@dataclass(frozen=True)
class Event:
    seq: int
    type: str
    canonical: bytes
    salt: bytes
    leaf: str
    link: str


@dataclass(frozen=True)
class Chain:
    events: tuple[Event, ...]
    count: int
    head: str


def hashed(seq: int, kind: str, canonical: bytes, salt: bytes, previous: str) -> Event:
    """An event as the formula has it: leaf over 0x00, salt and bytes; link over 0x01, the link before and leaf."""
    leaf = hashlib.sha256(b"\x00" + salt + canonical)
    link = hashlib.sha256(b"\x01" + bytes.fromhex(previous) + leaf.digest())
    return Event(seq, kind, canonical, salt, leaf.hexdigest(), link.hexdigest())


def said(seq: int, kind: str, chain: str = CHAIN, data: str = "") -> bytes:
    return json.dumps({"chain": chain, "data": data, "seq": seq, "type": kind}, separators=(",", ":")).encode()


def chain(*bodies: tuple[int, str, bytes]) -> Chain:
    """A chain of these events whose every hash is right."""
    made: list[Event] = []
    for seq, kind, body in bodies:
        made.append(hashed(seq, kind, body, bytes([seq]) * 16, made[-1].link if made else EMPTY))
    return Chain(tuple(made), len(made), made[-1].link if made else EMPTY)


def clean() -> Chain:
    return chain(*((seq, kind, said(seq, kind)) for seq, kind in enumerate(("opened", "answered", "closed"), 1)))


def faults(found: Chain) -> list[str]:
    return check_chain(CHAIN, found.count, found.head, found.events)


@pytest.mark.parametrize(
    "found", [clean(), chain((1, "opened", said(1, "opened"))), Chain((), 0, EMPTY)], ids=["three", "one", "none"]
)
def test_a_chain_that_nobody_touched_has_no_fault(found: Chain) -> None:
    assert faults(found) == []


def with_event(number: int, change: Callable[[Event], Event]) -> Chain:
    """The clean chain with the event of this number (from 1) changed and nothing made up for it."""
    whole = clean()
    touched = [change(one) if one.seq == number else one for one in whole.events]
    return replace(whole, events=tuple(touched))


def recomputed(number: int, body: bytes, kind: str) -> Chain:
    """The clean chain with an event replaced and its own hashes computed anew, as a forger in a hurry would."""
    whole = clean()
    before = whole.events[number - 2].link if number > 1 else EMPTY
    forged = hashed(number, kind, body, whole.events[number - 1].salt, before)
    return replace(whole, events=(*whole.events[: number - 1], forged, *whole.events[number:]))


FIRST, SECOND, THIRD = clean().events
NOT_ITS_HASH = f"chain {CHAIN}: event {{}} does not have its hash"
OUT_OF_ORDER = f"chain {CHAIN}: event {{}} is missing or out of order (found {{}})"
ELSEWHERE = f"chain {CHAIN}: event {{}} speaks of another place"
ENDS = f"chain {CHAIN}: ends at event {{}}, its head says {{}}"


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        pytest.param(
            with_event(number, lambda one: replace(one, canonical=one.canonical.replace(b'""', b'"x"'))),
            NOT_ITS_HASH.format(number),
            id=f"the text of event {number} is changed",
        )
        for number in (1, 2, 3)
    ]
    + [
        pytest.param(
            with_event(2, lambda one: replace(one, canonical=one.canonical + b" ")),
            NOT_ITS_HASH.format(2),
            id="a space is added that changes nothing said",
        ),
        pytest.param(
            with_event(2, lambda one: replace(one, salt=b"\x09" * 16)), NOT_ITS_HASH.format(2), id="a salt is changed"
        ),
        pytest.param(
            with_event(2, lambda one: replace(one, leaf=FIRST.leaf)), NOT_ITS_HASH.format(2), id="a leaf is changed"
        ),
        pytest.param(
            with_event(2, lambda one: replace(one, link=FIRST.link)), NOT_ITS_HASH.format(2), id="a link is changed"
        ),
        pytest.param(
            with_event(3, lambda one: replace(one, link=EMPTY)), NOT_ITS_HASH.format(3), id="the last link is emptied"
        ),
        pytest.param(
            recomputed(2, said(2, "answered", data="forged"), "answered"),
            NOT_ITS_HASH.format(3),
            id="an event is forged with its own hashes: the next one tells",
        ),
        pytest.param(
            recomputed(3, said(3, "closed", data="forged"), "closed"),
            ENDS.format(3, 3),
            id="the last event is forged with its own hashes: the head tells",
        ),
        pytest.param(
            with_event(2, lambda one: replace(one, type="withdrawn")),
            ELSEWHERE.format(2),
            id="only the column of the type is changed",
        ),
        pytest.param(
            replace(clean(), events=(FIRST, THIRD)), OUT_OF_ORDER.format(2, 3), id="an event in the middle is gone"
        ),
        pytest.param(replace(clean(), events=(SECOND, THIRD)), OUT_OF_ORDER.format(1, 2), id="the first event is gone"),
        pytest.param(replace(clean(), events=(FIRST, SECOND)), ENDS.format(2, 3), id="the last event is gone"),
        pytest.param(replace(clean(), events=()), ENDS.format(0, 3), id="every event is gone"),
        pytest.param(
            replace(clean(), events=(FIRST, THIRD, SECOND)), OUT_OF_ORDER.format(2, 3), id="two events are swapped"
        ),
        pytest.param(
            replace(clean(), events=(FIRST, replace(THIRD, seq=2), replace(SECOND, seq=3))),
            NOT_ITS_HASH.format(2),
            id="two events are swapped and renumbered",
        ),
        pytest.param(
            replace(clean(), events=(FIRST, FIRST, SECOND, THIRD)),
            OUT_OF_ORDER.format(2, 1),
            id="an event stands twice",
        ),
        pytest.param(
            replace(clean(), events=(FIRST, replace(THIRD, seq=2))),
            NOT_ITS_HASH.format(2),
            id="an event is taken out and the next one renumbered",
        ),
        pytest.param(
            replace(clean(), events=(*clean().events, hashed(4, "x", said(4, "x"), b"\x04" * 16, THIRD.link))),
            ENDS.format(4, 3),
            id="an event is added behind the head",
        ),
        pytest.param(replace(clean(), head=SECOND.link), ENDS.format(3, 3), id="the head is changed"),
        pytest.param(replace(clean(), count=2), ENDS.format(3, 2), id="the count is changed"),
        pytest.param(replace(clean(), count=2, head=SECOND.link), ENDS.format(3, 2), id="the head is turned back"),
        pytest.param(Chain((), 0, THIRD.link), ENDS.format(0, 0), id="an empty chain has a head"),
        pytest.param(
            chain((1, "opened", said(1, "opened", chain=OTHER))),
            ELSEWHERE.format(1),
            id="an event of another chain, well hashed",
        ),
        pytest.param(
            chain((1, "opened", said(2, "opened"))), ELSEWHERE.format(1), id="an event that calls itself another number"
        ),
        pytest.param(
            chain((1, "opened", said(1, "closed"))), ELSEWHERE.format(1), id="an event that calls itself another type"
        ),
    ],
)
def test_every_kind_of_tampering_is_found_at_its_event(found: Chain, fault: str) -> None:
    assert faults(found) == [fault]


def test_the_chain_is_known_by_its_id() -> None:
    found = clean()
    assert check_chain(OTHER, found.count, found.head, found.events) == [
        f"chain {OTHER}: event {seq} speaks of another place" for seq in (1, 2, 3)
    ]


def test_the_formula_gives_these_hashes() -> None:
    """Computed once with `sha256sum`, so that writer and checker cannot drift together."""
    body = b'{"chain":"c","seq":1,"type":"opened"}'
    event = hashed(1, "opened", body, b"0123456789abcdef", EMPTY)
    assert event.leaf == "b67a4ac211cfd1c876a14ec65b2f852ae83172484dd0f8b37526d312b418e8f7"
    assert event.link == "3a0127323a29b056c55922ef03e80960577edc138e5d5fe0057757b39a7e2ceb"
    assert check_chain("c", 1, event.link, [event]) == []


def test_what_the_writer_writes_is_what_the_checker_expects() -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine, [ChainRow.__table__, EventRow.__table__])  # type: ignore[list-item]
    with engine.begin() as connection:
        moment = datetime(2019, 3, 4, 5, 6, 7, tzinfo=UTC)
        work = Work(connection, moment, entropy=lambda size: b"s" * size)
        open_chain(work, UUID(CHAIN), "round")
        for kind in ("opened", "answered", "closed"):
            record(work, UUID(CHAIN), kind, {"who": "é", "n": 1.0})
        ((_, _, count, head),) = chains(work)
        written = list(events(work, UUID(CHAIN)))
    engine.dispose()
    previous = EMPTY
    for row in written:
        ours = hashed(row.seq, row.type, bytes(row.canonical), b"s" * 16, previous)
        assert (ours.leaf, ours.link) == (row.leaf, row.link)
        previous = row.link
    assert json.loads(written[0].canonical) == {
        "chain": CHAIN,
        "seq": 1,
        "type": "opened",
        "at": "2019-03-04T05:06:07.000000Z",
        "actor": None,
        "on_behalf_of": None,
        "data": {"who": "é", "n": 1},
    }
    assert check_chain(CHAIN, count, head, written) == []
