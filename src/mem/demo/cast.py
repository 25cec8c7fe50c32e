"""How do the persons of the demo come to be? Each by the API, with one role and one token."""

from __future__ import annotations

from collections.abc import Iterator

from mem.client import Caller
from mem.demo.stage import Persona, Stage


def hire(stage: Stage, first: Caller) -> None:
    """Make every persona of the script; `first` is the officer who may manage people."""
    for role, how in stage.script["personas"].items():
        for number, state in enumerate(_states(stage, how), start=1):
            which = f" of {state}" if state else f" {number}" * ("persons" in how)
            name = f"Synthetic {role.replace('_', ' ')}{which}"
            person = first.post("/people", {"name": name})["id"]
            grant = {"mechanism": stage.mechanism["code"], "role": role, "state": state}
            first.post(f"/people/{person}/roles", grant)
            issued = first.post(f"/people/{person}/tokens", {"label": "demo", "days": 1})
            stage.personas.append(Persona(person, role, state, Caller(first.server, issued["token"])))


def _states(stage: Stage, how: dict[str, object]) -> Iterator[str | None]:
    if how.get("each") == "state":
        yield from stage.states
    elif "from_states" in how:
        yield from [state for state in stage.states if state not in stage.absent][: int(str(how["from_states"]))]
    else:
        yield from [None] * int(str(how.get("persons", 1)))
