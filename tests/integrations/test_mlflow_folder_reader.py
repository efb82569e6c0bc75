"""Runs in a folder that MLflow really wrote are read whole, and what is broken in it reads as empty."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.errors import UnknownName
from mlcockpit.integrations.mlflow_folder_reader import FolderRuns, _point
from tests.reproduction.nursery import run_python

STORY = """
import sys, mlflow, pandas
frame = pandas.DataFrame({"x": [1, 2, 3]})
client = mlflow.MlflowClient()
sys.argv[0] = "train.py"
tags = {"mlflow.source.git.commit": "a" * 40, "mlflow.source.name": "train.py"}
mlflow.set_experiment("flights")
for seed in (1, 2, 2):
    with mlflow.start_run(run_name=f"seed-{seed}", tags=tags):
        mlflow.log_params({"seed": seed, "depth": 3, "odd/name": "ü \\n x"})
        mlflow.log_input(mlflow.data.from_pandas(frame, source="x.csv", name="flights"), context="train")
        for step in range(3):
            mlflow.log_metric("auc", seed + step / 10, step=step)
        mlflow.log_metric("empty", float("nan"))
        mlflow.log_metric("top", float("inf"))
        with mlflow.start_run(nested=True, run_name=f"child-{seed}"):
            mlflow.log_metric("loss", 1.5)
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> FolderRuns:
    """Return the runs of a folder written by MLflow."""
    top = tmp_path_factory.mktemp("folder")
    (top / "train.py").write_text(STORY)
    env = {"MLFLOW_TRACKING_URI": (top / "mlruns").as_uri(), "MLFLOW_ALLOW_FILE_STORE": "true", "PATH": "/usr/bin:/bin"}
    status, said = run_python(["train.py"], top, {**env, "MLFLOW_DISABLE_TELEMETRY": "true"})
    assert status == 0, said
    return FolderRuns(top / "mlruns")


def test_a_run_is_read_with_all_that_was_logged(runs: FolderRuns) -> None:
    run = runs.read(runs.find("seed-1"))
    assert ("seed-1", "flights", "FINISHED", "train.py") == (
        run.name, run.experiment, run.status, run.tag("mlflow.source.name")
    )  # fmt: skip
    assert {"seed": "1", "depth": "3", "odd/name": "ü \n x"} == run.params
    assert 1.2 == run.metrics["auc"]
    assert (True, math.inf) == (math.isnan(run.metrics["empty"]), run.metrics["top"])
    assert [("flights", "train")] == [(one.name, one.context) for one in run.inputs]
    assert run.start_ms <= (run.end_ms or 0)
    assert [(0, 1.0), (1, 1.1), (2, 1.2)] == [(one.step, one.value) for one in runs.histories(run.run_id)["auc"]]


def test_runs_are_found_by_id_by_its_beginning_and_by_name(runs: FolderRuns) -> None:
    found = runs.find("seed-1")
    assert found == runs.find(found) == runs.find(found[:12])
    for name in ("", "nobody", "../seed-1", "seed-2"):
        with pytest.raises(UnknownName):
            runs.find(name)


def test_a_launch_is_its_parent_and_children(runs: FolderRuns) -> None:
    parent, child = runs.find("seed-1"), runs.find("child-1")
    assert (child,) == runs.launch_of(runs.read(parent))
    assert (parent,) == runs.launch_of(runs.read(child))


def test_siblings_differ_in_their_seed_only(runs: FolderRuns) -> None:
    run = runs.read(runs.find("seed-1"))
    found = runs.siblings(run)
    assert [(("seed", "1"),), (("seed", "2"),), (("seed", "2"),)] == sorted(one.seed for one in found)
    assert run.run_id == found[0].run_id


def test_ids_are_in_order_of_their_start(runs: FolderRuns) -> None:
    ids = runs.run_ids()
    starts = [one.start_ms for one in runs.each(ids)]
    assert (6, sorted(starts)) == (len(ids), starts)
    assert () == runs.run_ids(since_ms=starts[-1] + 1)


@pytest.mark.parametrize("damage", ["", "{", "- a", "status: [", "start_time: soon\nstatus: yes\n", "\x00\x01"])
def test_a_broken_file_reads_as_empty(tmp_path: Path, damage: str) -> None:
    run = tmp_path / "0" / ("b" * 32)
    (run / "metrics").mkdir(parents=True)
    (run / "meta.yaml").write_text(damage)
    (run / "metrics" / "auc").write_text("no number\n1 2\n")
    found = FolderRuns(tmp_path).read("b" * 32)
    assert ("", 0, None, {}) == (found.status, found.start_ms, found.end_ms, dict(found.params))
    assert {"auc": 2.0} == found.metrics


def test_a_folder_that_is_not_there_holds_no_runs(tmp_path: Path) -> None:
    assert () == FolderRuns(tmp_path / "gone").run_ids()


@given(st.text(max_size=20))
def test_any_line_of_a_metric_is_a_point_or_nothing(line: str) -> None:
    point = _point(line)
    assert point is None or isinstance(point.value, float)


@given(st.integers(0, 2**40), st.floats(allow_nan=False), st.integers(-5, 2**31))
def test_a_point_comes_back_as_mlflow_writes_it(moment: int, value: float, step: int) -> None:
    point = _point(f"{moment} {value} {step}")
    assert point is not None
    assert (moment, value, step) == (point.timestamp_ms, point.value, point.step)
