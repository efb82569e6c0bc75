"""A built sample becomes text that another build repeats: ids are digests of names, durations and instants are rounded."""

import getpass
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]
Dump = dict[str, dict[str, Rows]]

DATABASES = ("cockpit", "mirror")
LEFT_OUT = {"alembic_version", "journal_of", "watermarks", "cursor", "sqlite_sequence", "long_values"}
"""Bookkeeping that no screen shows; a new database has its own."""
HELD = "/gatewise"
_SECONDS = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d):\d\d(?:\.\d+)?")
_SALT = re.compile(r"#[0-9a-f]{12}$")
_INSTANT_MS = re.compile(r"(?<!\d)1[34]\d{11}(?!\d)")
_TOOK = re.compile(r'("seconds": ?)\{[^}]*\}')
MINUTE = 60_000
ROUND = 20_000
"""What a duration is rounded up to, in milliseconds."""
YOU = "you"
"""Who built it, whatever the login is."""


def dump(folder: Path) -> Dump:
    """Return every shown table of the sample's two databases, with ids and times that do not depend on the build."""
    raw = {name: _tables(folder / ".mlcockpit" / f"{name}.db") for name in DATABASES}
    runs = _named_runs(raw["mirror"]["runs"])
    names = _names(raw, runs, folder)
    clean = _replacing(names)
    mirror = {table: [_line(row, clean) for row in rows] for table, rows in raw["mirror"].items()}
    numbers = {
        old["id"]: number for number, old in enumerate(sorted(raw["mirror"]["runs"], key=lambda row: runs[row["run"]]))
    }
    _renumber(mirror, numbers)
    cockpit = {table: [_line(row, clean) for row in rows] for table, rows in raw["cockpit"].items()}
    login = getpass.getuser()
    for row in cockpit.get("reproduction", []):
        row |= {"result": _elsewhere(row["result"]), "recipe_sha256": "0" * 64}
    for table, rows in cockpit.items():
        for row in rows:
            row |= {field: YOU for field in ("actor", "created_by") if row.get(field) == login}
            row |= {"prev": "", "hash": "", "key": _SALT.sub("#", row["key"] or "") or None} if table == "event" else {}
    return {"cockpit": cockpit, "mirror": mirror}


def replacing(folder: Path) -> Callable[[str], str]:
    """Return what makes a text about the sample independent of its build."""
    raw = {name: _tables(folder / ".mlcockpit" / f"{name}.db") for name in DATABASES}
    return _replacing(_names(raw, _named_runs(raw["mirror"]["runs"]), folder))


def load(dumped: Dump, name: str, database: Path) -> None:
    """Put the rows of one database into an empty one that has its tables."""
    with closing(sqlite3.connect(database)) as connection:
        for table, rows in dumped[name].items():
            for row in rows:
                fields, holes = ", ".join(f'"{field}"' for field in row), ", ".join("?" * len(row))
                connection.execute(f'INSERT OR REPLACE INTO "{table}" ({fields}) VALUES ({holes})', tuple(row.values()))
        connection.commit()


def as_text(dumped: Dump) -> str:
    """Return one line a row, so that a difference can be read."""
    lines = []
    for name, tables in dumped.items():
        for table, rows in sorted(tables.items()):
            lines += [json.dumps([name, table, row], ensure_ascii=False) for row in rows]
    return "\n".join(lines) + "\n"


def from_text(text: str) -> Dump:
    """Return what `as_text` wrote."""
    found: Dump = {name: {} for name in DATABASES}
    for line in text.splitlines():
        name, table, row = json.loads(line)
        found[name].setdefault(table, []).append(row)
    return found


def _tables(database: Path) -> dict[str, Rows]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')]
            for name in sorted(set(names) - LEFT_OUT)
        }


def _named_runs(rows: Rows) -> Mapping[str, str]:
    """Return run id → when it started, its name, and which of that name it is."""
    seen: Counter[str] = Counter()
    found = {}
    for row in sorted(rows, key=lambda row: (row["started_ms"], row["name"], row["ended_ms"] or 0)):
        name = f"{row['started_ms'] // MINUTE:012d} {row['name']}"
        found[row["run"]] = f"{name} {seen[name]}"
        seen[name] += 1
    return found


