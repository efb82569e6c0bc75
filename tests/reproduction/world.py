"""A real repository with real MLflow runs, made from nothing, and a cockpit that looks at it."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import mlcockpit
from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.ingredients import KnownData
from mlcockpit.domain.recipe import Recipe
from mlcockpit.domain.reproduction_result import ReproductionResult
from mlcockpit.services.recipe import recipe
from mlcockpit.services.reproduce import Wishes, reproduce
from tests.reproduction.nursery import empty_store, run_python

AUTHOR = {"GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@example.org"}
COMMITTER = {"GIT_COMMITTER_NAME": "Ana", "GIT_COMMITTER_EMAIL": "ana@example.org"}

MEAN = """
import argparse
import csv
import mlflow

parser = argparse.ArgumentParser()
parser.add_argument("--data", default="data/numbers.csv")
parser.add_argument("--power", type=int, default=1)
parser.add_argument("--scale", type=float, default=1.0)
args = parser.parse_args()

with open(args.data) as source:
    values = [float(row["x"]) ** args.power for row in csv.DictReader(source)]
with mlflow.start_run():
    mlflow.log_param("exponent", args.power)
    mlflow.log_param("scale", args.scale)
    mlflow.log_metric("mean", args.scale * sum(values) / len(values))
    mlflow.log_metric("largest", max(values))
"""
"""Trains nothing, but reads a file, takes flags, and logs results that depend on both."""

NUMBERS = "x\n" + "\n".join(str(n * 1.5) for n in range(1, 30)) + "\n"
REQUIREMENTS = "mlflow\n"


@dataclass
class World:
    """One repository with one MLflow database."""

    top: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """Return the tracking database."""
        return self.top / "mlflow.db"

    def write(self, **files: str) -> None:
        """Write files; `__` in a name stands for a slash and `_dot_` for a dot."""
        for name, text in files.items():
            self.put(name.replace("__", "/").replace("_dot_", "."), text)

    def put(self, name: str, text: str) -> None:
        """Write one file."""
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def git(self, *arguments: str) -> str:
        """Run git as the author; return what it said."""
        env = {**os.environ, **AUTHOR, **COMMITTER}
        done = subprocess.run(["git", *arguments], cwd=self.top, env=env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, message: str = "Change") -> str:
        """Commit everything that is not ignored; return the commit."""
        if not (self.top / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main")
            (self.top / ".git" / "info" / "exclude").write_text("mlflow.db*\nmlruns/\n.mlcockpit/\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def train(self, *argv: str, cwd: str = ".", check: bool = True) -> str:
        """Run a script as a person would; return the id of the newest run."""
        if not self.store.exists():
            empty_store(self.store)
        status, said = run_python(argv, self.top / cwd, self.environment())
        assert status == 0 or not check, said
        return self.runs()[-1]

    def launch(self, *argv: str, cwd: str = ".") -> str:
        """Start any command as a person would, with the tests' python first on the path; return the newest run."""
        if not self.store.exists():
            empty_store(self.store)
        env = self.environment()
        env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
        done = subprocess.run(argv, cwd=self.top / cwd, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return self.runs()[-1]

    def pretend(self, source: str, **params: str) -> str:
        """Log a run as `source` would have, without running it; return its id."""
        script = f"import sys, mlflow\nsys.argv[0] = {source!r}\nwith mlflow.start_run():\n    mlflow.log_params({params!r})\n"
        (self.top / ".git" / "pretend.py").write_text(script)
        return self.train(".git/pretend.py")

    def environment(self, *, product: bool = False) -> dict[str, str]:
        """Return the variables of a person's shell; with `product` mlcockpit can be imported in it."""
        env = {
            **os.environ,
            "MLFLOW_TRACKING_URI": f"sqlite:///{self.store}",
            "GIT_PYTHON_REFRESH": "quiet",
            **self.environ,
        }
        env.pop("PYTHONPATH", None)
        if product:
            return env | {"PYTHONPATH": str(Path(mlcockpit.__file__).parent.parent)}
        env.pop("MLCOCKPIT_HOME", None)
        return env

    def runs(self) -> list[str]:
        """Return the ids of all runs, oldest first."""
        with sqlite3.connect(self.store) as database:
            return [row[0] for row in database.execute("SELECT run_uuid FROM runs ORDER BY start_time, rowid")]

    def sql(self, statement: str, *values: object) -> None:
        """Change the tracking database behind everybody's back."""
        with sqlite3.connect(self.store) as database:
            database.execute(statement, values)

    def state(self) -> dict[str, bytes]:
        """Return every file of the project, its repository and its stores, by path, with the repository's own words."""
        files = {
            str(path.relative_to(self.top)): path.read_bytes()
            for path in self.top.rglob("*")
            if path.is_file() and not path.is_symlink()
        }
        said = {words: self.git(*words.split()).encode() for words in ("stash list", "reflog", "rev-parse HEAD")}
        return files | said

    def recipe(self, run: str, *, known_data: Sequence[KnownData] | None = None) -> Recipe:
        """Resolve a run's recipe."""
        cockpit = open_cockpit(self.top, progress=Silent(), needs_project=False)
        try:
            return recipe(cockpit, run, known_data=known_data)
        finally:
            cockpit.close()

    def reproduce(
        self, run: str, *, known_data: Sequence[KnownData] | None = None, **wishes: object
    ) -> ReproductionResult:
        """Reproduce a run whose recipe is approved."""
        cockpit = open_cockpit(self.top, progress=Silent(), needs_project=False)
        try:
            return reproduce(cockpit, run, Wishes(**{"trust": "", **wishes}), known_data=known_data)  # type: ignore[arg-type]
        finally:
            cockpit.close()


def a_world(top: Path, script: str = MEAN, *, data: bool = True) -> World:
    """Return a committed repository with train.py, and data in git unless `data` is False."""
    world = World(top)
    world.write(train_dot_py=script, requirements_dot_txt=REQUIREMENTS)
    if data:
        world.put("data/numbers.csv", NUMBERS)
    world.commit("First")
    return world
