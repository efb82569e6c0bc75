"""The differences that belong into the project's history are told with unique, repeatable keys."""

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import datetime

from mlcockpit.domain.observed import ChangeKind, ObservedChange
from mlcockpit.domain.tracking import instant

SHOWN = 500
"""Characters of a tag's old and new value that the history keeps."""

_OWN_TAGS = ("mlflow.log-model.history", "mlflow.loggedArtifacts")
"""Tags that MLflow rewrites by itself as a run goes on."""

_NOT_A_CHANGE = f"p.key NOT IN {_OWN_TAGS!r} AND p.key NOT LIKE 'mlcockpit.%'"

_Found = tuple[ChangeKind, str, str, str, str, int | None]
"""Kind, subject, name, old, new, the tracker's own milliseconds."""


def observe(
    connection: sqlite3.Connection, *, epoch: str, after: datetime | None, before: datetime
) -> tuple[ObservedChange, ...]:
    """Return what `compare` found, as changes whose position stays the same until they are committed."""
    counts = {
        (kind, subject, name): count
        for kind, subject, name, count in connection.execute("SELECT kind, subject, name, count FROM main.moves")
    }
    changes = []
    for kind, subject, name, old, new, at_ms in sorted(_found(connection), key=lambda found: found[:3]):
        count = counts.get((kind.value, subject, name), 0)
        values = hashlib.sha256(f"{old}\x00{new}".encode(errors="replace")).hexdigest()[:12]
        position = f"{name}#{epoch}#{count}#{values}"
        happened = instant(at_ms)
        changes.append(
            ObservedChange(kind, subject, name, position, old[:SHOWN], new[:SHOWN], after, before, happened_at=happened)
        )
    return tuple(changes)


def remember(connection: sqlite3.Connection, changes: tuple[ObservedChange, ...]) -> None:
    """Count each change as committed, so that the next one of its kind gets another position."""
    connection.executemany(
        "INSERT INTO main.moves (kind, subject, name, count) VALUES (?, ?, ?, 1)"
        " ON CONFLICT (kind, subject, name) DO UPDATE SET count = count + 1",
        [(change.kind.value, change.subject, change.name) for change in changes],
    )


def _found(connection: sqlite3.Connection) -> Iterator[_Found]:
    yield from _aliases(connection)
    yield from _versions(connection)
    yield from _runs(connection)
    yield from _tags(connection)


def _aliases(connection: sqlite3.Connection) -> Iterator[_Found]:
    for model, alias, new, old in connection.execute("SELECT model, alias, number, was_number FROM temp.up_aliases"):
        kind = ChangeKind.ALIAS_SET if old is None else ChangeKind.ALIAS_MOVED
        yield kind, f"model/{model}", alias, "" if old is None else str(old), str(new), None
    for model, alias, old in connection.execute("SELECT model, alias, number FROM temp.gone_aliases"):
        yield ChangeKind.ALIAS_REMOVED, f"model/{model}", alias, str(old), "", None


def _versions(connection: sqlite3.Connection) -> Iterator[_Found]:
    sql = "SELECT model, number, run, stage, was_stage, created_ms, is_new FROM temp.up_versions"
    for model, number, run, stage, was_stage, created_ms, is_new in connection.execute(sql):
        if is_new:
            yield ChangeKind.VERSION_CREATED, f"model/{model}@{number}", "", "", run or "", created_ms
        elif stage != was_stage:
            yield ChangeKind.STAGE_MOVED, f"model/{model}@{number}", "", was_stage or "", stage or "", None
    for model, number, run in connection.execute("SELECT model, number, run FROM temp.gone_versions"):
        yield ChangeKind.VERSION_DELETED, f"model/{model}@{number}", "", run or "", "", None


def _runs(connection: sqlite3.Connection) -> Iterator[_Found]:
    sql = "SELECT run, is_deleted, was_is_deleted FROM temp.up_runs WHERE is_new = 0"
    for run, is_deleted, was_deleted in connection.execute(sql):
        if is_deleted and not was_deleted:
            yield ChangeKind.RUN_DELETED, f"run/{run}", "", "active", "deleted", None
        elif was_deleted and not is_deleted:
            yield ChangeKind.RUN_RESTORED, f"run/{run}", "", "deleted", "active", None
    for run, name in connection.execute("SELECT run, name FROM temp.gone_runs"):
        yield ChangeKind.RUN_PURGED, f"run/{run}", "", name or "", "", None


def _tags(connection: sqlite3.Connection) -> Iterator[_Found]:
    known = "JOIN main.runs r ON r.id = p.run"
    changed = (
        f"SELECT r.run, p.key, p.was_value, p.value FROM temp.up_tags p {known} WHERE p.is_new = 0 AND {_NOT_A_CHANGE}"
    )
    for run, key, old, new in connection.execute(changed):
        yield ChangeKind.TAG_CHANGED, f"run/{run}", key, old or "", new or "", None
    gone = f"SELECT r.run, p.key, p.value FROM temp.gone_tags p {known} WHERE {_NOT_A_CHANGE}"
    purged = "AND r.run NOT IN (SELECT run FROM temp.gone_runs)"
    for run, key, old in connection.execute(f"{gone} {purged}"):
        yield ChangeKind.TAG_DELETED, f"run/{run}", key, old or "", "", None
