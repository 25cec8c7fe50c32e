"""What does an outsider go by, and how does whoever owns the database change it so that it looks right?

The attacker can read and write every row and knows how everything is hashed; in some attacks the signing key is theirs
too. What they do not have is the checkpoint and the receipt that the outsider kept. An attack changes what an outsider
is handed, and says what the outsider must name.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mem.ledger.keys import SigningKey

Line = dict[str, Any]
Signed = dict[str, Any]
OURS, ANOTHER = (SigningKey(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)) for number in (1, 2))


@dataclass
class Record:
    """What an outsider goes by: an export, checkpoints (the older ones first), receipts, and an export of before."""

    lines: list[Line]
    checkpoints: list[Signed]
    receipts: list[Signed]
    older: list[Line]

    @property
    def chains(self) -> list[str]:
        return sorted({line["chain"] for line in self.lines})

    def of(self, chain: str) -> list[Line]:
        return [line for line in self.lines if line["chain"] == chain]

    def put(self, chain: str, lines: list[Line]) -> None:
        """Have these lines as the chain."""
        self.lines = [line for line in self.lines if line["chain"] != chain] + lines


Attack = Callable[[Record, random.Random], list[str]]


def said(line: Line) -> dict[str, Any]:
    return dict(json.loads(base64.b64decode(line["canonical"])))


def say(line: Line, **change: Any) -> None:
    """Have the event say something else, in canonical bytes; its hashes are left as they are."""
    line["canonical"] = base64.b64encode(rfc8785.dumps(said(line) | change)).decode()


def rehash(lines: list[Line], begin: int = 0) -> None:
    """Make every number and every hash from a place on right again, as the owner of the database can."""
    previous = bytes.fromhex(lines[begin - 1]["link"]) if begin else bytes(32)
    for place, line in enumerate(lines[begin:], start=begin + 1):
        line["position"] = place
        if line["canonical"] is not None:
            say(line, seq=place, chain=line["chain"])
            hashed = b"\x00" + base64.b64decode(line["salt"]) + base64.b64decode(line["canonical"])
            line["leaf"] = hashlib.sha256(hashed).hexdigest()
        previous = hashlib.sha256(b"\x01" + previous + bytes.fromhex(line["leaf"])).digest()
        line["link"] = previous.hex()


def some_chain(record: Record, chance: random.Random, at_least: int = 1) -> tuple[str, list[Line]]:
    """A chain with so many events, and its lines."""
    chain = chance.choice([one for one in record.chains if len(record.of(one)) >= at_least])
    return chain, record.of(chain)


def named(*chains: str) -> list[str]:
    return [f"chain {chain}" for chain in chains]


def flipped(data: bytes, chance: random.Random, bits: int = 8) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(bits)]) + data[place + 1 :]
