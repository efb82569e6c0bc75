"""Stores that plain SQL cannot read, such as servers, PostgreSQL and folders of files, are read through MLflow's client."""

import math
import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import mlcockpit
from mlcockpit.domain.run import MetricHistory, MetricPoint
from mlcockpit.domain.tracking import TrackerReading, instant
from mlcockpit.errors import SourceFailed
from mlcockpit.integrations import sqlite_file
from mlcockpit.integrations.feed_file import FeedFile
from mlcockpit.integrations.json_lines import lines_of
from mlcockpit.integrations.mlflow_sql import BUSY_S, MlflowSqlStore, UnknownRevision
from mlcockpit.ports import Tracker

SILENCE_S = 20.0
"""How long a server may say nothing, and how long `import mlflow` may take."""

MIGRATION_S = 120.0
"""How long the client may say nothing while it brings the copy of an old store up to its own schema."""

TOTAL_S = 900.0
"""How long reading a whole store may take."""

LIMITS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
}
"""MLflow's own patience with a dead server is seven minutes; its file store has to be asked for since 3.13."""


def open_tracker(uri: str, *, root: Path, python: str = sys.executable) -> Tracker:
    """Return the tracker at `uri`; a relative path is below `root`."""
    parts = urlsplit(uri)
    if parts.scheme == "sqlite":
        path = Path(unquote(uri.removeprefix("sqlite:///").split("?")[0]))
        opened = MlflowFile(root / path, python=python)
        if not path.is_absolute():
            opened.source = f"sqlite:///{path.as_posix()}"  # one name wherever the project's folder is moved to
        return opened
    if parts.scheme in ("", "file"):
        return MlflowFolder(root / unquote(parts.path), python=python)
    return MlflowServer(uri, python=python)


class MlflowServer:
    """A tracker that only MLflow's client can reach; it runs in a child process, each sync reads everything."""

    def __init__(self, uri: str, *, python: str = sys.executable, silence_s: float = SILENCE_S) -> None:
        self.source = without_credentials(uri)
        self._uri = uri
        self._python = python
        self._silence_s = silence_s

    def stamp(self) -> str:
        """Return nothing: a server promises nothing."""
        return ""

    @contextmanager
    def reading(self) -> Iterator[TrackerReading]:
        """Yield a private file with everything the client answered."""
        with tempfile.TemporaryDirectory(prefix="mlcockpit-") as folder, self._reachable(Path(folder)) as uri:
            feed = FeedFile(Path(folder) / "feed.db")
            for answer in self._ask(Path(folder), "runs", uri):
                feed.add(answer["feed"], answer["rows"])
            yield feed.finish()

    def metric_history(self, run_id: str, key: str, *, most: int = 2000) -> MetricHistory:
        """Return the logged values in order, thinned by the child process."""
        with tempfile.TemporaryDirectory(prefix="mlcockpit-") as folder, self._reachable(Path(folder)) as uri:
            for answer in self._ask(Path(folder), "history", uri, run_id, key, str(most)):
                points = tuple(
                    MetricPoint(step, math.nan if value is None else value, instant(at))
                    for step, value, at in answer["points"]
                )
                return MetricHistory(points, answer["total"])
        raise SourceFailed(f"{self.source} has no metric {key}", hint=f"see: mlcockpit show run/{run_id}")

    @contextmanager
    def _reachable(self, _folder: Path) -> Iterator[str]:
        """Yield the address that the client is given."""
        yield self._uri

    def _ask(self, folder: Path, verb: str, *arguments: str) -> Iterator[dict[str, Any]]:
        argv = [self._python, "-m", "mlcockpit.integrations.mlflow_child", verb, *arguments]
        return lines_of(
            argv, cwd=folder, env=_environment(), subject=self.source, silence_s=self._silence_s, total_s=TOTAL_S
        )


class MlflowFolder(MlflowServer):
    """A folder of files such as ./mlruns, read from a copy without its artifacts: the client writes when it opens one."""

    def __init__(self, path: Path, *, python: str = sys.executable) -> None:
        super().__init__(path.absolute().as_uri(), python=python)
        self._path = path

    @contextmanager
    def _reachable(self, folder: Path) -> Iterator[str]:
        if not self._path.is_dir():
            hint = "check mlflow under [sources] in mlcockpit.toml, or start a first run with MLFLOW_TRACKING_URI set to it"
            raise SourceFailed(f"there is no MLflow store at {self._path}", hint=hint)
        try:
            shutil.copytree(self._path, folder / "mlruns", ignore=_inside_artifacts)
        except (shutil.Error, OSError) as error:
            raise SourceFailed(f"{self._path} cannot be read", hint="check its permissions, then sync again") from error
        yield (folder / "mlruns").as_uri()


class MlflowFile:
    """A tracker in a SQLite file: by SQL where its schema is known, else by MLflow's client on a copy."""

    def __init__(self, path: Path, *, python: str = sys.executable) -> None:
        self._sql = MlflowSqlStore(path)
        self._client = _MlflowCopy(path, python=python)
        self.source = self._sql.source

    def stamp(self) -> str:
        """Return what differs after every write; empty where that cannot be promised."""
        return self._sql.stamp()

    @contextmanager
    def reading(self) -> Iterator[TrackerReading]:
        """Yield the store in a form that can be attached."""
        with ExitStack() as stack:
            try:
                self._sql.check()
                reading = stack.enter_context(self._sql.reading())
            except UnknownRevision as unknown:
                try:
                    reading = stack.enter_context(self._client.reading())
                except SourceFailed as error:
                    raise unknown from error
            yield reading

    def metric_history(self, run_id: str, key: str, *, most: int = 2000) -> MetricHistory:
        """Return the logged values of a metric, thinned."""
        try:
            return self._sql.metric_history(run_id, key, most=most)
        except UnknownRevision:
            return self._client.metric_history(run_id, key, most=most)


class _MlflowCopy(MlflowServer):
    """A SQLite store of an unknown schema: only a copy may meet a client that could migrate it."""

    def __init__(self, path: Path, *, python: str) -> None:
        super().__init__(f"sqlite:///{path}", python=python, silence_s=MIGRATION_S)
        self._path = path

    @contextmanager
    def _reachable(self, folder: Path) -> Iterator[str]:
        target = folder / "copy.db"
        with sqlite_file.plainly(self._path, busy_s=BUSY_S) as theirs, closing(sqlite3.connect(target)) as ours:
            theirs.backup(ours)
        yield f"sqlite:///{target}"


def _inside_artifacts(folder: str, names: list[str]) -> list[str]:
    """Return what a copy leaves out: a run counts for MLflow only with its folder of artifacts, which may be empty."""
    return names if Path(folder).name == "artifacts" else []


def without_credentials(uri: str) -> str:
    """Return `uri` without user and password before a host, and without query."""
    return re.sub("//[^/]*@", "//", uri.split("?")[0])


def _environment() -> Mapping[str, str]:
    root = str(Path(mlcockpit.__file__).parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, **LIMITS, "PYTHONPATH": path}
