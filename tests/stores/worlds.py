"""The same story happens in a fake tracker and in real MLflow stores of several versions; each is then read by its adapter."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from platformdirs import user_cache_path

from mlcockpit.integrations.mlflow_sql import MlflowSqlStore
from mlcockpit.integrations.mlflow_tracker import MlflowFolder, MlflowServer
from mlcockpit.ports import Tracker
from tests.fakes.tracker import FakeTracker
from tests.stores.driver import Driver

Step = Sequence[Any]

BEGINNING: Sequence[Step] = (
    ("create_run", "first"),
    ("log_param", "first", "lr", "0.1"),
    ("log_param", "first", "kind", "tree"),
    ("log_metric", "first", "auc", 0.8, 1),
    ("log_metric", "first", "auc", 0.9, 2),
    ("log_metric", "first", "loss", "nan"),
    ("log_metric", "first", "top", "inf"),
    ("set_tag", "first", "note", "good"),
    ("log_input", "first", "flights", "abc123"),
    ("finish_run", "first", "FINISHED"),
    ("create_run", "second", "other"),
    ("log_param", "second", "lr", "0.01"),
    ("log_metric", "second", "auc", 0.7),
    ("set_tag", "second", "note", "bad"),
    ("finish_run", "second", "FAILED"),
    ("create_run", "child", "other", "second"),
    ("create_version", "churn", "first"),
    ("create_version", "churn", "second"),
    ("set_alias", "churn", "champion", 1),
)


class World(Protocol):
    """A tracker in which things can happen."""

    tracker: Tracker
    ids: dict[str, str]

    def tell(self, *story: Step) -> None:
        """Let the steps happen."""


class FakeWorld:
    """A tracker in memory."""

    def __init__(self) -> None:
        self.tracker = FakeTracker()
        self.ids = self.tracker.ids
        self.tell(*BEGINNING)

    def tell(self, *story: Step) -> None:
        """Let the steps happen."""
        for verb, *words in story:
            getattr(self.tracker, verb)(*words)


class SqliteWorld:
    """A store in a SQLite file, written by `teller`; None: by the MLflow of the tests, in this process."""

    def __init__(self, path: Path, template: Path, *, teller: "Teller | None" = None) -> None:
        self.path = path
        self._teller = teller
        self._ids = path.with_suffix(".json")
        shutil.copyfile(template, path)
        shutil.copyfile(template.with_suffix(".json"), self._ids)
        self.tracker: Tracker = MlflowSqlStore(path)

    @property
    def ids(self) -> dict[str, str]:
        """Return the story's names → run ids."""
        found: dict[str, str] = json.loads(self._ids.read_text())
        return found

    def tell(self, *story: Step) -> None:
        """Let the steps happen."""
        tell(f"sqlite:///{self.path}", self._ids, story, self._teller)


class ClientWorld(SqliteWorld):
    """The same store, read by MLflow's client in a child process as a server would be."""

    def __init__(self, path: Path, template: Path) -> None:
        super().__init__(path, template)
        self.tracker = MlflowServer(f"sqlite:///{path}")


class FolderWorld:
    """A store of files such as ./mlruns."""

    def __init__(self, folder: Path, teller: "Teller") -> None:
        self._teller = teller
        self._uri = (folder / "mlruns").as_uri()
        self._ids = folder / "ids.json"
        self.tracker: Tracker = MlflowFolder(folder / "mlruns")
        self.tell(*BEGINNING)

    @property
    def ids(self) -> dict[str, str]:
        """Return the story's names → run ids."""
        found: dict[str, str] = json.loads(self._ids.read_text())
        return found

    def tell(self, *story: Step) -> None:
        """Let the steps happen."""
        tell(self._uri, self._ids, story, self._teller)


class Teller:
    """A process that tells stories to stores by the MLflow that its interpreter imports."""

    def __init__(self, python: Path, folder: Path) -> None:
        env = {**os.environ, "MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONPATH": ""}
        self._process = subprocess.Popen(
            [python, Path(__file__).with_name("driver.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=env,
            cwd=folder,
        )

    def tell(self, uri: str, ids: Path, story: Sequence[Step]) -> None:
        """Let the steps happen in the store at `uri`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([uri, str(ids), story]) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def tell(uri: str, ids: Path, story: Sequence[Step], teller: Teller | None) -> None:
    """Let the steps happen in the store at `uri`."""
    if teller is None:
        Driver(uri, ids).tell(story)
    else:
        teller.tell(uri, ids, story)


def begin(folder: Path, teller: Teller | None = None) -> Path:
    """Return a new store in which the beginning of the story has happened."""
    path = folder / "template.db"
    tell(f"sqlite:///{path}", path.with_suffix(".json"), BEGINNING, teller)
    return path


def old_mlflow(version: str) -> Path:
    """Return the interpreter of an environment with an older MLflow, built once by uv in the user's cache."""
    import uv

    home = user_cache_path("mlcockpit-tests") / f"mlflow-{version}"
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        binary = uv.find_uv_bin()
        subprocess.run([binary, "venv", "-q", "--clear", "--python", "3.11", home], check=True, timeout=300)
        packages = [f"mlflow=={version}", "sqlalchemy<2.1", "setuptools<80"]
        subprocess.run([binary, "pip", "install", "-q", "--python", python, *packages], check=True, timeout=900)
        (home / "ready").touch()
    return python
