"""The MLflow store of a folder is found where MLflow puts it by default, and told what it holds in names only."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.mlflow_tracker import open_tracker

USUAL = ("mlflow.db", "mlruns.db", "mlflow.sqlite", "mlflow/mlflow.db", "mlruns/mlflow.db")
_ENDINGS = (".db", ".sqlite", ".sqlite3")
_MOST_FILES = 200


@dataclass(frozen=True)
class StoreContents:
    """What a store holds, in names."""

    experiments: tuple[str, ...] = ()
    """Active experiments with runs, most runs first."""
    models: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Registered model → alias → version."""
    users: tuple[str, ...] = ()
    """Login names that started runs, most runs first."""
    runs: int = 0


def find_store(root: Path, environ: Mapping[str, str]) -> str | None:
    """Return the tracking URI of `root`: MLFLOW_TRACKING_URI, else a usual file, any SQLite store, or ./mlruns."""
    uri = environ.get("MLFLOW_TRACKING_URI", "").strip()
    if uri:
        return _relative(uri, root)
    for place in (*USUAL, *_databases(root)):
        if is_mlflow_database(root / place):
            return f"sqlite:///{place}"
    return "mlruns" if _is_folder_store(root / "mlruns") else None


def contents_of(uri: str, root: Path) -> StoreContents:
    """Return what the store at `uri` holds; raises SourceFailed where it cannot be read."""
    with open_tracker(uri, root=root).reading() as reading:
        try:
            with closing(sqlite3.connect("file::memory:", uri=True)) as base:
                base.execute("ATTACH ? AS db", (reading.database,))
                for table in ("experiments", "runs", "versions", "aliases"):
                    base.execute(f"CREATE TEMP VIEW {table} AS {reading.selects[table].format(db='db')}")
                return _contents(base)
        except sqlite3.Error as error:
            raise SourceFailed(f"the MLflow store {uri} cannot be read", hint=str(error)) from error


def is_mlflow_database(path: Path) -> bool:
    """Tell whether `path` is a SQLite file with MLflow's tables; it is not written to."""
    try:
        with path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\0":
                return False
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            query = "SELECT count(*) FROM sqlite_master WHERE name IN ('alembic_version', 'experiments', 'runs')"
            return int(base.execute(query).fetchone()[0]) == 3
    except (OSError, sqlite3.Error):
        return False


def _contents(base: sqlite3.Connection) -> StoreContents:
    experiments = base.execute(
        "SELECT e.name FROM experiments e JOIN runs r ON r.experiment = e.id"
        " WHERE NOT e.is_deleted AND NOT r.is_deleted GROUP BY e.id ORDER BY count(*) DESC, e.name"
    )
    names = tuple(str(name) for (name,) in experiments)
    users = base.execute("SELECT user FROM runs WHERE user <> '' GROUP BY user ORDER BY count(*) DESC, user")
    logins = tuple(str(user) for (user,) in users)
    models: dict[str, dict[str, int]] = {
        str(model): {} for (model,) in base.execute("SELECT DISTINCT model FROM versions ORDER BY model")
    }
    for model, alias, number in base.execute("SELECT model, alias, number FROM aliases ORDER BY model, alias"):
        models.setdefault(str(model), {})[str(alias)] = int(number)
    (runs,) = base.execute("SELECT count(*) FROM runs WHERE NOT is_deleted").fetchone()
    return StoreContents(names, models, logins, int(runs))


def _databases(root: Path) -> Iterator[str]:
    """Yield the SQLite files of `root` and of the folders in it, by name."""
    seen = 0
    for folder in (root, *sorted(path for path in _entries(root) if path.is_dir() and not path.name.startswith("."))):
        for path in sorted(_entries(folder)):
            seen += 1
            if path.name.lower().endswith(_ENDINGS) and seen < _MOST_FILES:
                yield path.relative_to(root).as_posix()


def _entries(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in os.listdir(folder)[:2000]]
    except OSError:
        return []


def _is_folder_store(folder: Path) -> bool:
    return any((each / "meta.yaml").is_file() for each in _entries(folder))


def _relative(uri: str, root: Path) -> str:
    """Return a SQLite or folder URI from `root` where it lies below, so that the project file may move."""
    for prefix in ("sqlite:///", "file://", "file:", ""):
        if uri.startswith(prefix) and Path(uri.removeprefix(prefix)).is_absolute():
            place = Path(uri.removeprefix(prefix))
            if place.is_relative_to(root):
                kept = "sqlite:///" if prefix == "sqlite:///" else ""
                return kept + place.relative_to(root).as_posix()
            return uri
    return uri
