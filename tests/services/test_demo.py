"""The demo builds, reproduces and reports in the folder it was given and nowhere else; started again it finishes or is quick."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sample_project.build.builder import Built
from sample_project.build.git_history import SOURCE
from tests.cli_runner import mlcockpit
from tests.gatewise import copied


def test_a_folder_that_holds_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    ran = mlcockpit(tmp_path, "demo", ".", "--no-app")
    assert (2, ["thesis.txt"]) == (ran.code, os.listdir(tmp_path))
    assert [
        f"mlcockpit: {tmp_path} holds other things: name an empty or a new folder: mlcockpit demo DIR"
    ] == ran.err.splitlines()[-1:]


def test_a_file_is_no_place_for_a_demo(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("")
    assert 2 == mlcockpit(tmp_path, "demo", "there", "--no-app").code


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    ran = mlcockpit(tmp_path, "demo", "there", "--no-app")
    tmp_path.chmod(0o700)
    assert (4, True) == (ran.code, "cannot be written" in ran.err)


@pytest.mark.ci
def test_a_built_demo_is_brought_up_to_date_and_summed_up(gatewise: Built, tmp_path: Path) -> None:
    folder = copied(gatewise, tmp_path / "gatewise").folder
    first = mlcockpit(tmp_path, "demo", "gatewise", "--json")
    assert 0 == first.code, first.err
    assert first.json["verdict"] in ("identical", "equivalent")
    assert ["D02", "M01", "M05", "O02", "P02", "V02", "X01"] == list(first.json["findings"])
    assert {"alerts": "breached", "warned-majors": "open"}.items() <= first.json["metrics"].items()
    assert "<html" in (folder / "reports/status.html").read_text()[:200]
    again = mlcockpit(tmp_path, "demo", "gatewise", "--no-app")
    assert (0, True) == (again.code, "was there and is up to date" in again.err)
    assert ["gatewise"] == os.listdir(tmp_path)


def _start(folder: Path, home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "mlcockpit", "demo", str(folder), "--no-app"],
        cwd=SOURCE.parent,
        env={**os.environ, "MLCOCKPIT_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for(demo: "subprocess.Popen[str]", words: str) -> None:
    assert demo.stderr is not None
    next(line for line in demo.stderr if words in line)


@pytest.mark.ci
def test_ctrl_c_ends_it_with_one_line_and_no_child(tmp_path: Path) -> None:
    with _start(tmp_path / "made", tmp_path / "home") as demo:
        _wait_for(demo, "history 0/")
        demo.send_signal(signal.SIGINT)
        assert demo.stderr is not None
        said = demo.stderr.read().splitlines()
    assert (130, "mlcockpit: interrupted", 0) == (
        demo.returncode,
        said[-1],
        len(list((tmp_path / "made/.gatewise-build").glob("child-*"))),
    )


@pytest.mark.ci
def test_a_demo_killed_while_it_records_is_finished_by_the_next(gatewise: Built, tmp_path: Path) -> None:
    folder = copied(gatewise, tmp_path / "made").folder
    (folder / ".gatewise-build/built.json").unlink()
    with _start(folder, tmp_path / "home") as demo:
        _wait_for(demo, "record 30/")
        demo.kill()
    ran = mlcockpit(tmp_path, "demo", "made", "--json")
    assert (0, 7) == (ran.code, sum(ran.json["findings"].values())), ran.err
