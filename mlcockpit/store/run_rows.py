"""Rows and whole runs are read from the mirror into plain values, long texts cut before they leave the database."""

import json
import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlcockpit.domain.run import (
    SHOWN,
    LatestMetric,
    LoggedModel,
    RegisteredVersion,
    RunDetail,
    RunInput,
    RunRow,
    Words,
)
from mlcockpit.domain.tracking import instant
from mlcockpit.errors import UnknownName
from mlcockpit.store.run_columns import COLUMNS

_ROW = ", ".join(COLUMNS[name] for name in ("run", "name", "experiment", "status", "user", "source", "commit"))
_SHORT = f"CASE WHEN v.size <= {SHOWN} THEN v.value ELSE substr(v.value, 1, {SHOWN}) END"


def read_rows(
    connection: sqlite3.Connection,
    ids: Sequence[int],
    *,
    metrics: Sequence[str] = (),
    params: Sequence[str] = (),
    tags: Sequence[str] = (),
) -> Sequence[RunRow]:
    """Return the runs with these row numbers, in their order; a run that is gone meanwhile is left out."""
    rows = json.dumps(list(ids))
    numbers = _metrics(connection, rows, metrics)
    settings = _words(connection, "params", rows, params)
    labels = _words(connection, "tags", rows, tags)
    data = defaultdict(list)
    listed = "SELECT run, name, digest FROM inputs WHERE run IN (SELECT value FROM json_each(?)) ORDER BY run, name"
    for run, name, digest in connection.execute(listed, (rows,)):
        data[run].append(f"{name}@{digest}")
    sql = f"SELECT r.id, {_ROW}, r.is_deleted, r.started_ms, r.ended_ms FROM runs r WHERE r.id IN (SELECT value FROM json_each(?))"
    found = {
        line[0]: _row(line, numbers[line[0]], settings[line[0]], labels[line[0]], tuple(data[line[0]]))
        for line in connection.execute(sql, (rows,))
    }
    return [found[row] for row in ids if row in found]


def read_detail(connection: sqlite3.Connection, run_id: str) -> RunDetail:
    """Return everything the mirror holds of one run; long texts are cut, `whole_text` has them."""
    found = connection.execute(
        f"SELECT r.id, r.experiment, r.artifact_uri, coalesce((SELECT value FROM tags t WHERE t.run = r.id"
        f" AND t.key = 'mlflow.project.entryPoint'), r.entry_point, ''), {COLUMNS['parent']} FROM runs r WHERE r.run = ?",
        (run_id,),
    ).fetchone()
    if found is None:
        raise UnknownName(
            f"there is no run {run_id}", hint="mlcockpit runs lists them; mlcockpit sync looks for new ones"
        )
    row, experiment, artifact_uri, entry_point, parent = found
    (run,) = read_rows(connection, [row])
    logged = connection.execute(f"SELECT key, value, step, at_ms FROM metrics WHERE run = {row} ORDER BY key")
    return RunDetail(
        run=run,
        experiment_id=str(experiment),
        artifact_uri=artifact_uri,
        entry_point=entry_point,
        parent_run_id=parent,
        metrics={key: LatestMetric(_number(value), step, instant(at)) for key, value, step, at in logged},
        params=_all_words(connection, "params", row),
        tags=_all_words(connection, "tags", row),
        inputs=read_inputs(connection, [row])[row],
        models=read_models(connection, [row])[row],
        versions=tuple(v for v in read_versions(connection) if v.run_id == run_id),
    )


def read_inputs(connection: sqlite3.Connection, rows: Sequence[int]) -> Mapping[int, tuple[RunInput, ...]]:
    """Return row number → recorded inputs."""
    found = defaultdict(list)
    sql = (
        "SELECT run, name, digest, source_type, substr(source, 1, 4000), context FROM inputs"
        " WHERE run IN (SELECT value FROM json_each(?)) ORDER BY run, name, digest"
    )
    for run, *parts in connection.execute(sql, (json.dumps(list(rows)),)):
        found[run].append(RunInput(*parts))
    return defaultdict(tuple, {run: tuple(each) for run, each in found.items()})


