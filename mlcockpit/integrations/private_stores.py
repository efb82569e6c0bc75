"""A rerun's private tracking database starts as an empty one of its MLflow version, so that migrating costs once."""

import contextlib
import os
import re
import shutil
import sqlite3
from pathlib import Path

from mlcockpit.ports import BuiltEnvironment

SAFE = re.compile(r"^[0-9][0-9A-Za-z.+-]{0,40}$")
KEPT = frozenset({"alembic_version", "workspaces"})
"""Tables whose rows belong to an empty database."""
TRIGGERS = "prevent_secrets_"
"""Triggers that MLflow itself puts into its database; any other was planted and the database is not kept."""


class PrivateStores:
    """ports.StoreStarter: one empty database for each MLflow version, below the user's own folder."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "stores"

    def begin(self, environment: BuiltEnvironment, store: Path) -> None:
        """Make `store` an empty database of the environment's MLflow, where one is known; else leave it to MLflow."""
        known = self._known(environment)
        if known is not None and known.is_file():
            shutil.copyfile(known, store)

    def keep(self, environment: BuiltEnvironment, store: Path) -> None:
        """Keep an emptied copy of a database that the environment's MLflow made."""
        known = self._known(environment)
        if known is None or known.exists() or not store.is_file():
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = known.with_suffix(f".{os.getpid()}.part")
        try:
            if _emptied(store, part):
                part.replace(known)
        except (sqlite3.DatabaseError, OSError):
            pass
        finally:
            part.unlink(missing_ok=True)

    def _known(self, environment: BuiltEnvironment) -> Path | None:
        version = environment.packages.get("mlflow") or environment.packages.get("mlflow-skinny") or ""
        return self.folder / f"mlflow-{version}.db" if SAFE.match(version) else None


def _emptied(store: Path, part: Path) -> bool:
    """Write the tables of `store` without their rows to `part`; False where it holds what MLflow did not put there."""
    with contextlib.closing(sqlite3.connect(store)) as source, contextlib.closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
        rows = copy.execute(
            "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'trigger', 'view')"
        ).fetchall()
        if any(kind != "table" and not name.startswith(TRIGGERS) for kind, name in rows):
            return False
        copy.execute("PRAGMA foreign_keys = OFF")
        for kind, name in rows:
            if kind == "table" and name not in KEPT and not name.startswith("sqlite_"):
                quoted = name.replace('"', '""')
                if copy.execute(f'SELECT 1 FROM "{quoted}" LIMIT 1').fetchone():
                    copy.execute(f'DELETE FROM "{quoted}"')
        copy.commit()
        copy.execute("VACUUM")
    return True
