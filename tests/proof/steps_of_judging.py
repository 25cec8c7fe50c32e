"""What is tried by those who judge (findings, hand-ins, conclusions, voices), and what the model makes of it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tests.proof.model import Person
from tests.proof.road_as_read import COORDINATOR, EXPERT, RATINGS, UNITS
from tests.proof.steps import Play, Step, step

from mem.assessments.rules import Citation, Judgement, Spoken
from mem.assessments.service import conclude, find, hand_in
from mem.assessments.voices import speak


def _own(play: Play, one: UUID, who: Person) -> UUID | None:
    """The voice with which somebody speaks."""
    found = play.model.of("assignment", evaluation_id=one, person_id=who.id, ended_at=None)
    return found[0][0][0] if found else None


def find_some(play: Play, one: UUID, who: Person | None = None) -> Step:
    """Findings of one's own voice: on judged units, on the scale, on the newest version, until handed in."""
    model, forced = play.model, who is not None
    who = who or play.often(play.judge(one), play.anybody())
    voice, refusal = _own(play, one, who), model.against_edit(who.id, "findings", one)
    units = model.rated() if forced else [play.chance.choice(UNITS)]
    rating = play.often(play.chance.choice([*RATINGS]), "splendid", 1.0 if forced else 0.9)
    newest, cited = model.newest("finding_version", voice), model.newest("answer_version", one)
    stale = not forced and play.chance.random() < 0.15
    citation = Citation(*(next(iter(cited.items()), ("is_1_1", 1))))
    said = [Judgement(unit, {"en": "Found."}, rating, [citation], newest.get(unit, 0) + stale) for unit in units]
    if refusal is None:
        refusal = _refused_judgement(play, said, bool(cited))
        if voice is None:
            refusal = "not_allowed"
        elif model.rows["assignment"][(voice,)]["handed_in_at"] is not None:
            refusal = "handed_in"
        refusal = refusal or ("stale" if stale else None)

    def then(_: Any) -> None:
        assert voice is not None
        for each in said:
            row = {"evaluation_id": one, "rating": rating, "by": who.id, "at": model.now}
            model.put("finding_version", (voice, each.unit, each.base + 1), **row)
        model.said(one, "findings_written", who.id, voice=model.rows["assignment"][(voice,)]["expert_state"])

    return step("write findings", who, lambda work, actor: find(work, actor, one, said), refusal, then)


def _refused_judgement(play: Play, said: list[Judgement], cited: bool) -> str | None:
    units = play.model.rated()
    wrong = not cited or any(each.unit not in units or each.rating not in RATINGS for each in said)
    return "judgement_refused" if wrong else None


def hand_in_one(play: Play, one: UUID, who: Person | None = None) -> Step:
    """An assessment is declared complete: once, and when there is a finding on every judged unit."""
    model = play.model
    who = who or play.often(play.judge(one), play.anybody())
    voice, refusal = _own(play, one, who), model.against_edit(who.id, "findings", one)
    if refusal is None and voice is None:
        refusal = "not_allowed"
    elif refusal is None and voice is not None:
        if model.rows["assignment"][(voice,)]["handed_in_at"] is not None:
            refusal = "handed_in"
        elif not set(model.rated()) <= set(model.newest("finding_version", voice)):
            refusal = "not_complete"

    def then(_: Any) -> None:
        assert voice is not None
        row = model.rows["assignment"][(voice,)]
        row["handed_in_at"] = model.now
        model.said(one, "assessment_handed_in", who.id, voice=row["expert_state"])

    return step("hand in", who, lambda work, actor: hand_in(work, actor, one), refusal, then)


def conclude_some(play: Play, one: UUID, forced: bool = False) -> Step:
    """Conclusions of all: a low rating needs a recommendation."""
    model = play.model
    judges = play.someone(COORDINATOR, other_than=model.state(one))
    who = judges if forced else play.often(play.someone(EXPERT, COORDINATOR), play.anybody())
    newest, cited = model.newest("conclusion_version", one), model.newest("answer_version", one)
    units = (
        [unit for unit in model.rated() if unit not in newest] or model.rated()
        if forced
        else [play.chance.choice(UNITS)]
    )
    rating = play.often(play.chance.choice([*RATINGS]), "splendid", 1.0 if forced else 0.9)
    stale = not forced and play.chance.random() < 0.15
    advice: Mapping[str, str] | None = (
        {"en": "Adopt."} if RATINGS.get(rating) and (forced or play.chance.random() < 0.7) else None
    )
    citation = Citation(*(next(iter(cited.items()), ("is_1_1", 1))))
    said = [
        Judgement(unit, {"en": "So."}, rating, [citation], newest.get(unit, 0) + stale, recommendation=advice)
        for unit in units
    ]
    refusal = model.against_edit(who.id, "conclusions", one) or _refused_judgement(play, said, bool(cited))
    if refusal is None and RATINGS.get(rating) and advice is None:
        refusal = "judgement_refused"
    refusal = refusal or ("stale" if stale else None)

    def then(_: Any) -> None:
        for each in said:
            row = {"rating": rating, "recommendation": advice, "by": who.id, "at": model.now}
            model.put("conclusion_version", (one, each.unit, each.base + 1), **row)
        model.said(one, "conclusions_written", who.id)

    return step("conclude", who, lambda work, actor: conclude(work, actor, one, said), refusal, then)


def speak_one(play: Play, one: UUID, who: Person | None = None) -> Step:
    """A voice agrees or dissents: to a conclusion as it stands, once."""
    model, forced = play.model, who is not None
    who = who or play.often(play.judge(one), play.anybody())
    newest, voice = model.newest("conclusion_version", one), _own(play, one, who)
    mine = [unit for unit, version in newest.items() if (voice, unit, version) not in model.rows["stance"]]
    units = mine if forced else [play.chance.choice(UNITS)]
    behind = not forced and play.chance.random() < 0.15
    dissent = play.often(None, {"en": "Not so."}, 0.7)
    said = [Spoken(unit, newest.get(unit, 1) - behind, dissent) for unit in units]
    refusal = model.against_edit(who.id, "conclusions", one)
    if refusal is None:
        if voice is None:
            refusal = "not_allowed"
        elif any(unit not in newest or (unit not in mine and not behind) for unit in units):
            refusal = "not_spoken"
        elif behind:
            refusal = "stale"

    def then(_: Any) -> None:
        assert voice is not None
        for each in said:
            row = {"agrees": dissent is None, "text": dissent, "by": who.id, "at": model.now}
            model.put("stance", (voice, each.unit, each.version), evaluation_id=one, **row)
        if said:
            model.said(one, "voice_spoke", who.id, voice=model.rows["assignment"][(voice,)]["expert_state"])

    return step("speak", who, lambda work, actor: speak(work, actor, one, said), refusal, then)
