"""Do only two persons together take out all drafts of a round, for a time, and is each state told?"""

from __future__ import annotations

from uuid import UUID

import pytest
from tests import looking
from tests.looking import recorded, refused
from tests.worlds import World

from mem.core.errors import Conflict, NotAllowed, NotFound
from mem.people.policy import Actor
from mem.process.approving import second, take_back
from mem.reports.drafts import ask_to_export, drafts

NOWHERE = UUID(int=0xDEAD)

revising = looking.at("revision")


def asks(here: World, actor: Actor) -> UUID:
    return ask_to_export(here.by(actor), actor, here.round, "For the session.")


def test_two_persons_take_them_out_for_a_time_and_the_state_is_told(revising: World) -> None:
    here = revising
    asked = asks(here, here.secretariat)
    for officer in (here.secretariat, here.deputy):
        with pytest.raises(NotFound):
            drafts(here.by(officer), officer, asked)
    second(here.by(here.deputy), here.deputy, asked)
    for officer in (here.secretariat, here.deputy):
        (draft,) = drafts(here.by(officer), officer, asked)
        assert (draft.evaluation_id, draft.state, draft.version) == (here.id, "BRB", 1)
        assert draft.paragraphs
        with pytest.raises(NotFound):
            drafts(here.by(officer, days=8), officer, asked)
    for other in (here.entity, here.auditor, here.commission, here.coordinator):
        with pytest.raises(NotFound):
            drafts(here.by(other), other, asked)
    for chain in (here.round, here.id):
        (said,) = recorded(here.work, chain, "drafts_exported")
        assert said["data"] == {"approval": str(asked), "asked_by": str(here.secretariat.person_id)}
    assert recorded(here.work, here.evaluations["JAM"], "drafts_exported") == []  # there is no draft of theirs


def test_nobody_else_asks_and_nobody_twice(revising: World) -> None:
    here = revising
    for other in (here.entity, here.auditor, here.commission, here.coordinator, here.experts["CHL"]):
        with pytest.raises(NotAllowed) as caught:
            asks(here, other)
        assert "no_capability" in {reason.code for reason in caught.value.reasons}
    asked = asks(here, here.secretariat)
    with refused(here.work, Conflict, "second_awaited"):
        asks(here, here.deputy)
    take_back(here.by(here.secretariat), here.secretariat, asked)
    assert asks(here, here.deputy) != asked
    with pytest.raises(NotFound):
        drafts(here.work, here.secretariat, NOWHERE)
