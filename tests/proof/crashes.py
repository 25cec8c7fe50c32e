"""Is anything lost, halved or doubled when PostgreSQL crashes or is restarted under a server that goes on?

Clients write over HTTP to one `mem serve`, which is never restarted: they may be told 503, and to ask again, and
nothing else. The server must find its way back by itself.
"""

from __future__ import annotations

import random
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError
from tests.databases import administer
from tests.proof.account import judged
from tests.proof.catalogue import Ask, Tally
from tests.proof.clients import Clients
from tests.proof.cluster import Cluster, cluster
from tests.proof.kills import lanes_of, port, scene_of
from tests.proof.preloaded import LONGEST, Forked, preloaded
from tests.proof.wires import Http

from mem.core.clock import now
from mem.core.db import Database
from mem.core.errors import NotFound
from mem.core.work import Work
from mem.ledger.checkpoints import checkpoint
from mem.ledger.service import chains

SPELL = 50
"""Faults on one database, before it is held against what the clients wrote down."""
REFUSING = frozenset({503})
EXPECTED = ("due work has to wait: ", "error ignored ")
"""How the lines begin that a server may write: its worker's, and the driver's on a connection that is gone."""
Fault = Callable[[Cluster, random.Random], str]


def of_a_backend(ask: Ask) -> Tally:
    """SIGKILL of one backend: the server throws all out and recovers."""
    return _broken(ask, _kill_backend)


def of_the_postmaster(ask: Ask) -> Tally:
    """SIGKILL of the whole server, which is then started again."""
    return _broken(ask, _kill_postmaster)


def restarted(ask: Ask) -> Tally:
    """Stopped gently or not, killed, its connections ended: at random."""
    return _broken(ask, _any)


def _kill_backend(server: Cluster, chance: random.Random) -> str:
    return "backend killed" if server.kill_backend(chance) is not None else "nobody to kill"


def _kill_postmaster(server: Cluster, chance: random.Random) -> str:
    server.kill()
    _away(chance)
    server.start()
    return "postmaster killed"


def _stop(how: signal.Signals, name: str) -> Fault:
    def stopped(server: Cluster, chance: random.Random) -> str:
        server.stop(how)
        _away(chance)
        server.start()
        return f"stopped {name}"

    return stopped


_FAST, _IMMEDIATE = _stop(signal.SIGINT, "fast"), _stop(signal.SIGQUIT, "immediate")


def _terminate(server: Cluster, chance: random.Random) -> str:
    """End some connections that are at work, or all of them."""
    which = "" if chance.random() < 0.5 else " AND state <> 'idle'"
    try:
        administer(
            server.url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE backend_type = 'client backend' AND pid <> pg_backend_pid(){which}",
        )
    except OperationalError:  # it may be recovering still
        return "nobody to terminate"
    return "connections ended"


def _any(server: Cluster, chance: random.Random) -> str:
    faults: list[Fault] = [_FAST, _IMMEDIATE, _kill_postmaster, _kill_backend, _terminate, _terminate]
    return chance.choice(faults)(server, chance)


def _away(chance: random.Random) -> None:
    time.sleep(chance.choice((0.0, chance.uniform(0.0, 0.3), chance.uniform(0.0, 1.0))))


def _broken(ask: Ask, fault: Fault) -> Tally:
    tally, detail = Tally(), dict[str, int]()
    while tally.runs < ask.runs and not tally.failures:
        faults, seed = min(SPELL, ask.runs - tally.runs), f"{ask.seed} {tally.runs}"
        with cluster() as server, tempfile.TemporaryDirectory(prefix="mem-crashes-") as name:
            _spell(server, Path(name), fault, faults, seed, tally, detail)
    tally.detail.update(detail)
    if ask.runs and not (detail.get("acknowledged") and detail.get("told_503")):
        tally.failures.append("nothing was acknowledged, or no fault hit a write in flight: this shows nothing")
    return tally


def _spell(
    server: Cluster, folder: Path, fault: Fault, faults: int, seed: str, tally: Tally, detail: dict[str, int]
) -> None:
    house, chance, found = preloaded(), random.Random(seed), list[str]()
    scene = scene_of(house, server.url, folder / "log")
    system = house.fork("serve", folder / "log", url=server.url, folder=str(folder))
    where = port(system.line())
    clients = Clients(lanes_of(scene, seed, folder, True), lambda _: Http(where, REFUSING))
    clients.start()
    slowest = writes_again(clients)
    for _ in range(faults):
        time.sleep(chance.uniform(0.0, 0.2))
        what = fault(server, chance)
        detail[what] = detail.get(what, 0) + 1
        healed = writes_again(clients)
        slowest = max(slowest, healed)
        tally.runs += 1
        if clients.failures:
            break
        if healed >= LONGEST:
            found.append(f"after {what}: not everybody could write again within {LONGEST} seconds")
            break
    clients.stop()
    clients.settle()
    found += [] if _signs_again(server) else [f"no checkpoint was signed within {LONGEST} seconds"]
    found += _ended(system, folder)
    verdict = judged(server.url, folder / "evidence", scene, clients)
    for lane in clients.lanes:
        lane.record.close()
    counted = {
        "acknowledged": verdict.acknowledged,
        "asked_again": verdict.asked_again,
        "committed_unacknowledged": verdict.committed_unacknowledged,
        "told_503": sum(lane.refused[503] for lane in clients.lanes),
    }
    for name, number in counted.items():
        detail[name] = detail.get(name, 0) + number
    detail["slowest_back_ms"] = max(detail.get("slowest_back_ms", 0), round(slowest * 1000))
    tally.failures += [f"spell of {seed}: {one}" for one in found + clients.failures + verdict.failures]


def writes_again(clients: Clients, meanwhile: Callable[[], None] = lambda: None) -> float:
    """Seconds until each client was told of another success, or `LONGEST`; something may be done meanwhile."""
    begun = time.monotonic()
    before = [lane.record.told for lane in clients.lanes]
    while any(lane.record.told == told for lane, told in zip(clients.lanes, before, strict=True)):
        if clients.failures or time.monotonic() - begun > LONGEST:
            return LONGEST
        meanwhile()
        time.sleep(0.005)
    return time.monotonic() - begun


def _signs_again(server: Cluster) -> bool:
    """Whether the worker of the server lives: it has signed the heads as they stand, or does so in time."""
    database, until = Database(server.url), time.monotonic() + LONGEST
    try:
        while time.monotonic() < until:
            with database.read() as connection:
                work = Work(connection, now())
                heads = [(str(chain), seq, head) for chain, _, seq, head in chains(work)]
                signed = _signed(work)
            if heads == [(one["chain"], one["position"], one["link"]) for one in signed]:
                return True
            time.sleep(0.05)
    finally:
        database.dispose()
    return False


def _signed(work: Work) -> list[dict[str, Any]]:
    """The heads that were signed last; none where nothing was signed yet."""
    try:
        heads: list[dict[str, Any]] = checkpoint(work, None)["statement"]["heads"]
    except NotFound:
        return []
    return heads


def _ended(system: Forked, folder: Path) -> list[str]:
    """What is wrong with how a server ended that was told to, and with what it wrote meanwhile."""
    lines = [*system.end().splitlines(), *(folder / "log").read_text().splitlines()]
    return [f"the server wrote: {one}" for one in lines if not one.startswith(EXPECTED)][:5]
