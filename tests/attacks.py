"""What can whoever owns the database do to the record? One function an attack: it changes what an outsider is handed,
and says what the outsider must name.

The attacker can read and write every row and knows how everything is hashed; in some attacks the signing key is theirs
too. What they do not have is the checkpoint and the receipt that the outsider kept.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mem.ledger.keys import SigningKey
from mem.verify import SALT

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


def flip_a_bit_of_the_content(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    line = chance.choice(lines)
    line["canonical"] = base64.b64encode(flipped(base64.b64decode(line["canonical"]), chance)).decode()
    return named(chain)


def flip_a_bit_of_the_salt(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    line = chance.choice(lines)
    line["salt"] = base64.b64encode(flipped(base64.b64decode(line["salt"]), chance)).decode()
    return named(chain)


def _flip_text(record: Record, chance: random.Random, column: str) -> list[str]:
    chain, lines = some_chain(record, chance)
    line = chance.choice(lines)
    line[column] = flipped(line[column].encode(), chance, bits=7).decode()
    return named(chain)


def flip_a_bit_of_the_leaf(record: Record, chance: random.Random) -> list[str]:
    return _flip_text(record, chance, "leaf")


def flip_a_bit_of_the_link(record: Record, chance: random.Random) -> list[str]:
    return _flip_text(record, chance, "link")


def flip_a_bit_of_the_type(record: Record, chance: random.Random) -> list[str]:
    return _flip_text(record, chance, "type")


def flip_a_bit_of_the_chain(record: Record, chance: random.Random) -> list[str]:
    return _flip_text(record, chance, "chain")


def flip_a_bit_of_how_a_value_is_written(record: Record, chance: random.Random) -> list[str]:
    return _flip_text(record, chance, chance.choice(["canonical", "salt"]))


def flip_a_bit_of_the_position(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    chance.choice(lines)["position"] ^= 1 << chance.randrange(8)
    return named(chain)


def leave_a_value_out(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    line, column = chance.choice(lines), chance.choice(["position", "type", "canonical", "salt", "leaf", "link"])
    if chance.random() < 0.5:
        line[column] = None
    else:
        del line[column]
    return named(chain)


def delete_an_event(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    del lines[chance.randrange(len(lines))]
    record.put(chain, lines)
    return named(chain)


def delete_an_event_and_recompute(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    place = chance.randrange(len(lines))
    del lines[place]
    rehash(lines, place)
    record.put(chain, lines)
    return named(chain)


def _insert(record: Record, chance: random.Random) -> tuple[str, list[Line], int]:
    chain, lines = some_chain(record, chance)
    place = chance.randrange(len(lines))
    made = dict(chance.choice(lines))
    made["salt"] = base64.b64encode(chance.randbytes(16)).decode()
    say(made, at="2026-03-02T12:00:00.000000Z", actor=str(UUID(int=chance.getrandbits(128))))
    lines.insert(place, made)
    return chain, lines, place


def insert_an_event(record: Record, chance: random.Random) -> list[str]:
    """With right hashes of its own, and the others renumbered but not linked anew."""
    chain, lines, place = _insert(record, chance)
    links = [line["link"] for line in lines]
    rehash(lines, place)
    for line, link in zip(lines[place + 1 :], links[place + 1 :], strict=True):
        line["link"] = link
    record.put(chain, lines)
    return named(chain)


def insert_an_event_and_recompute(record: Record, chance: random.Random) -> list[str]:
    chain, lines, place = _insert(record, chance)
    rehash(lines, place)
    record.put(chain, lines)
    return named(chain)


def _two_places(lines: list[Line], chance: random.Random) -> tuple[int, int]:
    one, other = sorted(chance.sample(range(len(lines)), 2))
    return one, other


def swap_two_events(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance, at_least=2)
    one, other = _two_places(lines, chance)
    lines[one], lines[other] = lines[other], lines[one]
    record.put(chain, lines)
    return named(chain)


def swap_two_events_and_renumber(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance, at_least=2)
    one, other = _two_places(lines, chance)
    lines[one], lines[other] = lines[other], lines[one]
    lines[one]["position"], lines[other]["position"] = one + 1, other + 1
    record.put(chain, lines)
    return named(chain)


def swap_two_events_and_recompute(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance, at_least=2)
    one, other = _two_places(lines, chance)
    lines[one], lines[other] = lines[other], lines[one]
    rehash(lines, one)
    record.put(chain, lines)
    return named(chain)


def swap_the_contents_of_two_events(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance, at_least=2)
    one, other = (lines[place] for place in _two_places(lines, chance))
    for column in ("type", "canonical", "salt"):
        one[column], other[column] = other[column], one[column]
    return named(chain)


def renumber(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    for line in lines[chance.randrange(len(lines)) :]:
        line["position"] += chance.choice([-1, 1, 7])
    return named(chain)


def truncate_the_tail(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance, at_least=2)
    record.put(chain, lines[: chance.randrange(1, len(lines))])
    return named(chain)


def truncate_the_beginning_and_recompute(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance, at_least=2)
    rest = lines[chance.randrange(1, len(lines)) :]
    rehash(rest)
    record.put(chain, rest)
    return named(chain)


def fork_from_a_point_and_recompute(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    place = chance.randrange(len(lines))
    say(lines[place], data={"forged": chance.random()})
    rehash(lines, place)
    return named(chain)


def replace_the_content(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    say(chance.choice(lines), data={"forged": True})
    return named(chain)


def replace_the_content_and_recompute_its_own_hashes(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    place = chance.randrange(len(lines))
    say(lines[place], data={"forged": True})
    rehash(lines[: place + 1], place)
    return named(chain)


def backdate(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    say(chance.choice(lines), at=f"2019-01-01T00:00:00.{chance.randrange(10**6):06}Z")
    return named(chain)


def backdate_and_recompute(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    place = chance.randrange(len(lines))
    say(lines[place], at=f"2019-01-01T00:00:00.{chance.randrange(10**6):06}Z")
    rehash(lines, place)
    return named(chain)


def name_another_actor_and_recompute(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    place = chance.randrange(len(lines))
    say(lines[place], actor=str(UUID(int=chance.getrandbits(128))), on_behalf_of="ATG")
    rehash(lines, place)
    return named(chain)


def move_an_event_to_another_chain(record: Record, chance: random.Random) -> list[str]:
    one, other = chance.sample(record.chains, 2)
    chance.choice(record.of(one))["chain"] = other
    return named(one, other)


def move_an_event_to_another_chain_and_recompute(record: Record, chance: random.Random) -> list[str]:
    one, other = chance.sample(record.chains, 2)
    left, joined = record.of(one), record.of(other)
    moved = left.pop(chance.randrange(len(left)))
    moved["chain"] = other
    joined.insert(chance.randrange(len(joined)), moved)
    rehash(left)
    rehash(joined)
    record.put(one, left)
    record.put(other, joined)
    return named(one, other)


def drop_a_chain(record: Record, chance: random.Random) -> list[str]:
    chain, _ = some_chain(record, chance)
    record.put(chain, [])
    return [f"chain {chain} is missing"]


def begin_a_chain_anew(record: Record, chance: random.Random) -> list[str]:
    """It is emptied, and one event put there as if nothing else had ever happened."""
    chain, lines = some_chain(record, chance)
    first = dict(chance.choice(lines))
    say(first, data={"forged": chance.random()})
    rehash([first])
    record.put(chain, [first])
    return named(chain)


def _exchange(record: Record, chance: random.Random, **change: None) -> tuple[list[Line], list[Line]]:
    one, other = (record.of(chain) for chain in chance.sample(record.chains, 2))
    names = one[0]["chain"], other[0]["chain"]
    for lines, name in ((one, names[1]), (other, names[0])):
        for line in lines:
            line |= {"chain": name, **change}
    return one, other


def exchange_two_chains(record: Record, chance: random.Random) -> list[str]:
    one, other = _exchange(record, chance)
    return named(one[0]["chain"], other[0]["chain"])


def exchange_two_chains_and_recompute(record: Record, chance: random.Random) -> list[str]:
    one, other = _exchange(record, chance)
    rehash(one)
    rehash(other)
    return named(one[0]["chain"], other[0]["chain"])


def exchange_two_opaque_chains(record: Record, chance: random.Random) -> list[str]:
    """Where nothing can be read, nothing says where an event belongs."""
    one, other = _exchange(record, chance, type=None, canonical=None, salt=None)
    return named(one[0]["chain"], other[0]["chain"])


def duplicate_an_event(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    lines.insert(chance.randrange(len(lines)), dict(chance.choice(lines)))
    record.put(chain, lines)
    return named(chain)


def duplicate_an_event_and_recompute(record: Record, chance: random.Random) -> list[str]:
    """Another one than the next: that would only make the chain grow, which it may."""
    chain, lines = some_chain(record, chance, at_least=2)
    place, other = chance.sample(range(len(lines)), 2)
    lines.insert(place, dict(lines[other]))
    rehash(lines, place)
    record.put(chain, lines)
    return named(chain)


def move_the_boundary_of_salt_and_content(record: Record, chance: random.Random) -> list[str]:
    """The bytes that are hashed stay the same."""
    chain, lines = some_chain(record, chance)
    line = chance.choice(lines)
    both = base64.b64decode(line["salt"]) + base64.b64decode(line["canonical"])
    boundary = chance.choice([size for size in range(33) if size != SALT])
    line["salt"], line["canonical"] = (base64.b64encode(part).decode() for part in (both[:boundary], both[boundary:]))
    return named(chain)


def salt_anew_and_recompute(record: Record, chance: random.Random) -> list[str]:
    chain, lines = some_chain(record, chance)
    place = chance.randrange(len(lines))
    lines[place]["salt"] = base64.b64encode(chance.randbytes(16)).decode()
    rehash(lines, place)
    return named(chain)


def hide_and_forge(record: Record, chance: random.Random) -> list[str]:
    """An event becomes opaque, and its leaf one of nothing, with every link made right."""
    chain, lines = some_chain(record, chance)
    place = chance.randrange(len(lines))
    lines[place] |= {"type": None, "canonical": None, "salt": None, "leaf": chance.randbytes(32).hex()}
    rehash(lines, place)
    return named(chain)


def say_of_what_type_the_hidden_is(record: Record, chance: random.Random) -> list[str]:
    """What is opaque says nothing of its type, since nothing would bind that."""
    chain, lines = some_chain(record, chance)
    chance.choice(lines).update(type="report_published", canonical=None, salt=None)
    return named(chain)


def replay_an_older_export(record: Record, chance: random.Random) -> list[str]:
    """Of all chains, or of some."""
    before = {chain: [line for line in record.older if line["chain"] == chain] for chain in record.chains}
    grown = [chain for chain in record.chains if len(before[chain]) < len(record.of(chain))]
    chosen = chance.sample(grown, chance.randint(1, len(grown)))
    for chain in chosen:
        record.put(chain, before[chain])
    return named(*chosen)


def _forked(record: Record, chance: random.Random) -> str:
    chain, lines = some_chain(record, chance)
    place = chance.randrange(len(lines))
    say(lines[place], data={"forged": chance.random()})
    rehash(lines, place)
    return chain


def _restate(record: Record, number: int, key: SigningKey, **change: Any) -> None:
    """A checkpoint anew, over the heads as they are now, signed by a key."""
    heads = [
        {"chain": chain, "position": len(lines), "link": lines[-1]["link"]}
        for chain in record.chains
        for lines in [record.of(chain)]
    ]
    record.checkpoints[number] = key.signed(record.checkpoints[number]["statement"] | {"heads": heads} | change)


def sign_a_checkpoint_over_a_fork_by_another_key(record: Record, chance: random.Random) -> list[str]:
    _forked(record, chance)
    _restate(record, 1, ANOTHER)
    return ["checkpoint 2: signed by another key"]


def claim_that_another_key_was_the_right_one(record: Record, chance: random.Random) -> list[str]:
    """Another key's signature under the name of the right one."""
    _forked(record, chance)
    _restate(record, 1, ANOTHER)
    record.checkpoints[1]["public_key"] = OURS.public
    return ["checkpoint 2: the signature is not right"]


