"""--log adds a rerun to whatever store the project has, through a client that leaves the store's schema as it is."""

import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli_runner import mlcockpit
from tests.reproduction.nursery import run_python
from tests.reproduction.test_published_data import PROJECT
from tests.reproduction.test_retrain import NEWER, a_project, published
from tests.reproduction.world import MEAN, NUMBERS, World
from tests.stores.worlds import old_mlflow

NESTED = """
import mlflow, os, pathlib
values = [float(line) for line in open("data/numbers.csv").read().split()[1:]]
with mlflow.start_run() as top:
    mlflow.log_param("source", os.getcwd() + "/data/numbers.csv")
    for power in (1, 2):
        with mlflow.start_run(nested=True):
            mlflow.log_param("power", power)
            mlflow.log_metric("mean", sum(value**power for value in values) / len(values))
    client = mlflow.MlflowClient()
    if hasattr(client, "create_logged_model"):
        model = client.create_logged_model(top.info.experiment_id, name="tiny", source_run_id=top.info.run_id)
        folder = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / f"model-{model.model_id}"
        folder.mkdir()
        (folder / "MLmodel").write_text(f"run_id: {top.info.run_id}\\nmodel_id: {model.model_id}\\n")
        client.log_model_artifacts(model.model_id, str(folder))
        client.finalize_logged_model(model.model_id, "READY")
"""


@pytest.mark.ci
def test_nested_runs_and_their_model_come_along_with_new_ids(tmp_path: Path) -> None:
    world = a_project(tmp_path, NESTED)
    published(world, NEWER)
    before = world.runs()
    parent = next(run for run in before if not tags_of(world, run).get("mlflow.parentRunId"))
    ran = mlcockpit(world.top, "retrain", parent, "--trust", "--log", "--json")
    assert ran.code == 0, ran.out + ran.err
    top, *children = ran.json["logged_runs"]
    assert sorted(world.runs()) == sorted([*before, top, *children])
    assert [top, top] == [tags_of(world, run)["mlflow.parentRunId"] for run in children]
    with sqlite3.connect(world.store) as database:
        (source,) = database.execute(
            "SELECT value FROM params WHERE run_uuid = ? AND key = 'source'", (top,)
        ).fetchone()
        ((place, model),) = database.execute(
            "SELECT artifact_location, model_id FROM logged_models WHERE source_run_id = ?", (top,)
        ).fetchall()
    assert source == str(world.top / "data/numbers.csv")
    assert f"run_id: {top}\nmodel_id: {model}\n" == (Path(place.removeprefix("file://")) / "MLmodel").read_text()


def tags_of(world: World, run: str) -> dict[str, str]:
    with sqlite3.connect(world.store) as database:
        return dict(database.execute("SELECT key, value FROM tags WHERE run_uuid = ?", (run,)))


@pytest.mark.ci
def test_a_folder_of_files_gets_its_run_too(tmp_path: Path) -> None:
    world = World(tmp_path / "project")
    world.top.mkdir()
    world.write(train_dot_py=MEAN, requirements_dot_txt="mlflow\n", _dot_gitignore="data/\n")
    world.write(mlcockpit_dot_toml=PROJECT.replace("sqlite:///mlflow.db", "mlruns"))
    world.commit("First")
    published(world, NUMBERS)
    env = {
        **world.environment(),
        "MLFLOW_TRACKING_URI": (world.top / "mlruns").as_uri(),
        "MLFLOW_ALLOW_FILE_STORE": "true",
    }
    status, said = run_python(["train.py"], world.top, env)
    assert status == 0, said
    published(world, NEWER)
    (run,) = (path.parent.name for path in (world.top / "mlruns").glob("*/*/meta.yaml") if len(path.parent.name) == 32)
    ran = mlcockpit(world.top, "retrain", run, "--trust", "--log", "--json")
    assert ran.code == 0, ran.out + ran.err
    (added,) = ran.json["logged_runs"]
    (folder,) = (world.top / "mlruns").glob(f"*/{added}")
    assert (folder / "metrics" / "largest").read_text().split()[1] == "40.0"
    assert (folder / "tags" / "mlcockpit.retrain_of").read_text() == run


@pytest.mark.ci
def test_a_store_of_an_older_mlflow_is_written_by_that_one_and_by_no_other(tmp_path: Path) -> None:
    python = old_mlflow("2.16.2")
    world = World(tmp_path / "project")
    world.top.mkdir()
    world.write(train_dot_py=MEAN, requirements_dot_txt="mlflow\n", _dot_gitignore="data/\n.venv\n")
    world.write(mlcockpit_dot_toml=PROJECT)
    world.commit("First")
    published(world, NUMBERS)
    (world.top / ".venv").symlink_to(python.parent.parent)
    subprocess.run([python, "train.py"], cwd=world.top, env=world.environment(), check=True, capture_output=True)
    published(world, NEWER)
    (run,) = world.runs()
    (world.top / ".venv").unlink()
    before = world.store.read_bytes()
    refused = mlcockpit(world.top, "upgrade", run, "--all", "--trust", "--log")
    assert (refused.code, before == world.store.read_bytes()) == (2, True), refused.out + refused.err
    assert "has schema 4465047574b1 and no MLflow here writes that one" in refused.err
    (world.top / ".venv").symlink_to(python.parent.parent)
    ran = mlcockpit(world.top, "retrain", run, "--trust", "--log", "--json")
    assert ran.code == 0, ran.out + ran.err
    assert world.runs() == [run, *ran.json["logged_runs"]]
    with sqlite3.connect(world.store) as database:
        assert [("4465047574b1",)] == database.execute("SELECT version_num FROM alembic_version").fetchall()
