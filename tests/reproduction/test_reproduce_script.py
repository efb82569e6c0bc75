"""A run started as a script is reproduced from plain MLflow records, by a product that was nowhere near it."""

from pathlib import Path

import psutil
import pytest

from mlcockpit.domain.vocabulary import Verdict
from tests.reproduction.world import MEAN, NUMBERS, World, a_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return one repository whose runs several tests look at."""
    return a_world(tmp_path_factory.mktemp("plain"))


def test_flags_come_back_from_the_parameters_they_were_logged_as(world: World) -> None:
    run = world.train("train.py", "--power", "3", "--scale=-0.5")
    (world.top / "train.py").write_text("raise SystemExit('edited since')")
    before = (world.git("status", "--porcelain"), world.git("rev-parse", "HEAD"), world.store.read_bytes())
    result = world.reproduce(run)
    after = (world.git("status", "--porcelain"), world.git("rev-parse", "HEAD"), world.store.read_bytes())
    world.git("checkout", "--", "train.py")
    assert result.verdict == Verdict.IDENTICAL, result.reason
    assert result.command == ("python", "train.py", "--power", "3", "--scale=-0.5")
    assert [(one.name, one.verdict) for one in result.metrics] == [("largest", "equal"), ("mean", "equal")]
    assert before == after


def test_a_run_of_uncommitted_code_diverges_and_names_the_code(world: World) -> None:
    world.put("train.py", MEAN.replace("sum(values)", "sum(values[1:])"))
    run = world.train("train.py")
    world.git("checkout", "--", "train.py")
    result = world.reproduce(run)
    assert (result.verdict, result.first_difference, result.exit_code) == (Verdict.DIVERGED, "code", 1), result.reason
    assert result.deterministic is True
    assert "uncommitted" in result.reason


def test_a_parameter_that_the_commit_cannot_have_logged_is_found_before_anything_runs(tmp_path: Path) -> None:
    script = MEAN.replace(
        "with mlflow.start_run():", "DEPTH = 4\nwith mlflow.start_run():\n    mlflow.log_param('depth', DEPTH)"
    )
    world = a_world(tmp_path, script)
    world.put("train.py", script.replace("DEPTH = 4", "DEPTH = 9"))
    run = world.train("train.py")
    world.git("checkout", "--", "train.py")
    result = world.reproduce(run, trust=None)
    assert (result.verdict, result.first_difference, result.exit_code) == (Verdict.INCOMPLETE, "code", 3)
    assert "depth was logged as 9, but train.py:16 at this commit logs 4" in result.reason


@pytest.mark.ci
def test_a_command_that_hangs_is_killed_whole_at_the_time_limit(tmp_path: Path) -> None:
    child = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
    stuck = MEAN + "import os, subprocess, sys, time\nif 'MLCOCKPIT_ATTEMPT' in os.environ:\n"
    stuck += f"    subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session=True)\n    time.sleep(600)\n"
    world = a_world(tmp_path, stuck)
    run = world.train("train.py")
    result = world.reproduce(run, timeout_s=15.0)
    assert (result.verdict, result.stage, result.exit_code) == (Verdict.FAILED, "run", 4)
    assert "time limit" in result.reason
    assert [] == [one.pid for one in psutil.process_iter(["cmdline"]) if child in (one.info["cmdline"] or [])]


@pytest.mark.ci
def test_data_that_changed_since_is_incomplete_and_named(tmp_path: Path) -> None:
    script = MEAN.replace(
        "with mlflow.start_run():",
        "import pandas\nframe = pandas.read_csv(args.data)\nwith mlflow.start_run():\n"
        "    mlflow.log_input(mlflow.data.from_pandas(frame, source=args.data, name='numbers'), context='train')",
    )
    world = a_world(tmp_path, script, data=False)
    world.put(".gitignore", "data/\n")
    world.commit("Ignore data")
    world.put("data/numbers.csv", NUMBERS)
    run = world.train("train.py")
    world.sql("UPDATE runs SET start_time = start_time - 60000, end_time = end_time - 60000 WHERE run_uuid = ?", run)
    assert world.reproduce(run).verdict == Verdict.IDENTICAL
    world.put("data/numbers.csv", NUMBERS.replace("3.0", "4.0"))
    result = world.reproduce(run)
    assert (result.verdict, result.first_difference, result.exit_code) == (Verdict.INCOMPLETE, "data", 3), result.reason
    assert "data changed: data/numbers.csv had MLflow digest" in result.reason
    assert result.seconds["run"] == 0.0