def sign_a_checkpoint_over_a_fork_by_the_right_key(record: Record, chance: random.Random) -> list[str]:
    """The operator's own key; the outsider kept the older checkpoint, which covers the forked event."""
    head = chance.choice([one for one in record.checkpoints[0]["statement"]["heads"] if one["position"]])
    lines = record.of(head["chain"])
    place = chance.randrange(head["position"])
    say(lines[place], data={"forged": chance.random()})
    rehash(lines, place)
    _restate(record, 1, OURS)
    return [f"checkpoint 1: chain {head['chain']} was another"]


def sign_a_checkpoint_that_follows_another_one(record: Record, chance: random.Random) -> list[str]:
    _restate(record, 1, OURS, before=chance.randbytes(32).hex())
    return ["checkpoint 2: does not follow 1"]


def alter_a_head_of_a_checkpoint(record: Record, chance: random.Random) -> list[str]:
    number = chance.randrange(2)
    head = chance.choice(record.checkpoints[number]["statement"]["heads"])
    if chance.random() < 0.5:
        head["position"] = max(0, head["position"] + chance.choice([-1, 1]))
    head["link"] = flipped(bytes.fromhex(head["link"]), chance).hex()
    return [f"checkpoint {number + 1}: the signature is not right"]


def leave_a_chain_out_of_a_checkpoint_and_drop_it(record: Record, chance: random.Random) -> list[str]:
    heads = record.checkpoints[1]["statement"]["heads"]
    gone = heads.pop(chance.randrange(len(heads)))
    record.put(gone["chain"], [])
    return ["checkpoint 2: the signature is not right"]


