"""Does an observer learn anything of what may not show to them? (T04)

Two worlds that differ in secrets alone are asked the same, request by request, by an observer to whom these must not
show, and every answer is compared: status, headers, order and bytes. Somebody to whom they may show looks as well:
who sees no difference either would say that there is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from tests.proof.catalogue import Ask, Tally
from tests.proof.pairs import Answer, Maker, Pair, Plan
from tests.proof.scripts import Asked, Scripts, compared
from tests.proof.secrets import NOBODY, STAGES, TOLD, hidden, kept_from
from tests.proof.twins import OBSERVERS

A_PAIR = 20
"""How many scripts are sent to a pair of worlds, where there are enough of them for some pairs."""
LONGEST = 30
AT_ONCE = 4
FIRST = (
    ("X", "review", "review"), ("E", "revision", "revision"), ("O", "consolidation", "consolidation"),
    ("e", "answering", "country_comment"), ("M", "country_comment", "country_comment"), ("K", "published", "published"),
)  # fmt: skip
OTHERS = (("JAM",), ("PER",), ("JAM", "PER"))


@dataclass
class Found:
    """What was done and seen."""

    tally: Tally = field(default_factory=Tally)
    pairs: int = 0
    requests: int = 0
    looked: int = 0
    saw: int = 0
    seen: set[str] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)


def differ(ask: Ask) -> Tally:
    """Send as many scripts as are asked for, `A_PAIR` to each pair of worlds."""
    maker, found, a_pair = Maker(ask), Found(), min(A_PAIR, max(1, ask.runs // 6))
    with asyncio.Runner() as runner:
        for plan in plans(ask.seed):
            left = ask.runs - found.tally.runs
            if left <= 0:
                break
            with maker.pair(plan) as pair:
                runner.run(tried(pair, plan, ask.seed, min(left, a_pair), maker, found))
    tally = found.tally
    if found.looked and not found.saw:
        tally.failures.append("nobody who may see a secret saw a difference: the worlds are alike")
    unseen = sorted(TOLD.keys() - found.seen)
    tally.detail = {
        "requests": found.requests, "pairs": found.pairs,
        "looked and saw a difference": f"{found.saw} of {found.looked}",
        "secrets not seen alone": ", ".join(unseen) or "none",
        "statuses": " ".join(map(str, sorted(found.statuses))),
    }  # fmt: skip
    return tally


def plans(seed: int) -> Iterator[Plan]:
    """Pairs without end: some who must learn nothing of much, and then everybody in turn, in a stage and with secrets
    from the seed."""
    for number, (who, stage, elsewhere) in enumerate(FIRST, start=1):
        kept = tuple(one for one in hidden(who, stage) if one != "stage" or stage != elsewhere)
        yield Plan(number, who, (stage, elsewhere), kept, (OTHERS[0], OTHERS["voices" in kept]))
    number = len(FIRST)
    while True:
        draw = Random(f"{seed} plan {number}")
        who = OBSERVERS[(seed + number * 5) % len(OBSERVERS)]
        stage = draw.choice([stage for stage in STAGES if hidden(who, stage)])
        stages, secrets = (stage, stage), hidden(who, stage)
        if "stage" in secrets and (secrets == ["stage"] or draw.random() < 0.6):
            stages = (stage, draw.choice(kept_from(who, stage)))
        chosen = draw.sample(secrets, 1 if draw.random() < 0.4 else draw.randint(1, len(secrets)))
        if "stage" in secrets and stages[0] != stages[1]:
            chosen = ["stage", *(one for one in chosen if one != "stage")]
        others = draw.choice(OTHERS)
        number += 1
        yield Plan(number, who, stages, tuple(chosen), (others, draw.choice(OTHERS) if "voices" in chosen else others))


async def tried(pair: Pair, plan: Plan, seed: int, scripts: int, maker: Maker, found: Found) -> None:
    before = pair.all_stored()
    if before[0] == before[1]:
        return  # a draw that fell alike twice
    found.pairs += 1
    known = maker.known(pair)
    await shown(pair, plan, maker, known, found)
    token = pair.twins[0].tokens.get(plan.who)
    await swept(pair, plan, maker, known, found)
    for first in range(0, scripts, AT_ONCE):  # they change nothing, so some are sent at once
        numbers = range(first, min(first + AT_ONCE, scripts))
        each = [
            Scripts(plan.who, token, maker.operations, known, Random(f"{seed} {plan.number} {one}")) for one in numbers
        ]
        await asyncio.gather(*(sent(pair, plan, one, script, found) for script, one in zip(numbers, each, strict=True)))
    if pair.all_stored() != before:
        found.tally.failures.append(f"{plan}: something that was asked changed a world")


async def swept(pair: Pair, plan: Plan, maker: Maker, known: Mapping[str, list[str]], found: Found) -> None:
    """Ask once for everything that can be read of the evaluation and its round."""
    token = pair.twins[0].tokens.get(plan.who)
    for operation, verb, path in maker.operations:
        if verb == "get":
            names = {name: values[0] for name, values in known.items()}
            names |= {"round": names["code"], "cycle": "main"} if "/published/" in path else {}
            asked = Asked(
                operation, "GET", path.format_map(names), {"authorization": f"Bearer {token}"} if token else {}
            )
            answers = await pair.both(asked)
            found.requests += 2
            if compared(asked, *answers[0]) != compared(asked, *answers[1]):
                found.tally.failures.append(said(plan, 0, 0, asked, answers))


async def sent(pair: Pair, plan: Plan, one: Scripts, script: int, found: Found) -> None:
    """Send one script, up to the first answer that differs."""
    found.tally.runs += 1
    for turn in range(one.draw.randint(1, one.draw.randint(1, LONGEST))):
        asked = one.next()
        answers = await pair.both(asked)
        found.requests += 2
        found.statuses.add(answers[0][0])
        if compared(asked, *answers[0]) != compared(asked, *answers[1]) or answers[0][0] >= 500:
            found.tally.failures.append(said(plan, script, turn, asked, answers))
            return
        one.learnt(asked, dict(answers[0][1]).get(b"etag", b"").decode() or None)


async def shown(pair: Pair, plan: Plan, maker: Maker, known: Mapping[str, list[str]], found: Found) -> None:
    """Let somebody look to whom one of the secrets shows, if there is one: the control."""
    told = next((cell for one in plan.secrets if (cell := TOLD[one][plan.stages[0]]) not in NOBODY), None)
    alone = len(plan.secrets) == 1 and not {*plan.secrets} <= found.seen
    if told is None or (found.saw and not alone):
        return  # somebody has looked
    found.looked += 1
    differing = 0
    for operation, verb, path in maker.operations:
        if verb == "get" and "{evaluation}" in path:
            url = path.format(evaluation=known["evaluation"][0], question="is_1_1")
            token = pair.twins[0].tokens[told[0]]
            asked = Asked(operation, "GET", url, {"authorization": f"Bearer {token}"})
            one, other = await pair.both(asked)
            differing += compared(asked, *one) != compared(asked, *other)
    found.saw += differing > 0
    if differing and alone:
        found.seen |= {*plan.secrets}


def said(plan: Plan, script: int, turn: int, asked: Asked, answers: tuple[Answer, Answer]) -> str:
    (status, headers, body), (status_2, headers_2, body_2) = answers
    start = next((i for i, (a, b) in enumerate(zip(body, body_2, strict=False)) if a != b), 0)
    telling = [
        f"{name.decode()} {value.decode()} / {other.decode()}"
        for (name, value), (_, other) in zip(headers, headers_2, strict=False) if value != other
    ]  # fmt: skip
    shown = f"{body[max(0, start - 60) : start + 60]!r} / {body_2[max(0, start - 60) : start + 60]!r}"
    what = f"{asked.verb} {asked.path} {asked.body.decode()[:300]}".strip()
    return f"{plan}, script {script}, request {turn}: {what}: {status} / {status_2} {'; '.join(telling)} {shown}"
