"""The tracking store of a project is found: where the project file says, the environment says, or MLflow would have put it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from mlcockpit.analysis.spread import Sibling
from mlcockpit.domain.run_record import MetricPoint, RunRecord
from mlcockpit.errors import EvidenceMissing
from mlcockpit.integrations.mlflow_folder_reader import FolderRuns
from mlcockpit.integrations.mlflow_run_reader import SqliteRuns

USUAL = ("mlflow.db", "mlruns.db", "mlflow/mlflow.db", "data/mlflow.db", "db/mlflow.db")
"""Where projects keep an MLflow database."""


class Runs(Protocol):
    """A tracking store that answers for single runs."""

    def find(self, name: str) -> str:
        """Return the id of the run with this id, id prefix or name; raises UnknownName unless exactly one fits."""

    def read(self, run_id: str) -> RunRecord:
        """Return one run."""

    def each(self, run_ids: Sequence[str]) -> Iterator[RunRecord]:
        """Yield runs one after the other."""

    def histories(self, run_id: str) -> Mapping[str, tuple[MetricPoint, ...]]:
        """Return the logged values of each metric."""

    def run_ids(self, *, since_ms: int = 0) -> tuple[str, ...]:
        """Return the ids of its runs, oldest first."""

    def launch_of(self, run: RunRecord) -> tuple[str, ...]:
        """Return the other runs of the same launch."""

    def siblings(self, run: RunRecord) -> tuple[Sibling, ...]:
        """Return the runs of the same script, commit, parameters and data, the run itself first; seeds may differ."""

    def mlflow_below(self) -> str:
        """Return a version older than which every MLflow that wrote here was; empty where that is not known."""


def open_runs(declared: str | None, root: Path, environ: Mapping[str, str]) -> Runs:
    """Return the runs of the project at `root`; raises EvidenceMissing where no store is found."""
    uri = declared or environ.get("MLFLOW_TRACKING_URI") or ""
    if uri:
        return open_uri(uri, root)
    for name in USUAL:
        if (root / name).is_file():
            return SqliteRuns(root / name)
    if (root / "mlruns").is_dir():
        return FolderRuns(root / "mlruns")
    raise EvidenceMissing(
        f"no MLflow store was found in {root}",
        hint='name it in mlcockpit.toml: [sources] mlflow = "sqlite:///mlflow.db"',
    )


def open_uri(uri: str, root: Path) -> Runs:
    """Return the runs behind a tracking URI; relative paths are below `root`."""
    if uri.startswith("sqlite:///"):
        return SqliteRuns(root / unquote(uri.removeprefix("sqlite:///").split("?")[0]))
    parts = urlsplit(uri)
    if parts.scheme in {"", "file"}:
        path = root / (unquote(parts.path) if parts.scheme else uri)
        return FolderRuns(path) if path.is_dir() else SqliteRuns(path)
    from mlcockpit.integrations.server_runs import ServerRuns

    return ServerRuns(uri)


def brought(runs: Runs, run: RunRecord, into: Path, *, whole: bool) -> RunRecord:
    """Return the run with its artifacts on this machine: brought below `into` where a server keeps them.

    Raises SourceFailed where they cannot be had. `whole` brings all; else only the small files of its models come.
    """
    from mlcockpit.integrations.server_runs import ServerRuns

    if not isinstance(runs, ServerRuns) or local_path(run.artifact_uri) is not None:
        return run
    return runs.brought(run, into, whole=whole)


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
