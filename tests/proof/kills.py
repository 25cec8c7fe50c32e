"""Is anything lost, halved or doubled when a process that writes is killed, ten thousand times?

Clients write, each in turn with a key; the process they ask is ended by SIGKILL; another takes its place, which the
clients ask again for whatever they were not told of. At the end of a spell the database is held against what the
clients wrote down.
"""

from __future__ import annotations

import json
import math
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.databases import sqlite_url
from tests.proof.account import judged
from tests.proof.catalogue import Ask, Tally
from tests.proof.clients import LANES, Clients, Lane, Record, Scene, Wire
from tests.proof.preloaded import LONGEST, Forked, Preloaded, preloaded
from tests.proof.wires import Http, Lines

RARE = 0.08
"""How many of the kills come late."""


@dataclass(frozen=True)
class Way:
    """How a system is begun in a folder and reached, and how many kills there are on one database."""

    begin: Callable[[Preloaded, Path], Forked]
    wire: Callable[[Path, str], Wire]
    spell: int
    one_by_one: bool


def _services(house: Preloaded, folder: Path) -> Forked:
    address = folder / "door"
    address.unlink(missing_ok=True)
    url = sqlite_url(folder / "mem.db")
    return house.fork("services", folder / "log", url=url, folder=str(folder), address=str(address))


def _serve(house: Preloaded, folder: Path) -> Forked:
    return house.fork("serve", folder / "log", url=sqlite_url(folder / "mem.db"), folder=str(folder))


SERVICES = Way(_services, lambda folder, _: Lines(str(folder / "door")), spell=100, one_by_one=False)
SERVED = Way(_serve, lambda _, said: Http(port(said)), spell=50, one_by_one=True)


def port(said: str) -> int:
    """The port in the line in which a server says where it serves."""
    return int(said.rstrip("/\n").rpartition(":")[2])


def of_services(ask: Ask) -> Tally:
    """SIGKILL of a process that writes through our services."""
    return _killed(ask, SERVICES)


def of_a_server(ask: Ask) -> Tally:
    """SIGKILL of `mem serve`."""
    return _killed(ask, SERVED)


def scene_of(house: Preloaded, url: str, log: Path) -> Scene:
    """A fresh database with a scene."""
    return Scene(**json.loads(house.run("scene", log, url=url)))


def lanes_of(scene: Scene, seed: str, folder: Path, one_by_one: bool) -> list[Lane]:
    """Clients whose every wish comes from a seed, each with its account in a folder."""
    return [
        Lane(scene, number, random.Random(f"{seed} {number}"), Record(folder / f"lane-{number}"), one_by_one)
        for number in range(LANES)
    ]


def _killed(ask: Ask, way: Way) -> Tally:
    tally, detail = (
        Tally(),
        dict.fromkeys(("acknowledged", "in_flight_when_killed", "committed_unacknowledged", "asked_again"), 0),
    )
    template = ask.folder / "template"
    template.mkdir()
    house = preloaded()
    scene = scene_of(house, sqlite_url(template / "mem.db"), template / "log")
    while tally.runs < ask.runs and not tally.failures:
        kills, seed = min(way.spell, ask.runs - tally.runs), f"{ask.seed} {tally.runs}"
        with tempfile.TemporaryDirectory(prefix="mem-kills-") as name:
            folder = Path(name)
            shutil.copyfile(template / "mem.db", folder / "mem.db")
            _spell(house, way, scene, folder, kills, seed, tally, detail)
    tally.detail.update(detail)
    if ask.runs and not (detail["acknowledged"] and detail["in_flight_when_killed"]):
        tally.failures.append("nothing was acknowledged, or no kill hit a write in flight: this shows nothing")
    return tally


def _spell(
    house: Preloaded, way: Way, scene: Scene, folder: Path, kills: int, seed: str, tally: Tally, detail: dict[str, int]
) -> None:
    """So many kills on one database, and what it holds afterwards."""
    chance, said = random.Random(seed), [""]
    clients = Clients(lanes_of(scene, seed, folder, way.one_by_one), lambda _: way.wire(folder, said[0]))
    for _ in range(kills):
        system = _begun(house, way, folder, said)
        clients.start()
        _pause(chance, clients)
        system.kill()
        clients.join()
        detail["in_flight_when_killed"] += clients.in_flight
        tally.runs += 1
    system = _begun(house, way, folder, said)
    clients.settle()
    system.kill()
    verdict = judged(sqlite_url(folder / "mem.db"), folder / "evidence", scene, clients)
    for lane in clients.lanes:
        lane.record.close()
    detail["acknowledged"] += verdict.acknowledged
    detail["asked_again"] += verdict.asked_again
    detail["committed_unacknowledged"] += verdict.committed_unacknowledged
    tally.failures += [f"spell of {seed}: {one}" for one in clients.failures + verdict.failures]


def _begun(house: Preloaded, way: Way, folder: Path, said: list[str]) -> Forked:
    system = way.begin(house, folder)
    said[0] = system.line()
    if not said[0]:
        raise RuntimeError(f"it does not begin: {(folder / 'log').read_text()[-2_000:]}")
    return system


def _pause(chance: random.Random, clients: Clients) -> None:
    """From 3 to 40 ms, now and then up to 2 s; most of them from the first answer on, so that some is always given."""
    late = chance.random() < RARE
    seconds = math.exp(chance.uniform(math.log(0.003), math.log(2.0 if late else 0.04)))
    if chance.random() < 0.75:
        before, until = clients.told, time.monotonic() + LONGEST
        while clients.told == before and not clients.failures and time.monotonic() < until:
            time.sleep(0.0005)
    time.sleep(seconds)
