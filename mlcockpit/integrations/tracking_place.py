"""The tracking store of a project is found: where the project file says, the environment says, or MLflow would have put it."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mlcockpit.errors import EvidenceMissing, SourceFailed
from mlcockpit.integrations.mlflow_run_reader import SqliteRuns

USUAL = ("mlflow.db", "mlruns.db", "mlflow/mlflow.db", "data/mlflow.db", "db/mlflow.db")
"""Where projects keep an MLflow database."""


def open_runs(declared: str | None, root: Path, environ: Mapping[str, str]) -> SqliteRuns:
    """Return the runs of the project at `root`; raises EvidenceMissing where no store is found."""
    uri = declared or environ.get("MLFLOW_TRACKING_URI") or ""
    if uri:
        return SqliteRuns(_file_of(uri, root))
    for name in USUAL:
        if (root / name).is_file():
            return SqliteRuns(root / name)
    raise EvidenceMissing(
        f"no MLflow store was found in {root}", hint='name it in mlcockpit.toml: [sources] mlflow = "sqlite:///mlflow.db"'
    )


def local_path(uri: str) -> Path | None:
    """Return the folder or file that a URI names on this machine; None for anything remote."""
    parts = urlsplit(uri)
    if parts.scheme in {"", "file"} and uri:
        path = unquote(parts.path) if parts.scheme else uri
        return Path(path) if path.startswith("/") else None
    return None


def find_moved(path: Path, root: Path) -> Path:
    """Return `path`, or the same tail below `root` where the whole project was moved since."""
    if path.exists():
        return path
    parts = path.parts
    for start in range(1, len(parts)):
        moved = root.joinpath(*parts[start:])
        if moved.exists():
            return moved
    return path


def _file_of(uri: str, root: Path) -> Path:
    if uri.startswith("sqlite:///"):
        return root / unquote(uri.removeprefix("sqlite:///").split("?")[0])
    if uri.endswith(".db") and "://" not in uri:
        return root / uri
    raise SourceFailed(f"no reader for the MLflow store {uri}", hint="name a sqlite:/// store in [sources] mlflow")
