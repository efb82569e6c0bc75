"""What starting costs, beside starting Python, MLflow, DVC and the libraries that an answer needs, in one run.

CPU seconds (user and system) of whole processes, bytecode compiled first, in turns so that a busy moment meets all
alike; the median of seven. `dvc` is taken from PATH, or named; without it its ratio is left out.

    python -m benchmarks.startup PROJECT [DVC]
"""

import compileall
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import mlcockpit

RUNS = 7
PACKAGE = Path(mlcockpit.__file__).parent
ENV = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | {
    "PYTHONPATH": str(PACKAGE.parent)
}


def cpu_seconds(argv: Sequence[str]) -> float:
    """Return the CPU seconds of `argv` as a whole process; its output is thrown away."""
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENV)
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):  # 1: `check` found something
        raise SystemExit(f"{' '.join(argv)} ended with {code}")
    return usage.ru_utime + usage.ru_stime


def medians(commands: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Return the median CPU seconds of each command; the first round warms up."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS + 1):
        for name, argv in commands.items():
            taken[name].append(cpu_seconds(argv))
    return {name: statistics.median(each[1:]) for name, each in taken.items()}


def main(project: str, dvc: str | None) -> None:
    """Print each time and its ratios."""
    compileall.compile_dir(str(PACKAGE), quiet=2)
    ours, here = [sys.executable, "-m", "mlcockpit"], ["-C", project]
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import sqlmodel": [sys.executable, "-c", "import sqlmodel"],
        "mlflow --version": [sys.executable, "-m", "mlflow", "--version"],
        **({"dvc --version": [dvc, "--version"]} if dvc else {}),
        "mlcockpit --version": [*ours, "--version"],
        "mlcockpit --help": [*ours, "--help"],
        "mlcockpit runs --limit 50": [*ours, *here, "runs", "--limit", "50"],
        "mlcockpit status": [*ours, *here, "status"],
        "mlcockpit check": [*ours, *here, "check"],
    }
    taken = medians(commands)
    for name, seconds in taken.items():
        print(f"{name:<26} {seconds:7.3f} s  {seconds / taken['python -c pass']:7.1f} x pass")
    ratio("mlcockpit --version", "python -c pass", 8, taken)
    ratio("mlcockpit --version", "dvc --version", 0.5, taken)
    ratio("mlcockpit status", "mlflow --version", 0.25, taken)


def ratio(ours: str, peer: str, limit: float, taken: Mapping[str, float]) -> None:
    """Print one ratio beside its limit."""
    if peer in taken:
        found = taken[ours] / taken[peer]
        print(f"{ours} is {found:.2f} x {peer} (at most {limit}{'' if found <= limit else ': MISSED'})")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".", sys.argv[2] if len(sys.argv) > 2 else shutil.which("dvc"))
