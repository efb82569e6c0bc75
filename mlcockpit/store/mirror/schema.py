"""The mirror of the tracker is one SQLite file that anybody may delete: what it holds can be copied again."""

import os
import sqlite3
from pathlib import Path

VERSION = 1
"""Kept in user_version; a mirror of another version is emptied and copied anew."""

WHOLE = 8000
"""Bytes of a parameter or tag that stay in its row (MLflow's own limit); longer ones keep the rest in long_values."""

TABLES = {
    "experiments": "id INTEGER PRIMARY KEY, name TEXT, is_deleted INTEGER, artifact_location TEXT",
    "runs": "id INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, experiment INTEGER, name TEXT, status TEXT, is_deleted INTEGER,"
    " started_ms INTEGER, ended_ms INTEGER, artifact_uri TEXT, user TEXT, source TEXT, entry_point TEXT, version TEXT",
    "params": "key TEXT, run INTEGER, value TEXT, size INTEGER, PRIMARY KEY (key, run)",
    "metrics": "key TEXT, run INTEGER, value REAL, step INTEGER, at_ms INTEGER, PRIMARY KEY (key, run)",
    "tags": "run INTEGER, key TEXT, value TEXT, size INTEGER, PRIMARY KEY (run, key)",
    "inputs": "run INTEGER, name TEXT, digest TEXT, context TEXT, source_type TEXT, source TEXT, PRIMARY KEY (run, name, digest)",
    "logged_models": "run INTEGER, model TEXT, name TEXT, artifact_path TEXT, status TEXT, created_ms INTEGER,"
    " PRIMARY KEY (run, model)",
    "versions": "model TEXT, number INTEGER, run TEXT, source TEXT, stage TEXT, status TEXT, user TEXT, created_ms INTEGER,"
    " description TEXT, PRIMARY KEY (model, number)",
    "aliases": "model TEXT, alias TEXT, number INTEGER, PRIMARY KEY (model, alias)",
    "long_values": "feed TEXT, key TEXT, run INTEGER, value TEXT, PRIMARY KEY (feed, key, run)",
    "moves": "kind TEXT, subject TEXT, name TEXT, count INTEGER, PRIMARY KEY (kind, subject, name)",
    "watermarks": "feed TEXT PRIMARY KEY, last INTEGER, proof TEXT",
    "cursor": "one INTEGER PRIMARY KEY CHECK (one = 1), source TEXT, sync INTEGER, synced_at TEXT, stamp TEXT, epoch TEXT",
}

_WITH_ROWID = {"experiments", "runs", "cursor", "long_values"}


def open_writing(path: Path) -> sqlite3.Connection:
    """Return a connection that may write; a missing, broken or other version's mirror becomes an empty one of this version."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    try:
        return _open_writing(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return _open_writing(path)


def open_reading(path: Path) -> sqlite3.Connection:
    """Return a connection that never writes and reads any text, however badly it is encoded."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA query_only = ON")
    connection.text_factory = readable_text
    return connection


def readable_text(raw: bytes) -> str:
    """Return text as stored, with what is no UTF-8 replaced."""
    return raw.decode(errors="replace")


def is_current(connection: sqlite3.Connection) -> bool:
    """Tell whether the open mirror has the tables that this version reads."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return bool(version == VERSION)


def empty(connection: sqlite3.Connection) -> None:
    """Make the mirror empty, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in names:
        connection.execute(f'DROP TABLE "{name}"')
    for name, columns in TABLES.items():
        rowid = "" if name in _WITH_ROWID else " WITHOUT ROWID"
        connection.execute(f"CREATE TABLE {name} ({columns}){rowid}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _open_writing(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{_quoted(path)}", uri=True, timeout=30, isolation_level=None)
    connection.text_factory = readable_text
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -65536")
        if not is_current(connection):
            empty(connection)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
