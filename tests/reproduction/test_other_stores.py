"""Runs that other MLflow versions wrote, to databases and to ./mlruns, are reproduced by that version; the stores stay as they were."""

from pathlib import Path

import pytest

from mlcockpit.domain.vocabulary import Verdict
from tests.reproduction.machine import Elsewhere, machine

pytestmark = pytest.mark.ci

FLUENT = """
import os, sys
import mlflow
{sets}
mlflow.set_experiment("numbers")
with mlflow.start_run(run_name="first"):
    mlflow.log_param("power", int(sys.argv[1]))
    for step in range(3):
        mlflow.log_metric("value", (step + 0.5) ** int(sys.argv[1]), step=step)
    mlflow.log_text("a note", "note.txt")
    print("made by", mlflow.__version__)
"""
CLIENT = """
import sys
import mlflow
from mlflow import MlflowClient
mlflow.set_tracking_uri("sqlite:///mlflow.db")
client = MlflowClient("sqlite:///mlflow.db")
found = client.get_experiment_by_name("by client")
run = client.create_run(found.experiment_id if found else client.create_experiment("by client"))
client.log_param(run.info.run_id, "power", int(sys.argv[1]))
client.log_metric(run.info.run_id, "value", 1.5 ** int(sys.argv[1]))
client.set_tag(run.info.run_id, "mlflow.source.name", "train.py")
client.set_tag(run.info.run_id, "mlflow.source.type", "LOCAL")
client.set_terminated(run.info.run_id)
print("made by", mlflow.__version__)
"""
LOOSE = "mlflow-skinny\nsqlalchemy<2.1\nalembic\n"
TO_SERVER = 'mlflow.set_tracking_uri(os.getenv("TRACKING", "http://127.0.0.1:9"))'
BY_VARIABLE = 'os.environ["MLFLOW_TRACKING_URI"] = "file:./mlruns"'
TO_FOLDER = 'mlflow.set_tracking_uri("file:" + os.path.abspath("mlruns"))'


@pytest.mark.parametrize(
    ("version", "in_folder", "script", "wanted", "by"),
    [
        ("2.12.2", False, CLIENT, "", "2.12.2"),
        ("2.12.2", True, FLUENT.format(sets=BY_VARIABLE), "", "2.12.2"),
        ("2.16.2", False, FLUENT.format(sets=TO_SERVER), LOOSE, "2.21"),
        ("3.4.0", True, FLUENT.format(sets=TO_FOLDER), "", "3.4.0"),
    ],
    ids=["2.12-client-of-a-database", "2.12-folder", "2.16-server-unpinned", "3.4-folder"],
)
def test_the_recorded_version_runs_it_again_and_the_store_is_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, in_folder: bool, script: str, wanted: str, by: str
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    world = Elsewhere(tmp_path, machine=machine(version), in_folder=in_folder)
    world.put("train.py", script)
    world.put("requirements.txt", wanted or world.machine.freeze())
    world.commit("First")
    world.environ = {"TRACKING": world.uri}
    run = world.train("train.py", "2")
    world.environ = {}
    before = world.bytes_of_store()
    result = world.reproduce(run)
    assert (Verdict.IDENTICAL, ("python", "train.py", "2")) == (result.verdict, result.command), result.reason
    assert f"made by {by}" in (Path(result.log) / "run.log").read_text()
    assert before == world.bytes_of_store()
    assert [run] == world.runs()
