"""How can the events of a chain be other ones, fewer, more, or in another order?"""

from __future__ import annotations

import base64
import random
from uuid import UUID

from tests.attacks.record import Attack, Line, Record, named, rehash, say, some_chain


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


EVENTS: tuple[Attack, ...] = (
    delete_an_event,
    delete_an_event_and_recompute,
    insert_an_event,
    insert_an_event_and_recompute,
    swap_two_events,
    swap_two_events_and_renumber,
    swap_two_events_and_recompute,
    swap_the_contents_of_two_events,
    renumber,
    truncate_the_tail,
    truncate_the_beginning_and_recompute,
    fork_from_a_point_and_recompute,
    duplicate_an_event,
    duplicate_an_event_and_recompute,
)
