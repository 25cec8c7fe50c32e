"""How does a world full of secrets go on from the review to a published report?

Of the findings, conclusions, comments and responses some are made anew several times; where the evaluation stays in a
stage, what is done there is done in part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

from tests.proof.seeded import words
from tests.proof.twins import DAY, Twin, answered, assigned, called, issued, named, not_participating, submitted
from tests.worlds import World

from mem.assessments.rules import Judgement, Spoken
from mem.assessments.service import conclude, concluded, find, hand_in
from mem.assessments.voices import speak
from mem.people.policy import Actor
from mem.reports.comments import NewComment, NewResponse, comment, listed, respond

ACCEPTED = (("IS-1.1/finding", "paragraph"), ("IS-1.2/rating", "rating"))
"""Comments that are made whatever is secret, and accepted: what they change becomes public."""
RATINGS = ("completed", "mostly_completed", "partially_completed", "started", "not_started", "not_applicable")
FIRST = "CHL"


def to(made: Twin, stage: str) -> None:
    """Bring a new world's evaluation to a stage."""
    if stage in ("enrolled", "withdrawn"):
        called(made)
        if stage == "withdrawn":
            not_participating(made)
        return
    named(made)
    issued(made)
    if stage == "not_participating":
        not_participating(made)
        return
    steps: Sequence[tuple[str, Callable[[Twin, bool], None], Callable[[Twin], object]]] = (
        ("answering", answered, submitted),
        ("compilation", lambda one, _: assigned(one), _moved("secretariat", "open_review", "review")),
        ("review", found, _moved("coordinator", "open_consolidation", "consolidation")),
        ("consolidation", judged, _moved("coordinator", "send_draft", "country_comment")),
        ("country_comment", commented, _moved("entity", "return_comments", "revision")),
        ("revision", responded, _moved("coordinator", "finalise", "before_commission")),
        ("before_commission", _nothing, approved),
        ("approved", _nothing, published),
    )
    for name, work, move in steps:
        work(made, name == stage)
        if name == stage:
            return
        move(made)


def _moved(by: str, trigger: str, into: str) -> Callable[[Twin], object]:
    return lambda made: made.at(trigger, DAY[into]).fire(getattr(made.world, by), trigger)


def _nothing(made: Twin, stays: bool) -> None: ...


def approved(made: Twin) -> None:
    here = made.at("approve", DAY["approved"])
    here.fire(here.commission, "approve", occasion=made.session)


def published(made: Twin) -> None:
    here = made.at("publish", DAY["published"])
    here.both(here.secretariat, here.deputy, "publish")


def _judgements(here: World, draw: Random, plain: bool) -> list[Judgement]:
    """A judgement on each unit. `plain`: with a rating that demands no recommendation."""
    return [
        Judgement(unit, {"en": words(draw)}, draw.choice(RATINGS[:3] if plain else RATINGS), draw.sample(cited, 1), 0)
        for unit, cited in here.citations().items()
    ]


def found(made: Twin, stays: bool) -> None:
    """Chile's expert writes first and hands in, or lacks one unit where the review goes on; then the others."""
    for state in (FIRST, *made.others):
        first = state == FIRST
        here = made.at(f"findings of {state}", DAY["review"] + 0.1)
        draw = made.seeded.draw("findings" if first else "other findings", state)
        writing = made.seeded.draw("writing" if first else "other writing", state)
        by, judgements = _expert(made, state), _judgements(here, draw, plain=False)
        whole = writing.random() < 0.5 or not stays
        for base in range(writing.randint(1, 2)):
            at = timedelta(days=0 if first else writing.uniform(0, 0.3) + base / 3)
            anew = [replace(one, base=base, text={"en": words(draw)}) for one in judgements]
            written = here.within(replace(here.work, now=here.work.now + at))
            find(written.by(by), by, here.id, anew if whole else anew[1:])
        if whole:
            late = made.at(f"hand in of {state}", DAY["review"] + (0.8 if first else writing.uniform(0.75, 0.9)))
            hand_in(late.by(by), by, late.id)


def judged(made: Twin, stays: bool) -> None:
    """Conclusions, some written anew, and what each voice says to them."""
    draw, writing = made.seeded.draw("conclusions"), made.seeded.draw("concluding")
    by = made.world.coordinator
    for base in range(writing.randint(1, 2)):
        here = made.at(f"conclusions {base}", DAY["consolidation"] + 0.1 + base / 4 + writing.uniform(0, 0.2))
        conclusions = [replace(_recommended(one, draw), base=base) for one in _judgements(here, draw, plain=False)]
        if stays:
            conclusions = conclusions[: made.seeded.draw("conclusions").randint(1, len(conclusions))]
        conclude(here.by(by), by, here.id, conclusions)
    for number, state in enumerate((FIRST, *made.others)):
        if not stays or writing.random() < 0.6:
            here = made.at(f"stances of {state}", DAY["consolidation"] + 0.7 + number / 100 + writing.uniform(0, 0.005))
            _spoken(made, here, state)


def _recommended(one: Judgement, draw: Random) -> Judgement:
    demanded = one.rating in RATINGS[3:5]
    return replace(one, recommendation={"en": words(draw)}) if demanded or draw.random() < 0.2 else one


def _spoken(made: Twin, here: World, state: str) -> None:
    """On some units one voice dissents: which of them is a secret of its own, kept longer than what it says."""
    draw, who, by = made.seeded.draw("stances"), made.seeded.draw("dissenter"), _expert(made, state)
    said = []
    for unit, row in sorted(concluded(here.work, here.id).items()):
        text, one = {"en": words(draw)} if draw.random() < 0.5 else None, who.choice((FIRST, *made.others))
        said.append(Spoken(unit, row.version, text if one == state else None))
    speak(here.by(by), by, here.id, said)


def _expert(made: Twin, state: str) -> Actor:
    return made.world.experts.get(state) or made.actors["p"]


def commented(made: Twin, stays: bool) -> None:
    if stays and made.seeded.draw("commenting").random() < 0.4:
        return
    here = made.at("comments", made.moment("commenting", "country_comment"))
    draw, by = made.seeded.draw("comments"), here.entity
    more = [(f"IS-1.{draw.choice('1234')}/finding", "paragraph")] * draw.randint(0, 4)
    comment(here.by(by), by, here.id, [NewComment(key, about, words(draw)) for key, about in (*ACCEPTED, *more)])


def responded(made: Twin, stays: bool) -> None:
    """Those that are accepted change the next version; the others change nothing."""
    if stays and made.seeded.draw("responding").random() < 0.4:
        return
    here = made.at("responses", made.moment("responding", "revision"))
    by, changed, said = here.experts[FIRST], made.seeded.draw("changes"), made.seeded.draw("responses")
    first, second, *rest = (row.id for row in listed(here.work, here.id))
    changes = [
        NewResponse(first, "accepted", words(said), changed_text={"en": words(changed)}),
        NewResponse(second, "partly_accepted", words(said), changed_rating=changed.choice(RATINGS[:3])),
    ]
    refused: list[UUID] = rest[: said.randint(0, len(rest))] if stays else rest
    kept = [NewResponse(one, "not_accepted", words(said)) for one in refused]
    respond(here.by(by), by, here.id, [*changes, *kept])
