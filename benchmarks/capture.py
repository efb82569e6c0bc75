"""What capture costs: a training run wrapped and plain, a Python start watched and plain, a snapshot of 5 000 files.

    python benchmarks/capture.py [ROUNDS]

Every pair is measured in turn in one run, in CPU seconds of all processes and in wall time, and the least of each counts:
what else the machine does only ever adds. Goals: a wrapped run costs at most 5 % and 0.5 s more, a watched start 3 ms, a
snapshot 0.1 s more than `git status` of the same tree.
"""

import compileall
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from mlcockpit.integrations.git_process import run_git
from mlcockpit.reproduction.child_environment import watched
from mlcockpit.reproduction.code_state import read_code
from mlcockpit.reproduction.snapshot_commit import Snapshots

ROOT = Path(__file__).parent.parent
FILES = 5000
TRAIN = """
import mlflow, pandas as pd
from sklearn.ensemble import RandomForestClassifier
frame = pd.read_csv("data.csv")
with mlflow.start_run():
    for trees in (100, 150):
        model = RandomForestClassifier(trees, random_state=0).fit(frame.iloc[:, :-1], frame.iloc[:, -1])
        mlflow.log_metric("accuracy", model.score(frame.iloc[:, :-1], frame.iloc[:, -1]), step=trees)
"""


def main(rounds: int) -> None:
    """Print one line for every pair."""
    compileall.compile_dir(str(ROOT / "mlcockpit"), quiet=2)  # a machine may keep Python from writing bytecode
    with tempfile.TemporaryDirectory(prefix="mlcockpit-benchmark-") as name:
        folder = Path(name)
        os.environ["MLCOCKPIT_HOME"] = str(folder / "home")
        os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
        training(folder / "training", rounds)
        starting(folder / "starting", rounds * 10)
        snapshot(folder / "snapshot", rounds)


def training(folder: Path, rounds: int) -> None:
    """Compare a training run with and without the wrapper."""
    repository(folder, {"mlcockpit.toml": '[project]\nkey = "x"\n', "train.py": TRAIN, ".gitignore": "*.db\nmlruns/\n"})
    make = (
        "from sklearn.datasets import make_classification as m; import pandas as p; x, y = m(4000, 20, random_state=0);"
    )
    run([sys.executable, "-c", f"{make} f = p.DataFrame(x); f['y'] = y; f.to_csv('data.csv', index=False)"], folder)
    command = [sys.executable, "train.py"]
    wrapped = [sys.executable, "-m", "mlcockpit", "--quiet", "run", "--", *command]
    run(wrapped, folder)
    report("training run", *paired(lambda: run(command, folder), lambda: run(wrapped, folder), rounds))


def starting(folder: Path, rounds: int) -> None:
    """Compare `python -c pass` with and without the audit hook."""
    (folder / "notes").mkdir(parents=True)
    command, env = [sys.executable, "-c", "pass"], watched(os.environ, folder / "notes")
    report("python start", *paired(lambda: run(command, folder), lambda: run(command, folder, env), rounds))


def snapshot(folder: Path, rounds: int) -> None:
    """Compare a snapshot of a dirty tree with `git status` of it."""
    repository(folder, {f"src/{number % 50}/module_{number}.py": f"x = {number}\n" for number in range(FILES)})
    (folder / "src" / "0" / "module_0.py").write_text("x = 'changed'\n")
    (folder / "new.py").write_text("n = 1\n")
    kept = Snapshots(folder.parent / "snapshots.git", b"salt")
    status = ["git", "status", "--porcelain"]
    report(
        f"snapshot of {FILES} files against git status",
        *paired(lambda: run(status, folder), lambda: read_code(run_git, folder, snapshots=kept), rounds * 3),
    )


def repository(folder: Path, files: Mapping[str, str]) -> None:
    """Make a repository with one commit."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for args in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "first"]):
        run(["git", *args], folder)


def run(argv: list[str], folder: Path, env: Mapping[str, str] | None = None) -> None:
    """Run a command quietly; its failure ends the benchmark."""
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    full = env or {**os.environ, "PYTHONPATH": path}
    subprocess.run(argv, cwd=folder, env=full, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


Pair = tuple[tuple[float, float], tuple[float, float]]
"""(CPU, wall) seconds of the plain and of our way."""


def paired(plain: Callable[[], object], ours: Callable[[], object], rounds: int) -> Pair:
    """Return the least CPU and the least wall seconds of both, measured in turn."""
    spent: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for _ in range(rounds):
        for work, times in ((plain, spent[0]), (ours, spent[1])):
            start, wall = cpu(), time.perf_counter()
            work()
            times.append((cpu() - start, time.perf_counter() - wall))
    least = [(min(one[0] for one in times), min(one[1] for one in times)) for times in spent]
    return least[0], least[1]


def cpu() -> float:
    """Return the CPU seconds of this process and of all that it waited for."""
    return sum(os.times()[:4])


def report(what: str, plain: tuple[float, float], ours: tuple[float, float]) -> None:
    """Print one pair, CPU and wall."""
    for kind, one, other in zip(("CPU", "wall"), plain, ours, strict=True):
        told = f"{one:8.3f} s  {other:8.3f} s  ratio {other / max(one, 0.001):5.2f}  more {other - one:+.3f} s"
        print(f"{what:<42} {kind:<4} {told}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
