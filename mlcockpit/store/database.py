"""The only engine: SQLite that loses nothing (WAL, FULL, BEGIN IMMEDIATE), or PostgreSQL by URL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from mlcockpit.errors import Conflict, SourceFailed
from mlcockpit.ports import Clock
from mlcockpit.store.network_drives import refuse_network_drive
from mlcockpit.store.transaction import Transaction

_PRAGMAS = (
    "busy_timeout=30000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "journal_size_limit=67108864",
)


class Store:
    """The project's database; `write` is one short transaction, `read` cannot write."""

    def __init__(self, url: str, clock: Clock, tool: str) -> None:
        self.url = url
        self._clock = clock
        self._tool = tool
        self._engine = make_engine(url)

    @property
    def is_sqlite(self) -> bool:
        """Tell whether this is the embedded database."""
        return self._engine.dialect.name == "sqlite"

    @property
    def engine(self) -> Engine:
        """Return the engine, for migrations, loading and paging inside store/ only."""
        return self._engine

    @contextmanager
    def write(self, actor: str, at: datetime | None = None) -> Iterator[Transaction]:
        """Yield one transaction that holds the write lock from its start; commit it, or leave nothing behind.

        `at` dates what happens in it; None: now.
        """
        with Session(self._engine, expire_on_commit=False) as session:
            try:
                lock_for_writing(session)
                yield Transaction(session, actor, self._clock, self._tool, at)
                session.commit()
            except StaleDataError as error:
                raise Conflict("somebody else changed this record meanwhile", hint="look again and repeat") from error
            except OperationalError as error:
                raise database_failure(error, self.url) from error

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session for reading one consistent state."""
        with Session(self._engine, expire_on_commit=False) as session:
            try:
                if self.is_sqlite:
                    session.connection(execution_options={"mlcockpit_read_only": True})
                yield session
            except OperationalError as error:
                raise database_failure(error, self.url) from error

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()


def make_engine(url: str) -> Engine:
    """Return an engine with the settings that were found to lose nothing; creates the file's folder, private."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    path = url.removeprefix("sqlite:///")
    if path not in ("", ":memory:", "sqlite://"):
        _prepare_folder(Path(path))
    engine = create_engine(url, connect_args={"timeout": 30})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def lock_for_writing(session: Session) -> None:
    """Start the transaction now, so that what it reads cannot change before it writes."""
    session.connection()
    if session.get_bind().dialect.name != "sqlite":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(7365501)"))


def database_failure(error: DBAPIError, url: str) -> SourceFailed:
    """Return the error that a person sees for a database that said no."""
    words = str(error.orig).splitlines()[0] if error.orig else str(error)
    place = url.removeprefix("sqlite:///") if url.startswith("sqlite") else url.rpartition("@")[2]
    hint = "free some space and repeat; nothing was lost" if "full" in words else "try again, or see `mlcockpit doctor`"
    if "locked" in words:
        hint = "another command is writing for a long time; try again"
    if "readonly" in words or "unable to open" in words:
        hint = "is the folder yours to write in?"
    return SourceFailed(f"the project's database {place} failed ({words})", hint=hint)


def _prepare_folder(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        refuse_network_drive(path.parent)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise SourceFailed(
            f"the project's database {path} cannot be made ({error.strerror})", hint="is the folder yours to write in?"
        ) from error


def _configure(connection: object, _: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: object) -> None:
    read_only = connection.get_execution_options().get("mlcockpit_read_only")  # type: ignore[attr-defined]
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")  # type: ignore[attr-defined]
