"""Runs that the mirror has never seen arrive in small commits, each run with all that belongs to it."""

import sqlite3

from mlcockpit.domain.observed import SyncProgress
from mlcockpit.domain.tracking import TrackerReading
from mlcockpit.store.mirror.tables import ALL, PER_RUN, RUNS, Mirrored

CHUNK = 10_000
"""Runs in one commit: about 0.3 s of work, during which the tracker's writers wait."""


def attach(connection: sqlite3.Connection, reading: TrackerReading) -> None:
    """Attach the tracker's store and name its feed tables."""
    connection.execute("ATTACH ? AS src", (reading.database,))
    for table in ALL:
        connection.execute(f"CREATE TEMP VIEW feed_{table.name} AS {reading.selects[table.name].format(db='src')}")


def detach(connection: sqlite3.Connection) -> None:
    """Let go of the tracker's store."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    for table in ALL:
        connection.execute(f"DROP VIEW IF EXISTS temp.feed_{table.name}")
    if any(name == "src" for _, name, _ in connection.execute("PRAGMA database_list")):
        connection.execute("DETACH src")


def copy_new_runs(connection: sqlite3.Connection, progress: SyncProgress) -> int:
    """Copy the runs that are not mirrored yet; return how many, and leave their numbers in temp.fresh."""
    connection.execute("DROP TABLE IF EXISTS temp.fresh")
    connection.execute("CREATE TEMP TABLE fresh (n INTEGER PRIMARY KEY, run TEXT, id INTEGER)")
    known = "SELECT 1 FROM main.runs r WHERE r.run = f.run"
    connection.execute(f"INSERT INTO temp.fresh (run) SELECT f.run FROM temp.feed_runs f WHERE NOT EXISTS ({known})")
    (total,) = connection.execute("SELECT count(*) FROM temp.fresh").fetchone()
    for start in range(1, total + 1, CHUNK):
        _copy_chunk(connection, start, start + CHUNK - 1)
        progress(min(start + CHUNK - 1, total), total)
    (copied,) = connection.execute("SELECT count(*) FROM temp.fresh").fetchone()
    return int(copied)


def _copy_chunk(connection: sqlite3.Connection, first: int, last: int) -> None:
    span = f"BETWEEN {first} AND {last}"
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"DELETE FROM temp.fresh WHERE n {span} AND run IN (SELECT run FROM main.runs)")
    names = ", ".join(RUNS.columns)
    feed = ", ".join(f"f.{name}" for name in RUNS.columns)
    connection.execute(
        f"INSERT INTO main.runs ({names}) SELECT {feed} FROM temp.fresh c CROSS JOIN temp.feed_runs f ON f.run = c.run"
        f" WHERE c.n {span}"
    )
    connection.execute(
        f"UPDATE temp.fresh SET id = (SELECT r.id FROM main.runs r WHERE r.run = fresh.run) WHERE n {span}"
    )
    for table in PER_RUN:
        for statement in table.write(f"({_rows_of(table, span)})"):
            connection.execute(statement)
    connection.execute("COMMIT")


def _rows_of(table: Mirrored, span: str) -> str:
    columns = ", ".join("c.id AS run" if name == "run" else f"f.{name}" for name in table.columns)
    return f"SELECT {columns} FROM temp.fresh c CROSS JOIN temp.feed_{table.name} f ON f.run = c.run WHERE c.n {span}"
