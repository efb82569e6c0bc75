"""What differs between the tracker and the mirror is found by one short read and written later, all at once."""

import sqlite3

from mlcockpit.domain.tracking import TrackerReading
from mlcockpit.store.mirror.tables import ALIASES, ALL, EXPERIMENTS, METRICS, PARAMS, PER_RUN, RUNS, VERSIONS, Mirrored

LOGGED = (PARAMS, METRICS)
"""Tables whose new rows show in a log of the store, so that only the runs in it need a look."""


class Watermark:
    """How far a log of the store was read, with the row that proves that it is still the same log."""

    def __init__(self, connection: sqlite3.Connection, log: str) -> None:
        self._connection = connection
        self._log = log
        (last,) = connection.execute(f"SELECT max(rowid) FROM src.{log}").fetchone()
        self.last = int(last or 0)
        self.proof = self._row(self.last)

    def holds(self, last: int, proof: str) -> bool:
        """Tell whether the row that ended the log at the last sync is where it was."""
        return self.last >= last and self._row(last) == proof

    def _row(self, rowid: int) -> str:
        row = self._connection.execute(f"SELECT * FROM src.{self._log} WHERE rowid = ?", (rowid,)).fetchone()
        return repr(row)[:2000]


def marks(connection: sqlite3.Connection, reading: TrackerReading) -> dict[str, Watermark]:
    """Return the end of every log now, before anything is read."""
    return {feed: Watermark(connection, log) for feed, log in reading.logs.items()}


def compare(connection: sqlite3.Connection, reading: TrackerReading, now: dict[str, Watermark]) -> None:
    """Leave every difference in temp.up_* and temp.gone_*, as one committed state of the tracker shows it."""
    for table in ALL:
        connection.execute(f"DROP TABLE IF EXISTS temp.up_{table.name}")
        connection.execute(f"DROP TABLE IF EXISTS temp.gone_{table.name}")
    connection.execute("DROP TABLE IF EXISTS temp.gone_runs")
    connection.execute("BEGIN")
    for table in (EXPERIMENTS, RUNS, VERSIONS, ALIASES):
        _changed(connection, table)
        _gone(connection, table)
    everything_fresh = _count(connection, "temp.fresh") == _count(connection, "main.runs")
    for table in PER_RUN:
        touched = "WHERE 0" if everything_fresh else _touched(connection, table, reading, now)
        _changed(connection, table, only=touched)
        whole = not touched and not _adds_up(connection, table)
        _gone(connection, table, only="" if whole else "AND 0")
    connection.execute("COMMIT")


def has_differences(connection: sqlite3.Connection) -> bool:
    """Tell whether the last `compare` found anything to write."""
    return any(_count(connection, f"temp.{kind}_{table.name}") for table in ALL for kind in ("up", "gone"))


def write(connection: sqlite3.Connection) -> None:
    """Write every difference that `compare` left; the caller holds the transaction."""
    for table in ALL:
        for statement in table.write(f"temp.up_{table.name}"):
            connection.execute(statement)
        same = " AND ".join(f"g.{name} = {table.name}.{name}" for name in table.identity)
        if _count(connection, f"temp.gone_{table.name}"):
            gone = f"SELECT 1 FROM temp.gone_{table.name} g WHERE {same}"
            connection.execute(f"DELETE FROM main.{table.name} WHERE EXISTS ({gone})")
    orphaned = "run NOT IN (SELECT id FROM main.runs)"
    if _count(connection, "temp.gone_runs"):
        for name in ("params", "metrics", "tags", "inputs", "logged_models", "long_values"):
            connection.execute(f"DELETE FROM main.{name} WHERE {orphaned}")


def _changed(connection: sqlite3.Connection, table: Mirrored, *, only: str = "") -> None:
    """Fill temp.up_X with new and changed rows; was_* holds the old values, null in a new row."""
    was = "".join(f", {table.mirrored_value() if v == 'value' else f'm.{v}'} AS was_{v}" for v in table.values)
    named = table.from_feed().replace("r.id", "r.id AS run")
    condition = f"{only} AND ({table.differs()})" if only else f"WHERE {table.differs()}"
    connection.execute(
        f"CREATE TEMP TABLE up_{table.name} AS SELECT {named}{was}, m.{table.identity[0]} IS NULL AS is_new"
        f" FROM {table.joined()} {condition}"
    )


def _gone(connection: sqlite3.Connection, table: Mirrored, *, only: str = "") -> None:
    """Fill temp.gone_X with the mirrored rows that the tracker no longer has."""
    pairs = " AND ".join(
        f"f.{name} = " + ("r.run" if table.of_runs and name == "run" else f"m.{name}") for name in table.identity
    )
    runs = " JOIN main.runs r ON r.id = m.run" if table.of_runs else ""
    connection.execute(
        f"CREATE TEMP TABLE gone_{table.name} AS SELECT m.* FROM main.{table.name} m{runs}"
        f" WHERE NOT EXISTS (SELECT 1 FROM temp.feed_{table.name} f WHERE {pairs}) {only}"
    )


def _touched(
    connection: sqlite3.Connection, table: Mirrored, reading: TrackerReading, now: dict[str, Watermark]
) -> str:
    """Return the condition that leaves the runs that a log names since its watermark; empty: look at all."""
    log = reading.logs.get(table.name) if table in LOGGED else None
    known = connection.execute("SELECT last, proof FROM main.watermarks WHERE feed = ?", (table.name,)).fetchone()
    if log is None or known is None or not now[table.name].holds(*known):
        return ""
    connection.execute(f"DROP TABLE IF EXISTS temp.touched_{table.name}")
    connection.execute(
        f"CREATE TEMP TABLE touched_{table.name} AS SELECT DISTINCT run_uuid AS run FROM src.{log} NOT INDEXED"
        f" WHERE rowid > {int(known[0])} AND run_uuid NOT IN (SELECT run FROM temp.fresh)"
    )
    return f"WHERE f.run IN (SELECT run FROM temp.touched_{table.name})"


def _adds_up(connection: sqlite3.Connection, table: Mirrored) -> bool:
    """Tell whether the tracker has as many rows of mirrored runs as the mirror, so that none can be gone."""
    (new,) = connection.execute(f"SELECT count(*) FROM temp.up_{table.name} WHERE is_new").fetchone()
    (orphans,) = connection.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT run FROM temp.feed_{table.name}) WHERE run NOT IN (SELECT run FROM main.runs)"
    ).fetchone()
    theirs = _count(connection, f"temp.feed_{table.name}")
    return not orphans and theirs == _count(connection, f"main.{table.name}") + int(new)


def _count(connection: sqlite3.Connection, table: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)
