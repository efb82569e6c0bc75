"""A run is found by the beginning of its id or by its name, if only one run has it."""

import sqlite3
from difflib import get_close_matches

from mlcockpit.errors import UnknownName
from mlcockpit.store.run_columns import COLUMNS

LISTED = 5
"""Candidates that an error lists."""

_LOOKED_AT = 5000
"""Newest runs whose names are compared when nothing fits."""


def find_run(connection: sqlite3.Connection, name: str) -> str:
    """Return the id of the one run that `name` (run/9be0, 9be0 or its name) means; raises UnknownName with the nearest."""
    wanted = name.removeprefix("run/")
    if connection.execute("SELECT 1 FROM runs WHERE run = ?", (wanted,)).fetchone():
        return wanted
    begins = "?1 <> '' AND r.run >= ?1 AND r.run < ?1 || char(1114111)"
    sql = (
        f"SELECT r.run, {COLUMNS['name']}, r.status FROM runs r WHERE {{}} ORDER BY r.is_deleted, r.started_ms DESC"
        f" LIMIT {LISTED + 1}"
    )
    named = "r.name = ?1 OR r.id IN (SELECT t.run FROM tags t WHERE t.key = 'mlflow.runName' AND t.value = ?1)"
    found = {
        row[0]: row for condition in (begins, named) for row in connection.execute(sql.format(condition), (wanted,))
    }
    if len(found) == 1:
        return str(next(iter(found)))
    if found:
        more = " and more" if len(found) > LISTED else ""
        candidates = ", ".join(_shown(*row) for row in list(found.values())[:LISTED])
        raise UnknownName(f"{name} means more than one run", hint=f"say which: {candidates}{more}")
    raise UnknownName(f"there is no run {wanted!r}", hint=_nearest(connection, wanted))


def _nearest(connection: sqlite3.Connection, wanted: str) -> str:
    sql = f"SELECT r.run, {COLUMNS['name']}, r.status FROM runs r ORDER BY r.started_ms DESC LIMIT {_LOOKED_AT}"
    rows = connection.execute(sql).fetchall()
    by_word = {word.lower(): row for row in reversed(rows) for word in (str(row[1]), row[0][: max(len(wanted), 4)])}
    close = get_close_matches(wanted.lower(), by_word, n=LISTED, cutoff=0.5)
    if not close:
        return "mlcockpit runs lists them; mlcockpit sync looks for new ones"
    return "nearest: " + ", ".join(dict.fromkeys(_shown(*by_word[word]) for word in close))


def _shown(run: str, name: str, status: str) -> str:
    return f"run/{run[:12]} {str(name)[:60]} ({status})"
