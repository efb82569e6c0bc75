"""Somebody else's SQLite file is read without writing a byte to it or leaving a file beside it."""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from mlcockpit.errors import SourceFailed

RACY_NS = 2_000_000_000
"""A file that changed less than this ago may change again within the same tick of its clock."""

TRIES = 3
"""Copies attempted while somebody writes."""

_HEADER = 100
_WAL_INDEX_HEADER = 48


def stamp(path: Path) -> str:
    """Return what differs after every write to the store at `path`; empty where that cannot be promised now.

    In rollback mode the change counter in the header is exact. In WAL mode the header of the wal-index is, which every
    commit rewrites; without one, size and time of the files are believed once they are old enough.
    """
    try:
        header = path.open("rb").read(_HEADER)
        state = path.stat()
    except OSError:
        return ""
    wal, shm, journal = (_beside(path, suffix) for suffix in ("-wal", "-shm", "-journal"))
    if len(header) < _HEADER or journal.exists():
        return ""
    parts = [state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, header[24:28].hex()]
    if not _is_wal(header):
        return ":".join(map(str, parts))
    try:
        index = shm.open("rb").read(2 * _WAL_INDEX_HEADER)
        if index[:_WAL_INDEX_HEADER] != index[_WAL_INDEX_HEADER:]:
            return ""
        return ":".join(map(str, [*parts, wal.stat().st_size, index[:_WAL_INDEX_HEADER].hex()]))
    except OSError:
        racy = time.time_ns() - state.st_mtime_ns < RACY_NS
        return "" if racy or wal.exists() else ":".join(map(str, parts))


@contextmanager
def readable(path: Path, *, busy_s: float) -> Iterator[str]:
    """Yield a file: URI that attaches read-only and shows one committed state of the database at `path` or later."""
    try:
        header = path.open("rb").read(_HEADER)
    except OSError as error:
        raise SourceFailed(f"{path} cannot be read", hint=error.strerror or "check its permissions") from error
    live = _beside(path, "-wal").exists() and _beside(path, "-shm").exists()
    if not header.startswith(b"SQLite format 3\x00"):
        raise SourceFailed(f"{path} is not a SQLite database", hint="check mlflow under [sources] in mlcockpit.toml")
    if _is_wal(header) and live:
        yield _uri(path, "readonly_shm=1")
    elif _is_wal(header) or _has_hot_journal(path, busy_s=busy_s):
        with tempfile.TemporaryDirectory(prefix="mlcockpit-") as folder:
            yield _uri(_copy(path, Path(folder)))
    else:
        yield _uri(path)


@contextmanager
def plainly(path: Path, *, busy_s: float) -> Iterator[sqlite3.Connection]:
    """Open the database at `path` read-only and turn what SQLite refuses into one SourceFailed."""
    with readable(path, busy_s=busy_s) as uri, said(path):
        connection = sqlite3.connect(uri, uri=True, timeout=busy_s)
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def said(path: Path) -> Iterator[None]:
    """Turn an error of SQLite about the database at `path` into one SourceFailed with the next step."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if "locked" in str(error) or "busy" in str(error):
            hint = "another program is writing it; run mlcockpit sync again when it has finished"
            raise SourceFailed(f"the store {path} is locked", hint=hint) from error
        raise SourceFailed(
            f"the store {path} cannot be read: {error}",
            hint="restore it from a copy; the last good mirror stays in use",
        ) from error


def _uri(path: Path, *options: str) -> str:
    return f"file:{quote(str(path.absolute()))}?" + "&".join(["mode=ro", *options])


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _is_wal(header: bytes) -> bool:
    return header[18:20] == b"\x02\x02"


def _has_hot_journal(path: Path, *, busy_s: float) -> bool:
    """Tell whether a writer died in the middle: only a copy can be rolled back without writing to the original."""
    if not _beside(path, "-journal").exists():
        return False
    connection = sqlite3.connect(_uri(path), uri=True, timeout=busy_s)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            return True
        hint = "another program is writing it; run mlcockpit sync again when it has finished"
        raise SourceFailed(f"the store {path} is locked", hint=hint) from error
    finally:
        connection.close()
    return False


def _copy(path: Path, folder: Path) -> Path:
    """Return a private copy of the database and its journals, taken while nobody wrote."""
    for _ in range(TRIES):
        before = _times(path)
        for suffix in ("", "-wal", "-journal"):
            target = folder / ("store.db" + suffix)
            target.unlink(missing_ok=True)
            if _beside(path, suffix).exists():
                shutil.copyfile(_beside(path, suffix), target)
        if _times(path) == before:
            sqlite3.connect(folder / "store.db").execute("SELECT count(*) FROM sqlite_master").connection.close()
            return folder / "store.db"
    raise SourceFailed(f"the store {path} is being written to", hint="run mlcockpit sync again when that has finished")


def _times(path: Path) -> list[tuple[int, int]]:
    states = [_beside(path, suffix).stat() for suffix in ("", "-wal", "-journal") if _beside(path, suffix).exists()]
    return [(state.st_size, state.st_mtime_ns) for state in states]
