"""Does a right that is taken away end at once? (T10)

While clients ask without pause through two applications over one database, a token is revoked, a role ended, a voice
passed on or ended: whatever begins after that was answered must be refused, the repetition of a command included.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from tests import databases
from tests.callers import Api, Caller
from tests.conftest import WORKFLOWS
from tests.proof.catalogue import Ask, Tally
from tests.proof.house import installed_methods
from tests.proof.rights import Send, Stage

from mem.app import create_app
from mem.methods.method import Method
from mem.settings import Settings

HAMMERS = 4
REFUSED = (401, 403, 404)


@dataclass
class Hammered:
    """What clients were told: how often they were let in before, refused after, and what is against it."""

    seed: int
    tally: Tally = field(default_factory=Tally)
    changes: Counter[str] = field(default_factory=Counter)
    let_in: int = 0
    refused: int = 0
    repetitions_refused: int = 0


def hammered(ask: Ask) -> Tally:
    """Make as many changes as are asked for, half of them on each database."""
    found, methods = Hammered(ask.seed), installed_methods()
    for number, backend in enumerate(databases.BACKENDS):
        changes = (ask.runs + 1 - number) // 2
        if changes:
            folder = ask.folder / backend
            folder.mkdir()
            numbers = range(ask.seed + number * changes, ask.seed + (number + 1) * changes)  # the kinds take turns
            with address(backend, folder) as url:
                asyncio.run(changed(url, folder, methods, numbers, found))
    tally = found.tally
    if not (found.let_in and found.refused and found.repetitions_refused):
        tally.failures.append("nobody was let in before, or refused after: nothing was asked")
    tally.detail = {
        **found.changes, "let in before": found.let_in, "refused after": found.refused,
        "repetitions refused after": found.repetitions_refused,
    }  # fmt: skip
    return tally


@contextmanager
def address(backend: str, folder: Path) -> Iterator[str]:
    """A fresh, migrated database."""
    if backend == "sqlite":
        yield databases.sqlite_copy(databases.sqlite_template(folder), folder / "database")
        return
    with databases.postgresql() as server, databases.postgresql_database(server, "mem_at_once") as url:
        databases.migrated(url)
        yield url


@asynccontextmanager
async def clients(url: str, folder: Path, methods: dict[str, Method]) -> AsyncIterator[list[Api]]:
    """Two applications, each with its own way to the database, as in two processes."""
    settings = Settings(data_dir=folder / "data", database_url=url, one_login=True, workflows=WORKFLOWS)
    apps = [create_app(settings, methods), create_app(settings, methods)]
    made = [httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://mem.test") for app in apps]
    yield [Api(client, app.state.house) for client, app in zip(made, apps, strict=True)]
    for client, app in zip(made, apps, strict=True):
        await client.aclose()
        app.state.house.database.dispose()


async def changed(url: str, folder: Path, methods: dict[str, Method], numbers: range, found: Hammered) -> None:
    async with clients(url, folder, methods) as apis:
        stage = await Stage.set(apis[0])
        kinds = (stage.token_revoked, stage.role_ended, stage.voice_passed, stage.voice_ended)
        for number in numbers:
            kind = kinds[number % len(kinds)]
            holder, sends, change, again = await kind()
            await at_once(kind.__name__, holder, sends, change, apis, found)
            await again()
            found.tally.runs += 1
            found.changes[kind.__name__.replace("_", " ")] += 1


async def at_once(
    kind: str, holder: Caller, sends: Sequence[Send], change: Callable[[], Awaitable[Any]], apis: Sequence[Api],
    found: Hammered,
) -> None:  # fmt: skip
    """Let clients ask as the holder of a right until it is taken away, and once more each."""
    taken = [float("inf")]
    warm = [asyncio.Event() for _ in range(HAMMERS)]

    async def hammer(number: int) -> None:
        api, turn, after = apis[number % 2], number, 0
        caller = Caller(api.client, holder.person_id, holder.token)
        while after < len(sends):
            begun = time.monotonic()
            response = await sends[turn % len(sends)](caller)
            repetition = response.request.method == "POST"
            if response.status_code == httpx.codes.CONFLICT and response.json()["code"] == "key_in_flight":
                continue  # it repeats what another client of ours asks at this moment
            if begun > taken[0]:
                after += 1
                found.refused += response.status_code in REFUSED
                found.repetitions_refused += repetition and response.status_code in REFUSED
                if response.status_code not in REFUSED:
                    what = f"{response.request.method} {response.request.url.path}: {response.status_code}"
                    found.tally.failures.append(f"{kind}, seed {found.seed}: {what} after it")
            elif response.is_success:
                found.let_in += 1
                warm[number].set()
            elif taken[0] == float("inf") and not changing.is_set():
                found.tally.failures.append(f"{kind}, seed {found.seed}: {response.status_code} before it")
                warm[number].set()
            turn += 1

    changing = asyncio.Event()
    hammers = [asyncio.create_task(hammer(number)) for number in range(HAMMERS)]
    await asyncio.gather(*(one.wait() for one in warm))
    changing.set()
    await change()
    taken[0] = time.monotonic()
    await asyncio.gather(*hammers)
