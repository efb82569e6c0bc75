"""Environments of other MLflow versions are made once on a machine, and projects are trained in them as their people did."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

import mlcockpit
from tests.reproduction.world import World

SKINNY = ("sqlalchemy<2.1", "alembic", "setuptools<80")
"""What a slim MLflow needs beside itself to write a database."""
SCHEMA = "import mlflow\nmlflow.MlflowClient().search_experiments()\n"


@dataclass(frozen=True)
class Machine:
    """One environment with one MLflow."""

    folder: Path

    @property
    def python(self) -> Path:
        """Return its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def empty_store(self) -> Path:
        """Return a database without a run, of its MLflow's schema."""
        return self.folder / "empty.db"

    def freeze(self) -> str:
        """Return everything installed as exact pins."""
        return (self.folder / "freeze.txt").read_text()

    def environment(self, tracking: str) -> dict[str, str]:
        """Return the variables of a shell in which it is active."""
        env = {
            name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW", "MLCOCKPIT", "PYTHON"))
        }
        quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet", "MLFLOW_ALLOW_FILE_STORE": "true"}
        return {**env, **quiet, "MLFLOW_TRACKING_URI": tracking, "PATH": f"{self.python.parent}:{env['PATH']}"}


@cache
def machine(mlflow: str, *more: str) -> Machine:
    """Return the environment of a slim MLflow of this version and more packages, made by uv where there is none."""
    packages = (f"mlflow-skinny=={mlflow}", *SKINNY, *more)
    home = user_cache_path("mlcockpit-tests")
    home.mkdir(parents=True, exist_ok=True)
    found = Machine(home / f"skinny-{mlflow}-{hashlib.sha256(' '.join(packages).encode()).hexdigest()[:12]}")
    with (home / f"{found.folder.name}.lock").open("w") as waiting:
        fcntl.flock(waiting, fcntl.LOCK_EX)
        if not (found.folder / "ready").exists():
            _make(found, packages)
    return found


def _make(found: Machine, packages: tuple[str, ...]) -> None:
    import uv

    binary, inside = uv.find_uv_bin(), ("--python", str(found.python))
    subprocess.run([binary, "venv", "-q", "--clear", "--python", "3.11", found.folder], check=True, timeout=300)
    subprocess.run([binary, "pip", "install", "-q", *inside, *packages], check=True, timeout=900)
    done = subprocess.run([binary, "pip", "freeze", *inside], check=True, timeout=60, capture_output=True, text=True)
    (found.folder / "freeze.txt").write_text(done.stdout)
    env = found.environment(f"sqlite:///{found.empty_store}")
    subprocess.run(
        [found.python, "-c", SCHEMA], check=True, timeout=120, env=env, cwd=found.folder, capture_output=True
    )
    with sqlite3.connect(found.empty_store) as database:
        database.execute("DELETE FROM experiments")
    (found.folder / "ready").touch()


@dataclass
class Elsewhere(World):
    """A repository whose runs were made in an environment of its own, logged to a database or to ./mlruns."""

    machine: Machine = field(kw_only=True)
    in_folder: bool = False
    """Whether runs are logged to ./mlruns."""

    @property
    def uri(self) -> str:
        """Return the tracking URI that its people have in their shell."""
        return f"file://{self.top}/mlruns" if self.in_folder else f"sqlite:///{self.store}"

    def train(self, *argv: str, cwd: str = ".", check: bool = True) -> str:
        """Run `python *argv`; return the newest run."""
        return self.start("python", *argv, cwd=cwd, check=check)

    def start(self, *argv: str, cwd: str = ".", check: bool = True) -> str:
        """Start any command in the project's own environment; return the newest run."""
        if not self.in_folder and not self.store.exists():
            shutil.copyfile(self.machine.empty_store, self.store)
        env = {**self.machine.environment(self.uri), **self.environ}
        done = subprocess.run(argv, cwd=self.top / cwd, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return self.runs()[-1]

    def capture(self, *argv: str, cwd: str = ".") -> str:
        """Start any command with `mlcockpit run`, as a person in the project's own environment; return the newest run."""
        if not self.store.exists():
            shutil.copyfile(self.machine.empty_store, self.store)
        env = {**self.machine.environment(self.uri), **self.environ, "MLCOCKPIT_HOME": os.environ["MLCOCKPIT_HOME"]}
        env["PYTHONPATH"] = str(Path(mlcockpit.__file__).parent.parent)
        words = [sys.executable, "-m", "mlcockpit", "run", "--", *argv]
        done = subprocess.run(words, cwd=self.top / cwd, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return self.runs()[-1]

    def runs(self) -> list[str]:
        """Return the ids of all runs, oldest first."""
        if not self.in_folder:
            return super().runs()
        metas = sorted((self.top / "mlruns").glob("*/*/meta.yaml"), key=lambda path: path.stat().st_mtime)
        return [path.parent.name for path in metas if (path.parent / "params").is_dir()]

    def bytes_of_store(self) -> str:
        """Return one sha-256 of the database or of every file of ./mlruns."""
        files = (
            [self.store]
            if not self.in_folder
            else sorted(path for path in (self.top / "mlruns").rglob("*") if path.is_file())
        )
        whole = hashlib.sha256()
        for path in files:
            whole.update(str(path.relative_to(self.top)).encode() + path.read_bytes())
        return whole.hexdigest()
