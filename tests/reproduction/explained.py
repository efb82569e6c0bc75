"""A small real training whose score has known causes, and what explain says about two of its runs.

It writes its runs into a database that MLflow made, by plain SQL: importing MLflow costs more than all the rest of a rerun,
and an explanation reruns often.
"""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.explanation import Explanation
from mlcockpit.services.explain import ExplainWishes, explain, plan_of
from tests.reproduction.nursery import empty_store, places
from tests.reproduction.world import World

TRACKER = """
import os, shutil, sqlite3, subprocess, sys, time, uuid

def log(params, metrics):
    path = os.environ["MLFLOW_TRACKING_URI"][len("sqlite:///"):]
    if not os.path.exists(path):
        shutil.copyfile(TEMPLATE, path)
    first, now = os.environ.get("FIRST_OF_ID", ""), int(time.time() * 1000)
    run = first + uuid.uuid4().hex[len(first):]
    head = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    tags = {"mlflow.source.name": sys.argv[0], "mlflow.source.type": "LOCAL", "mlflow.source.git.commit": head}
    tags.update(launch_tags())
    with sqlite3.connect(path) as db:
        db.execute("INSERT OR IGNORE INTO experiments (experiment_id, name, lifecycle_stage) VALUES (0, 'Default', 'active')")
        db.execute(
            "INSERT INTO runs (run_uuid, name, status, start_time, end_time, lifecycle_stage, experiment_id, user_id)"
            " VALUES (?, ?, 'FINISHED', ?, ?, 'active', 0, 'ana')", (run, "run-" + run[:4], now, now))
        for key, value in tags.items():
            db.execute("INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)", (key, value, run))
        for key, value in params.items():
            db.execute("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", (key, str(value), run))
        for key, value in metrics.items():
            row = (key, value, now, run, 0, 0)
            db.execute("INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)", row)
            db.execute("INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)", row)

def launch_tags():
    import json
    return json.loads(os.environ.get("MLFLOW_RUN_CONTEXT") or "{}")
"""

TRAIN = """
import argparse, csv, random
from tracker import log
parser = argparse.ArgumentParser()
parser.add_argument("--data", default="data/numbers.csv")
parser.add_argument("--power", type=int, default=1)
parser.add_argument("--scale", type=float, default=1.0)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()
random.seed(args.seed)
with open(args.data) as source:
    total = sum(float(row["x"]) for row in csv.DictReader(source))
BONUS = 0
log(vars(args), {"score": args.scale * total + 10 * args.power + BONUS + random.Random(args.seed).randint(1, 10**6) / 1e6})
"""
"""Its score is scale x total of the data + 10 x power + a bonus of the code + chance from the seed."""


def a_project(top: Path, script: str = TRAIN, **files: str) -> World:
    """Return a committed repository with the training and its data."""
    top.mkdir(parents=True, exist_ok=True)
    world = World(top)
    template = places() / "explained.db"
    if not template.exists():
        empty_store(template)
    empty_store(world.store)
    world.write(train_dot_py=script, requirements_dot_txt="mlflow\n", **files)
    shutil.copyfile(template, world.top / "explained.db")  # a rerun sees the commit and nothing else of this machine
    world.put("tracker.py", f"TEMPLATE = __file__.replace('tracker.py', 'explained.db')\n{TRACKER}")
    world.put("mlcockpit.toml", '[project]\nkey = "numbers"\n[sources]\nmlflow = "sqlite:///mlflow.db"\n')
    world.put("data/numbers.csv", "x\n1\n2\n")
    world.put("data/more.csv", "x\n1\n2\n4\n")
    world.commit("First")
    return world


def train(world: World, *flags: str, python: str = sys.executable) -> str:
    """Train as a person would; return the run."""
    done = subprocess.run(
        [python, "train.py", *flags],
        cwd=world.top,
        env=world.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return world.runs()[-1]


def capture(world: World, *flags: str, python: str = sys.executable) -> str:
    """Train under `mlcockpit run`; return the run."""
    argv = [sys.executable, "-m", "mlcockpit", "run", "--", python, "train.py", *flags]
    env = world.environment(product=True)
    done = subprocess.run(argv, cwd=world.top, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return world.runs()[-1]


def why(world: World, a: str, b: str, *, metric: str = "score", **wishes: Any) -> Explanation:
    """Return why two runs differ, every mixture approved."""
    return _in(
        world, lambda cockpit: explain(cockpit, a, b, ExplainWishes(**{"metric": metric, "trust": "", **wishes}))
    )


def planned(world: World, a: str, b: str) -> Explanation:
    """Return the plan; nothing is run."""
    return _in(world, lambda cockpit: plan_of(cockpit, a, b, ExplainWishes()))


def _in(world: World, does: Callable[[Any], Explanation]) -> Explanation:
    cockpit = open_cockpit(world.top, progress=Silent(), needs_project=False)
    try:
        return does(cockpit)
    finally:
        cockpit.close()


def typed(world: World, *words: str) -> tuple[int, Any, str]:
    """Return exit code, JSON and stderr of `mlcockpit explain … --json` in this process."""
    from mlcockpit.cli.main import main

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["-C", str(world.top), "explain", *words, "--json"])
    return code, json.loads(out.getvalue()) if out.getvalue() else None, err.getvalue()


def shares(found: Explanation) -> dict[str, float]:
    """Return ingredient → what it changed, rounded."""
    return {one.name: round(one.change, 6) for one in found.shares}


def states(found: Explanation) -> dict[str, str]:
    """Return mixture → state."""
    return {" ".join(one.from_b): one.state for one in found.mixtures}


def attempts() -> int:
    """Return how often anything was run."""
    folder = Path(os.environ["MLCOCKPIT_HOME"]) / "attempts"
    return len(list(folder.iterdir())) if folder.is_dir() else 0
