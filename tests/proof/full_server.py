"""Is anything lost when PostgreSQL has no room left, and does all go on when there is room again?

Its whole data lies on a small disk. Without room for its log it ends, as it must; started again when there is room, it
recovers by itself. `mem serve` goes on all the while.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy.exc import OperationalError
from tests.databases import administer
from tests.proof.account import judged
from tests.proof.catalogue import Ask, Tally
from tests.proof.clients import Clients
from tests.proof.cluster import Cluster, cluster
from tests.proof.crashes import EXPECTED, writes_again
from tests.proof.disk import Disk, disk, may_mount
from tests.proof.full import FULL, NO_ROOM, REFUSING, SPELL, was_told
from tests.proof.kills import lanes_of, port, scene_of
from tests.proof.preloaded import LONGEST, preloaded
from tests.proof.wires import Http

SIZE = 224 << 20
PATIENCE = 5.0
"""Seconds after there is room until a server that takes no connections is started anew, as an operator would."""
SEGMENTS = 3
"""How many files of the log are begun anew, so that it is the log that has no room."""


def filled(ask: Ask) -> Tally:
    """Fill the disk under PostgreSQL; where no disk may be mounted, nothing is tried, and that is said."""
    tally, counted = Tally(), Counter[str]()
    if not may_mount():
        tally.detail["skipped"] = "no disk may be mounted here"
        return tally
    while tally.runs < ask.runs and not tally.failures:
        fills, seed = min(SPELL, ask.runs - tally.runs), f"{ask.seed} {tally.runs}"
        with (
            disk(SIZE) as small,
            cluster(small.folder) as server,
            tempfile.TemporaryDirectory(prefix="mem-large-") as name,
        ):
            _spell(small, server, Path(name), fills, seed, tally, counted)
    tally.detail.update(counted)
    if ask.runs and not (counted["acknowledged"] and counted["told_507"] + counted["told_503"]):
        tally.failures.append("nothing was acknowledged, or nobody was told that there is no room: this shows nothing")
    return tally


def _spell(
    small: Disk, server: Cluster, large: Path, fills: int, seed: str, tally: Tally, counted: Counter[str]
) -> None:
    house, chance, found = preloaded(), random.Random(seed), list[str]()
    scene = scene_of(house, server.url, large / "log")
    system = house.fork("serve", large / "log", url=server.url, folder=str(large))
    reached = port(system.line())
    clients = Clients(lanes_of(scene, seed, large, True), lambda _: Http(reached, REFUSING))

    def start_again() -> None:
        if server.ended:
            server.start()
            counted["started_again"] += 1
        elif time.monotonic() > patience and not server.takes_connections():
            server.kill()  # PostgreSQL 18 may neither start nor end then, with its children waiting for one another
            server.start()
            counted["killed_and_started_again"] += 1

    patience = time.monotonic() + PATIENCE
    clients.start()
    writes_again(clients)
    for _ in range(fills):
        small.fill(chance.randrange(64 << 10, 512 << 10))
        for _ in range(chance.choice((0, SEGMENTS))):
            _begin_a_segment(server)
        if not was_told(clients):
            found.append(f"nobody was told that the disk is full within {LONGEST} seconds")
        small.free()
        patience = time.monotonic() + PATIENCE
        if writes_again(clients, start_again) >= LONGEST and not clients.failures:
            found.append(f"not everybody could write again within {LONGEST} seconds after there was room")
        tally.runs += 1
        if found or clients.failures:
            break
    clients.stop()
    clients.settle()
    said = [*system.end().splitlines(), *(large / "log").read_text().splitlines()]
    found += [f"the server wrote: {one}" for one in said if not one.startswith((*EXPECTED, NO_ROOM))][:5]
    verdict = judged(server.url, large / "evidence", scene, clients)
    for lane in clients.lanes:
        lane.record.close()
        counted.update({"told_507": lane.refused[FULL], "told_503": lane.refused[503]})
    counted["acknowledged"] += verdict.acknowledged
    tally.failures += [f"spell of {seed}: {one}" for one in found + clients.failures + verdict.failures]


def _begin_a_segment(server: Cluster) -> None:
    try:
        administer(server.url, "SELECT pg_switch_wal()")
    except OperationalError:  # it has ended for want of room
        return