def _names(raw: Mapping[str, Mapping[str, Rows]], runs: Mapping[str, str], folder: Path) -> Mapping[str, str]:
    """Return what must be replaced: run ids long and short, model ids, commits, digests of model files, the folder."""
    by_number = {row["id"]: row["run"] for row in raw["mirror"]["runs"]}
    found = {run: digest(f"run {name}", 32) for run, name in runs.items()}
    for row in raw["mirror"]["logged_models"]:
        found[row["model"]] = "m-" + digest(f"model {runs[by_number[row['run']]]}", 32)
    for row in raw["cockpit"]["model_version"]:
        if row["artifact_sha256"]:
            found[row["artifact_sha256"]] = digest(f"artifact {row['model']} {row['number']}", 64)
    for row in raw["cockpit"]["reproduction"]:
        found[row["recipe_sha256"]] = digest(f"recipe {runs[row['run_id']]}", 64)
        found[json.loads(row["result"])["reproduction_id"]] = f"{found[row['run_id']][:8]}-attempted"
    for row in raw["cockpit"]["event"]:
        if row["kind"] == "report_written":
            found[json.loads(row["new"])["sha256"]] = digest(f"report {row['seq']}", 64)
    for row in raw["mirror"]["tags"]:
        if row["key"] in ("mlcockpit.capture", "mlcockpit.launch"):
            found[row["value"]] = digest(f"{row['key']} {runs[by_number[row['run']]]}", len(row["value"]))
    found |= commit_names(raw["mirror"]["tags"], by_number, runs)
    for size in (12, 8, 7):
        found |= {old[:size]: new[:size] for old, new in found.items() if len(old) in (32, 40)}
    return {**found, str(folder): HELD}


def commit_names(tags: Rows, by_number: Mapping[int, str], runs: Mapping[str, str]) -> Mapping[str, str]:
    """Return commit → a digest of the first run it is known by: the lock in a commit is the builder's own environment."""
    known: dict[str, str] = {}
    for row in tags:
        if row["key"] == "mlflow.source.git.commit":
            name = runs[by_number[row["run"]]]
            known[row["value"]] = min(name, known.get(row["value"], name))
    return {commit: digest(f"commit {name}", 40) for commit, name in known.items()}


def digest(words: str, size: int) -> str:
    """Return the beginning of the digest of `words`."""
    return sha256(words.encode()).hexdigest()[:size]


def _replacing(names: Mapping[str, str]) -> Callable[[str], str]:
    pattern = re.compile(
        "|".join(rf"(?<![0-9a-z]){re.escape(name)}(?![0-9a-z])" for name in sorted(names, key=len, reverse=True))
    )

    def clean(text: str) -> str:
        text = pattern.sub(lambda match: names[match[0]], text)
        text = _TOOK.sub(r"\1{}", text)
        text = _INSTANT_MS.sub(lambda match: str(int(match[0]) // MINUTE * MINUTE), text)
        return _SECONDS.sub(lambda match: f"{match[1]}:00{'.000000' if '.' in match[0] else ''}", text)

    return clean


def _elsewhere(result: str) -> str:
    """Return a reproduction's result without what only the machine that built it has: interpreter and packages."""
    parsed = json.loads(result)
    for ingredient in parsed["ingredients"]:
        if ingredient["name"] == "environment":
            ingredient |= {"value": {"kind": "lock", "path": "requirements.lock"}, "deviations": []}
            ingredient["evidence"] = "requirements.lock at the commit"
    return json.dumps(parsed)


def _line(row: Mapping[str, Any], clean: Callable[[str], str]) -> dict[str, Any]:
    return {field: clean(value) if isinstance(value, str) else value for field, value in row.items()}


def _renumber(mirror: Mapping[str, Rows], numbers: Mapping[int, int]) -> None:
    """Number runs by when they started, round instants, and sort every table."""
    for table, rows in mirror.items():
        key = "id" if table == "runs" else "run"
        for row in rows:
            if isinstance(row.get(key), int) and table != "experiments":
                row[key] = numbers[row[key]] + 1
            if row.get("ended_ms"):
                row["ended_ms"] = (
                    row["started_ms"] // MINUTE * MINUTE + -(-(row["ended_ms"] - row["started_ms"]) // ROUND) * ROUND
                )
            for field in ("at_ms", "created_ms", "started_ms"):
                if row.get(field):
                    row[field] = row[field] // MINUTE * MINUTE
        rows.sort(key=_sortable)


def _sortable(row: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    return [(type(value).__name__, f"{value:020}" if isinstance(value, int) else str(value)) for value in row.values()]
