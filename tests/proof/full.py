"""Is anything lost or halved when there is no room left, and does all go on when there is room again?

A server writes to a small disk of its own, where a file of ours takes all room but a little, while clients write until
they are told that there is none. Whoever reads is answered meanwhile. Then our file goes, and all must be able to write
again: nothing is restarted, nothing repaired. Where no disk may be mounted, the size of the server's files is limited
instead.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from tests.databases import sqlite_url
from tests.proof.account import judged
from tests.proof.catalogue import Ask, Tally
from tests.proof.clients import Clients, Scene
from tests.proof.crashes import writes_again
from tests.proof.disk import Disk, Limit, Room, disk, may_mount
from tests.proof.kills import lanes_of, port, scene_of
from tests.proof.preloaded import LONGEST, preloaded
from tests.proof.wires import Http

SPELL = 10
"""How often the disk of one database is filled."""
SIZE = 32 << 20
FULL, REFUSING = 507, frozenset({507, 503})
NO_ROOM = "there is no room to store anything"
EXPECTED = (NO_ROOM, "due work has to wait: ")
PLACES = ("database", "both", "evidence")
"""What lies on the small disk, in turn."""


def filled(ask: Ask) -> Tally:
    """Fill the disk under the database, under the evidence, or under both."""
    tally, detail = Tally(), dict.fromkeys(("acknowledged", "told_507", "told_503", "read_while_full"), 0)
    while tally.runs < ask.runs and not tally.failures:
        fills, seed = min(SPELL, ask.runs - tally.runs), f"{ask.seed} {tally.runs}"
        with ExitStack() as ours:
            large = Path(ours.enter_context(tempfile.TemporaryDirectory(prefix="mem-large-")))
            small = ours.enter_context(disk(SIZE)) if may_mount() else None
            where = PLACES[tally.runs // SPELL % len(PLACES)] if small else "database"
            _spell(small, where, large, fills, seed, tally, detail)
            tally.detail["by"] = "a small disk" if small else "a limit on the size of files"
    tally.detail.update(detail)
    if ask.runs and not (detail["acknowledged"] and detail["told_507"] + detail["told_503"]):
        tally.failures.append("nothing was acknowledged, or nobody was told that there is no room: this shows nothing")
    return tally


def _spell(
    small: Disk | None, where: str, large: Path, fills: int, seed: str, tally: Tally, detail: dict[str, int]
) -> None:
    house, chance, found = preloaded(), random.Random(seed), list[str]()
    place = small.folder if small else large
    data = large if where == "database" else place
    database = (large if where == "evidence" else place) / "mem.db"
    scene = scene_of(house, sqlite_url(database), large / "log")
    system = house.fork("serve", large / "log", url=sqlite_url(database), folder=str(data))
    reached = port(system.line())
    room: Room = small or Limit(system.pid, database)
    clients = Clients(lanes_of(scene, seed, large, True), lambda _: Http(reached, REFUSING))
    clients.start()
    writes_again(clients)
    for _ in range(fills):
        room.fill(chance.randrange(64 << 10, 512 << 10))
        if not was_told(clients):
            found.append(f"nobody was told that the disk ({where}) is full within {LONGEST} seconds")
        found += _reads(reached, scene)
        time.sleep(chance.uniform(0.0, 0.3))
        room.free()
        if writes_again(clients) >= LONGEST and not clients.failures:
            found.append(f"not everybody could write again within {LONGEST} seconds after there was room ({where})")
        tally.runs += 1
        detail["read_while_full"] += len(scene.evaluations)
        if found or clients.failures:
            break
    clients.stop()
    clients.settle()
    if small and not any(lane.refused[FULL] for lane in clients.lanes):
        found.append(f"nobody was told {FULL} when the disk ({where}) was full")
    said = [*system.end().splitlines(), *(large / "log").read_text().splitlines()]
    found += [f"the server wrote: {one}" for one in said if not one.startswith(EXPECTED)][:5]
    verdict = judged(sqlite_url(database), data / "evidence", scene, clients)
    for lane in clients.lanes:
        lane.record.close()
        detail["told_507"] += lane.refused[FULL]
        detail["told_503"] += lane.refused[503]
    detail["acknowledged"] += verdict.acknowledged
    aside = [*(data / "evidence").rglob(".*")]
    found += [f"{len(aside)} halves of files were left behind"] if aside else []
    tally.failures += [f"spell of {seed}: {one}" for one in found + clients.failures + verdict.failures]


def was_told(clients: Clients) -> bool:
    """Wait until somebody is told that there is no room."""
    before, until = sum(lane.refused.total() for lane in clients.lanes), time.monotonic() + LONGEST
    while sum(lane.refused.total() for lane in clients.lanes) == before:
        if clients.failures or time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True


def _reads(reached: int, scene: Scene) -> list[str]:
    """What is wrong with what is read of each evaluation while nobody can write."""
    found = []
    for state, evaluation in scene.evaluations.items():
        asked = urllib.request.Request(
            f"http://127.0.0.1:{reached}/api/v1/evaluations/{evaluation}/answers",
            headers={"Authorization": f"Bearer {scene.tokens[state]}"},
        )
        try:
            with urllib.request.urlopen(asked, timeout=LONGEST) as response:
                json.loads(response.read())
        except OSError as error:
            found.append(f"while the disk was full, the answers of {state} could not be read: {error}")
    return found
