"""`mlcockpit run -- COMMAND` leaves a launch that says all it takes to run the command again, and nothing secret."""

import hashlib
import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mlcockpit.domain.launch import Launch
from mlcockpit.integrations.launch_files import LaunchFiles
from mlcockpit.integrations.trust_store import LocalTrust
from tests.repositories import ROOT, a_repository, digest_of_folder, run_plain_git, write

TRAIN = """
import sys, random, subprocess
import mlflow, pandas as pd
random.seed(11)
frame = pd.read_csv("data/train.csv")
with mlflow.start_run():
    mlflow.log_params(dict(zip(sys.argv[1::2], sys.argv[2::2])))
    mlflow.log_metric("mean", frame["x"].mean())
    with mlflow.start_run(nested=True):
        mlflow.log_metric("child", 1)
mlflow.MlflowClient().create_run("0")
code = "import mlflow; mlflow.start_run(); mlflow.end_run()"
subprocess.run([sys.executable, "-c", code], check=True)
print("trained")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "mlcockpit.toml": '[project]\nkey = "churn"\n',
        "train.py": TRAIN,
        "data/train.csv": "x\n1\n2\n",
        ".gitignore": "*.db\nmlruns/\n.mlcockpit/\n",
    }
    return a_repository(tmp_path / "project", files)


def mlcockpit(project: Path, *argv: str, **env: str) -> "subprocess.CompletedProcess[str]":
    full = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    command = [sys.executable, "-m", "mlcockpit", *argv]
    return subprocess.run(command, cwd=project, env=full, capture_output=True, text=True, check=False)


def launches(project: Path) -> list[Launch]:
    files = LaunchFiles(project / ".mlcockpit" / "launches", LocalTrust(Path(os.environ["MLCOCKPIT_HOME"])))
    found = [files.load(each) for each in files.ids()]
    assert all(files.is_ours(each.launch_id) for each in found)
    return found


def test_a_dirty_training_run_is_captured_whole(project: Path) -> None:
    write(project, {"train.py": TRAIN + "# tuned\n", "helper.py": "h = 1\n"})
    before = digest_of_folder(project / ".git")
    done = mlcockpit(project, "run", "--", sys.executable, "train.py", "--depth", "5", OMP_NUM_THREADS="1")
    assert (done.returncode, done.stdout) == (0, "trained\n"), done.stderr
    (launch,) = launches(project)
    assert launch.argv == (sys.executable, "train.py", "--depth", "5")
    assert (launch.cwd, launch.launcher, launch.exit_status, launch.is_finished) == (".", "script", 0, True)
    assert (launch.code.commit, launch.code.dirty) == (run_plain_git(project, "rev-parse", "HEAD"), True)
    assert launch.environment.packages["mlflow"] == installed_mlflow()
    assert launch.environment.python == ".".join(map(str, sys.version_info[:3]))
    digest = hashlib.sha256(b"x\n1\n2\n").hexdigest()
    assert [(each.path, each.sha256, each.tracked) for each in launch.data] == [("data/train.csv", digest, True)]
    assert (launch.seeds.calls, launch.threads) == (("random.seed(11)",), {"OMP_NUM_THREADS": "1"})
    assert (launch.peak_memory_bytes or 0) > 50_000_000
    assert launch.partial == ()
    with sqlite3.connect(project / "mlflow.db") as database:
        runs = {row[0] for row in database.execute("SELECT run_uuid FROM runs")}
        tags = database.execute("SELECT run_uuid, value FROM tags WHERE key = 'mlcockpit.launch'").fetchall()
        digests = database.execute("SELECT DISTINCT value FROM tags WHERE key = 'mlcockpit.capture'").fetchall()
    assert set(launch.run_ids) == runs
    assert (len(runs), len(tags), {value for _, value in tags}) == (4, 3, {launch.launch_id})
    assert digests == [(launch.capture_digest,)]
    assert digest_of_folder(project / ".git") == before


def installed_mlflow() -> str:
    from importlib.metadata import version

    return version("mlflow")


def test_credentials_are_nowhere_on_disk(project: Path) -> None:
    write(project, {"local.py": "PASSWORD = 'S3cretInFile99'\n"})
    run_plain_git(project, "remote", "add", "origin", "https://ana:S3cretInRemote@example.org/r.git")
    argv = [sys.executable, "-c", "print(1)", "--api-key", "S3cretInArgument", "https://u:S3cretInUrl@example.org"]
    env = {"DB_PASSWORD": "S3cretInVariable", "MLFLOW_TRACKING_URI": "https://u:S3cretInUri@example.org/"}
    done = mlcockpit(project, "run", "--json", "--", *argv, **env)
    (launch,) = launches(project)
    assert {each.where for each in launch.redacted} >= {"argument 4", "variable DB_PASSWORD", "local.py:1"}
    assert launch.code.repository == "https://example.org/r.git"
    raw = b"".join(path.read_bytes() for path in (project / ".mlcockpit").rglob("*") if path.is_file())
    store = ["git", f"--git-dir={project}/.mlcockpit/snapshots.git", "cat-file", "--batch-all-objects", "--batch"]
    objects = subprocess.run(store, capture_output=True, check=True).stdout
    assert b"S3cretIn" not in raw + objects + done.stdout.encode() + done.stderr.encode()
    home = b"".join(path.read_bytes() for path in Path(os.environ["MLCOCKPIT_HOME"]).rglob("*") if path.is_file())
    assert b"S3cretIn" not in home


def test_the_exit_status_and_the_streams_are_the_commands(project: Path) -> None:
    code = "import sys; sys.stdout.write('out'); sys.stderr.write('err'); sys.exit(9)"
    done = mlcockpit(project, "--quiet", "run", "--", sys.executable, "-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (9, "out", "err")
    killed = mlcockpit(project, "run", "--", sys.executable, "-c", "import os; os.kill(os.getpid(), 9)")
    assert killed.returncode == 137
    assert [each.exit_status for each in launches(project)].count(-9) == 1


def test_outside_of_a_repository_capture_is_partial_and_says_so(tmp_path: Path) -> None:
    write(tmp_path, {"mlcockpit.toml": '[project]\nkey = "churn"\n', "data.csv": "1\n"})
    done = mlcockpit(tmp_path, "run", "--", sys.executable, "-c", "open('data.csv')")
    assert "is in no git repository" in done.stderr
    (launch,) = launches(tmp_path)
    assert (launch.cwd, launch.code.commit, [each.path for each in launch.data]) == (str(tmp_path), None, ["data.csv"])


def test_a_command_that_is_no_python_is_captured_as_far_as_it_goes(project: Path) -> None:
    mlcockpit(project, "run", "--", "sh", "-c", "cat data/train.csv")
    (launch,) = launches(project)
    assert "no Python process reported" in launch.partial[0]


def test_data_that_no_python_read_is_seen_by_its_folder(project: Path) -> None:
    write(project, {"data/other.bin": "777"})
    code = "import subprocess; subprocess.run(['cat', 'data/other.bin']); open('data/train.csv').close()"
    mlcockpit(project, "run", "--", sys.executable, "-c", code)
    (launch,) = launches(project)
    found = [(each.path, each.seen, each.sha256) for each in launch.data]
    digests = [hashlib.sha256(text).hexdigest() for text in (b"777", b"x\n1\n2\n")]
    assert [("data/other.bin", "folder", digests[0]), ("data/train.csv", "python", digests[1])] == found
    assert () == launch.partial


def test_capturing_reads_neither_the_project_file_nor_heavy_libraries(project: Path) -> None:
    write(project, {"mlcockpit.toml": "[project\n"})
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-X", "importtime", "-m", "mlcockpit", "run", "--", "true"]
    done = subprocess.run(argv, cwd=project, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert set() == loaded & {"pydantic", "sqlmodel", "sqlalchemy", "mlflow", "pandas", "numpy", "textual"}


def test_a_command_line_without_a_command_is_a_usage_error(project: Path) -> None:
    assert mlcockpit(project, "run").returncode == 2
    missing = mlcockpit(project, "run", "--", "no-such-program")
    assert (missing.returncode, launches(project)) == (2, [])
    assert missing.stderr == "mlcockpit: no-such-program was not found: is it on PATH and executable?\n"


def test_a_killed_capture_leaves_an_unfinished_launch(project: Path) -> None:
    code = "import os; os.kill(os.getppid(), 9)"
    done = mlcockpit(project, "run", "--", sys.executable, "-c", code)
    assert done.returncode == -signal.SIGKILL
    (launch,) = launches(project)
    assert (launch.is_finished, launch.exit_status) == (False, None)
    assert len(list((project / ".mlcockpit" / "launches").glob("*.reads"))) == 1


def test_the_next_start_completes_what_a_killed_capture_had_noted(project: Path) -> None:
    code = "import os; os.kill(os.getppid(), 9); open('data/train.csv').read(); import random; random.seed(3)"
    mlcockpit(project, "run", "--", sys.executable, "-c", code)
    wait_until_gone(project)
    again = mlcockpit(project, "run", "--", sys.executable, "-c", "pass")
    assert again.returncode == 0
    killed = next(each for each in launches(project) if "os.kill" in each.argv[-1])
    assert (killed.is_finished, killed.exit_status) == (True, None)
    assert ["data/train.csv"] == [each.path for each in killed.data]
    assert ("random.seed(3)",) == killed.seeds.calls
    assert "its capture was killed" in killed.partial[0]
    assert [] == list((project / ".mlcockpit" / "launches").glob("*.reads"))


def wait_until_gone(project: Path) -> None:
    """Return when no process of a killed launch is left."""
    for notes in (project / ".mlcockpit" / "launches").glob("*.reads/*.jsonl"):
        try:
            handle = os.pidfd_open(int(notes.name.partition("-")[0]))
        except OSError:
            continue
        select.select([handle], [], [], 30)
        os.close(handle)


def test_two_launches_at_once_do_not_disturb_each_other(project: Path) -> None:
    write(project, {"train.py": "print(2)\n"})
    argv = [sys.executable, "-m", "mlcockpit", "run", "--", sys.executable, "-c", "open('data/train.csv')"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    both = [subprocess.Popen(argv, cwd=project, env=env, stderr=subprocess.DEVNULL) for _ in range(2)]
    assert [each.wait() for each in both] == [0, 0]
    first, second = launches(project)
    alike = {"launch_id": "", "started_at": first.started_at, "ended_at": None, "seconds": None}
    alike["peak_memory_bytes"] = None
    assert replace(first, **alike) == replace(second, **alike)  # type: ignore[arg-type]


def test_an_editable_installation_is_captured_with_its_own_snapshot(project: Path, tmp_path: Path) -> None:
    library = a_repository(tmp_path / "library", {"mylib.py": "v = 1\n"})
    write(library, {"mylib.py": "v = 2\n"})
    direct = json.dumps({"url": f"file://{library}", "dir_info": {"editable": True}})
    write(tmp_path / "site", {"mylib-0.1.dist-info/direct_url.json": direct})
    path = f"{ROOT}:{tmp_path / 'site'}:{library}"
    mlcockpit(project, "run", "--", sys.executable, "-c", "import mylib", PYTHONPATH=path)
    (launch,) = launches(project)
    (state,) = launch.code.editable
    assert (state.name, state.path, state.dirty) == ("mylib", str(library), True)
    shown = [
        "git",
        f"--git-dir={launch.code.root}/.mlcockpit/snapshots.git",
        "show",
        f"{state.snapshot_commit}:mylib.py",
    ]
    assert subprocess.run(shown, capture_output=True, check=True).stdout == b"v = 2\n"


def test_help_and_json_say_what_was_captured(project: Path) -> None:
    done = mlcockpit(project, "run", "--json", "--", sys.executable, "-c", "pass")
    shown = json.loads(done.stdout)
    assert Launch.from_json(shown) == launches(project)[0]
    assert "--observe" not in mlcockpit(project, "run", "--help").stdout
