"""Is the database at the newest schema, and how does it get there?"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from mem.core.db import Database
from mem.shipped import shipped

SCRIPTS = shipped("migrations")


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate up to a revision, in one transaction."""
    with database.write() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str = "base") -> None:
    """Migrate down to a revision, in one transaction."""
    with database.write() as connection:
        command.downgrade(_config(connection), revision)


def head() -> str:
    """The newest revision. Raises when there are two."""
    found = ScriptDirectory(str(SCRIPTS)).get_current_head()
    assert found is not None
    return found


def known(revision: str) -> bool:
    """Whether these migrations lead to a revision."""
    return revision in {one.revision for one in ScriptDirectory(str(SCRIPTS)).walk_revisions()}


def current(database: Database) -> str | None:
    """The revision a database stands at; None for an empty one."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config
