"""A mirror with a few runs whose ids are digests of their names, and one with as many as you like."""

import sqlite3
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from mlcockpit.store.mirror.mirror import Mirror
from mlcockpit.store.mirror.schema import open_writing
from tests.builders import NOW
from tests.fakes.tracker import FakeTracker

KNOWN = {"train-099": "9be0" + "1" * 28, "sweep-31": "a017" + "2" * 28}
"""Names that the story's model versions come from."""


def a_tracker() -> FakeTracker:
    """Return 24 runs of a sweep, two of them registered, one failed, one without data."""
    tracker = FakeTracker()
    names = [*(f"sweep-{place}" for place in range(9, 31)), "train-099", "sweep-31"]
    for place, name in enumerate(names):
        tracker.create_run(name, "churn")
        rename(tracker, name, KNOWN.get(name) or sha256(name.encode()).hexdigest()[:32])
        columns = tracker.runs[tracker.ids[name]]["columns"]
        columns[4] = int((NOW - timedelta(days=30 - place, hours=3)).timestamp() * 1000)
        columns[5] = columns[4] + 95_000
        columns[2] = "FAILED" if name == "sweep-13" else "FINISHED"
        tracker.log_metric(name, "auc", round(0.86 + 0.052 * ((place * 7) % 24) / 24, 4))
        tracker.log_metric(name, "loss", round(0.3 - 0.004 * ((place * 5) % 24), 4))
        tracker.log_param(name, "lr", ("3e-4", "1e-4", "1e-3")[place % 3])
        tracker.log_param(name, "depth", str(4 + place % 4))
        if name != "sweep-12":
            tracker.log_input(name, "customers", "d30" if place > 10 else "d29")
    tracker.create_version("churn", "train-099")
    return tracker


def rename(tracker: FakeTracker, name: str, run_id: str) -> None:
    """Give a run another id."""
    tracker.runs[run_id] = tracker.runs.pop(tracker.ids[name])
    tracker.ids[name] = run_id


def mirror(path: Path, tracker: FakeTracker) -> None:
    """Write the mirror of a tracker, as of NOW."""
    path.parent.mkdir(parents=True, exist_ok=True)
    copied = Mirror(path)
    copied.commit(copied.prepare(tracker, now=NOW))
    copied.close()


def many_runs(path: Path, count: int) -> None:
    """Write a mirror of `count` runs with three metrics and two parameters each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = open_writing(path)
    connection.execute("BEGIN")
    connection.execute("INSERT INTO experiments VALUES (0, 'Default', 0, '')")
    started = int(NOW.timestamp() * 1000) - count * 60_000
    ids = range(1, count + 1)
    insert(connection, "runs", ((i, f"{i * 2654435761 % 2**64:032x}", 0, f"run-{i}", "FINISHED", 0, started + i * 60_000,
                                 started + i * 60_000 + 9_000, "", "bo", "train.py", "", "") for i in ids))  # fmt: skip
    for key, salt in (("auc", 37), ("f1", 91), ("loss", 53)):
        insert(connection, "metrics", ((key, i, i * salt % 9973 / 9973, 0, started) for i in ids))
    for key, values in (("lr", ("0.1", "0.01")), ("depth", ("3", "4", "5"))):
        insert(connection, "params", ((key, i, values[i % len(values)], 4) for i in ids))
    connection.execute("INSERT INTO cursor VALUES (1, 'made', 1, ?, '', '')", (NOW.isoformat(),))
    connection.execute("COMMIT")
    connection.close()


def insert(connection: sqlite3.Connection, table: str, rows: object) -> None:
    """Insert many rows."""
    width = {"runs": 13, "metrics": 5, "params": 4}[table]
    connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)  # type: ignore[arg-type]
