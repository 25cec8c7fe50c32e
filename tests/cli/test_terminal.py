"""Does a command end with 1 and every line that says why, and take the database that it is told?"""

from __future__ import annotations

import pytest
import typer

from mem.cli.terminal import fail, settings_of


def test_every_line_is_said_on_the_side_of_errors_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        fail(["first [bold]", "second " + "x" * 300])
    assert ended.value.exit_code == 1
    assert capsys.readouterr() == ("", f"first [bold]\nsecond {'x' * 300}\n")


def test_the_database_of_the_command_line_goes_before_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEM_DATABASE_URL", "postgresql://there/mem")
    assert settings_of().url == "postgresql://there/mem"
    assert settings_of("sqlite:///here.db").url == "sqlite:///here.db"
