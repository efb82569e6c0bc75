"""The only engine: SQLite that loses nothing (WAL, FULL, BEGIN IMMEDIATE), or PostgreSQL by URL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from mlcockpit.errors import Conflict, SourceFailed, UsageError
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

_READ_ONLY = {"mlcockpit_read_only": True}
_ONE_STATE = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


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
            except DBAPIError as error:
                raise database_failure(error, self.url) from error

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session for reading one consistent state."""
        with Session(self._engine, expire_on_commit=False) as session:
            try:
                session.connection(execution_options=_READ_ONLY if self.is_sqlite else _ONE_STATE)
                yield session
            except DBAPIError as error:
                raise database_failure(error, self.url) from error

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()


def make_engine(url: str) -> Engine:
    """Return an engine with the settings that were found to lose nothing; creates the file's folder, private."""
    if not url.startswith("sqlite"):
        return _server_engine(url)
    path = url.removeprefix("sqlite:///")
    if path not in ("", ":memory:", "sqlite://"):
        _prepare_folder(Path(path))
    engine = create_engine(url, connect_args={"timeout": 30})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _server_engine(url: str) -> Engine:
    """Return an engine for postgresql://…, however a person or a hosting service spells it."""
    try:
        parts = make_url(url)
        if parts.get_backend_name() not in ("postgresql", "postgres"):
            raise UsageError(f"MLCOCKPIT_DATABASE names a {parts.get_backend_name()} database", hint=_ADDRESS)
        return create_engine(parts.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except ArgumentError as error:
        raise UsageError("MLCOCKPIT_DATABASE is no address of a database", hint=_ADDRESS) from error
    except ModuleNotFoundError as error:
        raise UsageError(
            "the driver for PostgreSQL is not installed", hint="pip install 'mlcockpit[postgres]', then repeat"
        ) from error


_ADDRESS = "write it as postgresql://USER:PASSWORD@HOST/DATABASE"


def lock_for_writing(session: Session) -> None:
    """Start the transaction now, so that what it reads cannot change before it writes."""
    session.connection()
    if session.get_bind().dialect.name != "sqlite":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(7365501)"))


def database_failure(error: DBAPIError, url: str) -> SourceFailed:
    """Return the error that a person sees for a database that said no."""
    words = next((line for line in str(error.orig or error).splitlines() if line.strip()), type(error.orig).__name__)
    return SourceFailed(f"the project's database {_place(url)} failed ({words.strip()})", hint=_next_step(words, url))


def _place(url: str) -> str:
    """Return where a database lies, without its password."""
    if url.startswith("sqlite"):
        return url.removeprefix("sqlite:///")
    parts = make_url(url)
    return f"{parts.database or parts.username or ''} on {parts.host or parts.query.get('host') or 'this machine'}"


def _next_step(words: str, url: str) -> str:
    if not url.startswith("sqlite"):
        return "check MLCOCKPIT_DATABASE and that the server runs and lets you in; nothing was lost"
    place = _place(url)
    for sign, hint in (
        ("full", "free some space and repeat; nothing was lost"),
        ("disk I/O", "is the disk full? free some space and repeat; nothing was lost"),
        ("locked", "another command is writing for a long time; try again"),
        ("readonly", "is the folder yours to write in?"),
        ("unable to open", "is the folder yours to write in?"),
        ("malformed", f"put a backup in its place: cp {place}.backup-N {place}"),
        ("not a database", f"put a backup in its place: cp {place}.backup-N {place}"),
    ):
        if sign in words:
            return hint
    return "try again; --verbose shows more"


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
