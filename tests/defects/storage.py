"""Mistakes below: what is on the disk, what comes back from a backup, what the verifier lets pass."""

from __future__ import annotations

from tests.defects.defect import Defect, by_proof

DB = "src/mem/core/db.py"
STORE = "src/mem/evidence/store.py"
BACKUP = "src/mem/backup/service.py"
VERIFY = "src/mem/verify.py"
BACKUPS = "tests/backup/test_service.py"

STORAGE = (
    Defect(
        "a commit is not flushed",
        DB, '"synchronous=FULL"', '"synchronous=NORMAL"', by_proof("T08-wal"),
    ),
    Defect(
        "an older SQLite deletes its journal",
        DB, 'else "TRUNCATE"', 'else "DELETE"', by_proof("T08-truncate"),
    ),
    Defect(
        "a network file system is taken for a disk",
        "src/mem/core/mounts.py", "return kind if kind in NETWORK else None", "return None",
        "tests/core/test_mounts.py",
    ),
    Defect(
        "a file has its name before its bytes are flushed",
        STORE, "os.fsync(file.fileno())", "file.flush()", by_proof("T08-files"),
    ),
    Defect(
        "the folder of a file is not flushed",
        STORE, "for folder in (target.parent, target.parent.parent,", "for folder in (target.parent.parent,",
        by_proof("T08-files"),
    ),
    Defect(
        "a file that another is just keeping is told of as kept",
        STORE,
        "        except OSError:\n            self._write(target, data)\n",
        "            return name\n        except OSError:\n            self._write(target, data)\n",
        by_proof("T08-files"),
    ),
    Defect(
        "the file of a database that is written to is copied as it lies",
        "src/mem/backup/copies.py",
        "raw.backup(target)",
        "file.write_bytes(Path(str(database.engine.url.database)).read_bytes())",
        by_proof("T27-backups"),
    ),
    Defect(
        "files are not in the backup",
        BACKUP,
        "found = _copied(store, Store(folder / \"evidence\"), spoken_of)", "found = spoken_of",
        f"{BACKUPS}::test_what_is_restored_is_what_was_backed_up",
    ),
    Defect(
        "a damaged backup is restored",
        BACKUP, "return reasons + damage(folder, manifest)", "return reasons",
        f"{BACKUPS}::test_a_backup_that_is_not_what_it_was_is_refused_before_anything_is_touched",
    ),
    Defect(
        "a database is replaced under a server",
        BACKUP, "used(database, alone=True)", "used(database)",
        f"{BACKUPS}::test_a_database_that_is_used_is_not_replaced",
    ),
    Defect(
        "what was restored is not verified by itself",
        "src/mem/backup/contents.py", "found += faults(work)", "faults(work)",
        f"{BACKUPS}::test_whatever_is_not_as_it_was_is_told",
    ),
    Defect(
        "a digest is of the first column alone",
        "src/mem/backup/contents.py", "json.dumps([*row]", "json.dumps([row[0]]", "tests/backup/test_contents.py",
    ),
    Defect(
        "the verifier takes the leaf that it is told",
        VERIFY, "if _leaf(salt, body) != leaf:", "if _leaf(salt, body) == b\"\":", by_proof("T15-tampering"),
    ),
    Defect(
        "the verifier asks only how long the chains of a checkpoint were",
        VERIFY,
        "elif head[\"position\"] and events[head[\"position\"] - 1].get(\"link\") != head[\"link\"]:",
        "elif head[\"position\"] and events[head[\"position\"] - 1].get(\"link\") is None:",
        by_proof("T15-tampering"),
    ),
    Defect(
        "the verifier takes an event of another chain",
        VERIFY,
        "return bool((said[\"chain\"], said[\"seq\"], said[\"type\"]) == (chain_id, position, event_type))",
        "return bool((said[\"seq\"], said[\"type\"]) == (position, event_type))",
        "tests/test_verify.py",
    ),
    Defect(
        "a migration loses rows",
        "migrations/versions/2026_11_24_units.py",
        "def upgrade() -> None:\n",
        "def upgrade() -> None:\n    op.execute(\"DELETE FROM cycle_exclusion\")\n",
        by_proof("T26-migrations"),
    ),
)  # fmt: skip
