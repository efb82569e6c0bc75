"""Every planted fault is made here, and named as planted."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from .git_history import SOURCE
from .retime import touch

OCTOBER = "data/flights-2013-10.parquet"
BY_HAND = "serving/staging"
LOOSE = SOURCE / "history/loose"
"""What no commit ever held."""


@contextmanager
def preliminary_october(repository: Path) -> Iterator[None]:
    """Have October as it was first delivered, without its last three days; afterwards the final file replaces it."""
    path = repository / OCTOBER
    final = path.read_bytes()
    rows = pq.read_table(path)
    first = rows.filter(pc.less(rows["scheduled"], pc.subtract(pc.max(rows["scheduled"]), timedelta(days=3))))
    pq.write_table(first, path, compression="zstd")
    yield
    path.write_bytes(final)


@contextmanager
def short_memory(repository: Path) -> Iterator[None]:
    """Have an edit of features.py that nobody commits and that no parameter shows: long delays count as 20 minutes."""
    path = repository / "features.py"
    committed = path.read_text(encoding="utf-8")
    edited = committed.replace(
        "    return rows.assign(wind_speed=",
        "    rows = rows.assign(recent_delay=rows.recent_delay.clip(upper=20))\n    return rows.assign(wind_speed=",
    )
    path.write_text(edited, encoding="utf-8")
    yield
    path.write_text(committed, encoding="utf-8")


@contextmanager
def strong_wind(repository: Path) -> Iterator[None]:
    """Have another edit of features.py that nobody commits: wind of more than 20 miles an hour counts as impossible."""
    path = repository / "features.py"
    committed = path.read_text(encoding="utf-8")
    path.write_text(committed.replace("MAX_WIND = 80.0", "MAX_WIND = 20.0"), encoding="utf-8")
    yield
    path.write_text(committed, encoding="utf-8")


@contextmanager
def loose_script(repository: Path) -> Iterator[None]:
    """Have a script that no commit holds, as on the machine of whoever wrote it."""
    path = repository / "yesterday.py"
    shutil.copyfile(LOOSE / "yesterday.py", path)
    yield
    path.unlink()


CHANGES: dict[str, Callable[[Path], AbstractContextManager[None]]] = {
    "preliminary october": preliminary_october,
    "short memory": short_memory,
    "strong wind": strong_wind,
    "loose script": loose_script,
}


def copy_artifact_by_hand(repository: Path, instant: datetime) -> None:
    """Put another version's model file into staging and lower its threshold with an editor."""
    staged = repository / BY_HAND
    shutil.copyfile(artifacts_of(repository, 4) / "model.pkl", staged / "model.pkl")
    described = (staged / "MLmodel").read_text(encoding="utf-8")
    lines = ["  threshold: 0.3" if line.startswith("  threshold:") else line for line in described.splitlines()]
    (staged / "MLmodel").write_text("\n".join(lines) + "\n", encoding="utf-8")
    touch(staged, instant)


DONE_BY_HAND: dict[str, Callable[[Path, datetime], None]] = {"artifact copied": copy_artifact_by_hand}


def artifacts_of(folder: Path, version: int) -> Path:
    """Return where the files of a registered version lie."""
    database = sqlite3.connect(folder / "mlflow.db")
    query = "SELECT storage_location FROM model_versions WHERE version = ?"
    (location,) = database.execute(query, (version,)).fetchone()
    database.close()
    return Path(location.removeprefix("file://"))
