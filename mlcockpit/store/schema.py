"""The project's database has the tables of this code's version, after a backup and in one transaction, or is left as it was."""

import contextlib
import fcntl
import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from mlcockpit.domain import data, delivery, handoff, journal, operations, people, product, source, training
from mlcockpit.errors import Refused, SourceFailed
from mlcockpit.store.database import Store, database_failure

TABLES = (data, delivery, handoff, journal, operations, people, product, source, training)
"""Importing these modules registers their tables."""

HEAD = "0002"
"""The revision that this code reads and writes."""

KEPT_BACKUPS = 3


def prepare(store: Store) -> None:
    """Bring the database to HEAD; raises SourceFailed for one that a newer mlcockpit made."""
    try:
        current = revision(store)
        if current == HEAD:
            return
        if current is not None and current > HEAD:
            raise SourceFailed(
                f"the project's database has schema {current}, made by a newer mlcockpit (this one knows {HEAD})",
                hint="upgrade mlcockpit; nothing was changed",
            )
        with _only_one(store):
            if revision(store) != HEAD:
                _migrate(store, backup=current is not None)
    except DBAPIError as error:
        raise database_failure(error, store.url) from error


def claim(store: Store, project: str) -> None:
    """Write down once which project this database is for; raises Refused where it is another's."""
    with store.read() as session:
        owner = session.connection().execute(_OWNER).scalar()
    if owner is None:
        with store.write("mlcockpit") as tx:
            owner = (tx.get(journal.JournalOf, 1) or tx.save(journal.JournalOf(one=1, project=project))).project
    if owner != project:
        raise Refused(
            f"this database belongs to the project {owner!r}, and mlcockpit.toml says key = {project!r}",
            hint=f"write key = {owner!r} again, or name another database in MLCOCKPIT_DATABASE",
        )


_OWNER = text("SELECT project FROM journal_of")


def revision(store: Store) -> str | None:
    """Return the schema's revision; None for an empty database."""
    with store.engine.connect() as connection:
        try:
            if not store.is_sqlite and connection.execute(_HAS_REVISION).scalar() is None:
                return None
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        except OperationalError as error:
            if "no such table" in str(error):
                return None
            raise
        finally:
            connection.rollback()
    return None if found is None else str(found)


_HAS_REVISION = text("SELECT to_regclass('alembic_version')")


def _migrate(store: Store, *, backup: bool) -> None:
    if backup and store.is_sqlite:
        keep_backup(Path(store.url.removeprefix("sqlite:///")))
    with store.engine.begin() as connection:
        if not store.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(7365502)"))
        upgrade(connection)
        _check(connection, store)


def upgrade(connection: Connection, target: str = "head") -> None:
    """Run the migrations up to `target` on an open transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("mlcockpit.store") / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def keep_backup(path: Path) -> Path:
    """Copy the database beside itself, whole and at one instant, and keep the newest three."""
    existing = sorted(path.parent.glob(f"{path.name}.backup-*"), key=lambda each: int(each.name.rpartition("-")[2]))
    number = int(existing[-1].name.rpartition("-")[2]) + 1 if existing else 1
    target = path.with_name(f"{path.name}.backup-{number}")
    with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    target.chmod(0o600)
    for old in existing[: max(len(existing) + 1 - KEPT_BACKUPS, 0)]:
        old.unlink()
    return target


def _check(connection: Connection, store: Store) -> None:
    if not store.is_sqlite:
        return
    faults = [row[0] for row in connection.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    faults += [str(tuple(row)) for row in connection.execute(text("PRAGMA foreign_key_check"))]
    if faults:
        raise SourceFailed(
            f"the migrated database does not hold together ({faults[0]})", hint="it was left as it was; see its backup"
        )


@contextlib.contextmanager
def _only_one(store: Store) -> Iterator[None]:
    """Let one process migrate at a time; the lock goes with the process."""
    path = store.url.removeprefix("sqlite:///")
    if not store.is_sqlite or path in ("", ":memory:"):
        yield
        return
    with open(f"{path}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
