"""How does whoever runs the service keep a copy of everything, and come back from one?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mem.backup import service
from mem.backup.manifest import FILE, CannotCopy, Manifest, file_digest
from mem.cli.operations import Unfit, opened
from mem.cli.terminal import Url, console, fail, settings_of
from mem.evidence.store import Store
from mem.migrate import head
from mem.settings import Settings

KEY = "The key that signs (signing-key.pem) is not in it: keep that apart, once, where no backup lies."
Folder = Annotated[Path, typer.Argument(help="The folder of the backup.")]


def backup(folder: Folder, database_url: Url = "") -> None:
    """Copy the database and the evidence files, while the service runs. It holds everything: keep it secret."""
    settings = settings_of(database_url)
    try:
        with opened(settings, by_owner=True) as database:
            made = service.back_up(database, _store(settings), folder)
    except (CannotCopy, Unfit) as why:
        fail(str(why).splitlines())
    console.print(_told(made), highlight=False)
    console.print(f"SHA-256 of {FILE}: {file_digest(folder / FILE)}\n{KEY}", highlight=False)
    _fail_if_missing(made)


def restore(
    folder: Folder,
    verify: Annotated[bool, typer.Option("--verify", help="Prove that it is what the backup was made of.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what is in the database.")] = False,
    database_url: Url = "",
) -> None:
    """Restore a backup, whole or not at all, into a database that nobody uses."""
    settings = settings_of(database_url)
    try:
        with opened(settings, by_owner=True) as database:
            restored = service.restore(database, _store(settings), folder, replace)
            against = service.differences(database, _store(settings), restored) if verify else []
    except (CannotCopy, Unfit) as why:
        fail(str(why).splitlines())
    console.print(_told(restored), highlight=False)
    if restored.revision != head():
        console.print("It is of an older schema: run `mem migrate`, then `mem check`.", highlight=False)
    if against:
        fail(against)
    _fail_if_missing(restored)
    if verify:
        console.print("Verified: it is what the backup was made of.", highlight=False)


def _store(settings: Settings) -> Store:
    return Store(settings.data_dir / "evidence")


def _told(manifest: Manifest) -> str:
    return (
        f"{len(manifest.tables)} tables with {manifest.rows:,} rows, {len(manifest.chains)} chains and "
        f"{len(manifest.evidence)} evidence files, as of {manifest.at}"
    )


def _fail_if_missing(manifest: Manifest) -> None:
    """A backup without some file is better than none, but nobody may take it for whole."""
    if manifest.missing:
        fail(
            [f"The evidence file {name} was missing or damaged, and is not in the backup." for name in manifest.missing]
        )
