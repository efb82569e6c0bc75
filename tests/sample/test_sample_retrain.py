"""The sample's live model is retrained on the newest months, by the flags of its own script."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sample_project.build.builder import Built
from tests.cli_runner import mlcockpit
from tests.gatewise import copied


@pytest.fixture
def folder(gatewise: Built, tmp_path: Path) -> Iterator[Path]:
    """Return a copy of the sample that events may be written in."""
    yield copied(gatewise, tmp_path / "gatewise").folder
    shutil.rmtree(tmp_path / "gatewise")


SHIFTED = {
    "flights@v1": "flights@v10",
    "flights@v2": "flights@v11",
    "flights@v3": "flights@v12",
}


def test_the_live_versions_window_moves_to_the_newest_months(folder: Path) -> None:
    plan = mlcockpit(folder, "retrain", "model/gatewise", "--plan", "--json").json
    assert SHIFTED == {one["from"]: one["to"] for one in plan["swapped"]}
    assert ["--train", "2013-10..2013-11", "--valid", "2013-12"] == plan["command"][-4:]
    assert "live in production" in mlcockpit(folder, "retrain", "gatewise", "--plan").out


def test_a_version_and_an_end_can_be_named(folder: Path) -> None:
    plan = mlcockpit(folder, "retrain", "model/gatewise@2", "--data", "flights@v9", "--plan", "--json").json
    assert ("flights@v6", "flights@v9") == (plan["swapped"][-1]["from"], plan["swapped"][-1]["to"])
    assert "2013-04..2013-09" in plan["command"]


@pytest.mark.ci
def test_the_live_model_is_retrained_away_from_the_users_store(folder: Path) -> None:
    before = (folder / "mlflow.db").read_bytes()
    ran = mlcockpit(folder, "retrain", "model/gatewise", "--trust", "--json")
    assert (ran.code, ran.json["outcome"]) == (0, "ran"), ran.out + ran.err
    metrics = {one["name"]: one for one in ran.json["metrics"]}
    assert metrics["train_rows"]["now"] != metrics["train_rows"]["original"]
    assert 0.5 < metrics["auc"]["now"] < 0.9
    assert before == (folder / "mlflow.db").read_bytes()
