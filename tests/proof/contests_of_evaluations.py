"""What is contested on an evaluation? At each stage of its road, what eight racers want at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from tests.proof.contests import LOST, Arena, Race, Races
from tests.proof.contests_of_two import another_officer, by_two, finalised_or_reopened, lifting
from tests.worlds import CHANGED_TEXT, World

from mem.answers.service import NewAnswer, give, newest
from mem.assessments.rules import Judgement
from mem.assessments.service import conclude, concluded, find, findings, hand_in
from mem.assessments.voices import stances
from mem.people.policy import Actor
from mem.recommendations.service import issued
from mem.reports.comments import NewComment, NewResponse, comment, listed, respond
from mem.rounds.experts import assign, assignments, end, substitute

ASKED = "is_1_1"
"""A question of yes or no that is always shown."""


def answering(at: Arena) -> Races:
    """Answers on one base, with and without a key; then the submission, at times against answers."""
    here, entity, ministry = at.here, at.here.entity, at.here.contributors["BRB"]
    if not newest(here.work, here.id, [ASKED]):
        yield at.race("answer all at once", [World.answer_all], LOST)
    yield at.race("answer on one base", [_answering(here, one) for one in (entity, ministry)], LOST)
    yield at.once("answer", ministry, _answering(here, ministry))
    submission = at.moves((entity, "submit_answers"))
    if at.chance.random() < 0.5:
        yield submission
        return
    late = _answering(here, ministry)
    acts, told = [*submission.acts[:4], late, late, late, late], frozenset({LOST, "not_allowed"})
    yield Race("submit, while others answer", acts, told, moves=here.id, rivals=4, ends="answers_submitted")


def compilation(at: Arena) -> Races:
    """The judging states are given their voices; then it goes on, or back."""
    here, unit = at.here, at.here.secretariat
    if not assignments(here.work, here.id):
        yield from lifting(at)
        yield at.race("assign", [lambda world: world.assign("CHL", "JAM")], "one_voice")
    yield at.moves((unit, "open_review"), (unit, "return_for_clarification"), reason="As it is.")


def review(at: Arena) -> Races:
    """A voice is passed on and back, ended and taken up; findings on one base; each assessment is handed in."""
    here, unit = at.here, at.here.secretariat
    voice = next(row.id for row in assignments(here.work, here.id) if row.expert_state == "CHL")
    own, other = here.designations["CHL"], at.second["CHL"]

    def passes(to: UUID, world: World) -> None:
        substitute(world.by(unit), unit, here.id, voice, to, "Ill.")

    for to in (other, own):
        yield at.race("pass a voice on", [partial(passes, to)], "not_substituted")
    yield at.race("end a voice", [lambda world: end(world.by(unit), unit, here.id, voice, "Ill.")], "not_found")
    yield at.race("take a voice up", [lambda world: assign(world.by(unit), unit, here.id, [own])], "one_voice")
    for row in assignments(here.work, here.id):
        if row.handed_in_at is None:
            expert = here.experts[row.expert_state]
            said = _on_top(here.findings(row.expert_state), _found(here, row.expert_state))
            yield at.race("find on one base", [partial(_finding, expert, said)], LOST)
            yield at.race("hand in", [partial(_handing_in, expert)], "handed_in")
    yield at.moves((here.coordinator, "open_consolidation"))


def consolidation(at: Arena) -> Races:
    """Conclusions on one base; each voice speaks once; then the draft goes out, or all goes back."""
    here = at.here
    newest_ones = {unit: row.version for unit, row in concluded(here.work, here.id).items()}
    said = _on_top(here.conclusions(), newest_ones)
    both = (here.coordinator, here.experts["JAM"])
    yield at.race("conclude on one base", [partial(_concluding, one, said) for one in both], LOST)
    for state in ("CHL", "JAM"):
        if any(state not in stances(here.work, here.id).get(unit, {}) for unit in here.units):
            speaks = partial(_speaking, state)
            yield at.race("speak to conclusions", [speaks], "not_spoken", "already_spoken")
    yield at.moves(
        (here.coordinator, "send_draft"),
        (here.coordinator, "return_to_review"),
        (here.secretariat, "return_to_review"),
        reason="Once more.",
    )


def country_comment(at: Arena) -> Races:
    """Eight comments at once all stand, each with a number; then the country is done, or its time has passed."""
    here, entity = at.here, at.here.entity
    says = [NewComment("IS-1.3/finding", "paragraph", "We see this otherwise.")]
    yield at.race("comment", [lambda world: comment(world.by(entity), entity, here.id, says)], winners=8)
    yield at.once("comment", entity, lambda world: [str(one) for one in comment(world.work, entity, here.id, says)])
    yield at.moves((entity, "return_comments"), (None, "deem_no_more_comments"))


def revision(at: Arena) -> Races:
    """Each comment is answered once; then the report is final, or what was concluded is opened again."""
    here = at.here
    for row in listed(here.work, here.id):
        if row.disposition is None:
            said = NewResponse(row.id, "partly_accepted", "In part.", changed_text=CHANGED_TEXT)
            both = (here.experts["JAM"], here.coordinator)
            answers = [partial(_responding, one, said) for one in both]
            yield at.race("answer a comment", answers, "already_answered")
    lot = at.chance.random()
    if lot < 0.5:
        yield finalised_or_reopened(at)
        return
    yield from by_two(at, "reopen_consolidation", [here.coordinator], [here.secretariat, here.deputy], lot < 0.75)


def before_commission(at: Arena) -> Races:
    """The Commission approves, or sends back: one session decides once."""
    here = at.here
    back = [(here.commission, "send_back")] * 3
    yield at.moves((here.commission, "approve"), *back, reason="As decided.", occasion=at.session())


def approved(at: Arena) -> Races:
    both = [at.here.secretariat, at.here.deputy]
    yield from by_two(at, "publish", both, [*both, another_officer(at)], at.chance.random() < 0.5)


def published(at: Arena) -> Races:
    """A recommendation goes its own road, round and round until it is closed."""
    here = at.here
    for row in issued(here.work, here.id):
        if row.stage == "issued":
            yield at.moves((here.entity, "report_progress"), position=row.id, reason="Done.")
        elif row.stage == "reported":
            yield at.moves((here.coordinator, "assess"), position=row.id, reason="Seen.")
        elif row.stage == "assessed":
            again = [(here.commission, "ask_again")] * 3
            closing = (here.commission, "approve_closing")
            yield at.moves(closing, *again, position=row.id, reason="More.", occasion=at.session())


EVALUATION: Mapping[str, Callable[[Arena], Races]] = {
    one.__name__: one
    for one in (
        answering, compilation, review, consolidation, country_comment, revision, before_commission, approved,
        published,
    )
}  # fmt: skip


def _answering(here: World, actor: Actor) -> Callable[[World], object]:
    base = newest(here.work, here.id, [ASKED]).get(ASKED, 0)
    return lambda world: [
        list(one) for one in give(world.by(actor), actor, here.id, [NewAnswer(ASKED, True, None, base)])
    ]


def _on_top(judged: Sequence[Judgement], versions: Mapping[str, int]) -> list[Judgement]:
    return [replace(one, base=versions.get(one.unit, 0)) for one in judged]


def _found(here: World, state: str) -> dict[str, int]:
    """The newest versions of what a state's voice has found."""
    expert = here.experts[state]
    return {row.unit: row.version for row in findings(here.by(expert), expert, here.id)}


def _finding(expert: Actor, said: Sequence[Judgement], world: World) -> None:
    find(world.by(expert), expert, world.id, said)


def _handing_in(expert: Actor, world: World) -> None:
    hand_in(world.by(expert), expert, world.id)


def _concluding(by: Actor, said: Sequence[Judgement], world: World) -> None:
    conclude(world.by(by), by, world.id, said)


def _speaking(state: str, world: World) -> None:
    world.speak(state)


def _responding(by: Actor, said: NewResponse, world: World) -> None:
    respond(world.by(by), by, world.id, [said])
