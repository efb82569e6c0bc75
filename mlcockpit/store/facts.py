"""What rules and reports need to know of runs is gathered from the mirror by SQL, never run by run."""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from mlcockpit.domain.run_facts import DuplicateGroup, RunFacts
from mlcockpit.domain.snapshot import RunCounts
from mlcockpit.domain.tracking import instant
from mlcockpit.store.run_columns import COLUMNS, tag
from mlcockpit.store.run_rows import read_inputs, read_rows

LONGEST = 2000
"""Characters of a parameter or tag that facts carry."""


def run_counts(connection: sqlite3.Connection) -> RunCounts:
    """Return how many runs there are that are not deleted."""
    total, finished, failed, newest = connection.execute(
        "SELECT count(*), sum(status = 'FINISHED'), sum(status = 'FAILED'), max(started_ms) FROM runs WHERE NOT is_deleted"
    ).fetchone()
    (experiments,) = connection.execute("SELECT count(*) FROM experiments WHERE NOT is_deleted").fetchone()
    return RunCounts(int(total), int(finished or 0), int(failed or 0), int(experiments), instant(newest))


def run_facts(connection: sqlite3.Connection, run_ids: Collection[str]) -> Mapping[str, RunFacts]:
    """Return run id → facts for the runs that are mirrored; git and capture are added by who knows them."""
    wanted = json.dumps(sorted(run_ids))
    rows = [
        row
        for (row,) in connection.execute("SELECT id FROM runs WHERE run IN (SELECT value FROM json_each(?))", (wanted,))
    ]
    inputs = read_inputs(connection, rows)
    params, tags = _texts(connection, "params", rows), _texts(connection, "tags", rows)
    metrics = _numbers(connection, rows)
    return {
        run.run_id: RunFacts(
            run_id=run.run_id,
            name=run.name,
            experiment=run.experiment,
            status=run.status,
            started_at=run.started_at,
            ended_at=run.ended_at,
            user=run.user,
            commit=run.commit or None,
            source_name=run.source,
            inputs=inputs[run.row],
            metrics=metrics[run.row],
            params=params[run.row],
            tags=tags[run.row],
            parent=tags[run.row].get("mlflow.parentRunId"),
            deleted=run.is_deleted,
            launch=tags[run.row].get("mlcockpit.launch"),
        )
        for run in read_rows(connection, rows)
    }


class NamedCode(NamedTuple):
    """Which code one run says that it ran."""

    run_id: str
    commit: str
    source: str
    """The script as typed at launch."""
    kind: str
    """MLflow's source type."""
    launch: str
    """Id of the captured launch; empty where there was none."""


def named_code(connection: sqlite3.Connection) -> Sequence[NamedCode]:
    """Return every run that is not deleted and names a commit, newest first."""
    columns = f"r.run, {COLUMNS['commit']} AS c, {COLUMNS['source']}, coalesce({tag('mlflow.source.type')}, '')"
    sql = f"SELECT {columns}, coalesce({tag('mlcockpit.launch')}, '') FROM runs r WHERE NOT r.is_deleted AND c <> '' ORDER BY r.id DESC"
    return [NamedCode(*row) for row in connection.execute(sql)]


def runs_of_versions(connection: sqlite3.Connection) -> Mapping[tuple[str, int], str]:
    """Return (registered model, number) → id of the run it came from, where the registry names one."""
    sql = "SELECT model, number, run FROM versions WHERE run <> ''"
    return {(model, number): run for model, number, run in connection.execute(sql)}


