"""Is a ledger what it was? Shares no code with its writer, and imports nothing of `mem`.

Works on what left the building: an export (one JSON object a line), signed checkpoints and signed receipts. What is
opaque in an export is still bound by its links.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SALT = 16
Chains = dict[str, list[Mapping[str, Any]]]


def check_chain(chain_id: str, count: int, head: str, events: Iterable[Any]) -> list[str]:
    """Recompute one chain from its events (`seq type canonical salt leaf link`); an empty list means intact."""
    faults: list[str] = []
    previous, seen = bytes(32), 0
    for event in events:
        seen += 1
        if event.seq != seen:
            faults.append(f"chain {chain_id}: event {seen} is missing or out of order (found {event.seq})")
            break
        salt, body = _bytes(event.salt), _bytes(event.canonical)
        leaf = _leaf(salt, body)
        link = _link(previous, leaf)
        if leaf.hex() != event.leaf or link.hex() != event.link:
            faults.append(f"chain {chain_id}: event {event.seq} does not have its hash")
            break
        if not _speaks_of(body, chain_id, event.seq, event.type):
            faults.append(f"chain {chain_id}: event {event.seq} speaks of another place")
        previous = link
    if not faults and (seen != count or previous.hex() != head):
        faults.append(f"chain {chain_id}: ends at event {seen}, its head says {count}")
    return faults


def read_export(lines: Iterable[str]) -> Chains:
    """The chains of an export, each in the order of its lines. Raises `ValueError` for a line that is none."""
    found: Chains = {}
    for line in lines:
        if line.strip():
            one = json.loads(line)
            if not isinstance(one, dict) or "chain" not in one:
                raise ValueError("a line that is no event of a chain")
            found.setdefault(str(one["chain"]), []).append(one)
    return found


def check_export(chains: Chains) -> list[str]:
    """Recompute every chain of an export, through opaque leaves too."""
    return [fault for chain_id, events in sorted(chains.items()) for fault in _check_exported(chain_id, events)]


def check_signed(signed: Mapping[str, Any], public_key: str | None) -> list[str]:
    """Whether a statement bears a right signature, by this key (None: by the one it names itself)."""
    statement = signed["statement"]
    name = f"{statement.get('kind')} {statement.get('number', statement.get('position'))}"
    if public_key is not None and signed["public_key"] != public_key:
        return [f"{name}: signed by another key"]
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signed["public_key"]))
        key.verify(base64.b64decode(signed["signature"]), rfc8785.dumps(statement))
    except (InvalidSignature, ValueError):
        return [f"{name}: the signature is not right"]
    return []


def check_checkpoint(signed: Mapping[str, Any], chains: Chains, whole: bool) -> list[str]:
    """Whether the export still holds what a checkpoint says; with `whole`, every chain it names must be there."""
    faults = []
    number = signed["statement"]["number"]
    for head in signed["statement"]["heads"]:
        events = chains.get(head["chain"])
        if events is None:
            if whole and head["position"]:
                faults.append(f"checkpoint {number}: chain {head['chain']} is missing")
        elif len(events) < head["position"]:
            faults.append(f"checkpoint {number}: chain {head['chain']} was longer, {head['position']} events")
        elif head["position"] and events[head["position"] - 1].get("link") != head["link"]:
            faults.append(f"checkpoint {number}: chain {head['chain']} was another at event {head['position']}")
    return faults


def check_succession(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> list[str]:
    """Whether a checkpoint names the one before it by its digest."""
    digest = hashlib.sha256(rfc8785.dumps(earlier["statement"])).hexdigest()
    if later["statement"]["before"] != digest:
        return [f"checkpoint {later['statement']['number']}: does not follow {earlier['statement']['number']}"]
    return []


def check_receipt(signed: Mapping[str, Any], chains: Chains) -> list[str]:
    """Whether the export holds the event of a receipt at its position, with its leaf."""
    said = signed["statement"]
    events = chains.get(said["chain"], [])
    if len(events) < said["position"] or events[said["position"] - 1].get("leaf") != said["leaf"]:
        return [f"receipt {said['position']}: chain {said['chain']} does not hold it"]
    return []


def _check_exported(chain_id: str, events: list[Mapping[str, Any]]) -> list[str]:
    previous = bytes(32)
    for position, event in enumerate(events, start=1):
        if repr(event.get("position")) != repr(position):  # neither 1.0 nor true is 1 here
            return [f"chain {chain_id}: event {position} is missing or out of order (found {event.get('position')})"]
        try:
            leaf, whole = _read(event)
        except (ValueError, TypeError, KeyError):
            return [f"chain {chain_id}: event {position} is not written as an export writes it"]
        if whole is not None:
            salt, body = whole
            if _leaf(salt, body) != leaf:
                return [f"chain {chain_id}: event {position} does not have its hash"]
            if not _speaks_of(body, chain_id, position, event["type"]):
                return [f"chain {chain_id}: event {position} speaks of another place"]
        previous = _link(previous, leaf)
        if previous.hex() != event["link"]:
            return [f"chain {chain_id}: event {position} does not follow the one before"]
    return []


def _read(event: Mapping[str, Any]) -> tuple[bytes, tuple[bytes, bytes] | None]:
    """The leaf of an exported event, and its salt and content, or None where it is opaque. Raises `ValueError`,
    `TypeError` or `KeyError` for whatever an export does not write: each value has one spelling."""
    leaf, _ = bytes.fromhex(event["leaf"]), event["link"]
    if leaf.hex() != event["leaf"]:
        raise ValueError("another spelling")
    opaque = [event[key] is None for key in ("type", "canonical", "salt")]
    if all(opaque):
        return leaf, None
    if any(opaque):
        raise ValueError("neither whole nor opaque")
    salt, body = base64.b64decode(event["salt"]), base64.b64decode(event["canonical"])
    if [base64.b64encode(one).decode() for one in (salt, body)] != [event["salt"], event["canonical"]]:
        raise ValueError("another spelling")
    return leaf, (salt, body)


def _bytes(stored: Any) -> bytes:
    """What a database holds in a column of bytes. Whoever rewrites it may leave text there, which is none of ours."""
    return bytes(stored) if isinstance(stored, bytes | bytearray | memoryview) else b""


def _speaks_of(canonical: bytes, chain_id: str, position: int, event_type: str) -> bool:
    try:
        said = json.loads(canonical)
        return bool((said["chain"], said["seq"], said["type"]) == (chain_id, position, event_type))
    except (ValueError, KeyError, TypeError):
        return False


def _leaf(salt: bytes, canonical: bytes) -> bytes:
    """The hash of an event. A salt of another length is none of ours: it hashes to nothing that was ever stored."""
    if len(salt) != SALT:
        return b""
    return hashlib.sha256(b"\x00" + salt + canonical).digest()


def _link(previous: bytes, leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + previous + leaf).digest()
