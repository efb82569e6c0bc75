"""What it costs to know data by content, beside reading the same bytes and beside `dvc`, in one run.

CPU seconds (user and system), the median of three, files in the page cache. `dvc` is taken from PATH, or named; without
it its lines are left out. `dvc add` also copies the file into its cache; `dvc status` and our second look read none.

    python -m benchmarks.digest [DVC]
"""

import hashlib
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from mlcockpit.integrations.files import LocalFiles
from mlcockpit.integrations.table_digest import digest_table

GIB = 1 << 30
FILES = 20_000
ROWS = 2_000_000
TIMES = 3


def main(dvc: str | None) -> None:
    """Print each time and its ratio."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        one_file(root, dvc)
        many_files(root, dvc)
        one_table(root)


def one_file(root: Path, dvc: str | None) -> None:
    """Compare the digest of 1 GiB with reading it and with adding it to DVC."""
    path = root / "big.bin"
    with path.open("wb") as file:
        for _ in range(GIB >> 22):
            file.write(os.urandom(1 << 22))
    buffered = seconds(lambda: read(path))
    whole = seconds(path.read_bytes)
    floor = seconds(lambda: hashed(path))
    ours = seconds(lambda: LocalFiles(root, root / "none" / f"{time.time_ns()}.db").digest(path, table=False))
    line("read 1 GiB through one buffer", buffered)
    line("read 1 GiB into memory", whole)
    line("hashlib.file_digest of 1 GiB", floor, "what SHA-256 costs on this machine: nobody is below")
    shares = f"{ours / buffered:.2f} x through a buffer, {ours / floor:.2f} x hashlib"
    line("digest of 1 GiB", ours, f"{ours / whole:.2f} x read into memory (limit 4), {shares}")
    if dvc:
        theirs = seconds(lambda: added(root, path, dvc))
        line("dvc add of 1 GiB", theirs, f"ours is {ours / theirs:.2f} x (limit 0.6)")
    path.unlink()


def many_files(root: Path, dvc: str | None) -> None:
    """Compare a second look at an unchanged folder with `dvc status`."""
    folder = root / "project" / "many"
    for number in range(FILES):
        place = folder / str(number % 100)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.txt").write_text(str(number))
    files = LocalFiles(root, root / "known.db", settled_s=0)
    first = seconds(lambda: files.digest(folder), times=1)
    again = seconds(lambda: files.digest(folder))
    line(f"digest of {FILES:,} files", first)
    line("the same, unchanged", again)
    if dvc:
        run(root / "project", dvc, "init", "--no-scm", "-q")
        run(root / "project", dvc, "add", "-q", "many")
        theirs = seconds(lambda: run(root / "project", dvc, "status", "-q"))
        line("dvc status", theirs, f"ours is {again / theirs:.2f} x (limit 0.25)")


def one_table(root: Path) -> None:
    """Compare the content digests of a table with reading it by the same library."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "id": np.arange(ROWS),
            "delay": draw.normal(size=ROWS),
            "temp": draw.normal(60, 15, size=ROWS).round(2).astype("float32"),
            "carrier": pd.Series(["UA", "DL", "AA", None]).take(draw.integers(0, 4, ROWS)).to_numpy(),
            "late": draw.random(ROWS) < 0.2,
            "at": pd.date_range("2013-01-01", periods=ROWS, freq="s"),
        }
    )
    frame.to_parquet(root / "a.parquet")
    plain = seconds(lambda: pq.read_table(root / "a.parquet"))
    ours = seconds(lambda: digest_table(root / "a.parquet"))
    line(f"read parquet, {ROWS:,} rows x 6", plain)
    line(
        "its content digests", ours, f"{ours / plain:5.2f} x read, {ROWS * 6 / ours / 1e6:.0f} million values a second"
    )


def read(path: Path) -> None:
    """Read the file once."""
    buffer = bytearray(1 << 18)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def hashed(path: Path) -> None:
    """Hash the file as the standard library does."""
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")


def added(root: Path, path: Path, dvc: str) -> None:
    """Add the file to a fresh DVC repository."""
    place = root / "dvc"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    os.link(path, place / "big.bin")
    run(place, dvc, "init", "--no-scm", "-q")
    run(place, dvc, "add", "-q", "big.bin")


def run(folder: Path, *argv: str) -> None:
    """Run a command to its end."""
    env = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    subprocess.run(argv, cwd=folder, check=True, env=env, stdout=subprocess.DEVNULL)


def seconds(work: Callable[[], object], *, times: int = TIMES) -> float:
    """Return the median CPU seconds of `work`, children included."""
    taken = []
    for _ in range(times):
        before = cpu()
        work()
        taken.append(cpu() - before)
    return statistics.median(taken)


def cpu() -> float:
    """Return the CPU seconds of this process and its ended children."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def line(what: str, taken: float, words: str = "") -> None:
    """Print one line."""
    print(f"{what:<34} {taken:7.3f} s  {words}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else shutil.which("dvc"))
