"""What can be changed of what was signed, with and without the key?"""

from __future__ import annotations

import base64
import random
from typing import Any

from tests.attacks.record import ANOTHER, OURS, Attack, Record, flipped, rehash, say, some_chain

from mem.ledger.keys import SigningKey


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


STATEMENTS: tuple[Attack, ...] = (
    sign_a_checkpoint_over_a_fork_by_another_key,
    claim_that_another_key_was_the_right_one,
    sign_a_checkpoint_over_a_fork_by_the_right_key,
    sign_a_checkpoint_that_follows_another_one,
    alter_a_head_of_a_checkpoint,
    leave_a_chain_out_of_a_checkpoint_and_drop_it,
    date_a_checkpoint_otherwise,
    flip_a_bit_of_a_signature,
    alter_the_position_of_a_receipt,
    alter_the_leaf_of_a_receipt,
    alter_the_data_of_a_receipt,
    sign_a_receipt_by_another_key,
    forge_what_a_receipt_is_for,
)
