"""The mirror follows a tracker exactly, in two steps, so that its changes are written down before it forgets them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mlcockpit.domain.observed import MirrorChanges, MirrorFreshness, ObservedChange, SyncProgress
from mlcockpit.domain.tracking import TrackerReading
from mlcockpit.errors import SourceFailed
from mlcockpit.ports import Tracker
from mlcockpit.store.mirror import comparing, copying, observing, schema

_OURS = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
"""SQLite's codes for a place that cannot be written: never the tracker's, which is only read."""


def silently(done: int, total: int) -> None:
    """Take progress and show nothing."""


class _Cursor(NamedTuple):
    source: str
    sync: int
    synced_at: datetime
    stamp: str
    epoch: str

    @property
    def token(self) -> str:
        return f"{self.epoch}#{self.sync}"


class Mirror:
    """A copy of one tracker in a SQLite file of ours.

    `prepare` copies runs that are new and finds every other difference; `commit` writes those and moves the cursor. Between
    the two the caller records `observed`. A crash anywhere leaves a mirror that the next `prepare` completes; the changes
    it then tells again have the positions they had.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with _blamed(path):
            self._connection = schema.open_writing(path)
        self._watermarks: dict[str, comparing.Watermark] = {}
        self._stamp = ""

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def prepare(self, tracker: Tracker, *, now: datetime, progress: SyncProgress = silently) -> MirrorChanges:
        """Look at `tracker`: copy new runs, find every other difference, and move nothing."""
        cursor = self._cursor()
        self._watermarks, self._stamp = {}, cursor.stamp if cursor else ""
        if cursor and cursor.source == tracker.source and cursor.stamp and tracker.stamp() == cursor.stamp:
            return self._changes(cursor, now=now, copied=0, observed=(), nothing=True)
        with tracker.reading() as reading:
            if cursor is None or cursor.source != tracker.source:
                cursor = self._begin(tracker.source, now)
            copied = self._look(reading, progress)
            self._stamp = reading.stamp if reading.stamp == tracker.stamp() else ""
        after = cursor.synced_at if cursor.sync else None
        observed = observing.observe(self._connection, epoch=cursor.epoch, after=after, before=now)
        return self._changes(cursor, now=now, copied=copied, observed=observed, nothing=False)

    def commit(self, changes: MirrorChanges) -> bool:
        """Write what `prepare` found and move the cursor; False where another sync did so meanwhile: prepare again."""
        connection = self._connection
        with _blamed(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                cursor = self._cursor()
                if cursor is None or cursor.token != changes.token:
                    connection.execute("ROLLBACK")
                    return False
                if self._watermarks or not changes.is_nothing_new:
                    comparing.write(connection)
                observing.remember(connection, changes.observed)
                self._move_cursor(changes, sync=cursor.sync + 1, epoch=cursor.epoch)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        return True

    def freshness(self) -> MirrorFreshness | None:
        """Return what the mirror holds and since when; None before the first sync has finished."""
        return freshness_of(self._connection)

    def _look(self, reading: TrackerReading, progress: SyncProgress) -> int:
        connection = self._connection
        try:
            with _blamed(self.path):
                copying.attach(connection, reading)
                self._watermarks = comparing.marks(connection, reading)
                copied = copying.copy_new_runs(connection, progress)
                comparing.compare(connection, reading, self._watermarks)
        finally:
            copying.detach(connection)
        return copied

    def _cursor(self) -> _Cursor | None:
        row = self._connection.execute("SELECT source, sync, synced_at, stamp, epoch FROM main.cursor").fetchone()
        return row and _Cursor(row[0], row[1], datetime.fromisoformat(row[2]), row[3], row[4])

    def _begin(self, source: str, now: datetime) -> _Cursor:
        """Write down when this mirror began, so that a first sync that was cut off tells its changes under the same keys."""
        begun = _Cursor(source, 0, now, "", now.isoformat())
        with _blamed(self.path):
            if self._cursor() is not None:
                schema.empty(self._connection)
            self._connection.execute(
                "INSERT OR IGNORE INTO main.cursor (one, source, sync, synced_at, stamp, epoch) VALUES (1, ?, ?, ?, ?, ?)",
                (source, 0, begun.epoch, "", begun.epoch),
            )
        return self._cursor() or begun

    def _move_cursor(self, changes: MirrorChanges, *, sync: int, epoch: str) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO main.cursor (one, source, sync, synced_at, stamp, epoch) VALUES (1, ?, ?, ?, ?, ?)",
            (changes.source, sync, changes.synced_at.isoformat(), self._stamp, epoch),
        )
        self._connection.executemany(
            "INSERT OR REPLACE INTO main.watermarks (feed, last, proof) VALUES (?, ?, ?)",
            [(feed, mark.last, mark.proof) for feed, mark in self._watermarks.items()],
        )

    def _changes(
        self,
        cursor: _Cursor,
        *,
        now: datetime,
        copied: int,
        observed: tuple[ObservedChange, ...],
        nothing: bool,
    ) -> MirrorChanges:
        counts = dict.fromkeys(_COUNTS, 0)
        if not nothing:
            counts = {name: int(self._connection.execute(sql).fetchone()[0]) for name, sql in _COUNTS.items()}
            nothing = not copied and not comparing.has_differences(self._connection)
        (total,) = self._connection.execute("SELECT count(*) FROM main.runs").fetchone()
        return MirrorChanges(
            source=cursor.source,
            synced_at=now,
            is_first=cursor.sync == 0,
            is_nothing_new=nothing,
            new_runs=copied,
            total_runs=int(total) - counts.pop("purged_runs"),
            observed=observed,
            token=cursor.token,
            **counts,
        )


