"""An MLflow store in a SQLite file is read by plain SQL, read-only, and never migrated."""

import math
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.run import MetricHistory, MetricPoint
from mlcockpit.domain.tracking import SENTINEL, TrackerReading, instant
from mlcockpit.errors import SourceFailed
from mlcockpit.integrations import sqlite_file
from mlcockpit.integrations.mlflow_revisions import KNOWN
from mlcockpit.integrations.mlflow_selects import LOGS, selects

BUSY_S = 5.0
"""How long a locked store is waited for."""


class UnknownRevision(SourceFailed):
    """The store's schema is none that plain SQL knows; the MLflow client may know it."""


class MlflowSqlStore:
    """A tracker in one SQLite file."""

    def __init__(self, path: Path, *, busy_s: float = BUSY_S) -> None:
        self.path = path
        self.source = f"sqlite:///{path}"
        self._busy_s = busy_s

    def stamp(self) -> str:
        """Return what differs after every write; empty where that cannot be promised."""
        return sqlite_file.stamp(self.path)

    def check(self) -> None:
        """Raise UnknownRevision where the store's schema is none that plain SQL knows."""
        _require(self.path)
        with sqlite_file.plainly(self.path, busy_s=self._busy_s) as connection:
            check_revision(connection, self.path)

    @contextmanager
    def reading(self) -> Iterator[TrackerReading]:
        """Yield the store's own file, or a private copy where reading the file itself would write beside it."""
        _require(self.path)
        before = self.stamp()
        with sqlite_file.readable(self.path, busy_s=self._busy_s) as uri, sqlite_file.said(self.path):
            connection = sqlite3.connect(uri, uri=True, timeout=self._busy_s)
            try:
                check_revision(connection, self.path)
                feed = selects(connection)
            finally:
                connection.close()
            yield TrackerReading(database=uri, selects=feed, logs=LOGS, stamp=before)

    def metric_history(self, run_id: str, key: str, *, most: int = 2000) -> MetricHistory:
        """Return the logged values in order; more than `most` are thinned to minima and maxima by SQL."""
        _require(self.path)
        with sqlite_file.plainly(self.path, busy_s=self._busy_s) as connection:
            check_revision(connection, self.path)
            return read_history(connection, run_id, key, most=most)


def check_revision(connection: sqlite3.Connection, path: Path) -> None:
    """Raise UnknownRevision unless the store's schema is a known one."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "alembic_version" not in tables or "runs" not in tables:
        raise SourceFailed(f"{path} is not an MLflow store", hint="check mlflow under [sources] in mlcockpit.toml")
    revisions = [str(revision) for (revision,) in connection.execute("SELECT version_num FROM alembic_version")]
    if len(revisions) != 1 or revisions[0] not in KNOWN:
        found = clean(" ".join(revisions) or "none")
        hint = (
            "update mlcockpit if an MLflow after 3.17 wrote it; for one before 1.28 name a copy that"
            " `mlflow db upgrade sqlite:///COPY` has brought up"
        )
        raise UnknownRevision(f"the store {path} has the unknown schema revision {found}", hint=hint)


def read_history(connection: sqlite3.Connection, run_id: str, key: str, *, most: int) -> MetricHistory:
    """Return one metric's course from an open store."""
    where = "FROM metrics WHERE run_uuid = ? AND key = ?"
    total, low, high, first, last = connection.execute(
        f"SELECT count(*), min(step), max(step), min(timestamp), max(timestamp) {where}", (run_id, key)
    ).fetchone()
    if total <= most:
        sql = f"SELECT step, value, is_nan, timestamp {where} ORDER BY step, timestamp"
        return MetricHistory(tuple(_point(*row) for row in connection.execute(sql, (run_id, key))), total)
    axis, start, end = ("step", low, high) if high > low else ("timestamp", first, last)
    width = (end - start) // max(most // 2 - 1, 1) + 1
    picked: set[tuple[int, float | None, int, int]] = set()
    for extreme in ("min", "max"):
        number = f"{extreme}(CASE WHEN is_nan THEN NULL ELSE value END)"
        sql = f"SELECT step, {number}, is_nan, timestamp {where} GROUP BY ({axis} - ?) / ?"
        picked.update(connection.execute(sql, (run_id, key, start, width)))
    ordered = sorted(picked, key=lambda row: (row[0], row[3], row[1] or 0.0))
    return MetricHistory(tuple(_point(*row) for row in ordered[:most]), total)


def _require(path: Path) -> None:
    if not path.is_file():
        hint = "check mlflow under [sources] in mlcockpit.toml, or start a first run with MLFLOW_TRACKING_URI set to it"
        raise SourceFailed(f"there is no MLflow store at {path}", hint=hint)


def _point(step: int, value: float | None, is_nan: int, at_ms: int) -> MetricPoint:
    number = math.nan if is_nan or value is None else value
    if value is not None and abs(value) >= SENTINEL:
        number = math.copysign(math.inf, value)
    return MetricPoint(step=step, value=number, logged_at=instant(at_ms))
