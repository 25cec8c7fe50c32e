"""Is anything lost or halved when there is no room left, and does all go on when there is room again?

A server writes to a small disk of its own, where a file of ours takes all room but a little, while clients write until
they are told that there is none. Whoever reads is answered meanwhile. Then our file goes, and all must be able to write
again: nothing is restarted, nothing repaired. Where no disk may be mounted, the size of the server's files is limited
instead.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.databases import sqlite_url
from tests.proof.account import judged
from tests.proof.catalogue import Ask, Tally
from tests.proof.clients import Clients, Scene
from tests.proof.crashes import writes_again
from tests.proof.kills import lanes_of, port, scene_of
from tests.proof.preloaded import LONGEST, Forked, preloaded
from tests.proof.wires import Http

SPELL = 10
"""How often the disk of one database is filled."""
SIZE = 32 << 20
FULL, REFUSING = 507, frozenset({507, 503})
EXPECTED = ("there is no room to store anything", "due work has to wait: ")
PLACES = ("database", "evidence", "both")


@dataclass(frozen=True)
class Disk:
    """A small disk, or, where none may be mounted, a folder (`small` is false)."""

    folder: Path
    small: bool

    def fill(self, left: int, system: Forked, database: Path) -> None:
        """Leave so many bytes of room."""
        if not self.small:
            largest = max((path.stat().st_size for path in database.parent.glob("mem.db*")), default=0)
            resource.prlimit(system.pid, resource.RLIMIT_FSIZE, (largest + left, resource.RLIM_INFINITY))
            return
        room = os.statvfs(self.folder)
        with (self.folder / "ballast").open("wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, max(1, room.f_bavail * room.f_frsize - left))

    def free(self, system: Forked) -> None:
        if self.small:
            (self.folder / "ballast").unlink()
        else:
            resource.prlimit(system.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def disk() -> Iterator[Disk]:
    """A small disk of our own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="mem-full-"))
    small = _may_mount()
    if small:
        _mount(folder)
    try:
        yield Disk(folder, small)
    finally:
        if small:
            subprocess.run(["umount", str(folder)], check=True)
        shutil.rmtree(folder)


@cache
def _may_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            _mount(Path(folder))
        except (subprocess.CalledProcessError, FileNotFoundError):
            return False
        subprocess.run(["umount", folder], check=True)
    return True


def _mount(folder: Path) -> None:
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "mem-proof", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def filled(ask: Ask) -> Tally:
    """Fill the disk under the database, under the evidence, or under both."""
    tally, detail = Tally(), dict.fromkeys(("acknowledged", "told_507", "told_503", "read_while_full"), 0)
    while tally.runs < ask.runs and not tally.failures:
        fills, seed = min(SPELL, ask.runs - tally.runs), f"{ask.seed} {tally.runs}"
        with disk() as small, tempfile.TemporaryDirectory(prefix="mem-large-") as name:
            _spell(small, Path(name), fills, seed, tally, detail)
            tally.detail["by"] = "a small disk" if small.small else "a limit on the size of files"
    tally.detail.update(detail)
    if ask.runs and not (detail["acknowledged"] and detail["told_507"] + detail["told_503"]):
        tally.failures.append("nothing was acknowledged, or nobody was told that there is no room: this shows nothing")
    return tally


def _spell(small: Disk, large: Path, fills: int, seed: str, tally: Tally, detail: dict[str, int]) -> None:
    house, chance, found = preloaded(), random.Random(seed), list[str]()
    where = chance.choice(PLACES) if small.small else "database"
    data = large if where == "database" else small.folder
    database = (large if where == "evidence" else small.folder) / "mem.db"
    scene = scene_of(house, sqlite_url(database), large / "log")
    system = house.fork("serve", large / "log", url=sqlite_url(database), folder=str(data))
    reached = port(system.line())
    clients = Clients(lanes_of(scene, seed, large, True), lambda _: Http(reached, REFUSING))
    clients.start()
    writes_again(clients)
    for _ in range(fills):
        small.fill(chance.randrange(64 << 10, 512 << 10), system, database)
        if not _told(clients):
            found.append(f"nobody was told that the disk ({where}) is full within {LONGEST} seconds")
        found += _reads(reached, scene)
        time.sleep(chance.uniform(0.0, 0.3))
        small.free(system)
        if writes_again(clients) >= LONGEST and not clients.failures:
            found.append(f"not everybody could write again within {LONGEST} seconds after there was room ({where})")
        tally.runs += 1
        detail["read_while_full"] += len(scene.evaluations)
        if found or clients.failures:
            break
    clients.stop()
    clients.settle()
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


def _told(clients: Clients) -> bool:
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
