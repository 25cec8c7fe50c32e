"""Is a chain that was touched anywhere found, and one that was not left in peace?"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, text
from tests import looking

from mem.core.db import Base
from mem.core.work import Work
from mem.ledger.export import leaves
from mem.ledger.models import Chain as ChainRow
from mem.ledger.models import Event as EventRow
from mem.ledger.service import chains, events, open_chain, record
from mem.verify import (
    Chains,
    check_chain,
    check_checkpoint,
    check_export,
    check_receipt,
    check_signed,
    check_succession,
    read_export,
)

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


NO_PLACE = (
    b"", b"no json", b"\xff", b"null", b"7", b'"opened"', b"[]", b"{}", b'["chain","seq","type"]',
    b'{"chain":"%s","seq":1}' % CHAIN.encode(), b'{"chain":"%s","seq":"1","type":"opened"}' % CHAIN.encode(),
)  # fmt: skip
"""Contents that do not say where they belong."""
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
        pytest.param(
            with_event(2, lambda one: replace(one, salt=one.salt[:-1], canonical=one.salt[-1:] + one.canonical)),
            NOT_ITS_HASH.format(2),
            id="the last byte of the salt is moved into the text",
        ),
        pytest.param(
            with_event(2, lambda one: replace(one, salt=one.salt + one.canonical[:1], canonical=one.canonical[1:])),
            NOT_ITS_HASH.format(2),
            id="the first byte of the text is moved into the salt",
        ),
        pytest.param(
            with_event(2, lambda one: replace(one, salt=b"", canonical=one.salt + one.canonical)),
            NOT_ITS_HASH.format(2),
            id="the whole salt is moved into the text",
        ),
        *(
            pytest.param(chain((1, "opened", body)), ELSEWHERE.format(1), id=f"well hashed, and says {body!r}")
            for body in NO_PLACE
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


def exported(*opaque: int, of: Chain | None = None) -> list[dict[str, Any]]:
    """The events of a chain as an export holds them, some of them opaque."""
    return [
        {
            "chain": CHAIN,
            "position": one.seq,
            "type": None if one.seq in opaque else one.type,
            "leaf": one.leaf,
            "link": one.link,
            "salt": None if one.seq in opaque else base64.b64encode(one.salt).decode(),
            "canonical": None if one.seq in opaque else base64.b64encode(one.canonical).decode(),
        }
        for one in (of or clean()).events
    ]


def with_line(number: int, change: dict[str, Any], *opaque: int) -> list[dict[str, Any]]:
    """The export of the clean chain with one line changed."""
    return [{**one, **change} if one["position"] == number else one for one in exported(*opaque)]


def test_an_export_is_read_line_by_line_and_chain_by_chain() -> None:
    lines = [json.dumps(one) for one in exported()]
    other = json.dumps({"chain": OTHER, "position": 1})
    found = read_export([lines[0], "\n", other + "\n", lines[1], "", lines[2]])
    assert found == {CHAIN: exported(), OTHER: [{"chain": OTHER, "position": 1}]}


@pytest.mark.parametrize("line", ["no line", "{", "[]", "7", "null", '"chain"', "{}", '{"position": 1}'])
def test_a_line_that_is_no_event_of_a_chain_is_no_export(line: str) -> None:
    with pytest.raises(ValueError, match=r"^(Expecting|a line that is no event of a chain)"):
        read_export([json.dumps(exported()[0]), line])


@pytest.mark.parametrize("opaque", [(), (1,), (2, 3), (1, 2, 3)])
def test_an_export_that_nobody_touched_has_no_fault_however_much_of_it_is_opaque(opaque: tuple[int, ...]) -> None:
    assert check_export({CHAIN: [*exported(*opaque)], OTHER: []}) == []


def without(key: str) -> list[dict[str, Any]]:
    """The export of the clean chain whose second line lacks a key."""
    return [{name: one[name] for name in one if (one["position"], name) != (2, key)} for one in exported()]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


FORGED = b64(said(2, "answered", data="forged"))
NOT_WRITTEN = f"chain {CHAIN}: event {{}} is not written as an export writes it"
NOT_BEFORE = f"chain {CHAIN}: event {{}} does not follow the one before"


@pytest.mark.parametrize(
    ("events", "fault"),
    [
        (with_line(2, {"canonical": FORGED}), NOT_ITS_HASH.format(2)),
        (with_line(2, {"salt": base64.b64encode(b"x" * 16).decode()}), NOT_ITS_HASH.format(2)),
        (with_line(2, {"leaf": FIRST.leaf}), NOT_ITS_HASH.format(2)),
        (with_line(2, {"leaf": FIRST.leaf}, 2), NOT_BEFORE.format(2)),
        (with_line(2, {"link": FIRST.link}), NOT_BEFORE.format(2)),
        (with_line(3, {"link": FIRST.link}, 1, 2, 3), NOT_BEFORE.format(3)),
        (with_line(2, {"type": "withdrawn"}), ELSEWHERE.format(2)),
        (exported()[1:], OUT_OF_ORDER.format(1, 2)),
        ([exported()[0], exported()[2]], OUT_OF_ORDER.format(2, 3)),
        ([exported()[0], {**exported(3)[2], "position": 2}], NOT_BEFORE.format(2)),
        ([exported()[0], exported()[2], exported()[1]], OUT_OF_ORDER.format(2, 3)),
        (exported(of=chain((1, "opened", said(1, "opened", chain=OTHER)))), ELSEWHERE.format(1)),
        *((exported(of=chain((1, "opened", body))), ELSEWHERE.format(1)) for body in NO_PLACE),
        (with_line(2, {"salt": b64(SECOND.salt[:-1]), "canonical": b64(SECOND.salt[-1:] + SECOND.canonical)}),
         NOT_ITS_HASH.format(2)),
        (with_line(2, {"salt": b64(SECOND.salt + SECOND.canonical[:1]), "canonical": b64(SECOND.canonical[1:])}),
         NOT_ITS_HASH.format(2)),
        (with_line(2, {"position": None}), OUT_OF_ORDER.format(2, None)),
        (with_line(2, {"position": 2.0}), OUT_OF_ORDER.format(2, 2.0)),
        (with_line(2, {"position": "2"}), OUT_OF_ORDER.format(2, "2")),
        ([{**exported()[0], "position": True}], OUT_OF_ORDER.format(1, True)),
        (without("position"), OUT_OF_ORDER.format(2, None)),
        *((without(key), NOT_WRITTEN.format(2)) for key in ("leaf", "link", "type", "canonical", "salt")),
        *((with_line(2, {key: 7}), NOT_WRITTEN.format(2)) for key in ("leaf", "canonical", "salt")),
        *((with_line(2, {key: None}), NOT_WRITTEN.format(2)) for key in ("leaf", "type", "canonical", "salt")),
        *((with_line(2, {key: "x"}, 2), NOT_WRITTEN.format(2)) for key in ("leaf", "type", "canonical", "salt")),
        (with_line(2, {"leaf": SECOND.leaf.upper()}), NOT_WRITTEN.format(2)),
        (with_line(2, {"leaf": f" {SECOND.leaf}"}), NOT_WRITTEN.format(2)),
        (with_line(2, {"leaf": SECOND.leaf[:-1]}), NOT_WRITTEN.format(2)),
        (with_line(2, {"leaf": SECOND.leaf[:-2] + "zz"}), NOT_WRITTEN.format(2)),
        (with_line(2, {"salt": b64(SECOND.salt)[:-3] + "h=="}), NOT_WRITTEN.format(2)),
        (with_line(2, {"salt": b64(SECOND.salt) + "\n"}), NOT_WRITTEN.format(2)),
        (with_line(2, {"canonical": "!" + b64(SECOND.canonical)}), NOT_WRITTEN.format(2)),
        (with_line(2, {"canonical": b64(SECOND.canonical)[:-1]}), NOT_WRITTEN.format(2)),
        (with_line(2, {"link": None}), NOT_BEFORE.format(2)),
        (with_line(2, {"link": SECOND.link.upper()}), NOT_BEFORE.format(2)),
    ],
)  # fmt: skip
def test_an_export_that_was_touched_is_found_at_its_event(events: list[dict[str, Any]], fault: str) -> None:
    assert check_export({CHAIN: [*events]}) == [fault]


KEY, OTHER_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))


def public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def signed(statement: dict[str, Any], key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    signature = key.sign(rfc8785.dumps(statement))
    return {"statement": statement, "public_key": public(key), "signature": base64.b64encode(signature).decode()}


CHECKPOINT: dict[str, Any] = {
    "kind": "checkpoint",
    "number": 5,
    "before": "0" * 64,
    "heads": [{"chain": CHAIN, "position": 2, "link": SECOND.link}, {"chain": OTHER, "position": 0, "link": EMPTY}],
}
RECEIPT: dict[str, Any] = {"kind": "receipt", "chain": CHAIN, "position": 2, "leaf": SECOND.leaf}


@pytest.mark.parametrize("statement", [CHECKPOINT, RECEIPT])
@pytest.mark.parametrize("key", [None, public(KEY)])
def test_a_right_signature_is_right(statement: dict[str, Any], key: str | None) -> None:
    assert check_signed(signed(statement), key) == []


@pytest.mark.parametrize(
    ("change", "key", "fault"),
    [
        ({}, public(OTHER_KEY), "checkpoint 5: signed by another key"),
        ({"statement": {**CHECKPOINT, "before": "1" * 64}}, None, "checkpoint 5: the signature is not right"),
        ({"statement": {**CHECKPOINT, "number": 6}}, public(KEY), "checkpoint 6: the signature is not right"),
        ({"statement": RECEIPT}, None, "receipt 2: the signature is not right"),
        ({"public_key": public(OTHER_KEY)}, None, "checkpoint 5: the signature is not right"),
        ({"public_key": "AAAA"}, None, "checkpoint 5: the signature is not right"),
        ({"public_key": "no base 64!"}, None, "checkpoint 5: the signature is not right"),
        ({"signature": signed(CHECKPOINT, OTHER_KEY)["signature"]}, None, "checkpoint 5: the signature is not right"),
        ({"signature": ""}, None, "checkpoint 5: the signature is not right"),
    ],
)
def test_a_wrong_signature_is_told(change: dict[str, Any], key: str | None, fault: str) -> None:
    assert check_signed({**signed(CHECKPOINT), **change}, key) == [fault]


@pytest.mark.parametrize(
    ("chains_now", "whole", "faults"),
    [
        ({CHAIN: exported(), OTHER: []}, True, []),
        ({CHAIN: exported()[:2]}, True, []),
        ({CHAIN: exported(1, 2, 3)}, True, []),
        ({CHAIN: exported()[:1]}, True, [f"checkpoint 5: chain {CHAIN} was longer, 2 events"]),
        ({CHAIN: []}, False, [f"checkpoint 5: chain {CHAIN} was longer, 2 events"]),
        ({CHAIN: with_line(2, {"link": THIRD.link})}, True, [f"checkpoint 5: chain {CHAIN} was another at event 2"]),
        ({CHAIN: exported()[1:]}, True, [f"checkpoint 5: chain {CHAIN} was another at event 2"]),
        ({CHAIN: without("link")}, True, [f"checkpoint 5: chain {CHAIN} was another at event 2"]),
        ({}, True, [f"checkpoint 5: chain {CHAIN} is missing"]),
        ({}, False, []),
    ],
)
def test_what_a_checkpoint_says_must_still_hold(chains_now: Chains, whole: bool, faults: list[str]) -> None:
    assert check_checkpoint(signed(CHECKPOINT), chains_now, whole) == faults


def test_a_checkpoint_names_the_one_before_it_by_its_digest() -> None:
    digest = hashlib.sha256(rfc8785.dumps(CHECKPOINT)).hexdigest()
    later = {"kind": "checkpoint", "number": 6, "before": digest, "heads": []}
    assert check_succession(signed(CHECKPOINT), signed(later)) == []
    assert check_succession(signed({**CHECKPOINT, "heads": []}), signed(later)) == ["checkpoint 6: does not follow 5"]


@pytest.mark.parametrize(
    ("chains_now", "held"),
    [
        ({CHAIN: exported()}, True),
        ({CHAIN: exported(2)}, True),
        ({CHAIN: exported()[:1]}, False),
        ({CHAIN: with_line(2, {"leaf": FIRST.leaf})}, False),
        ({CHAIN: without("leaf")}, False),
        ({OTHER: exported()}, False),
        ({}, False),
    ],
)
def test_a_receipt_is_held_where_its_leaf_stands_at_its_position(chains_now: Chains, held: bool) -> None:
    faults = [] if held else [f"receipt 2: chain {CHAIN} does not hold it"]
    assert check_receipt(signed(RECEIPT), chains_now) == faults


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_text_where_bytes_were_is_a_fault_and_no_error(work: Work) -> None:
    """The plainest forgery by SQL: `replace` leaves text in a column of bytes."""
    open_chain(work, UUID(CHAIN), "round")
    record(work, UUID(CHAIN), "round_opened", {"code": "IS-1.1"})
    looking.unguarded(work, "event")
    work.db.execute(text("UPDATE event SET canonical = replace(canonical, 'IS-1.1', 'IS-1.2')"))
    ((chain, _, count, head),) = (one for one in chains(work) if one[0] == UUID(CHAIN))
    assert check_chain(str(chain), count, head, events(work, chain)) == [
        f"chain {CHAIN}: event 1 does not have its hash"
    ]
    (line,) = leaves(work, chain, lambda _: True)
    assert check_export({CHAIN: [line]}) == [f"chain {CHAIN}: event 1 does not have its hash"]
