"""A tracking URI becomes a tracker: plain SQL for SQLite files, the MLflow client for everything else."""

from pathlib import Path

from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.mlflow_sql import MlflowSqlStore
from mlcockpit.ports import Tracker


def open_tracker(uri: str, root: Path) -> Tracker:
    """Return the tracker at `uri`; a relative path is taken from `root`. Raises SourceFailed for what nothing reads."""
    if uri.startswith("sqlite:///"):
        return MlflowSqlStore(root / uri.removeprefix("sqlite:///"))
    if uri.endswith(".db"):
        return MlflowSqlStore(root / uri)
    raise SourceFailed(f"no reader for the MLflow store {uri}", hint="name a sqlite:/// store in [sources] mlflow")
