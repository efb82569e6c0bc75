"""What starting costs, beside starting Python, MLflow and the libraries that an answer needs, in one run.

CPU seconds (user and system) of whole processes, bytecode compiled first, the median of five.

    python -m benchmarks.startup PROJECT
"""

import compileall
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import mlcockpit

RUNS = 5
PACKAGE = Path(mlcockpit.__file__).parent
ENV = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | {
    "PYTHONPATH": str(PACKAGE.parent)
}


def cpu_seconds(argv: Sequence[str], runs: int = RUNS) -> float:
    """Return the median CPU seconds of `argv` as a whole process; its output is thrown away, one run warms up."""
    taken = []
    for _ in range(runs + 1):
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENV)
        usage = os.wait4(process.pid, 0)[2]
        taken.append(usage.ru_utime + usage.ru_stime)
    return statistics.median(taken[1:])


def main(project: str) -> None:
    """Print each time and its ratios."""
    compileall.compile_dir(str(PACKAGE), quiet=2)
    ours = [sys.executable, "-m", "mlcockpit"]
    nothing = cpu_seconds([sys.executable, "-c", "pass"])
    mlflow = cpu_seconds([sys.executable, "-m", "mlflow", "--version"])
    sqlmodel = cpu_seconds([sys.executable, "-c", "import sqlmodel"])
    print(f"python -c pass   {nothing:7.3f} s")
    print(f"import sqlmodel  {sqlmodel:7.3f} s  {sqlmodel / nothing:6.1f} x pass")
    print(f"mlflow --version {mlflow:7.3f} s  {mlflow / nothing:6.1f} x pass")
    limits = {
        ("--version",): "limit 8 x pass",
        ("--help",): "",
        ("runs", "--limit", "50"): "",
        ("status",): "limit 0.25 x mlflow --version",
        ("check",): "",
    }
    for words, limit in limits.items():
        taken = cpu_seconds([*ours, *(() if words[0].startswith("-") else ("-C", project)), *words])
        shares = f"{taken / nothing:6.1f} x pass  {taken / mlflow:5.2f} x mlflow --version  {taken / sqlmodel:5.2f} x sqlmodel"
        print(f"mlcockpit {' '.join(words):<16} {taken:7.3f} s  {shares}  {limit}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".")
