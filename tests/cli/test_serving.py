"""Does a server start on PostgreSQL only with a login that may do what it needs, and nothing else?"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.engine import make_url
from tests import databases
from tests.architecture.test_hands import denied
from tests.demo import runs

from mem.cli.operations import Unfit, opened, prepare, unfit_to_serve
from mem.core.db import SERVER, Database
from mem.migrate import _config, current, downgrade, head
from mem.settings import Settings

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


def settings(tmp_path: Path, url: str, owner: str = "", one_login: bool = False) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=url, owner_url=owner, one_login=one_login)


def test_an_owner_must_not_serve_unless_one_login_is_said(database_url: str, tmp_path: Path) -> None:
    (against,) = unfit_to_serve(settings(tmp_path, database_url))
    for word in ("owns the tables", f"GRANT {SERVER}", "MEM_OWNER_URL", "MEM_ONE_LOGIN=1"):
        assert word in against
    assert unfit_to_serve(settings(tmp_path, database_url, one_login=True)) == []


def test_a_login_of_its_own_serves_once_it_was_let(
    login: str, database_url: str, postgresql_server: str, tmp_path: Path
) -> None:
    name, found = make_url(login).username, settings(tmp_path, login, database_url)
    prepare(found)
    assert unfit_to_serve(found) == [f"The login {name} may not do what the server does: GRANT {SERVER} TO {name}."]
    databases.administer(postgresql_server, f"GRANT {SERVER} TO {name}")
    assert unfit_to_serve(found) == []
    with opened(found) as database:
        assert denied(database, "DELETE FROM event")
        assert not denied(database, "SELECT * FROM event")


def test_a_login_that_may_not_migrate_is_told_unless_there_is_nothing_to_do(
    login: str, database: Database, postgresql_server: str, tmp_path: Path
) -> None:
    with pytest.raises(Unfit, match="MEM_OWNER_URL"):
        prepare(settings(tmp_path, login))
    databases.administer(postgresql_server, f"GRANT {SERVER} TO {make_url(login).username}")
    prepare(settings(tmp_path, login))
    downgrade(database, "2026_11_24_checkpoints")
    with pytest.raises(Unfit, match="MEM_OWNER_URL"):
        prepare(settings(tmp_path, login))


def test_an_owner_who_is_no_superuser_migrates_and_serves_with_one_login(
    login: str, database: Database, database_url: str, postgresql_server: str, tmp_path: Path
) -> None:
    """Were the role of the server not there, it would take the right to make roles, or an administrator."""
    name = make_url(login).username
    downgrade(database)
    database.dispose()
    databases.administer(database_url, f"GRANT ALL ON SCHEMA public TO {name}")
    databases.administer(database_url, "DROP TABLE alembic_version")
    databases.administer(postgresql_server, f"GRANT {SERVER} TO {name}")
    prepare(settings(tmp_path, login))
    assert len(unfit_to_serve(settings(tmp_path, login))) == 1
    one = settings(tmp_path, login, one_login=True)
    assert unfit_to_serve(one) == []
    with opened(one) as database:
        assert denied(database, "DELETE FROM event")
    databases.administer(database_url, f"DROP OWNED BY {name} CASCADE")


@pytest.mark.skipif(bool(os.environ.get("MEM_TEST_POSTGRES_URL")), reason="a server that is not ours is left as it is")
def test_a_server_whose_pages_may_be_torn_by_a_crash_is_refused(
    database_url: str, postgresql_server: str, tmp_path: Path
) -> None:
    one = settings(tmp_path, database_url, one_login=True)

    def told(number: int) -> list[str]:
        """What is against it, once the server has read its settings again."""
        for _ in range(100):
            if len(found := unfit_to_serve(one)) == number:
                return found
            time.sleep(0.05)
        pytest.fail(f"still {found}")

    try:
        databases.administer(postgresql_server, "ALTER SYSTEM SET full_page_writes = off")
        databases.administer(postgresql_server, "SELECT pg_reload_conf()")
        (against,) = told(1)
        assert "full_page_writes off" in against
    finally:
        databases.administer(postgresql_server, "ALTER SYSTEM RESET full_page_writes")
        databases.administer(postgresql_server, "SELECT pg_reload_conf()")
    assert told(0) == []


def test_the_command_serves_nothing_with_the_owners_login_and_says_what_to_do(
    database_url: str, tmp_path: Path
) -> None:
    served = runs.mem("serve", data=tmp_path / "data", url=database_url)
    assert (served.returncode, served.stdout) == (1, "")
    said, *against = served.stderr.splitlines()
    assert said == "Nothing was started:"
    assert against == unfit_to_serve(settings(tmp_path, database_url))


def test_commands_that_prepare_say_what_a_login_may_not_do(login: str, tmp_path: Path) -> None:
    for arguments in (("migrate",), ("serve",), ("people", "add", "A", "--role", "auditor"), ("demo",)):
        refused = runs.mem(*arguments, data=tmp_path / "data", url=login)
        assert (refused.returncode, refused.stdout) == (1, ""), refused.stderr
        assert "MEM_OWNER_URL" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_of_two_who_migrate_at_once_the_second_waits(empty_database: Database, tmp_path: Path) -> None:
    url = empty_database.engine.url.render_as_string(hide_password=False)
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with ThreadPoolExecutor() as beside:
        with empty_database.write() as connection:
            command.upgrade(_config(connection), "head")
            second = beside.submit(runs.mem, "migrate", data=tmp_path, url=url)
            with empty_database.read() as looking:
                while not looking.execute(waiting).scalar_one() and not second.done():
                    time.sleep(0.05)
        assert (second.result().returncode, second.result().stderr) == (0, "")
    assert current(empty_database) == head()


def test_a_demo_needs_no_login_but_the_owners_and_its_server_has_narrow_hands(
    database_url: str, tmp_path: Path
) -> None:
    small = runs.small_copy(tmp_path)
    finished = runs.mem("demo", "--states", "3", "--mechanism", str(small), "--json", data=tmp_path, url=database_url)
    totals = runs.totals_of(finished)
    assert (totals["published"], totals["ledger_ok"]) == (3, True)
