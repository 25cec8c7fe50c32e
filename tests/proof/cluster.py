"""How is a PostgreSQL server of our own killed, stopped and started? By its own process ids, and nobody else's."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from tests.databases import _started
from tests.proof.preloaded import LONGEST


class Cluster:
    """A server in a folder of its own. Nothing here turns its durability off."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        server = _started(self.data)
        self.url = str(server.get_uri())
        self._binaries, self._user = server.bin_path, server.system_user
        self._sockets = server.get_postmaster_info().socket_dir
        server.cleanup()
        self.start()

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.poll() is not None

    def backends(self) -> list[int]:
        """The processes that work for clients; first those that are not idle."""
        shown = {pid: _shown(pid) for pid in children(self._process.pid)}
        ours = [pid for pid, title in shown.items() if title.startswith("postgres: postgres ")]
        return sorted(ours, key=lambda pid: shown[pid].endswith("idle"))

    def kill_backend(self, chance: random.Random) -> int | None:
        """SIGKILL one that works for a client, at work if there is one: all are thrown out, and the log replayed."""
        found = self.backends()
        if not found:
            return None
        busy = [pid for pid in found if not _shown(pid).endswith("idle")]
        victim = chance.choice(busy or found)
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        return victim

    def kill(self) -> None:
        """SIGKILL of the postmaster and of all its children, as when the machine's memory is gone."""
        first = self._process.pid
        os.kill(first, signal.SIGSTOP)  # so that it makes no more of them
        every = [first, *children(first)]
        for pid in every:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(LONGEST)
        until = time.monotonic() + LONGEST
        while any(_shown(pid) for pid in every):  # a child that is there still holds the shared memory
            if time.monotonic() > until:
                raise RuntimeError("what was killed is still there")
            time.sleep(0.005)

    def stop(self, how: signal.Signals) -> None:
        """Stop it: SIGINT ends what is at work and stops (`fast`), SIGQUIT stops without a word (`immediate`)."""
        self._process.send_signal(how)
        self._process.wait(LONGEST)

    def start(self) -> None:
        """Start it as a child of ours, and wait until it takes connections. Whoever inherits a process may leave its
        remains, which would look like a server that still runs."""
        command = [str(self._binaries / "postgres"), "-D", str(self.data), "-h", "", "-k", str(self._sockets)]
        with (self.data / "log").open("ab") as log:
            self._process = subprocess.Popen(command, user=self._user, cwd="/", stdout=log, stderr=log)
        until = time.monotonic() + LONGEST
        while not self.takes_connections():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"it does not start: {(self.data / 'log').read_text()[-2_000:]}")
            time.sleep(0.02)

    def takes_connections(self) -> bool:
        """Whether it takes one now."""
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url).close()
            return True
        return False


@contextmanager
def cluster(below: Path | None = None) -> Iterator[Cluster]:
    """A server of our own, gone afterwards; right below the temporary directory, or another folder."""
    folder = Path(tempfile.mkdtemp(prefix="mem-pg-", dir=below))
    made = Cluster(folder)
    try:
        yield made
    finally:
        if not made.ended:
            made.stop(signal.SIGQUIT)
        shutil.rmtree(folder)


def children(pid: int) -> list[int]:
    """The children of a process."""
    with suppress(FileNotFoundError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _shown(pid: int) -> str:
    """What a process calls itself; nothing when it is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode(errors="replace").strip()
    return ""
