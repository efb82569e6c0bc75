"""Of the files that were opened, inputs are data with a digest; code, outputs and stores are not."""

import hashlib
import os
import sqlite3
import time
from pathlib import Path

from mlcockpit.reproduction.data_reads import Place, SeenData, sort_reads
from mlcockpit.reproduction.reads import Opened
from tests.repositories import write

FUTURE = time.time_ns() + 10**15


def opened(path: Path) -> dict[str, Opened]:
    state = path.stat()
    return {str(path): Opened(state.st_size, state.st_mtime_ns)}


def sort(root: Path, *paths: Path, **place: object) -> SeenData:
    reads = {key: value for path in paths for key, value in opened(path).items()}
    plain = {"root": root, "tracked": frozenset(), "kept": frozenset(), "started_ns": FUTURE}
    return sort_reads(reads, Place(**{**plain, **place}))  # type: ignore[arg-type]


def test_data_inside_and_outside_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    root = tmp_path / "r"
    write(root, {"data/a.csv": "1\n", "train.py": "", "params.yaml": "a: 1\n"})
    write(tmp_path, {"far.bin": "22"})
    paths = (root / "data/a.csv", root / "train.py", root / "params.yaml", tmp_path / "far.bin")
    seen = sort(root, *paths, tracked=frozenset({"data/a.csv", "train.py", "params.yaml"}))
    assert [(each.path, each.sha256, each.size, each.tracked) for each in seen.data] == [
        (str(tmp_path / "far.bin"), hashlib.sha256(b"22").hexdigest(), 2, False),
        ("data/a.csv", hashlib.sha256(b"1\n").hexdigest(), 2, True),
    ]
    assert (seen.untracked, seen.partial) == ([], [])


def test_code_that_no_commit_holds_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"r/new.py": "", "r/ignored.yaml": "", "elsewhere.py": ""})
    root = tmp_path / "r"
    seen = sort(root, root / "new.py", root / "ignored.yaml", tmp_path / "elsewhere.py", kept=frozenset({"new.py"}))
    assert seen.untracked == ["ignored.yaml", "new.py"]
    assert [each.path for each in seen.data] == ["ignored.yaml"]
    assert seen.partial == [
        f"code: {tmp_path / 'elsewhere.py'} was read and is in no repository that is kept",
        "code: ignored.yaml is ignored by git; only its digest is kept",
    ]


def test_what_the_launch_made_itself_is_no_input(tmp_path: Path) -> None:
    write(tmp_path, {"before.csv": "", "made.csv": ""})
    os.utime(tmp_path / "before.csv", ns=(1, 1))
    seen = sort(tmp_path, tmp_path / "before.csv", tmp_path / "made.csv", started_ns=2)
    assert [each.path for each in seen.data] == ["before.csv"]


def test_a_file_that_changed_after_it_was_read_has_no_digest(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": "1\n", "b.csv": "1\n"})
    reads = {**opened(tmp_path / "a.csv"), **opened(tmp_path / "b.csv")}
    write(tmp_path, {"a.csv": "22\n"})
    (tmp_path / "b.csv").unlink()
    seen = sort_reads(reads, Place(tmp_path, frozenset(), frozenset(), FUTURE))
    assert [(each.path, each.sha256) for each in seen.data] == [("a.csv", None), ("b.csv", None)]
    assert len(seen.partial) == 2


def test_stores_credentials_and_interpreters_are_no_data(tmp_path: Path) -> None:
    write(tmp_path, {"mlruns/0/meta.yaml": "", "mlruns/0/model.pkl": "", ".env": "A=1\n", "env/lib/x.csv": ""})
    with sqlite3.connect(tmp_path / "tracking.sqlite") as database:
        for table in ("alembic_version", "experiments", "runs"):
            database.execute(f"CREATE TABLE {table} (a)")
    with sqlite3.connect(tmp_path / "features.db") as database:
        database.execute("CREATE TABLE features (a)")
    paths = [path for path in tmp_path.rglob("*") if path.is_file()]
    seen = sort(tmp_path, *paths, ignored=(f"{tmp_path}/env/",))
    assert [each.path for each in seen.data] == ["features.db"]


def test_a_folder_and_a_pattern_stand_for_their_files(tmp_path: Path) -> None:
    write(tmp_path, {"many/1.csv": "1", "many/deep/2.csv": "2", "p/a.parquet": "a", "p/b.txt": "b"})
    reads = {str(tmp_path / "many"): Opened(-1, 0), str(tmp_path / "p" / "*.parquet"): Opened(-1, 0)}
    seen = sort_reads(reads, Place(tmp_path, frozenset(), frozenset(), FUTURE))
    assert [each.path for each in seen.data] == ["many/1.csv", "many/deep/2.csv", "p/a.parquet"]
