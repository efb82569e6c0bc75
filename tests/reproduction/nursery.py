"""Training runs are really trained, but MLflow is imported and its database is migrated once for all tests."""

import atexit
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path


@cache
def _zygote() -> "subprocess.Popen[str]":
    env = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet"}
    env.pop("PYTHONPATH", None)
    argv = [sys.executable, str(Path(__file__).with_name("zygote.py"))]
    started = subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(_end, started)
    return started


def _end(started: "subprocess.Popen[str]") -> None:
    assert started.stdin is not None
    started.stdin.close()
    started.wait()


@cache
def places() -> Path:
    """Return a folder for everything that tests share: the empty database, environments and their stores."""
    folder = Path(tempfile.mkdtemp(prefix="nursery-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def run_python(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> tuple[int, str]:
    """Run `python *argv` as a person would; return its exit status and what it said."""
    zygote, log = _zygote(), places() / "zygote.log"
    assert zygote.stdin is not None
    assert zygote.stdout is not None
    zygote.stdin.write(json.dumps({"argv": list(argv), "cwd": str(cwd), "env": dict(env), "log": str(log)}) + "\n")
    zygote.stdin.flush()
    return int(zygote.stdout.readline()), log.read_text(errors="replace")


def empty_store(path: Path) -> None:
    """Make `path` a migrated MLflow database without a run."""
    shutil.copyfile(_template(), path)


@cache
def _template() -> Path:
    path = places() / "empty.db"
    script = places() / "make.py"
    script.write_text("import mlflow\nmlflow.MlflowClient().search_experiments()\n")
    status, said = run_python(["make.py"], places(), {**os.environ, "MLFLOW_TRACKING_URI": f"sqlite:///{path}"})
    assert status == 0, said
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM experiments")
    return path


def share(home: Path) -> None:
    """Let a test's own home reuse the environments and empty stores of earlier tests."""
    for name in ("environments", "stores"):
        (places() / name).mkdir(exist_ok=True)
        if not (home / name).exists():
            (home / name).symlink_to(places() / name)
