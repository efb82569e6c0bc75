"""Runs of one recipe that differ in nothing but their seed are found by the indexes of an MLflow database, not one by one."""

import sqlite3
from collections.abc import Mapping

from mlcockpit.analysis.spread import Sibling
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.domain.seeds import is_seed

MOST = 200
"""Runs of one recipe that are looked at: enough for a spread."""
MOST_CONDITIONS = 60
"""Parameters that the database compares; the rest are compared here, of the few runs that are left."""
SCRIPT, COMMIT = "mlflow.source.name", "mlflow.source.git.commit"


def sibling_runs(database: sqlite3.Connection, run: RunRecord) -> tuple[Sibling, ...]:
    """Return the finished runs of the same script, commit, parameters and data, the run itself first; seeds may differ.

    Empty where the run has no script or commit: then nobody knows what the same code is.
    """
    if not can_have_siblings(run):
        return ()
    fixed = {name: value for name, value in run.params.items() if not is_seed(name)}
    same = [name for name in _candidates(database, run, fixed) if name != run.run_id]
    return (as_sibling(run), *(one for name in same if (one := _sibling(database, name, run, fixed)) is not None))


def can_have_siblings(run: RunRecord) -> bool:
    """Tell whether the same code means something: a run that ended well and says its script and commit."""
    return bool(run.tag(SCRIPT) and run.tag(COMMIT)) and run.status == "FINISHED"


def as_sibling(run: RunRecord) -> Sibling:
    """Return a run as one of its recipe's."""
    seed = tuple(sorted((name, value) for name, value in run.params.items() if is_seed(name)))
    return Sibling(run.run_id, seed, run.metrics)


def _candidates(database: sqlite3.Connection, run: RunRecord, fixed: Mapping[str, str]) -> list[str]:
    asked: list[str] = [COMMIT, run.tag(COMMIT), SCRIPT, run.tag(SCRIPT)]
    conditions = [
        "t.key = ? AND t.value = ?",
        "EXISTS (SELECT 1 FROM tags s WHERE s.key = ? AND s.run_uuid = t.run_uuid AND s.value = ?)",
    ]
    for name, value in list(fixed.items())[:MOST_CONDITIONS]:
        conditions.append("EXISTS (SELECT 1 FROM params p WHERE p.key = ? AND p.run_uuid = t.run_uuid AND p.value = ?)")
        asked += [name, value]
    conditions.append(
        "EXISTS (SELECT 1 FROM runs r WHERE r.run_uuid = t.run_uuid AND r.status = 'FINISHED'"
        " AND coalesce(r.lifecycle_stage, 'active') = 'active')"
    )
    query = f"SELECT t.run_uuid FROM tags t WHERE {' AND '.join(conditions)} LIMIT {MOST}"
    return [row[0] for row in database.execute(query, asked)]


def _sibling(database: sqlite3.Connection, run_id: str, run: RunRecord, fixed: Mapping[str, str]) -> Sibling | None:
    params = {key: str(value or "") for key, value in _pairs(database, "SELECT key, value FROM params", run_id)}
    if {name: value for name, value in params.items() if not is_seed(name)} != fixed:
        return None
    if run.inputs and _inputs(database, run_id) != {(one.name, one.digest) for one in run.inputs}:
        return None
    seed = tuple(sorted((name, value) for name, value in params.items() if is_seed(name)))
    query = "SELECT key, CASE WHEN is_nan THEN NULL ELSE value END FROM latest_metrics"
    metrics = {key: value for key, value in _pairs(database, query, run_id) if isinstance(value, float)}
    return Sibling(run_id, seed, metrics)


def _pairs(database: sqlite3.Connection, query: str, run_id: str) -> list[tuple[str, object]]:
    return database.execute(f"{query} WHERE run_uuid = ?", (run_id,)).fetchall()


def _inputs(database: sqlite3.Connection, run_id: str) -> set[tuple[str, str]]:
    query = (
        "SELECT d.name, d.digest FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id"
        " WHERE i.destination_id = ? AND i.destination_type = 'RUN'"
    )
    return set(database.execute(query, (run_id,)).fetchall())
