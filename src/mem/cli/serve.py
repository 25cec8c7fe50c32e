"""How is the service run? In this process, beside others on the same database, until it is told to end."""

from __future__ import annotations

import socket
import sys
from contextlib import suppress

import uvicorn

from mem.app import create_app
from mem.cli.operations import opened, prepare, unfit_to_serve
from mem.core.use import InUse, used
from mem.methods.method import Method
from mem.settings import Settings


class CannotServe(RuntimeError):
    """The service does not start; the message says why."""


class Announced(uvicorn.Server):
    """A server that says where it serves as soon as it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
            sys.stdout.write(f"Serving at http://{host}:{port}/\n")
            sys.stdout.flush()


def run_server(
    settings: Settings, host: str, port: int, work_every: float | None, methods: dict[str, Method] | None = None
) -> None:
    """Migrate the database and serve, with the methods of the settings unless some are handed in. Raises
    `CannotServe`, and what `prepare` and `create_app` raise."""
    prepare(settings)
    if against := unfit_to_serve(settings):
        raise CannotServe("\n".join(["Nothing was started:", *against]))
    try:
        with opened(settings) as database, used(database):
            app = create_app(settings, methods, work_every)
            config = uvicorn.Config(app, host, port, log_level="warning", access_log=False, server_header=False)
            with suppress(KeyboardInterrupt):
                Announced(config).run()
    except InUse:
        raise CannotServe("A demo or a restore is making this database anew; ask again in a moment.") from None
