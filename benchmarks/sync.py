"""How long a sync of a large MLflow store takes, beside MLflow's own client reading the same store, in one run.

The store is made by MLflow itself, with a few really logged runs; the other thousands are copies of those rows under new
run ids, written by SQL, because logging them would take half an hour. The copies have 10 parameters, 8 metrics and 6 own
tags each and go through the same tables and indexes. What is timed is one process's CPU and wall time without imports:
ours is `prepare` and `commit` of the mirror, theirs is `MlflowClient.search_runs`, 1 000 runs a page, over every run.

    python -m benchmarks.sync [RUNS]
"""

import contextlib
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from mlcockpit.integrations.mlflow_sql import MlflowSqlStore
from mlcockpit.store.mirror.mirror import Mirror

PARAMS, METRICS, TAGS, LOGGED = 10, 8, 6, 5


def main(runs: int) -> None:
    """Print each time and its ratio."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        store = Path(folder) / "mlflow.db"
        make_store(store, runs)
        theirs = seconds(lambda: search_all(store), times=1)
        full = seconds(lambda: sync(store, Path(folder) / f"{uuid.uuid4().hex}.db"), times=3)
        mirror = Path(folder) / "mirror.db"
        sync(store, mirror)
        again = seconds(lambda: sync(store, mirror), times=5)
        copy_runs(store, 100)
        more = seconds(lambda: sync(store, mirror), times=1)
        unstamped = Path(folder) / "wal.db"
        shutil.copyfile(store, unstamped)
        writer = sqlite3.connect(unstamped)
        writer.execute("PRAGMA journal_mode = WAL")
        other = Path(folder) / "other.db"
        sync(unstamped, other)
        writer.execute("UPDATE experiments SET last_update_time = 1")
        writer.commit()
        scanned = seconds(lambda: sync(unstamped, other), times=1)
        writer.close()
    print(f"{runs:,} runs                          seconds   ratio   limit")
    print(f"MlflowClient.search_runs, all pages {theirs:9.3f}")
    print(f"first full sync                     {full:9.3f}   {full / theirs:5.3f}   0.1 of search_runs")
    print(f"sync, nothing written               {again:9.4f}   {again / full:5.3f}   0.1 of full")
    print(f"sync, written to but nothing new    {scanned:9.3f}   {scanned / full:5.3f}   -")
    print(f"sync after 100 new runs             {more:9.3f}   {more / full:5.3f}   0.25 of full")


def seconds(work: Callable[[], object], *, times: int) -> float:
    """Return the median wall time of `work`."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def sync(store: Path, mirror_path: Path) -> None:
    """Bring the mirror up to date."""
    mirror = Mirror(mirror_path)
    mirror.commit(mirror.prepare(MlflowSqlStore(store), now=datetime.now(UTC)))
    mirror.close()


def search_all(store: Path) -> int:
    """Read every run as a program that uses MLflow would."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{store}")
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    found, token = 0, None
    while True:
        page = client.search_runs(experiments, max_results=1000, page_token=token)
        found, token = found + len(page), page.token
        if not token:
            return found


def make_store(store: Path, runs: int) -> None:
    """Log a few runs by MLflow, then copy their rows until there are `runs`."""
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{store}")
    mlflow.set_experiment("benchmark")
    for number in range(LOGGED):
        with mlflow.start_run(run_name=f"run {number}"):
            mlflow.log_params({f"param_{i}": i * number / 7 for i in range(PARAMS)})
            mlflow.log_metrics({f"metric_{i}": i * number / 11 for i in range(METRICS)})
            mlflow.set_tags({f"tag_{i}": f"value {i * number}" for i in range(TAGS - 4)})
    copy_runs(store, runs - LOGGED)


def copy_runs(store: Path, count: int, *, originals: int = LOGGED) -> None:
    """Copy the rows of the first `originals` runs under new ids."""
    connection = sqlite3.connect(store)
    first = [run for (run,) in connection.execute("SELECT run_uuid FROM runs ORDER BY rowid LIMIT ?", (originals,))]
    ids = [(uuid.uuid4().hex, first[n % originals], n) for n in range(count)]
    connection.execute("CREATE TEMP TABLE copies (id TEXT, original TEXT, n INTEGER)")
    connection.executemany("INSERT INTO copies VALUES (?, ?, ?)", ids)
    for table in ("runs", "params", "metrics", "latest_metrics", "tags"):
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        own = {"run_uuid": "c.id", "start_time": "t.start_time + c.n", "value": "t.value"}
        values = ", ".join(own.get(name, f't."{name}"') for name in names)
        connection.execute(
            f"INSERT INTO {table} SELECT {values} FROM copies c JOIN {table} t ON t.run_uuid = c.original ORDER BY c.n"
        )
    connection.commit()
    connection.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
