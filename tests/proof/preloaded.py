"""How is a system under test started in no time, thousands of times? Forked from a process that has all imported.

That process holds no engine and no connection, and has one thread: what a fork inherits is code alone.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from functools import cache
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 60.0
"""Seconds in which whatever is asked of a system happens, however busy the machine is."""


class Forked:
    """A process of ours: its id, and what it says."""

    def __init__(self, pid: int, out: TextIO) -> None:
        self.pid, self._out = pid, out

    def line(self) -> str:
        """The next line it says; an empty one when it has ended."""
        return self._out.readline()

    def kill(self) -> None:
        """End it as a crash would, and wait until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        self.rest()

    def end(self) -> str:
        """Tell it to end, and wait until it has; what it still said."""
        os.kill(self.pid, signal.SIGTERM)
        return self.rest()

    def rest(self) -> str:
        """What it says until it has ended."""
        with self._out:
            return self._out.read()


class Preloaded:
    """The process that forks."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        self._process, self._control = process, control

    def fork(self, target: str, log: Path, **arguments: str) -> Forked:
        """Begin a function of `tests.proof.systems` in a process of its own, which writes its errors to `log`."""
        ours, theirs = os.pipe()
        asked = json.dumps({"target": target, "log": str(log), "arguments": arguments}).encode()
        try:
            socket.send_fds(self._control, [asked], [theirs])
        finally:
            os.close(theirs)
        said = self._control.recv(100)
        if not said:
            raise RuntimeError(f"the process that forks has ended with {self._process.wait()}")
        return Forked(int(said), os.fdopen(ours, "r"))

    def run(self, target: str, log: Path, **arguments: str) -> str:
        """The line that a function says; raises when it failed."""
        said = self.fork(target, log, **arguments).rest()
        if not said:
            raise RuntimeError(f"{target} failed: {log.read_text()}")
        return said

    def end(self) -> None:
        self._control.close()
        self._process.wait(LONGEST)


@cache
def preloaded() -> Preloaded:
    """The process that forks for all proofs of this one; it ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-m", "tests.proof.preloaded", str(theirs.fileno())]
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
    house = Preloaded(process, ours)
    atexit.register(house.end)
    return house


def main(control: socket.socket) -> None:
    """Fork whenever asked, until nobody can ask any more; nothing that was begun stays then."""
    from tests.proof import systems  # noqa: PLC0415 - only here, and once

    with tempfile.TemporaryDirectory() as scratch:
        systems.warmed(Path(scratch))
    gc.collect()
    gc.freeze()
    os.setpgid(0, 0)  # with all that it will begin, and nobody else
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who has ended is gone
    while True:
        asked, fds, *_ = socket.recv_fds(control, 1 << 16, 1)
        if not asked:
            os.killpg(0, signal.SIGKILL)
        pid = os.fork()
        if pid == 0:
            control.close()
            _become(json.loads(asked), fds[0], systems)
        os.close(fds[0])
        control.sendall(str(pid).encode())


def _become(asked: dict[str, Any], out: int, systems: Any) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(out, 1)
    os.close(out)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    os.close(log)
    try:
        getattr(systems, asked["target"])(**asked["arguments"])
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as found:
        main(found)
