"""A mirror with a few runs in it, written as a sync writes it, for tests that need runs and no tracking store."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.training import ModelVersion, Reproduction
from mlcockpit.domain.vocabulary import Verdict
from mlcockpit.store.mirror import schema
from tests.builders import a_model_version, a_reproduction


def mirror_run(
    folder: Path,
    run_id: str,
    *,
    user: str = "bo",
    metrics: Mapping[str, float] | None = None,
    digests: Sequence[str] = (),
) -> None:
    """Put one finished run into the project's mirror."""
    connection = schema.open_writing(folder / ".mlcockpit" / "mirror.db")
    (row,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM runs").fetchone()
    connection.execute("INSERT OR IGNORE INTO experiments VALUES (1, 'churn', 0, '')")
    connection.execute(
        "INSERT INTO runs (id, run, experiment, name, status, is_deleted, started_ms, ended_ms, user, source)"
        " VALUES (?, ?, 1, ?, 'FINISHED', 0, 1767225600000, 1767225700000, ?, 'train.py')",
        (row, run_id, f"run-{run_id[:4]}", user),
    )
    for key, value in (metrics or {}).items():
        connection.execute("INSERT INTO metrics VALUES (?, ?, ?, 0, 1767225700000)", (key, row, value))
    for digest in digests:
        connection.execute(
            "INSERT INTO inputs VALUES (?, 'customers', ?, 'training', 'local', 'data/customers.csv')", (row, digest)
        )
    connection.close()


def register(folder: Path, number: int, run_id: str | None, **parts: Any) -> None:
    """Store a version of the model `churn`, as a sync does."""
    _store(folder, a_model_version(number, run_id, **parts))


def reproduced(folder: Path, run_id: str, verdict: Verdict) -> None:
    """Store an attempt to reproduce a run."""
    _store(folder, a_reproduction(run_id, verdict.value))


def _store(folder: Path, record: ModelVersion | Reproduction) -> None:
    cockpit = open_cockpit(folder, progress=Silent(), actor="sync")
    with cockpit.store.write("sync") as tx:
        tx.save(record)
    cockpit.close()