def date_a_checkpoint_otherwise(record: Record, chance: random.Random) -> list[str]:
    number = chance.randrange(2)
    record.checkpoints[number]["statement"]["at"] = f"2026-01-01T00:00:00.{chance.randrange(10**6):06}Z"
    return [f"checkpoint {number + 1}: the signature is not right"]


def flip_a_bit_of_a_signature(record: Record, chance: random.Random) -> list[str]:
    one = chance.choice([*record.checkpoints, *record.receipts])
    one["signature"] = base64.b64encode(flipped(base64.b64decode(one["signature"]), chance)).decode()
    statement = one["statement"]
    return [f"{statement['kind']} {statement.get('number', statement.get('position'))}: the signature is not right"]


def alter_the_position_of_a_receipt(record: Record, chance: random.Random) -> list[str]:
    told = record.receipts[0]["statement"]
    told["position"] += chance.choice([-1, 1, 2])
    return [f"receipt {told['position']}: the signature is not right"]


def alter_the_leaf_of_a_receipt(record: Record, chance: random.Random) -> list[str]:
    told = record.receipts[0]["statement"]
    told["leaf"] = flipped(bytes.fromhex(told["leaf"]), chance).hex()
    name = f"receipt {told['position']}:"
    return [f"{name} the signature is not right", f"{name} chain {told['chain']} does not hold it"]


