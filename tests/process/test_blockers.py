"""Is everything that stands against a transition told, and of what is asked for already only to whom it concerns?"""

from __future__ import annotations

from tests import looking
from tests.worlds import World

from mem.people.policy import Actor
from mem.process.advance import Possible, possible
from mem.process.facts import Payload

approved = looking.at("approved")


def publishing(here: World, actor: Actor) -> Possible:
    _, found = possible(here.work, actor, here.id, Payload())
    return next(one for one in found if one.trigger == "publish")


def test_what_is_asked_for_is_not_asked_for_again_and_told_to_whom_it_concerns(approved: World) -> None:
    here = approved
    before = publishing(here, here.secretariat)
    assert (before.second, before.is_open, before.asked) == (["mem_unit"], True, None)
    approval = here.ask(here.secretariat, "publish")
    for officer in (here.secretariat, here.deputy):
        seen = publishing(here, officer)
        assert [(one.code, one.about) for one in seen.blockers] == [("second_awaited", f"approval {approval}")]
        assert seen.asked is not None
        assert seen.asked.id == approval
    for other in (here.entity, here.commission, here.auditor, here.coordinator):
        seen = publishing(here, other)
        assert ([one.code for one in seen.blockers], seen.asked) == (["not_yours"], None)
