"""How can whole chains, or the places of events among them, be changed?"""

from __future__ import annotations

import random

from tests.attacks.record import Attack, Line, Record, named, rehash, say, some_chain


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


def replay_an_older_export(record: Record, chance: random.Random) -> list[str]:
    """Of all chains, or of some."""
    before = {chain: [line for line in record.older if line["chain"] == chain] for chain in record.chains}
    grown = [chain for chain in record.chains if len(before[chain]) < len(record.of(chain))]
    chosen = chance.sample(grown, chance.randint(1, len(grown)))
    for chain in chosen:
        record.put(chain, before[chain])
    return named(*chosen)


CHAINS: tuple[Attack, ...] = (
    move_an_event_to_another_chain,
    move_an_event_to_another_chain_and_recompute,
    drop_a_chain,
    begin_a_chain_anew,
    exchange_two_chains,
    exchange_two_chains_and_recompute,
    exchange_two_opaque_chains,
    replay_an_older_export,
)