def read_models(connection: sqlite3.Connection, rows: Sequence[int]) -> Mapping[int, tuple[LoggedModel, ...]]:
    """Return row number → models it logged: rows of MLflow 3, else the history that MLflow 2 keeps in a tag."""
    wanted = json.dumps(list(rows))
    found = defaultdict(list)
    sql = (
        "SELECT run, name, model, artifact_path, status FROM logged_models"
        " WHERE run IN (SELECT value FROM json_each(?)) ORDER BY run, created_ms, model"
    )
    for run, *parts in connection.execute(sql, (wanted,)):
        found[run].append(LoggedModel(*parts))
    history = (
        "SELECT t.run, coalesce(l.value, t.value) FROM tags t LEFT JOIN long_values l ON l.feed = 'tags' AND l.key = t.key"
        " AND l.run = t.run WHERE t.key = 'mlflow.log-model.history' AND t.run IN (SELECT value FROM json_each(?))"
    )
    for run, text in connection.execute(history, (wanted,)):
        if run not in found:
            found[run] = list(_models_of(text))
    return defaultdict(tuple, {run: tuple(each) for run, each in found.items()})


def read_versions(connection: sqlite3.Connection) -> Sequence[RegisteredVersion]:
    """Return every registered version with its aliases."""
    aliases = defaultdict(list)
    for model, alias, number in connection.execute("SELECT model, alias, number FROM aliases ORDER BY alias"):
        aliases[model, number].append(alias)
    sql = "SELECT model, number, run, source, created_ms, stage, status, user FROM versions ORDER BY model, number"
    return [
        RegisteredVersion(model, number, run, source, instant(at), stage, status, user, tuple(aliases[model, number]))
        for model, number, run, source, at, stage, status, user in connection.execute(sql)
    ]


def whole_text(connection: sqlite3.Connection, run_id: str, kind: str, key: str) -> str | None:
    """Return the whole text of one of the "params" or "tags" of a run; None where it has none of that key."""
    table = "params" if kind == "params" else "tags"
    sql = (
        f"SELECT coalesce(l.value, v.value) FROM runs r JOIN {table} v ON v.run = r.id AND v.key = ?"
        " LEFT JOIN long_values l ON l.feed = ? AND l.key = v.key AND l.run = v.run WHERE r.run = ?"
    )
    found = connection.execute(sql, (key, table, run_id)).fetchone()
    return None if found is None else str(found[0] or "")


def _row(
    line: Sequence[Any],
    metrics: Mapping[str, float],
    params: Mapping[str, Words],
    tags: Mapping[str, Words],
    data: tuple[str, ...],
) -> RunRow:
    row, run_id, name, experiment, status, user, source, commit, is_deleted, started_ms, ended_ms = line
    return RunRow(
        row=row,
        run_id=run_id,
        name=str(name)[:SHOWN],
        experiment=str(experiment)[:SHOWN],
        status=str(status)[:SHOWN],
        is_deleted=bool(is_deleted),
        user=str(user)[:SHOWN],
        source=str(source)[:SHOWN],
        commit=str(commit)[:SHOWN],
        started_at=instant(started_ms),
        ended_at=instant(ended_ms),
        metrics=metrics,
        params=params,
        tags=tags,
        data=data,
    )


def _metrics(connection: sqlite3.Connection, rows: str, keys: Sequence[str]) -> Mapping[int, dict[str, float]]:
    found: dict[int, dict[str, float]] = defaultdict(dict)
    sql = "SELECT m.run, m.value FROM json_each(?) j CROSS JOIN metrics m ON m.key = ? AND m.run = j.value"
    for key in keys:
        for run, value in connection.execute(sql, (rows, key)):
            found[run][key] = _number(value)
    return found


def _words(
    connection: sqlite3.Connection, table: str, rows: str, keys: Sequence[str]
) -> Mapping[int, dict[str, Words]]:
    found: dict[int, dict[str, Words]] = defaultdict(dict)
    sql = f"SELECT v.run, {_SHORT}, v.size FROM json_each(?) j CROSS JOIN {table} v ON v.key = ? AND v.run = j.value"
    for key in keys:
        for run, value, size in connection.execute(sql, (rows, key)):
            found[run][key] = _short(value, size)
    return found


def _all_words(connection: sqlite3.Connection, table: str, row: int) -> Mapping[str, Words]:
    sql = f"SELECT v.key, {_SHORT}, v.size FROM {table} v WHERE v.run = ? ORDER BY v.key"
    return {key: _short(value, size) for key, value, size in connection.execute(sql, (row,))}


def _short(value: object, size: int | None) -> Words:
    text = "" if value is None else str(value)
    return Words(text[:SHOWN], size or 0)


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _models_of(history: str) -> Iterable[LoggedModel]:
    try:
        entries = json.loads(history)
    except ValueError:
        return
    for entry in entries if isinstance(entries, list) else []:
        path = entry.get("artifact_path") if isinstance(entry, dict) else None
        if isinstance(path, str):
            yield LoggedModel(name=path.rpartition("/")[2], model_id="", artifact_path=path)
