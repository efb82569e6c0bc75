"""One run is read out of an MLflow database by plain SQL, read-only, whatever 2.x or 3.x version wrote it."""

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from mlcockpit.analysis.spread import Sibling
from mlcockpit.domain.run_record import MetricPoint, RunInput, RunModel, RunRecord
from mlcockpit.errors import UnknownName
from mlcockpit.integrations.mlflow_revisions import mlflow_below
from mlcockpit.integrations.sibling_runs import sibling_runs
from mlcockpit.integrations.sqlite_file import plainly

BUSY_S = 10.0

LARGEST = 1.7e308
"""MLflow stores infinities as the largest float."""


class SqliteRuns:
    """The runs of one MLflow database file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.busy_s = BUSY_S
        """How long a locked store is waited for."""

    def find(self, name: str) -> str:
        """Return the id of the run with this id, id prefix or name; raises UnknownName unless exactly one fits."""
        with self._open() as database:
            rows = database.execute(
                "SELECT run_uuid FROM runs WHERE run_uuid = ?1 OR substr(run_uuid, 1, length(?1)) = ?1 OR name = ?1"
                " ORDER BY run_uuid = ?1 DESC, start_time DESC LIMIT 5",
                (name,),
            ).fetchall()
        ids = [str(row[0]) for row in rows]
        if not ids or not name:
            raise UnknownName(f"no run has the id or name {name!r}", hint="list them with `mlcockpit runs`")
        if len(ids) > 1 and ids[0] != name:
            raise UnknownName(f"several runs fit {name!r}: {', '.join(ids)}", hint="type more of the id")
        return ids[0]

    def mlflow_below(self) -> str:
        """Return a version older than which every MLflow that wrote here was; empty where that is not known."""
        with self._open() as database:
            rows = database.execute("SELECT version_num FROM alembic_version").fetchall()
        return mlflow_below(str(rows[0][0])) if len(rows) == 1 else ""

    def read(self, run_id: str) -> RunRecord:
        """Return one run with its latest metrics, inputs and models."""
        with self._open() as database:
            return _record(database, run_id)

    def each(self, run_ids: Sequence[str]) -> Iterator[RunRecord]:
        """Yield runs one after the other from one look at the database."""
        with self._open() as database:
            for run_id in run_ids:
                yield _record(database, run_id)

    def histories(self, run_id: str, most: int = 20_000) -> Mapping[str, tuple[MetricPoint, ...]]:
        """Return the logged values of each metric in order of step, at most `most` in all."""
        found: dict[str, list[MetricPoint]] = {}
        with self._open() as database:
            rows = database.execute(
                "SELECT key, value, is_nan, step, timestamp FROM metrics WHERE run_uuid = ? ORDER BY step, timestamp LIMIT ?",
                (run_id, most),
            )
            for key, value, is_nan, step, timestamp in rows:
                found.setdefault(key, []).append(MetricPoint(step, _number(value, is_nan), timestamp or 0))
        return {key: tuple(points) for key, points in found.items()}

    def run_ids(self, *, since_ms: int = 0) -> tuple[str, ...]:
        """Return the ids of runs started at or after an instant, oldest first."""
        with self._open() as database:
            rows = database.execute(
                "SELECT run_uuid FROM runs WHERE start_time >= ? ORDER BY start_time, run_uuid", (since_ms,)
            ).fetchall()
        return tuple(row[0] for row in rows)

    def launch_of(self, run: RunRecord) -> tuple[str, ...]:
        """Return the other runs that the same launch left: children, parent and siblings, oldest first."""
        parent = run.tag("mlflow.parentRunId") or run.run_id
        with self._open() as database:
            rows = database.execute(
                "SELECT r.run_uuid FROM runs r LEFT JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'mlflow.parentRunId'"
                " WHERE (t.value = ?1 OR r.run_uuid = ?1) AND r.run_uuid <> ?2 AND r.lifecycle_stage = 'active'"
                " ORDER BY r.start_time, r.run_uuid",
                (parent, run.run_id),
            ).fetchall()
        return tuple(row[0] for row in rows)

    def siblings(self, run: RunRecord) -> tuple[Sibling, ...]:
        """Return the runs of the same script, commit, parameters and data, the run itself first; seeds may differ."""
        with self._open() as database:
            return sibling_runs(database, run)

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return plainly(self.path, busy_s=self.busy_s)


def _record(database: sqlite3.Connection, run_id: str) -> RunRecord:
    row = database.execute(
        "SELECT r.name, e.name, r.status, r.start_time, r.end_time, r.user_id, r.artifact_uri"
        " FROM runs r LEFT JOIN experiments e ON e.experiment_id = r.experiment_id WHERE r.run_uuid = ?",
        (run_id,),
    ).fetchone()
    if row is None:
        raise UnknownName(f"no run has the id {run_id!r}", hint="list them with `mlcockpit runs`")
    tags = _texts(database, "SELECT key, value FROM tags WHERE run_uuid = ?", run_id)
    return RunRecord(
        run_id=run_id,
        name=row[0] or tags.get("mlflow.runName", ""),
        experiment=row[1] or "",
        status=row[2] or "",
        start_ms=row[3] or 0,
        end_ms=row[4],
        user=row[5] or tags.get("mlflow.user", ""),
        params=_texts(database, "SELECT key, value FROM params WHERE run_uuid = ?", run_id),
        metrics=_latest(database, run_id),
        tags=tags,
        inputs=_inputs(database, run_id),
        artifact_uri=row[6] or "",
        models=_models(database, run_id, tags),
    )


def _texts(database: sqlite3.Connection, query: str, run_id: str) -> dict[str, str]:
    return {key: value if isinstance(value, str) else "" for key, value in database.execute(query, (run_id,))}


def _latest(database: sqlite3.Connection, run_id: str) -> dict[str, float]:
    rows = database.execute("SELECT key, value, is_nan FROM latest_metrics WHERE run_uuid = ?", (run_id,))
    return {key: _number(value, is_nan) for key, value, is_nan in rows}


def _number(value: float, is_nan: object) -> float:
    if is_nan:
        return math.nan
    return math.copysign(math.inf, value) if abs(value) > LARGEST else float(value)


def _has(database: sqlite3.Connection, table: str) -> bool:
    return database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is not None


def _inputs(database: sqlite3.Connection, run_id: str) -> tuple[RunInput, ...]:
    if not _has(database, "inputs"):
        return ()
    rows = database.execute(
        "SELECT d.name, d.digest, d.dataset_source, d.dataset_source_type, d.dataset_schema, d.dataset_profile,"
        " (SELECT value FROM input_tags t WHERE t.input_uuid = i.input_uuid AND t.name = 'mlflow.data.context')"
        " FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id"
        " WHERE i.destination_id = ? AND i.destination_type = 'RUN' ORDER BY d.name, d.digest",
        (run_id,),
    )
    return tuple(RunInput(*(value or "" for value in row)) for row in rows)


def _models(database: sqlite3.Connection, run_id: str, tags: Mapping[str, str]) -> tuple[RunModel, ...]:
    found = {}
    if _has(database, "logged_models"):
        rows = database.execute(
            "SELECT name, artifact_location FROM logged_models WHERE source_run_id = ?"
            " AND coalesce(lifecycle_stage, 'active') = 'active' ORDER BY creation_timestamp_ms, model_id",
            (run_id,),
        )
        found = {row[1]: RunModel(row[0], row[1]) for row in rows}
    for path in history_paths(tags.get("mlflow.log-model.history", "")):
        found.setdefault(path, RunModel(path, path))
    return tuple(found.values())


def history_paths(text: str) -> list[str]:
    """Return the artifact paths in the tag by which MLflow 2 remembers logged models."""
    try:
        entries = json.loads(text) if text else []
    except ValueError:
        return []
    return [
        entry["artifact_path"]
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("artifact_path"), str)
    ]
