"""Which commands are tried against each other? At each stage, all that somebody could want there, every two of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from sqlalchemy import select
from tests.proof import commands
from tests.proof.command_pairs_of_two import GROUNDS_OF_TWO
from tests.proof.commands import Command, Ground, designating, ending, firing, substituting
from tests.proof.grounds import all_but, at_stage, method, small
from tests.worlds import World, world

from mem.core.work import Work
from mem.people.models import Membership
from mem.people.service import add_person, end_role, grant_role, issue_token, revoke_token
from mem.reports.comments import respond
from mem.rounds.service import enrol, set_unit


def _one_unit(work: Work) -> World:
    """A round that judges one unit alone, which its cycle names."""
    return world(work, method(), "round", all_but(["IS-1.1"]))


def _preparation(here: World) -> Mapping[str, Command]:
    unit = here.secretariat

    def sets(evaluated: bool, at: World) -> None:
        set_unit(at.by(unit), unit, here.cycle, "IS-1.1", evaluated, None if evaluated else "Elsewhere.")

    return {
        "leave the last unit out": partial(sets, False),
        "take it in": partial(sets, True),
        "call for experts": firing(here, unit, "call_for_experts", here.round),
        "enrol": lambda at: enrol(at.by(unit), unit, here.cycle, ["ARG"]),
        "open another round": commands.open_another(here),
        "put a session on record": lambda at: at.session(),
    }


def _people(here: World) -> Mapping[str, Command]:
    """An officer with a token who may lose it, or the role; a person who is given roles that do not go together."""
    unit, work = here.secretariat, here.work
    officer, person = add_person(work, "Second officer"), add_person(work, "Somebody")
    role = grant_role(work, method(), officer, "mem_unit", None)
    token_id, token = issue_token(work, officer, "test", 30)

    def grants(which: str, at: World) -> UUID:
        return grant_role(at.by(unit), method(), person, which, "CHL")

    return {
        "make an expert": partial(grants, "expert"),
        "make an entity": partial(grants, "national_coordinating_entity"),
        "end the officer's role": lambda at: end_role(at.by(unit), role, {"mem": method()}),
        "revoke the officer's token": lambda at: revoke_token(at.by(unit), token_id),
        "the officer acts": commands.acting_with(token, here),
    }


def _called(work: Work) -> World:
    """Experts are called for, and two states of three have named theirs."""
    here = small(work)
    here.fire(here.secretariat, "call_for_experts", here.round)
    for state in ("CHL", "JAM"):
        here.designations[state] = designating(here, state)(here)
    return here


def _designation(here: World) -> Mapping[str, Command]:
    unit, expert = here.secretariat, here.experts["BRB"].person_id
    role = here.work.db.execute(select(Membership.id).where(Membership.person_id == expert)).scalar_one()
    return {
        "name the third expert": designating(here, "BRB"),
        "end the expert's role": lambda at: end_role(at.by(unit), role, {"mem": method()}),
        "issue the questionnaire": firing(here, unit, "issue_questionnaire", here.round),
        "leave": firing(here, unit, "record_non_participation", reason="It leaves."),
        "enrol": lambda at: enrol(at.by(unit), unit, here.cycle, ["ARG"]),
    }


def _answering(here: World) -> Mapping[str, Command]:
    entity, ministry, unit = here.entity, here.contributors["BRB"], here.secretariat
    here.answer_all()
    token_id, token = issue_token(here.work, ministry.person_id, "test", 30)
    answers = commands.answering(here, ministry)
    return {
        "answer": answers,
        "answer another question": commands.answering(here, entity, "is_1_2"),
        "answer with a key": commands.with_key("an-answer", ministry, answers),
        "answer with a token": commands.with_token(token, here),
        "revoke the token": lambda at: revoke_token(at.by(unit), token_id),
        "attach": commands.attaching(here),
        "submit": firing(here, entity, "submit_answers"),
        "leave": firing(here, unit, "record_non_participation", reason="It leaves."),
    }


def _submitted(work: Work) -> World:
    """Answers are in, and one voice of two is assigned."""
    here = at_stage("compilation", work)
    here.assign("CHL")
    return here


def _compilation(here: World) -> Mapping[str, Command]:
    unit = here.secretariat
    return {
        "assign the second voice": lambda at: at.assign("JAM"),
        "assign the first again": lambda at: at.assign("CHL"),
        "declare a conflict of the second": commands.declaring(here, "JAM"),
        "pass the first on": substituting(here, "CHL"),
        "end the first": ending(here, "CHL"),
        "open the review": firing(here, unit, "open_review"),
        "return for clarification": firing(here, unit, "return_for_clarification", reason="Unclear."),
    }


def _reviewed(work: Work) -> World:
    """Both have found, and one has handed in."""
    here = at_stage("review", work)
    for state in ("CHL", "JAM"):
        commands.finding(here, state)(here)
    commands.handing_in(here, "JAM")(here)
    return here


def _review(here: World) -> Mapping[str, Command]:
    return {
        "find anew": commands.finding(here, "CHL"),
        "hand in": commands.handing_in(here, "CHL"),
        "pass the voice on": substituting(here, "CHL"),
        "end the voice": ending(here, "CHL"),
        "open the consolidation": firing(here, here.coordinator, "open_consolidation"),
    }


def _concluded(work: Work) -> World:
    """All is concluded, and one voice of two has spoken."""
    here = at_stage("consolidation", work)
    here.conclude_as_one()
    return here


def _consolidation(here: World) -> Mapping[str, Command]:
    return {
        "conclude anew": commands.concluding(here),
        "speak": commands.speaking(here, "JAM"),
        "end the voice": ending(here, "CHL"),
        "send the draft": firing(here, here.coordinator, "send_draft"),
        "return to the review": firing(here, here.secretariat, "return_to_review", reason="Once more."),
    }


def _country_comment(here: World) -> Mapping[str, Command]:
    comments = commands.commenting(here)
    return {
        "comment": comments,
        "comment with a key": commands.with_key("a-comment", here.entity, comments),
        "return the comments": firing(here, here.entity, "return_comments"),
        "the time lapses": firing(here, None, "deem_no_more_comments"),
    }


def _answered_but_one(work: Work) -> World:
    """Of three comments two are answered."""
    here = at_stage("revision", work)
    expert = here.experts["JAM"]
    respond(here.by(expert), expert, here.id, here.responses()[1:])
    return here


def _revision(here: World) -> Mapping[str, Command]:
    return {
        "answer the last comment": commands.responding(here, here.experts["JAM"]),
        "answer it otherwise": commands.responding(here, here.coordinator),
        "end the voice": ending(here, "JAM"),
        "finalise": firing(here, here.coordinator, "finalise"),
        "open the consolidation again": firing(here, here.coordinator, "reopen_consolidation", reason="Once more."),
    }


def _before_commission(here: World) -> Mapping[str, Command]:
    one, other, by = here.session(), here.session(), here.commission
    return {
        "approve": firing(here, by, "approve", occasion=one),
        "send back": firing(here, by, "send_back", occasion=one, reason="Not yet."),
        "approve at another session": firing(here, by, "approve", occasion=other),
        "put a session on record": lambda at: at.session(),
    }


def _over(work: Work) -> World:
    """One evaluation is published, and the others do not take part."""
    here = at_stage("published", work)
    for state in ("CHL", "JAM"):
        other = here.evaluations[state]
        here.fire(here.secretariat, "record_non_participation", other, reason="It leaves.")
    return here


def _published(here: World) -> Mapping[str, Command]:
    unit = here.secretariat
    return {
        "report progress": firing(here, here.entity, "report_progress", commands.recommendation(here), reason="Done."),
        "begin the follow-up": firing(here, unit, "begin_follow_up", here.round),
        "enrol": lambda at: enrol(at.by(unit), unit, here.cycle, ["ARG"]),
    }


GROUNDS = (
    Ground("designation", _called, _designation),
    Ground("answering", partial(at_stage, "answering"), _answering),
    Ground("compilation", _submitted, _compilation),
    Ground("review", _reviewed, _review),
    Ground("consolidation", _concluded, _consolidation),
    Ground("country comment", partial(at_stage, "country_comment"), _country_comment),
    Ground("revision", _answered_but_one, _revision),
    Ground("before the Commission", partial(at_stage, "before_commission"), _before_commission),
    *GROUNDS_OF_TWO,
    Ground("published", _over, _published),
    Ground("preparation", _one_unit, _preparation),
    Ground("people", small, _people),
)
