"""Every planted fault is made here, and named as planted."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

OCTOBER = "data/flights-2013-10.parquet"
BY_HAND = "serving/staging"


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


CHANGES: dict[str, Callable[[Path], AbstractContextManager[None]]] = {
    "preliminary october": preliminary_october,
    "short memory": short_memory,
}


def copy_artifact_by_hand(repository: Path, model: Path) -> Path:
    """Put another version's model file into staging and lower its threshold with an editor; return what was changed."""
    staged = repository / BY_HAND
    shutil.copyfile(model / "model.pkl", staged / "model.pkl")
    described = (staged / "MLmodel").read_text(encoding="utf-8")
    lines = ["  threshold: 0.3" if line.startswith("  threshold:") else line for line in described.splitlines()]
    (staged / "MLmodel").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return staged
