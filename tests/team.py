"""A product with a team, in a folder of its own, worked on by typed commands; a refusal must leave nothing behind."""

import sqlite3
from pathlib import Path

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.project_file import ProjectFile
from mlcockpit.services.apply_project_file import apply_project_file
from tests.cli_runner import Ran, mlcockpit

PROJECT = """
[project]
key = "churn"
as_of = 2026-03-02T09:00:00Z

[people.ida]
name = "Ida"
discipline = "product"
[people.ana]
name = "Ana"
discipline = "data"
[people.bo]
name = "Bo"
discipline = "ml"
mlflow_users = ["bo"]
[people.kai]
name = "Kai"
discipline = "ml"
deputy = "bo"
[people.cy]
name = "Cy"
discipline = "dev"
[people.olu]
name = "Olu"
discipline = "ops"

[goals.keep]
objective = "Keep customers"

[metrics.useful]
definition = "Share of calls that helped"
target = 0.5
floor = 0.3
owner = "ida"

[datasets.customers]
path = "data/customers.csv"

[models.churn]
owner = "kai"
metrics = ["useful"]
datasets = ["customers"]

[environments.prod]
model = "churn"
artifact = "serving/model.pkl"
[environments.lab]
model = "churn"
"""

GATE = """
[gates.prod]
environment = "prod"
approvers = ["cy", "bo"]
checks = [
  {kind = "metric", metric = "auc", at_least = 0.7},
  {kind = "reproduced"},
  {kind = "approval"},
  {kind = "evidence", text = "load test"},
]
"""


def a_team(folder: Path, more: str = "") -> Path:
    """Make the project in `folder`, with everybody in its file known; return the folder."""
    (folder / "mlcockpit.toml").write_text(PROJECT + more, encoding="utf-8")
    cockpit = open_cockpit(folder, progress=Silent(), actor="test")
    file: ProjectFile = cockpit.file
    with cockpit.store.write("test") as tx:
        apply_project_file(tx, file)
    cockpit.close()
    return folder


def done(folder: Path, *words: str) -> Ran:
    """Run a command that must succeed."""
    ran = mlcockpit(folder, *words)
    assert ran.code == 0, ran.err
    return ran


def refused(folder: Path, *words: str, code: int = 2) -> str:
    """Run a command that must be refused in one line and write nothing; return that line."""
    before = everything(folder)
    ran = mlcockpit(folder, *words)
    assert (code, "") == (ran.code, ran.out), ran.err
    assert ran.err.startswith("mlcockpit: ")
    assert ran.err.count("\n") == 1
    assert "fault of mlcockpit" not in ran.err
    assert everything(folder) == before
    return ran.err.removeprefix("mlcockpit: ").rstrip("\n")


def everything(folder: Path) -> list[str]:
    """Return all that the project's database holds."""
    connection = sqlite3.connect(folder / ".mlcockpit" / "cockpit.db")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def events(folder: Path, name: str) -> list[str]:
    """Return the kinds of the events of one entity, oldest first."""
    rows = done(folder, "log", name, "--json").json["sections"][0]["rows"]
    return [row["kind"] for row in reversed(rows)]
