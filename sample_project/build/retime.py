"""The one script that moves times: runs, metrics and versions of the sample's own store get the dates of the story.

A launch and all that it left move by one and the same distance, so durations and the order of points stay as they were.
Only times change: no value, no parameter, no digest, no file's content. Files get the time at which their run ended.
"""

import os
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

MOVES = (
    ("runs", ("start_time", "end_time"), "run_uuid"),
    ("metrics", ("timestamp",), "run_uuid"),
    ("latest_metrics", ("timestamp",), "run_uuid"),
    ("model_versions", ("creation_time", "last_updated_time"), "run_id"),
    ("logged_models", ("creation_timestamp_ms", "last_updated_timestamp_ms"), "source_run_id"),
    ("logged_model_metrics", ("metric_timestamp_ms",), "run_id"),
)
"""Table, its columns of milliseconds, and the column that names the run."""


def retime(store: Path, launches: Sequence[tuple[datetime, Sequence[str]]]) -> None:
    """Move each launch's runs to its date, in one transaction."""
    with sqlite3.connect(store) as database:
        for launched_at, runs in launches:
            _move(database, runs, launched_at)
        _date_containers(database)
        ended = database.execute("SELECT artifact_location, end_time FROM logged_models JOIN runs ON source_run_id = run_uuid")
        for location, end in ended.fetchall():
            touch(Path(location.removeprefix("file://")), datetime.fromtimestamp(end / 1000, UTC))
    database.close()


def touch(folder: Path, instant: datetime) -> None:
    """Give every file of a folder, and the folder, one time."""
    for path in [folder, *folder.rglob("*")]:
        os.utime(path, (instant.timestamp(), instant.timestamp()))


def _move(database: sqlite3.Connection, runs: Sequence[str], launched_at: datetime) -> None:
    marks = ",".join("?" * len(runs))
    query = f"SELECT min(start_time) FROM runs WHERE run_uuid IN ({marks})"
    (first,) = database.execute(query, list(runs)).fetchone()
    distance = int(launched_at.timestamp() * 1000) - first
    for table, columns, run in MOVES:
        moved = ", ".join(f"{column} = {column} + ?" for column in columns)
        database.execute(f"UPDATE {table} SET {moved} WHERE {run} IN ({marks})", [*[distance] * len(columns), *runs])


def _date_containers(database: sqlite3.Connection) -> None:
    """Experiments begin with the first run; a registered model with its first version, changed with its last."""
    (first,) = database.execute("SELECT min(start_time) FROM runs").fetchone()
    database.execute("UPDATE experiments SET creation_time = ?, last_update_time = ?", (first, first))
    database.execute(
        "UPDATE registered_models SET"
        " creation_time = (SELECT min(creation_time) FROM model_versions v WHERE v.name = registered_models.name),"
        " last_updated_time = (SELECT max(last_updated_time) FROM model_versions v WHERE v.name = registered_models.name)"
    )
