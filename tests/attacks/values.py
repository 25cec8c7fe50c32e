"""What can be changed of a single event?"""

from __future__ import annotations

import base64
import random
from uuid import UUID

from tests.attacks.record import Attack, Record, flipped, named, rehash, say, some_chain

from mem.verify import SALT


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


VALUES: tuple[Attack, ...] = (
    flip_a_bit_of_the_content,
    flip_a_bit_of_the_salt,
    flip_a_bit_of_the_leaf,
    flip_a_bit_of_the_link,
    flip_a_bit_of_the_type,
    flip_a_bit_of_the_chain,
    flip_a_bit_of_how_a_value_is_written,
    flip_a_bit_of_the_position,
    leave_a_value_out,
    replace_the_content,
    replace_the_content_and_recompute_its_own_hashes,
    backdate,
    backdate_and_recompute,
    name_another_actor_and_recompute,
    move_the_boundary_of_salt_and_content,
    salt_anew_and_recompute,
    hide_and_forge,
    say_of_what_type_the_hidden_is,
)
