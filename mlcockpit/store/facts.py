"""What rules and reports need to know of runs is gathered from the mirror by SQL, never run by run."""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from mlcockpit.domain.run_facts import DuplicateGroup, RunFacts
from mlcockpit.domain.snapshot import RunCounts
from mlcockpit.domain.tracking import instant
from mlcockpit.store.run_columns import COLUMNS, tag
from mlcockpit.store.run_rows import read_inputs, read_rows

LONGEST = 2000
"""Characters of a parameter or tag that facts carry."""

SEEDS = ("seed", "random_state", "random_seed", "rng_seed")
"""Parameters that say with which seed a run was made."""


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
    rows = [row for (row,) in connection.execute("SELECT id FROM runs WHERE run IN (SELECT value FROM json_each(?))", (wanted,))]
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
        )
        for run in read_rows(connection, rows)
    }


def runs_of_versions(connection: sqlite3.Connection) -> Mapping[tuple[str, int], str]:
    """Return (registered model, number) → id of the run it came from, where the registry names one."""
    sql = "SELECT model, number, run FROM versions WHERE run <> ''"
    return {(model, number): run for model, number, run in connection.execute(sql)}


def duplicates(connection: sqlite3.Connection) -> Sequence[DuplicateGroup]:
    """Return the finished runs that did the same work: equal commit, script, parameters (with seed) and data."""
    groups = defaultdict(list)
    for key, run, user, started in _work(connection):
        groups[key].append((started or 0, run, user))
    found = []
    for (_, commit, source, count, data, _), members in groups.items():
        if len(members) > 1:
            members.sort()
            what = [f"{source} at {commit[:8]}", f"{count} parameters" if count else "no parameters"]
            what += [f"data {data}"] if data else []
            users = tuple(dict.fromkeys(user for _, _, user in members if user))
            found.append(DuplicateGroup(tuple(run for _, run, _ in members), users, "same " + ", ".join(what)))
    return sorted(found, key=lambda group: group.run_ids[0])


def _work(connection: sqlite3.Connection) -> Sequence[tuple[tuple[str, str, str, int, str, str], str, str, int]]:
    """Return (what was done, run, user, start) of every finished run that names a commit and may have a twin.

    Only runs that share commit, script and data with another one have their parameters hashed. A run without any
    parameter and data says too little to be called a repetition unless its launch had a script of its own.
    """
    data = "(SELECT group_concat(i.name || '@' || i.digest, ', ') FROM (SELECT * FROM inputs WHERE run = r.id ORDER BY name) i)"
    entry = f"coalesce({tag('mlflow.project.entryPoint')}, '')"
    base = (
        f"SELECT r.id, r.run, {COLUMNS['commit']} AS c, {COLUMNS['source']} AS s, {entry} AS e, coalesce({data}, '') AS d,"
        f" {COLUMNS['user']} AS u, r.started_ms AS at FROM runs r WHERE NOT r.is_deleted AND r.status = 'FINISHED'"
        f" AND {COLUMNS['parent']} NOT IN (SELECT run FROM runs)"
    )
    twins = f"SELECT b.*, count(*) OVER (PARTITION BY c, s, e, d) AS n FROM ({base}) b WHERE c <> ''"
    rows = connection.execute(f"SELECT id, run, c, s, e, d, u, at FROM ({twins}) WHERE n > 1").fetchall()
    digests = _param_digests(connection, [row[0] for row in rows])
    nothing = (0, "")
    return [
        ((entry_point, commit, source, *_placed(digests.get(row, nothing), data_of)), run, user, started)
        for row, run, commit, source, entry_point, data_of, user, started in rows
    ]


def _placed(params: tuple[int, str], data: str) -> tuple[int, str, str]:
    return params[0], data, params[1]


def _param_digests(connection: sqlite3.Connection, rows: Sequence[int]) -> Mapping[int, tuple[int, str]]:
    """Return row number → how many parameters it has and a digest of all of them."""
    sql = (
        "SELECT p.run, p.key, coalesce(l.value, p.value) FROM params p LEFT JOIN long_values l ON l.feed = 'params'"
        " AND l.key = p.key AND l.run = p.run AND p.size > 8000 WHERE p.run IN (SELECT value FROM json_each(?)) ORDER BY p.key"
    )
    counts: dict[int, int] = defaultdict(int)
    hashes = defaultdict(hashlib.sha256)
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
