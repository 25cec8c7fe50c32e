"""Do the words that the policy decides by fit together: every capability, artefact and action?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.methods_of import real_method

from mem.people.actions import ACTIONS, ARTEFACTS, CAPABILITIES, JUDGED

OF_A_ROUND = {"units", "states", "designations", "occasions", "dates"}
"""What is edited of a round: whoever holds a role sees it."""
SEEN_WITH_PROGRESS = {"deadlines", "extensions"}
OF_ANSWERS = {"openings", "answers_on_behalf", "confirmations"}
"""What is done about answers: whoever sees the answers sees it."""


def edited() -> Iterator[str]:
    return (action.edits for action in ACTIONS.values() if action.edits is not None)


def test_every_action_has_its_own_code_and_asks_for_something() -> None:
    for code, action in ACTIONS.items():
        assert action.code == code
        asks = bool(action.needs or action.sees or action.edits)
        assert [action.open, action.member, asks].count(True) == 1, code


def test_every_action_names_capabilities_and_artefacts_that_exist() -> None:
    for action in ACTIONS.values():
        assert action.needs is None or action.needs in CAPABILITIES
        assert action.sees <= set(ARTEFACTS)
        assert action.edits is None or ARTEFACTS[action.edits] is not None


def test_every_capability_and_every_artefact_is_asked_for_by_some_action() -> None:
    takes: Mapping[str, str | None] = ARTEFACTS
    assert {capability for capability in takes.values() if capability} <= CAPABILITIES
    needed = {action.needs for action in ACTIONS.values()} | {takes[artefact] for artefact in edited()}
    assert needed - {None} == CAPABILITIES
    assert (
        frozenset[str]().union(*(action.sees for action in ACTIONS.values()))
        == {*ARTEFACTS} - OF_A_ROUND - SEEN_WITH_PROGRESS - OF_ANSWERS
    )
    assert set(edited()) == {artefact for artefact, capability in takes.items() if capability}


def test_the_real_roles_hold_every_capability_among_them_and_no_other() -> None:
    held = {capability for role in real_method().roles.values() for capability in role.capabilities}
    assert held == CAPABILITIES


def test_what_tells_of_the_judgement_of_others_is_seen_somewhere() -> None:
    assert set(ARTEFACTS) >= JUDGED
