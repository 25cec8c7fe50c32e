"""Where are the database, the files and the methods? From `MEM_` environment variables; read once, at the top."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """`database_url` empty: SQLite in `data_dir`. `workflows`: a folder of mechanism folders, or one of them."""

    model_config = SettingsConfigDict(env_prefix="MEM_", frozen=True)

    data_dir: Path = Path("mem-data")
    database_url: str = ""
    workflows: Path = Path("workflows")

    @property
    def url(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'mem.db').absolute()}"
