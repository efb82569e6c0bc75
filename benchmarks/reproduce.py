"""What reproducing costs: own overhead beside `mlflow run` and `dvc repro -f`, environments beside uv alone, one recipe, an audit.

    python -m benchmarks.reproduce [RUNS] [DVC]

Every pair is measured in one run, in CPU seconds of all processes. Goals: own overhead (everything but the command and
its environment) at most 0.25 of `mlflow run` on the same trivial project and at most `dvc repro -f` of it (`dvc` is taken
from PATH, or named; without it that line is left out); a warm environment at most 1.5 of `uv venv`
and `uv pip sync`; one recipe 0.3 s without importing mlflow; the audit of 10 000 runs 30 s.
"""

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import uv

from benchmarks.capture import cpu, repository
from benchmarks.sync import copy_runs
from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.integrations.process_runner import ProcessRunner
from mlcockpit.integrations.uv_environment import UvEnvironments
from mlcockpit.services.audit import audit
from mlcockpit.services.recipe import recipe

ROOT = Path(__file__).parent.parent
TRAIN = "import mlflow, sys\nwith mlflow.start_run():\n    mlflow.log_param('a', sys.argv[1])\n    mlflow.log_metric('m', 1.25)\n"
PROJECT = 'name: x\nentry_points:\n  main:\n    parameters: {a: float}\n    command: "python train.py {a}"\n'
LOCK = ("six==1.16.0", "pyyaml==6.0.2", "packaging==24.2", "idna==3.10", "certifi==2024.12.14", "click==8.1.8")


def main(runs: int, dvc: str | None) -> None:
    """Print one line for every pair."""
    compileall.compile_dir(str(ROOT / "mlcockpit"), quiet=2)  # a machine may keep Python from writing bytecode
    with tempfile.TemporaryDirectory(prefix="mlcockpit-benchmark-") as name:
        top = Path(name) / "project"
        os.environ |= {
            "MLCOCKPIT_HOME": str(Path(name) / "home"),
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
        }
        os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{top}/mlflow.db"
        os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        repository(
            top,
            {"train.py": TRAIN, "MLproject": PROJECT, ".gitignore": "*.db\nmlruns/\n", "requirements.txt": "mlflow\n"},
        )
        spend(["python", "train.py", "3"], top)
        overhead(top, dvc)
        environments(Path(name))
        recipes(top)
        audits(top, runs)


def overhead(top: Path, dvc: str | None) -> None:
    """Compare what reproduce costs beyond the command with a whole `mlflow run`, and a whole `dvc repro -f`."""
    command = least(["python", "train.py", "3"], top)
    peer = least(["mlflow", "run", ".", "-P", "a=3", "--env-manager", "local"], top)
    run = open_runs(top)
    reproduce = [sys.executable, "-m", "mlcockpit", "--quiet", "reproduce", run, "--trust", "--json"]
    spend(reproduce, top)
    ours = least(reproduce, top) - command
    print(f"mlflow run {peer:6.2f} s   own overhead {ours:6.2f} s   ratio {ours / peer:5.2f}   goal 0.25", flush=True)
    if dvc:
        other = top.parent / "dvc"
        subprocess.run(["git", "clone", "-q", str(top), str(other)], check=True)
        spend([dvc, "init", "-q"], other)
        (other / "dvc.yaml").write_text("stages:\n  train:\n    cmd: python train.py 3\n    deps: [train.py]\n")
        spend([dvc, "repro", "-f"], other)
        theirs = least([dvc, "repro", "-f"], other)
        print(
            f"dvc repro -f {theirs:4.2f} s   own overhead {ours:6.2f} s   ratio {ours / theirs:5.2f}   goal 1",
            flush=True,
        )


def environments(folder: Path) -> None:
    """Compare the environment step on a warm cache with uv alone."""
    lock, binary = folder / "lock.txt", uv.find_uv_bin()
    lock.write_text("\n".join(LOCK) + "\n")

    def plain(name: str) -> float:
        start = cpu()
        place = folder / name
        subprocess.run([binary, "venv", "-q", "--no-project", "--python", sys.executable, str(place)], check=True)
        subprocess.run([binary, "pip", "sync", "-q", "--python", str(place / "bin" / "python"), str(lock)], check=True)
        return cpu() - start

    def ours(name: str) -> float:
        start = cpu()
        log = folder / name / "environment.log"
        log.parent.mkdir()
        wanted = {"kind": "lock", "python": "", "requirements": list(LOCK)}
        UvEnvironments(folder / name, ProcessRunner(), os.environ).build(wanted, code=folder, log=log)
        return cpu() - start

    plain("warm")
    peer, mine = min(plain(f"uv-{n}") for n in range(3)), min(ours(f"ours-{n}") for n in range(3))
    print(
        f"uv venv + sync {peer:6.2f} s   environment step {mine:6.2f} s   ratio {mine / peer:5.2f}   goal 1.5",
        flush=True,
    )


def recipes(top: Path) -> None:
    """Measure the resolution of one recipe in this process."""
    run = open_runs(top)
    cockpit = open_cockpit(top, progress=Silent(), needs_project=False)
    start = cpu()
    recipe(cockpit, run)
    spent = cpu() - start
    cockpit.close()
    print(f"one recipe {spent:6.3f} s   goal 0.3   mlflow imported: {'mlflow' in sys.modules}", flush=True)


def audits(top: Path, runs: int) -> None:
    """Measure the audit of a large store."""
    copy_runs(top / "mlflow.db", runs, originals=1)
    cockpit = open_cockpit(top, progress=Silent(), needs_project=False)
    start = cpu()
    found = audit(cockpit)
    spent = cpu() - start
    cockpit.close()
    print(f"audit of {len(found.runs)} runs {spent:6.2f} s   goal 30", flush=True)


def open_runs(top: Path) -> str:
    """Return the id of the oldest run."""
    import sqlite3

    with sqlite3.connect(top / "mlflow.db") as database:
        found: str = database.execute("SELECT run_uuid FROM runs ORDER BY start_time").fetchone()[0]
    return found


def least(argv: list[str], folder: Path) -> float:
    """Return the least CPU seconds of three: what else the machine does only ever adds."""
    return min(spend(argv, folder) for _ in range(3))


def spend(argv: list[str], folder: Path) -> float:
    """Return the CPU seconds of a command and its children."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)} if "mlcockpit" in argv else dict(os.environ)
    env = env if "mlcockpit" in argv else {name: value for name, value in env.items() if name != "PYTHONPATH"}
    start = cpu()
    subprocess.run(argv, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return cpu() - start


if __name__ == "__main__":
    words = sys.argv[1:]
    main(int(words[0]) if words else 10_000, words[1] if len(words) > 1 else shutil.which("dvc"))
