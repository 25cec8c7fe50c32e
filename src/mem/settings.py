"""Where are the database, the files and the methods? From `MEM_` environment variables; read once, at the top."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from mem.shipped import shipped

WORKFLOWS = Path("workflows")


def _found(workflows: Path) -> Path:
    return workflows if workflows != WORKFLOWS or workflows.is_dir() else shipped("workflows")


class Settings(BaseSettings):
    """`database_url` empty: SQLite in `data_dir`. `workflows`: a folder of mechanism folders, or one of them; unless
    said, `workflows` where the command is given, or else what came with the code.

    On PostgreSQL: `owner_url`, whose login owns the tables and migrates them (empty: that of `database_url`), and
    `one_login`, which lets the server log in as the owner, for demonstrations and tests; it works with narrow hands.
    """

    model_config = SettingsConfigDict(env_prefix="MEM_", frozen=True)

    data_dir: Path = Path("mem-data")
    database_url: str = ""
    owner_url: str = ""
    one_login: bool = False
    workflows: Annotated[Path, AfterValidator(_found)] = Field(WORKFLOWS, validate_default=True)

    @property
    def url(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'mem.db').absolute()}"

    @property
    def owner(self) -> str:
        """The database's address for whoever owns its tables."""
        return self.owner_url or self.url

    def environment(self) -> dict[str, str]:
        """The environment in which another process has these settings."""
        return {
            **os.environ,
            "MEM_DATA_DIR": str(self.data_dir.absolute()),
            "MEM_DATABASE_URL": self.database_url,
            "MEM_OWNER_URL": self.owner_url,
            "MEM_ONE_LOGIN": str(int(self.one_login)),
            "MEM_WORKFLOWS": str(self.workflows.absolute()),
        }
