"""A small product that has everything a sync reads, and commands that run on it as processes of their own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.cli_runner import Ran
from tests.repositories import ROOT, run_plain_git, write
from tests.team import done

PROJECT = """
[project]
key = "churn"
[sources]
mlflow = "sqlite:///mlflow.db"
[people.bo]
name = "Bo"
discipline = "ml"
mlflow_users = ["bo"]
[metrics.useful]
definition = "Share of calls that helped"
source = "metrics/useful.csv"
target = 0.5
[datasets.customers]
path = "data/customers.csv"
owner = "bo"
[models.churn]
owner = "bo"
metrics = ["useful"]
datasets = ["customers"]
"""
FILES = {
    "mlcockpit.toml": PROJECT,
    "metrics/useful.csv": "at,value\n2026-02-01,0.4\n2026-02-08,0.6\n",
    "data/customers.csv": "id,calls\n" + "".join(f"{n},{n * 3 % 7}\n" for n in range(400)),
}


@dataclass(frozen=True)
class Product:
    """A folder with a project, and how commands run in it."""

    folder: Path

    @property
    def store(self) -> Path:
        """Return the MLflow store."""
        return self.folder / "mlflow.db"

    @property
    def database(self) -> Path:
        """Return the project's own database."""
        return self.folder / ".mlcockpit" / "cockpit.db"

    def start(self, *words: str, env: Mapping[str, str] | None = None, **how: object) -> "subprocess.Popen[str]":
        """Start a command as a person's shell does."""
        full = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
        argv = [sys.executable, "-m", "mlcockpit", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        return subprocess.Popen(argv, cwd=self.folder, env=full, text=True, **{**pipes, **how})  # type: ignore[call-overload,no-any-return]

    def run(self, *words: str, env: Mapping[str, str] | None = None, **how: object) -> Ran:
        """Run a command to its end."""
        process = self.start(*words, env=env, **how)
        out, err = process.communicate(timeout=120)
        return Ran(process.returncode, out or "", err or "")

    def must_be_whole(self) -> None:
        """Check that the next sync completes, finds nothing twice, and leaves an unbroken journal."""
        done(self.folder, "sync")
        assert done(self.folder, "verify-log").code == 0
        keys = events_by_key(self.folder)
        assert sorted(set(keys)) == sorted(keys)
        before = done(self.folder, "verify-log").out
        again = done(self.folder, "sync", "--json").json["sources"]
        assert [[]] * len(again) == [each["changes"] for each in again]
        assert before == done(self.folder, "verify-log").out


def events_by_key(folder: Path) -> list[str]:
    """Return what each event of the journal says, without when."""
    rows = done(folder, "log", "--json", "--limit", "5000").json["sections"][0]["rows"]
    return [f"{row['subject']} {row['kind']} {row['change']}" for row in rows]


def a_product(folder: Path, template: Path) -> Product:
    """Make the product in `folder`, its store copied from `template`."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, FILES)
    (folder / ".gitignore").write_text("mlflow.db\n.mlcockpit\n", encoding="utf-8")
    shutil.copyfile(template, folder / "mlflow.db")
    run_plain_git(folder, "init", "-q", "-b", "main")
    run_plain_git(folder, "config", "user.name", "Ana")
    run_plain_git(folder, "config", "user.email", "ana@example.org")
    run_plain_git(folder, "add", "-A")
    run_plain_git(folder, "commit", "-q", "-m", "first")
    return Product(folder)


def one_line(ran: Ran, code: int) -> str:
    """Return the one line in which a command that could not be done said why, and check that it is one."""
    assert (code, "") == (ran.code, ran.out), ran.err
    assert ran.err.startswith("mlcockpit: "), ran.err
    assert 1 == ran.err.count("\n"), ran.err
    assert "fault of mlcockpit" not in ran.err
    return ran.err.removeprefix("mlcockpit: ").rstrip("\n")


def failed_source(ran: Ran, name: str) -> str:
    """Return why one source could not be read, and check that every other source was."""
    assert 4 == ran.code, ran.err
    assert 1 == ran.err.count("\n"), ran.err
    assert "Traceback" not in ran.err + ran.out
    assert "fault of mlcockpit" not in ran.err + ran.out
    states = {each["name"]: each["state"] for each in ran.json["sources"]} if ran.out.startswith("{") else {}
    assert {key for key, state in states.items() if state == "failed"} <= {name}
    return ran.err.rstrip("\n")
