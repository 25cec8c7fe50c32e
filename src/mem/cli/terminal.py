"""How does a command speak to whoever gave it? In lines, and of what went wrong without a trace of our code."""

from __future__ import annotations

from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from sqlalchemy.exc import DBAPIError
from typer.core import TyperGroup

from mem.core.db import BadAddress
from mem.settings import Settings

# A line stays one line, however long: what reads it may be a program.
console, errors = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Url = Annotated[str, typer.Option("--database-url", help="Empty: SQLite in the data folder.")]


class Told(TyperGroup):
    """Commands that say what went wrong outside of them in a line: a database that is away, or that there cannot be."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BadAddress as error:
            fail([str(error)])
        except DBAPIError as error:
            fail([f"The database cannot be used: {str(error.orig).strip().splitlines()[0]}"])
        except BrokenPipeError:  # whoever read our output has stopped
            raise
        except OSError as error:
            fail([str(error)])


def settings_of(database_url: str = "") -> Settings:
    """The settings of the environment, with the database's address of the command line, if one was given."""
    return Settings(database_url=database_url) if database_url else Settings()


def fail(lines: list[str]) -> NoReturn:
    """Say why not, and end with 1."""
    for line in lines:
        errors.print(line, highlight=False, markup=False)
    raise typer.Exit(1)
