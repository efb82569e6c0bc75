"""What the project's database says of runs is read by three plain queries, because a list of runs must open at once."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

_VERDICTS = "SELECT run_id, verdict FROM reproduction ORDER BY started_at"
_NEWEST = "SELECT ended_at, result FROM reproduction WHERE run_id = ? ORDER BY started_at DESC, id DESC LIMIT 1"
_VERSIONS = "SELECT dataset, number, mlflow_digests FROM dataset_version ORDER BY dataset, number"


def verdicts_and_digests(database: Path) -> tuple[Mapping[str, str], Mapping[str, Mapping[int, Sequence[str]]]]:
    """Return run id → newest verdict, and dataset → version → the tracker's digests; nothing before the first write."""
    if not database.exists():
        return {}, {}
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        connection.execute("PRAGMA query_only = ON")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        verdicts = dict(connection.execute(_VERDICTS)) if "reproduction" in tables else {}
        rows = connection.execute(_VERSIONS).fetchall() if "dataset_version" in tables else []
    return {run: str(verdict).lower() for run, verdict in verdicts.items()}, _grouped(rows)


def newest_result(database: Path, run_id: str) -> tuple[str, Mapping[str, Any]] | None:
    """Return when the newest reproduction of a run ended, and its result; None where it was never tried."""
    if not database.exists():
        return None
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        connection.execute("PRAGMA query_only = ON")
        if not connection.execute(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'reproduction'"
        ).fetchone():
            return None
        found = connection.execute(_NEWEST, (run_id,)).fetchone()
    return None if found is None else (str(found[0]), json.loads(found[1]))


def _grouped(rows: Sequence[tuple[str, int, str]]) -> Mapping[str, Mapping[int, Sequence[str]]]:
    found: dict[str, dict[int, Sequence[str]]] = {}
    for dataset, number, digests in rows:
        found.setdefault(dataset, {})[number] = json.loads(digests or "[]")
    return found
