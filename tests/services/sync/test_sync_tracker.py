"""A sync of a real MLflow store writes down what matters, once."""

from pathlib import Path

import pytest

from tests.cli_runner import mlcockpit
from tests.stores.driver import Driver

TOML = """
[project]
key = "churn"
[sources]
mlflow = "sqlite:///mlflow.db"
[models.churn]
[environments.prod]
model = "churn"
alias = "champion"
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a real store with two versions and an alias; tests copy it."""
    folder = tmp_path_factory.mktemp("store")
    driver = Driver(f"sqlite:///{folder / 'mlflow.db'}", str(folder / "ids.json"))
    driver.tell([["create_run", "one"], ["create_run", "two"]])
    driver.client.create_registered_model("churn")
    for run in ("one", "two"):
        driver.client.create_model_version("churn", f"runs:/{driver.ids[run]}/model", run_id=driver.ids[run])
    driver.client.set_registered_model_alias("churn", "champion", "1")
    return folder


@pytest.fixture
def project(store: Path, tmp_path: Path) -> Path:
    (tmp_path / "mlflow.db").write_bytes((store / "mlflow.db").read_bytes())
    (tmp_path / "mlcockpit.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


def kinds(folder: Path) -> list[str]:
    rows = mlcockpit(folder, "log", "--json", "--limit", "500").json["sections"][0]["rows"]
    return sorted(row["kind"] for row in rows if row["actor"] == "sync")


def move_champion(folder: Path, number: str) -> None:
    Driver(f"sqlite:///{folder / 'mlflow.db'}", str(folder / "ids.json")).client.set_registered_model_alias(
        "churn", "champion", number
    )


def test_versions_and_aliases_become_events(project: Path) -> None:
    assert mlcockpit(project, "sync").code == 0
    assert kinds(project) == ["alias set", "version created", "version created"]


def test_a_second_sync_says_that_nothing_is_new(project: Path) -> None:
    mlcockpit(project, "sync")
    before = mlcockpit(project, "verify-log").out
    again = mlcockpit(project, "sync", "--json").json
    assert [source["changes"] for source in again["sources"]] == [[] for _ in again["sources"]]
    assert mlcockpit(project, "verify-log").out == before


def test_a_move_of_an_alias_is_dated_between_two_looks(project: Path) -> None:
    mlcockpit(project, "sync", "--at", "2026-01-01")
    move_champion(project, "2")
    mlcockpit(project, "sync", "--at", "2026-01-08")
    found = mlcockpit(project, "check", "--select", "O02", "--json").json["findings"]
    assert [(each["subject"], each["message"]) for each in found] == [
        (
            "model/churn@1",
            "alias champion moved to version 1 before 2026-01-01 00:00 and no deployment to prod says so",
        ),
        (
            "model/churn@2",
            "alias champion moved to version 2 between 2026-01-01 00:00 and 2026-01-08 00:00 and no deployment to prod says so",
        ),
    ]


def test_a_mirror_that_is_made_again_repeats_no_event(project: Path) -> None:
    mlcockpit(project, "sync", "--at", "2026-01-01")
    before = kinds(project)
    for left in (project / ".mlcockpit").glob("mirror.db*"):
        left.unlink()
    assert mlcockpit(project, "sync", "--at", "2026-01-08").code == 0
    assert kinds(project) == before


def test_a_move_that_happened_while_the_mirror_was_lost_is_still_told(project: Path) -> None:
    mlcockpit(project, "sync", "--at", "2026-01-01")
    for left in (project / ".mlcockpit").glob("mirror.db*"):
        left.unlink()
    move_champion(project, "2")
    mlcockpit(project, "sync", "--at", "2026-01-08")
    assert kinds(project) == ["alias moved", "alias set", "version created", "version created"]


def test_a_store_that_is_gone_fails_alone_and_the_last_good_state_stays(project: Path) -> None:
    mlcockpit(project, "sync")
    (project / "mlflow.db").unlink()
    ran = mlcockpit(project, "sync", "--json")
    states = {source["name"]: source["state"] for source in ran.json["sources"]}
    assert (ran.code, states["mlflow"], states["project_file"]) == (4, "failed", "fresh")
    assert len(mlcockpit(project, "runs", "--json").json["runs"]) == 2
