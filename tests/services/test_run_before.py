"""`mlcockpit run` says before it starts that the same recipe was run before, and never keeps anybody from running it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_runner import Ran, mlcockpit
from tests.repositories import ROOT, a_repository, run_plain_git, write
from tests.services.test_run_with_capture import launches

READ = """
import sys
rows = open("data/train.csv").read().split()[1:]
print("rows", len(rows), sys.argv[1:])
sys.exit(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
"""
COMMAND = ("run", "--", sys.executable, "read.py")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project whose command was run once."""
    files = {
        "mlcockpit.toml": '[project]\nkey = "churn"\n',
        "read.py": READ,
        ".gitignore": "*.db\nmlruns/\n.mlcockpit/\ndata/\n",
    }
    project = a_repository(tmp_path / "project", files)
    write(project, {"data/train.csv": "x\n1\n2\n"})
    monkeypatch.chdir(project)
    assert "recipe was run" not in mlcockpit(project, *COMMAND).err
    return project


def is_told(project: Path, *words: str) -> bool:
    """Tell whether the command says that the same was run before, and that it ran nevertheless."""
    before = len(launches(project))
    done: Ran = mlcockpit(project, *(words or COMMAND))
    assert len(launches(project)) == before + 1
    return "the same recipe was run on" in done.err


def test_the_same_again_is_told_and_runs(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (first,) = launches(project)
    capfd.readouterr()
    done = mlcockpit(project, *COMMAND)
    assert (done.code, capfd.readouterr().out, len(launches(project))) == (0, "rows 2 []\n", 2)
    assert f"launch/{first.launch_id}" in done.err
    assert "bytes of 1 data file" in done.err


def test_reuse_prints_the_earlier_launch_and_runs_nothing(project: Path) -> None:
    done = mlcockpit(project, "run", "--reuse", *COMMAND[1:])
    assert (done.code, len(launches(project))) == (0, 1)
    assert f"launch/{launches(project)[0].launch_id}" in done.out


def test_other_bytes_another_commit_other_arguments_or_no_check_say_nothing(project: Path) -> None:
    stamp = (project / "data/train.csv").stat()
    write(project, {"data/train.csv": "x\n1\n3\n"})
    os.utime(project / "data/train.csv", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert not is_told(project)
    write(project, {"data/train.csv": "x\n1\n2\n"})
    assert is_told(project)
    assert not is_told(project, *COMMAND, "--depth")
    assert not is_told(project, "run", "--no-check", *COMMAND[1:])
    write(project, {"read.py": READ + "# tuned\n"})
    assert not is_told(project)
    assert is_told(project)
    run_plain_git(project, "commit", "-qam", "Tune")
    assert not is_told(project)


@pytest.mark.ci
def test_a_launch_that_failed_is_told_and_never_reused(project: Path) -> None:
    failing = ("run", "--reuse", *COMMAND[1:], "--exit", "3")
    assert [3, 3] == [mlcockpit(project, *failing).code for _ in range(2)]
    assert "it ended with status 3" in mlcockpit(project, *failing).err


@pytest.mark.ci
def test_looking_through_many_launches_parses_those_of_the_command_alone(project: Path) -> None:
    (first,) = launches(project)
    folder = project / ".mlcockpit" / "launches"
    text = (folder / f"{first.launch_id}.json").read_text()
    for number in range(250):
        (folder / f"20300101T000000-{number:08x}.json").write_text(text.replace('"read.py"', '"other.py"')[:-9])
    assert f"launch/{first.launch_id}" in mlcockpit(project, *COMMAND).err


def test_neither_mlflow_nor_pandas_is_imported_to_look(project: Path) -> None:
    script = (
        "import sys; from dataclasses import replace; from pathlib import Path\n"
        "from mlcockpit.bootstrap import open_cockpit; from mlcockpit.cli.progress import Silent\n"
        "from mlcockpit.services.run_before import run_before\n"
        "from mlcockpit.services.run_with_capture import launch_files\n"
        "cockpit = open_cockpit(Path('.'), progress=Silent()); files = launch_files(cockpit)\n"
        "first = files.load(next(files.ids()))\n"
        "print(run_before(cockpit, replace(first, launch_id='now', ended_at=None)).launch.launch_id == first.launch_id)\n"
        "print(sorted({'mlflow', 'pandas', 'sqlmodel', 'git'} & set(sys.modules)))\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["True", "[]"]
