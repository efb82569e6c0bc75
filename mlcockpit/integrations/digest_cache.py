"""A file that did not change is not read again: its digest is known by path, size, times and inode."""

import os
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """CREATE TABLE IF NOT EXISTS digest (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, sha256 TEXT NOT NULL, rest TEXT)"""
_RECIPE = 1
"""Counts up when the arithmetic of a content digest changes, so that an older one is never taken for it."""

SETTLED_S = 2.0
"""A file changed within these last seconds may change again without its times telling."""


@dataclass(frozen=True)
class Stamp:
    """What changes when a file's bytes change."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, stat: os.stat_result) -> "Stamp":
        """Return the stamp in one `stat`."""
        return cls(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)

    def __str__(self) -> str:
        return f"{_RECIPE}:{self.size}:{self.mtime_ns}:{self.ctime_ns}:{self.inode}"


@dataclass(frozen=True)
class Known:
    """A digest that was computed before."""

    stamp: str
    sha256: str
    rest: str | None = None
    """The table's digest as JSON; None where it was not asked for."""


class DigestCache:
    """Known digests in one small database; losing it, or not being able to write it, costs time and nothing else."""

    def __init__(self, path: Path, *, settled_s: float = SETTLED_S) -> None:
        self._path = path
        self._settled_ns = int(settled_s * 1e9)

    def get(self, path: str, stamp: Stamp) -> Known | None:
        """Return what is known of the file as it is now."""
        known = self._select("SELECT path, stamp, sha256, rest FROM digest WHERE path = ?", path).get(path)
        return known if known is not None and known.stamp == str(stamp) else None

    def below(self, folder: str) -> Mapping[str, Known]:
        """Return everything known of the files in `folder`, by path, as it was when it was kept."""
        start = folder.rstrip("/") + "/"
        return self._select(
            "SELECT path, stamp, sha256, rest FROM digest WHERE path >= ? AND path < ?", start, start[:-1] + "0"
        )

    def keep(self, found: Iterable[tuple[str, Stamp, str, str | None]]) -> None:
        """Remember (path, stamp, sha256, rest); what changed a moment ago is left out."""
        settled = time.time_ns() - self._settled_ns
        rows = [
            (path, str(stamp), sha256, rest)
            for path, stamp, sha256, rest in found
            if max(stamp.mtime_ns, stamp.ctime_ns) < settled
        ]
        if not rows:
            return
        try:
            with closing(self._connect()) as base, base:
                base.execute(_SCHEMA)
                base.executemany("INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?)", rows)
        except sqlite3.DatabaseError as error:
            self._drop_if_broken(error)
        except OSError:
            return

    def _select(self, query: str, *values: str) -> dict[str, Known]:
        if not self._path.is_file():
            return {}
        try:
            with closing(self._connect()) as base:
                return {path: Known(stamp, sha256, rest) for path, stamp, sha256, rest in base.execute(query, values)}
        except sqlite3.DatabaseError as error:
            self._drop_if_broken(error)
            return {}

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return sqlite3.connect(self._path, timeout=10)

    def _drop_if_broken(self, error: sqlite3.DatabaseError) -> None:
        if getattr(error, "sqlite_errorname", "").split("_")[1:2] in (["CORRUPT"], ["NOTADB"]):
            self._path.unlink(missing_ok=True)
