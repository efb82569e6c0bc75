"""A build can be killed, started twice and started again; it touches nothing that it did not make."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from sample_project.build.attempt import Attempt, BuildFailed
from sample_project.build.builder import Built, build
from sample_project.build.git_history import SOURCE
from sample_project.build.lock import lock
from sample_project.build.work import environment


def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BuildFailed, match="choose another folder"):
        build(tmp_path)
    assert ["thesis.txt"] == os.listdir(tmp_path)


def test_a_second_build_at_the_same_time_is_refused(tmp_path: Path) -> None:
    with Attempt(tmp_path).held(wait=False), pytest.raises(BuildFailed, match="another build"):
        build(tmp_path)


def test_what_a_killed_build_left_is_ended_and_removed(tmp_path: Path) -> None:
    attempt = Attempt(tmp_path)
    with attempt.held(wait=False):
        left = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        attempt.note_child(left.pid)
        (tmp_path / "mlruns/1").mkdir(parents=True)
        (tmp_path / "notes.txt").write_text("mine")
        attempt.clear()
    left.communicate()
    assert (False, [".gatewise-build", "notes.txt"]) == (psutil.pid_exists(left.pid), sorted(os.listdir(tmp_path)))


def test_another_process_that_got_the_same_number_is_left_alone(tmp_path: Path) -> None:
    attempt = Attempt(tmp_path)
    with attempt.held(wait=False), subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (attempt.notes / f"child-{other.pid}").write_text(f"{other.pid} 12345.0")
        attempt.clear()
        assert psutil.pid_exists(other.pid)
        assert other.poll() is None
        other.communicate(b"\n")


def test_a_complete_sample_is_left_as_it_is(gatewise: Built) -> None:
    before = (gatewise.folder / "mlflow.db").stat()
    again = build(gatewise.folder, wait=True)
    assert (0.0, gatewise.runs, before) == (again.seconds, again.runs, (gatewise.folder / "mlflow.db").stat())


def test_the_lock_is_exact_and_holds_what_training_imports() -> None:
    pins = dict(line.split("==") for line in lock().splitlines())
    assert {"mlflow", "scikit-learn", "pandas", "pyarrow", "numpy", "scipy", "sqlalchemy"} <= set(pins)
    assert "mlcockpit" not in pins


def test_jobs_run_without_capture(tmp_path: Path) -> None:
    (tmp_path / "mlcockpit.toml").touch()
    code = "from mlcockpit.mlflow_plugin import LaunchContext; print(LaunchContext().in_context())"
    known = {"PYTHONPATH": str(SOURCE.parent)}
    without = environment("ines") | known
    captured = {name: value for name, value in without.items() if name != "MLCOCKPIT_CAPTURE"}
    said = [subprocess.check_output([sys.executable, "-c", code], cwd=tmp_path, env=env) for env in (captured, without)]
    assert [b"True\n", b"False\n"] == said


@pytest.mark.slow  # trains everything: the demo that is killed while it records is CI's
def test_a_build_killed_in_the_middle_finishes_when_started_again(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sample_project.build", str(tmp_path / "made")]
    first = subprocess.Popen(command, cwd=SOURCE.parent, stderr=subprocess.PIPE, text=True)
    assert first.stderr is not None
    next(line for line in first.stderr if " train " in line)
    first.kill()
    first.wait()
    first.stderr.close()
    again = subprocess.run(command, cwd=SOURCE.parent, capture_output=True, text=True, check=True)
    assert "22 commits, 28 runs" in again.stdout