def alter_the_data_of_a_receipt(record: Record, chance: random.Random) -> list[str]:
    told = record.receipts[0]["statement"]
    told["data"] = {"forged": chance.random()}
    return [f"receipt {told['position']}: the signature is not right"]


def sign_a_receipt_by_another_key(record: Record, chance: random.Random) -> list[str]:
    told = record.receipts[0]["statement"]
    told["data"] = {"forged": chance.random()}
    record.receipts[0] = ANOTHER.signed(told)
    return [f"receipt {told['position']}: signed by another key"]


def forge_what_a_receipt_is_for(record: Record, chance: random.Random) -> list[str]:
    """With a checkpoint over it by the right key, before the outsider kept any: the receipt alone tells."""
    told = record.receipts[0]["statement"]
    lines = record.of(told["chain"])
    say(lines[told["position"] - 1], data={"forged": chance.random()})
    rehash(lines, told["position"] - 1)
    _restate(record, 1, OURS)
    del record.checkpoints[0]
    return [f"receipt {told['position']}: chain {told['chain']} does not hold it"]


ATTACKS: tuple[Attack, ...] = (
    flip_a_bit_of_the_content, flip_a_bit_of_the_salt, flip_a_bit_of_the_leaf, flip_a_bit_of_the_link,
    flip_a_bit_of_the_type, flip_a_bit_of_the_chain, flip_a_bit_of_the_position, flip_a_bit_of_how_a_value_is_written,
    leave_a_value_out,
    delete_an_event, delete_an_event_and_recompute, insert_an_event, insert_an_event_and_recompute,
    swap_two_events, swap_two_events_and_renumber, swap_two_events_and_recompute, swap_the_contents_of_two_events,
    renumber, truncate_the_tail, truncate_the_beginning_and_recompute, fork_from_a_point_and_recompute,
    replace_the_content, replace_the_content_and_recompute_its_own_hashes, backdate, backdate_and_recompute,
    name_another_actor_and_recompute, move_an_event_to_another_chain, move_an_event_to_another_chain_and_recompute,
    drop_a_chain, begin_a_chain_anew, exchange_two_chains, exchange_two_chains_and_recompute,
    exchange_two_opaque_chains, duplicate_an_event, duplicate_an_event_and_recompute,
    move_the_boundary_of_salt_and_content, salt_anew_and_recompute, hide_and_forge, say_of_what_type_the_hidden_is,
    replay_an_older_export,
    sign_a_checkpoint_over_a_fork_by_another_key, claim_that_another_key_was_the_right_one,
    sign_a_checkpoint_over_a_fork_by_the_right_key, sign_a_checkpoint_that_follows_another_one,
    alter_a_head_of_a_checkpoint, leave_a_chain_out_of_a_checkpoint_and_drop_it, date_a_checkpoint_otherwise,
    flip_a_bit_of_a_signature, alter_the_position_of_a_receipt, alter_the_leaf_of_a_receipt,
    alter_the_data_of_a_receipt, sign_a_receipt_by_another_key, forge_what_a_receipt_is_for,
)  # fmt: skip
