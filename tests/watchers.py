"""Who is answered what? Everybody who may come near Barbados' evaluation, and the statuses they get."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
from tests.callers import Caller
from tests.road import Road

Ask = Callable[[Caller], Awaitable[httpx.Response]]
NEVER_SHOWN = ("entity of CHL", "own expert", "other expert")
"""Those to whom an unpublished evaluation is never there: another state's, its own judge, and who is not assigned."""


def watchers(found: Road) -> dict[str, Caller]:
    cast = found.cast
    return {
        "nobody": Caller(found.api.client, cast.officer.person_id, ""),
        "entity": cast.entity, "contributor": cast.contributor, "officer": cast.officer, "expert": cast.experts["CHL"],
        "coordinator": cast.coordinator, "commission": cast.commission, "auditor": cast.auditor,
        "entity of CHL": cast.entities["CHL"], "own expert": cast.experts["BRB"], "other expert": cast.experts["PER"],
    }  # fmt: skip


async def statuses(found: Road, ask: str | Ask) -> dict[str, int]:
    """The status for each watcher of a request, or of reading what is at a path below the evaluation."""
    told = {}
    for name, caller in watchers(found).items():
        response = await (caller.get(f"{found.path}{ask}") if isinstance(ask, str) else ask(caller))
        told[name] = response.status_code
    return told


def only(*allowed: str, hidden: tuple[str, ...] = (), status: int = 200) -> dict[str, int]:
    """The statuses when some are allowed, from some the evaluation is hidden, and everybody else may not."""
    others = ("entity", "contributor", "officer", "expert", "coordinator", "commission", "auditor")
    hidden = (*NEVER_SHOWN, *hidden)
    return {
        "nobody": 401,
        **dict.fromkeys(others, 403),
        **dict.fromkeys(hidden, 404),
        **dict.fromkeys(allowed, status),
    }
