"""Which commands are tried against each other where an act takes two persons? To ask, to approve, to withdraw, and what
would make an end of it otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sqlalchemy import select
from tests.proof.commands import Command, Ground, approving, declaring, ending, firing, with_key, withdrawing
from tests.proof.grounds import at_stage, method
from tests.worlds import World

from mem.approvals.service import waiting
from mem.core.work import Work
from mem.people.models import Membership
from mem.people.policy import Actor, Grant
from mem.people.service import add_person, end_role, grant_role
from mem.rounds.conflicts import ask_to_lift
from mem.rounds.models import Conflict


def _approved(here: World) -> Mapping[str, Command]:
    asks = firing(here, here.secretariat, "publish")
    return {
        "ask to publish": asks,
        "ask with a key": with_key("publish-it", here.secretariat, lambda at: str(asks(at))),
        "the deputy asks": firing(here, here.deputy, "publish"),
        "put a session on record": lambda at: at.session(),
    }


def _asked(work: Work) -> World:
    here = at_stage("approved", work)
    here.ask(here.secretariat, "publish")
    return here


def _to_publish(here: World) -> Mapping[str, Command]:
    """A third officer, who ends the role of the one who asked, may approve it too."""
    one, work = waiting(here.work, subject_id=here.id)[0], here.work
    person = add_person(work, "Third officer")
    grant_role(work, method(), person, "mem_unit", None)
    third = Actor(person, "Third officer", (Grant("mem_unit", None, "mem"),))
    held = select(Membership.id).where(Membership.person_id == here.secretariat.person_id)
    role = work.db.execute(held).scalar_one()
    return {
        "approve": approving(here.deputy, one.id),
        "approve with a key": with_key("approve-it", here.deputy, approving(here.deputy, one.id)),
        "the third approves": approving(third, one.id),
        "the asker approves": approving(here.secretariat, one.id),
        "withdraw": withdrawing(here.secretariat, one.id),
        "ask again": firing(here, here.deputy, "publish"),
        "end the asker's role": lambda at: end_role(at.by(third), role, {"mem": method()}),
    }


def _reopening(work: Work) -> World:
    """Every comment is answered, and the coordinator has asked to open again what was concluded."""
    here = at_stage("before_commission", work)
    here.fire(here.commission, "send_back", occasion=here.session(), reason="Not yet.")
    here.ask(here.coordinator, "reopen_consolidation", reason="Once more.")
    return here


def _to_reopen(here: World) -> Mapping[str, Command]:
    one = waiting(here.work, subject_id=here.id)[0]
    return {
        "approve": approving(here.secretariat, one.id),
        "withdraw": withdrawing(here.coordinator, one.id),
        "ask again": firing(here, here.coordinator, "reopen_consolidation", reason="Again."),
        "finalise": firing(here, here.coordinator, "finalise"),
        "end the voice": ending(here, "JAM"),
    }


def _conflicted(work: Work) -> World:
    """An expert has a conflict, and the secretariat has asked for it to be lifted."""
    here = at_stage("compilation", work)
    conflict = declaring(here, "JAM")(here)
    ask_to_lift(here.by(here.secretariat), here.secretariat, conflict, "Long ago.")
    return here


def _to_lift(here: World) -> Mapping[str, Command]:
    conflict = here.work.db.execute(select(Conflict.id)).scalar_one()
    one, deputy = waiting(here.work, subject_id=conflict)[0], here.deputy
    return {
        "approve": approving(deputy, one.id),
        "withdraw": withdrawing(here.secretariat, one.id),
        "ask again": lambda at: ask_to_lift(at.by(deputy), deputy, conflict, "Very long ago."),
        "declare again": declaring(here, "JAM"),
        "assign": lambda at: at.assign("JAM"),
    }


GROUNDS_OF_TWO = (
    Ground("approved", partial(at_stage, "approved"), _approved),
    Ground("publishing asked for", _asked, _to_publish),
    Ground("reopening asked for", _reopening, _to_reopen),
    Ground("lifting asked for", _conflicted, _to_lift),
)
