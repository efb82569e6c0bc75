"""What a tracker's client answers is laid down as feed tables in a private SQLite file, which the mirror then attaches."""

import math
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from mlcockpit.domain.tracking import FEED, SENTINEL, TrackerReading

Value = str | int | float | None


class FeedFile:
    """The feed tables of one answer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("BEGIN")
        for table, columns in FEED.items():
            self._connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")

    def add(self, table: str, rows: Iterable[Sequence[Value]]) -> None:
        """Add rows with the columns of `FEED`."""
        marks = ", ".join("?" * len(FEED[table]))
        self._connection.executemany(
            f"INSERT INTO {table} VALUES ({marks})", (tuple(map(_stored, row)) for row in rows)
        )

    def finish(self) -> TrackerReading:
        """Close the file and return it as a reading."""
        for table in ("runs", "params", "metrics", "tags", "inputs", "logged_models"):
            self._connection.execute(f"CREATE INDEX {table}_run ON {table} (run)")
        self._connection.execute("COMMIT")
        self._connection.close()
        return TrackerReading(
            database=f"file:{quote(str(self._path))}?mode=ro",
            selects={table: f"SELECT {', '.join(columns)} FROM {{db}}.{table}" for table, columns in FEED.items()},
            logs={},
            stamp="",
        )


def _stored(value: Value) -> Value:
    if not isinstance(value, float):
        return value.encode(errors="replace").decode() if isinstance(value, str) else value
    if math.isnan(value):
        return None
    return math.copysign(math.inf, value) if abs(value) >= SENTINEL else value
