"""What is tried on an evaluation, allowed and refused, and what the model makes of it?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.proof.road_as_read import COORDINATOR, EXPERT, MINISTRY, NCE, QUESTIONS, UNIT, UNITS
from tests.proof.steps import Play, Step, step

from mem.answers.service import NewAnswer, give
from mem.core.work import Work
from mem.evidence.service import NewLink, attach_links
from mem.people.policy import Actor
from mem.reports.comments import NewComment, NewResponse, comment, respond
from mem.rounds.experts import assign, end, substitute

URL, ELSEWHERE = "https://example.org/strategy", UUID(int=7)


def give_some(play: Play, one: UUID, everything: bool = False) -> Step:
    """Answers, or reasons why a question does not apply; on the newest version or on one that is not."""
    model, state = play.model, play.model.state(one)
    who = (
        play.someone(NCE, MINISTRY, state=state)
        if everything
        else play.often(play.someone(NCE, MINISTRY, state=state), play.anybody())
    )
    newest = model.newest("answer_version", one)
    keys = model.missing(one) or ["is_1_2"] if everything else play.chance.sample([*QUESTIONS, "no_such"], 2)
    stale = not everything and play.chance.random() < 0.15
    given = []
    for key in keys:
        value = QUESTIONS.get(key, ("", None, True))[2]
        if key == "is_1_1":
            value = play.often(True, False)
        refused = not everything and play.chance.random() < 0.15
        given.append(NewAnswer(key, None if refused else value, "No." if refused else None, newest.get(key, 0) + stale))
    refusal = model.against_edit(who.id, "answers", one)
    if refusal is None and "no_such" in keys:
        refusal = "answer_refused"
    if refusal is None and stale:
        refusal = "stale"

    def then(_: Any) -> None:
        said = [{"question": each.question, "version": each.base + 1, "value": each.value} for each in given]
        for each in given:
            row = {"value": each.value, "not_applicable": each.not_applicable, "by": who.id, "at": model.now}
            model.put("answer_version", (one, each.question, each.base + 1), **row)
        model.said(one, "answers_given", who.id, answers=said)

    return step("give answers", who, lambda work, actor: give(work, actor, one, given), refusal, then)


def attach_one(play: Play, one: UUID) -> Step:
    """A link, as evidence for a unit of the plan."""
    model, unit = play.model, play.often(play.chance.choice(UNITS), "ZZ-9", 0.9)
    who = play.often(play.someone(NCE, MINISTRY, state=model.state(one)), play.anybody())
    refusal = model.against_edit(who.id, "evidence", one) or (None if unit in UNITS else "evidence_refused")

    def then(made: Any) -> None:
        row = {"kind": "link", "title": "A link", "url": URL, "by": who.id, "at": model.now}
        model.put("evidence", (made[0],), evaluation_id=one, **row)
        model.put("evidence_unit", (made[0], unit))
        model.said(one, "evidence_attached", who.id)

    def act(work: Work, actor: Actor) -> Any:
        return attach_links(work, actor, one, [NewLink("A link", URL, [unit])])

    return step("attach evidence", who, act, refusal, then)


def assign_one(play: Play, one: UUID, wanted: UUID | None = None) -> Step:
    """An expert gets the voice of the own state: never on that state, and one voice a state."""
    model, who = play.model, play.someone(UNIT) if wanted else play.often(play.someone(UNIT), play.anybody())
    named = [key[0] for key in model.rows["designation"]]
    designation = wanted or play.often(play.chance.choice(named or [ELSEWHERE]), ELSEWHERE, 0.95)
    found = model.rows["designation"].get((designation,))
    refusal = model.against_edit(who.id, "assignments", one)
    if refusal is None and found is None:
        refusal = "not_assigned"
    elif refusal is None and found is not None:
        away = model.kept_away(found["person_id"], model.state(one))
        if found["state"] == model.state(one):
            refusal = "own_country"
        elif away:
            refusal = away
        elif found["state"] in model.voices(one):
            refusal = "one_voice"

    def then(made: Any) -> None:
        assert found is not None
        row = {"evaluation_state": model.state(one), "expert_state": found["state"], "person_id": found["person_id"]}
        more = {"evaluation_id": one, "designation_id": designation, "at": model.now}
        model.put("assignment", (made[0],), **row, **more, handed_in_at=None, ended_at=None)
        told = {"assignments": [str(made[0])], "designations": [str(designation)]}
        model.said(one, "experts_assigned", who.id, **told)

    return step("assign", who, lambda work, actor: assign(work, actor, one, [designation]), refusal, then)


def pass_on(play: Play, one: UUID) -> Step:
    """A voice passes to another expert of its state, and to nobody else."""
    model, who = play.model, play.often(play.someone(UNIT), play.anybody())
    voices, named = [*model.of("assignment", evaluation_id=one)], [*model.rows["designation"]]
    voice = play.chance.choice(voices)[0][0] if voices else ELSEWHERE
    designation = play.chance.choice(named)[0] if named else ELSEWHERE
    row, found = model.rows["assignment"].get((voice,)), model.rows["designation"].get((designation,))
    refusal = model.against_edit(who.id, "assignments", one)
    if refusal is None:
        if row is None or row["ended_at"] is not None:
            refusal = "not_found"
        elif found is None:
            refusal = "not_assigned"
        elif found["state"] == model.state(one):
            refusal = "own_country"
        elif away := model.kept_away(found["person_id"], model.state(one)):
            refusal = away
        elif found["state"] != row["expert_state"] or found["person_id"] == row["person_id"]:
            refusal = "not_substituted"

    def then(_: Any) -> None:
        assert row is not None
        assert found is not None
        told = {"from": str(row["person_id"]), "to": str(found["person_id"]), "designation": str(designation)}
        row.update(designation_id=designation, person_id=found["person_id"], at=model.now)
        model.said(one, "voice_passed", who.id, voice=row["expert_state"], reason="Ill.", **told)

    def act(work: Work, actor: Actor) -> Any:
        return substitute(work, actor, one, voice, designation, "Ill.")

    return step("pass a voice on", who, act, refusal, then)


def end_voice(play: Play, one: UUID, wanted: UUID | None = None) -> Step:
    model, who = play.model, play.often(play.someone(UNIT), play.anybody())
    voices = [*model.of("assignment", evaluation_id=one)]
    voice = wanted or (play.chance.choice(voices)[0][0] if voices else ELSEWHERE)
    row = model.rows["assignment"].get((voice,))
    refusal = model.against_edit(who.id, "assignments", one)
    if refusal is None and (row is None or row["ended_at"] is not None):
        refusal = "not_found"

    def then(_: Any) -> None:
        assert row is not None
        row["ended_at"] = model.now
        told = {"voice": row["expert_state"], "person": str(row["person_id"]), "reason": "Ill."}
        model.said(one, "voice_ended", who.id, **told)

    return step("end a voice", who, lambda work, actor: end(work, actor, one, voice, "Ill."), refusal, then)


def comment_one(play: Play, one: UUID) -> Step:
    """The country says what it sees otherwise, on a paragraph that is there."""
    model, unit = play.model, play.chance.choice(UNITS)
    who = play.often(play.someone(NCE, state=model.state(one)), play.anybody())
    refusal = model.against_edit(who.id, "comments", one)
    if refusal is None and unit not in model.rated():
        refusal = "comment_refused"

    def then(made: Any) -> None:
        number = 1 + len(model.of("comment", evaluation_id=one))
        version = len(model.of("report_version", evaluation_id=one))
        row = {"report_version": version, "paragraph": f"{unit}/finding", "about": "paragraph", "text": "No."}
        model.put("comment", (made[0],), evaluation_id=one, number=number, **row, by=who.id, at=model.now)
        model.said(one, "comments_made", who.id, version=version)

    def act(work: Work, actor: Actor) -> Any:
        return comment(work, actor, one, [NewComment(f"{unit}/finding", "paragraph", "No.")])

    return step("comment", who, act, refusal, then)


def respond_one(play: Play, one: UUID, forced: bool = False) -> Step:
    """A comment is answered once; what is accepted changes something, what is not changes nothing."""
    model = play.model
    judge = play.someone(COORDINATOR, other_than=model.state(one))
    who = judge if forced else play.often(play.someone(EXPERT, COORDINATOR), play.anybody())
    waiting, every = model.open_comments(one), [key[0] for key, _ in model.of("comment", evaluation_id=one)]
    about = (
        (waiting or every or [ELSEWHERE])[0]
        if forced or play.chance.random() < 0.6
        else play.chance.choice([*every, ELSEWHERE])
    )
    disposition = play.chance.choice(("accepted", "partly_accepted", "not_accepted"))
    changes = (disposition != "not_accepted") != (not forced and play.chance.random() < 0.15)
    refusal = model.against_edit(who.id, "responses", one)
    if refusal is None:
        if about not in every or changes != (disposition != "not_accepted"):
            refusal = "response_refused"
        elif about not in waiting:
            refusal = "already_answered"

    def then(_: Any) -> None:
        row = {"disposition": disposition, "reason": "So.", "by": who.id, "at": model.now}
        model.put("response", (about,), **row)
        model.said(one, "comments_answered", who.id)

    said = NewResponse(about, disposition, "So.", changed_text={"en": "Better."} if changes else None)
    return step("answer a comment", who, lambda work, actor: respond(work, actor, one, [said]), refusal, then)