def duplicates(connection: sqlite3.Connection) -> Sequence[DuplicateGroup]:
    """Return the finished runs that did the same work: equal commit, script, parameters (with the seed) and data.

    A group spans at least two launches, so that the folds of one search are none; and something must be equal besides the
    code, because a run without parameters and inputs says too little.
    """
    runs = _candidates(connection)
    params = _param_digests(connection, [run.row for run in runs])
    groups: dict[tuple[str, ...], list[_Candidate]] = defaultdict(list)
    for run in runs:
        count, digest = params.get(run.row, (0, ""))
        if count or run.data:
            groups[run.commit, run.source, run.entry_point, run.data, f"{count} parameters", digest].append(run)
    found = []
    for (commit, source, _, data, counted, _), members in groups.items():
        if len({run.launch for run in members}) > 1:
            members.sort(key=lambda run: (run.started_ms or 0, run.run_id))
            users = tuple(dict.fromkeys(run.user for run in members if run.user))
            what = f"same {source} at {commit[:8]}, same {counted}" + (f", same data {data}" if data else "")
            found.append(DuplicateGroup(tuple(run.run_id for run in members), users, what))
    return sorted(found, key=lambda group: group.run_ids[0])


class _Candidate(NamedTuple):
    row: int
    run_id: str
    commit: str
    source: str
    entry_point: str
    data: str
    user: str
    started_ms: int | None
    launch: str
    """The parent run, else the run itself."""


def _candidates(connection: sqlite3.Connection) -> Sequence[_Candidate]:
    """Return the finished runs that share commit, script and data with another: only they can have a twin."""
    ordered = "SELECT name, digest FROM inputs WHERE run = r.id ORDER BY name, digest"
    data = f"coalesce((SELECT group_concat(name || '@' || digest, ', ') FROM ({ordered})), '')"
    base = (
        f"SELECT r.id, r.run, {COLUMNS['commit']} AS c, {COLUMNS['source']} AS s,"
        f" coalesce({tag('mlflow.project.entryPoint')}, '') AS e, {data} AS d, {COLUMNS['user']} AS u, r.started_ms AS at,"
        f" coalesce({tag('mlflow.parentRunId')}, r.run) AS l"
        " FROM runs r WHERE NOT r.is_deleted AND r.status = 'FINISHED'"
    )
    twins = f"SELECT b.*, count(*) OVER (PARTITION BY c, s, e, d) AS n FROM ({base}) b WHERE c <> ''"
    rows = connection.execute(f"SELECT id, run, c, s, e, d, u, at, l FROM ({twins}) WHERE n > 1")
    return [_Candidate(*row) for row in rows]


def _param_digests(connection: sqlite3.Connection, rows: Sequence[int]) -> Mapping[int, tuple[int, str]]:
    """Return row number → how many parameters it has and a digest of all of them."""
    sql = (
        "SELECT p.run, p.key, coalesce(l.value, p.value) FROM params p LEFT JOIN long_values l ON l.feed = 'params'"
        " AND l.key = p.key AND l.run = p.run AND p.size > 8000 WHERE p.run IN (SELECT value FROM json_each(?)) ORDER BY p.key"
    )
    counts: dict[int, int] = defaultdict(int)
    hashes: dict[int, hashlib._Hash] = defaultdict(hashlib.sha256)
    for run, key, value in connection.execute(sql, (json.dumps(list(rows)),)):
        counts[run] += 1
        hashes[run].update(f"{key}\x1f{value}\x1e".encode(errors="replace"))
    return {run: (counts[run], found.hexdigest()) for run, found in hashes.items()}


def _texts(connection: sqlite3.Connection, table: str, rows: Sequence[int]) -> Mapping[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    sql = f"SELECT run, key, substr(value, 1, {LONGEST}) FROM {table} WHERE run IN (SELECT value FROM json_each(?)) ORDER BY key"
    for run, key, value in connection.execute(sql, (json.dumps(list(rows)),)):
        found[run][key] = "" if value is None else str(value)
    return found


def _numbers(connection: sqlite3.Connection, rows: Sequence[int]) -> Mapping[int, dict[str, float]]:
    found: dict[int, dict[str, float]] = defaultdict(dict)
    sql = "SELECT run, key, value FROM metrics WHERE run IN (SELECT value FROM json_each(?)) ORDER BY key"
    for run, key, value in connection.execute(sql, (json.dumps(list(rows)),)):
        found[run][key] = float("nan") if value is None else value
    return found
