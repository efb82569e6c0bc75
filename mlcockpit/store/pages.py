"""A list of any number of runs is an order of row numbers and one page of rows at a time."""

import sqlite3
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from mlcockpit.analysis.run_fields import Field, Space, field_of, sort_keys
from mlcockpit.analysis.run_filter import parse
from mlcockpit.domain.observed import MirrorFreshness
from mlcockpit.domain.run import Experiment, RunRow
from mlcockpit.errors import EvidenceMissing
from mlcockpit.store import run_query
from mlcockpit.store.mirror.mirror import freshness_of
from mlcockpit.store.mirror.schema import open_reading
from mlcockpit.store.run_columns import Asked, Beside
from mlcockpit.store.run_rows import read_rows

PAGE = 128
"""Rows that a list asks for at once."""

NEWEST = "-started"
"""How runs are sorted unless somebody says otherwise."""


@dataclass(frozen=True)
class RunQuery:
    """Which runs, in which order."""

    filter: str = ""
    sort: str = NEWEST
    now: datetime | None = None
    """What ages such as since:7d count from; needed only with them."""
    beside: Beside = Beside()  # noqa: RUF009  (frozen)


@dataclass(frozen=True)
class RunOrder:
    """The matching runs in order, as row numbers."""

    rows: "array[int]"
    total: int
    """Runs in the mirror that are not deleted."""

    def page(self, number: int, size: int = PAGE) -> Sequence[int]:
        """Return the row numbers of one page, the first being 0."""
        return self.rows[number * size : (number + 1) * size]


class RunPages:
    """The mirror as lists read it; one connection that never writes, used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise _never_synced()
        self._connection = open_reading(path)
        if freshness_of(self._connection) is None:
            self._connection.close()
            raise _never_synced()

    @property
    def connection(self) -> sqlite3.Connection:
        """Return the connection, for facts and details that are read beside the pages."""
        return self._connection

    def close(self) -> None:
        """Let go of the mirror."""
        self._connection.close()

    def freshness(self) -> MirrorFreshness:
        """Return what the mirror holds and since when."""
        found = freshness_of(self._connection)
        if found is None:
            raise _never_synced()
        return found

    def fields(self) -> "LoggedKeys":
        """Return the keys that runs have logged as they are now."""
        return LoggedKeys(self._connection)

    def order(self, query: RunQuery) -> RunOrder:
        """Return the matching runs in order; raises UsageError where filter or sort mean nothing."""
        known = self.fields()
        now = query.now or self.freshness().synced_at
        condition, bound = run_query.where(parse(query.filter), Asked(known, now, query.beside))
        (joins, joined), by = run_query.order(sort_keys(query.sort, known), query.beside)
        sql = f"SELECT r.id FROM runs r {joins} WHERE {condition} ORDER BY {by}"
        rows = array("q", (row for (row,) in self._connection.execute(sql, [*joined, *bound])))
        (total,) = self._connection.execute("SELECT count(*) FROM runs WHERE NOT is_deleted").fetchone()
        return RunOrder(rows, total)

    def columns(self, names: Sequence[str]) -> Sequence[Field]:
        """Return what column names mean; raises UsageError with the nearest names."""
        known = self.fields()
        return [field_of(name, known, wants_number=True) for name in names]

    def rows(self, ids: Sequence[int], columns: Sequence[Field] = ()) -> Sequence[RunRow]:
        """Return one page of rows in the order of `ids`, with the metrics, parameters and tags among `columns`."""
        wanted = {space: [each.key for each in columns if each.space is space] for space in Space}
        return read_rows(
            self._connection, ids, metrics=wanted[Space.METRIC], params=wanted[Space.PARAM], tags=wanted[Space.TAG]
        )

    def experiments(self) -> Sequence[Experiment]:
        """Return every experiment with the number of its runs that are not deleted, most runs first."""
        counted = "SELECT count(*) FROM runs r WHERE r.experiment = e.id AND NOT r.is_deleted"
        sql = f"SELECT e.id, e.name, e.is_deleted, e.artifact_location, ({counted}) AS n FROM experiments e ORDER BY n DESC, e.id"
        return [
            Experiment(str(i), name, bool(gone), place, n) for i, name, gone, place, n in self._connection.execute(sql)
        ]


class LoggedKeys:
    """The keys that runs have logged, each kind looked up when it is first asked for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @cached_property
    def metrics(self) -> Collection[str]:
        """Return the keys of metrics."""
        return _distinct(self._connection, "metrics")

    @cached_property
    def params(self) -> Collection[str]:
        """Return the keys of parameters."""
        return _distinct(self._connection, "params")

    @cached_property
    def tags(self) -> Collection[str]:
        """Return the keys of tags."""
        return frozenset(key for (key,) in self._connection.execute("SELECT DISTINCT key FROM tags"))

    def common(self, kind: str, *, most: int = 4) -> Sequence[str]:
        """Return the keys of "metrics" or "params" that most runs have, most usual first."""
        keys: Mapping[str, int] = {
            key: self._connection.execute(f"SELECT count(*) FROM {kind} WHERE key = ?", (key,)).fetchone()[0]
            for key in (self.metrics if kind == "metrics" else self.params)
        }
        return sorted(keys, key=lambda key: (-keys[key], key))[:most]


def _distinct(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    """Return the first column of an index without reading every row of it."""
    sql = (
        f"WITH RECURSIVE k(key) AS (SELECT min(key) FROM {table} UNION ALL"
        f" SELECT (SELECT min(key) FROM {table} WHERE key > k.key) FROM k WHERE k.key IS NOT NULL)"
        " SELECT key FROM k WHERE key IS NOT NULL"
    )
    return frozenset(key for (key,) in connection.execute(sql))


def _never_synced() -> EvidenceMissing:
    return EvidenceMissing("no runs are known yet", hint="mlcockpit sync reads them")