def freshness_of(connection: sqlite3.Connection) -> MirrorFreshness | None:
    """Return what an open mirror holds and since when; None before the first sync has finished."""
    if not schema.is_current(connection):
        return None
    row = connection.execute(
        "SELECT source, synced_at, (SELECT count(*) FROM runs) FROM cursor WHERE sync > 0"
    ).fetchone()
    return None if row is None else MirrorFreshness(row[0], datetime.fromisoformat(row[1]), row[2])


_CHANGED_RUNS = (
    "SELECT r.id FROM temp.up_runs p JOIN main.runs r ON r.run = p.run"
    " UNION SELECT run FROM temp.up_params UNION SELECT run FROM temp.up_metrics UNION SELECT run FROM temp.up_tags"
    " UNION SELECT run FROM temp.up_inputs UNION SELECT run FROM temp.up_logged_models UNION SELECT run FROM temp.gone_tags"
)

_COUNTS = {
    "changed_runs": f"SELECT count(*) FROM ({_CHANGED_RUNS})",
    "deleted_runs": "SELECT (SELECT count(*) FROM temp.gone_runs)"
    " + (SELECT count(*) FROM temp.up_runs WHERE is_deleted AND NOT was_is_deleted)",
    "restored_runs": "SELECT count(*) FROM temp.up_runs WHERE was_is_deleted AND NOT is_deleted",
    "purged_runs": "SELECT count(*) FROM temp.gone_runs",
    "new_experiments": "SELECT count(*) FROM temp.up_experiments WHERE is_new",
    "new_versions": "SELECT count(*) FROM temp.up_versions WHERE is_new",
}


@contextmanager
def _blamed(path: Path) -> Iterator[None]:
    """Turn a mirror that cannot be written into one SourceFailed; what the tracker's store refuses passes through."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if (error.sqlite_errorcode & 0xFF) not in _OURS:
            raise
        hint = "free some space or check its permissions, then run mlcockpit sync again: nothing is lost"
        raise SourceFailed(f"the mirror {path} cannot be written: {error}", hint=hint) from error
