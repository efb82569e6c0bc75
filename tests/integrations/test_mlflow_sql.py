"""Other people's stores are read as they are: no byte of them changes and no file appears beside them."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from math import inf, isnan
from pathlib import Path

import pytest

from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.mlflow_revisions import KNOWN
from mlcockpit.integrations.mlflow_sql import MlflowSqlStore, UnknownRevision
from mlcockpit.integrations.mlflow_tracker import MlflowServer, open_tracker, without_credentials
from mlcockpit.integrations.sqlite_file import stamp
from mlcockpit.ports import Tracker
from mlcockpit.store.mirror.mirror import Mirror
from tests.stores.worlds import SqliteWorld, begin

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin(tmp_path_factory.mktemp("store"))


@pytest.fixture
def store(tmp_path: Path, template: Path) -> Path:
    (tmp_path / "theirs").mkdir()
    return SqliteWorld(tmp_path / "theirs" / "mlflow.db", template).path


def files_of(store: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in store.parent.iterdir()}


def runs_seen(tracker: Tracker, tmp_path: Path) -> int:
    mirror = Mirror(tmp_path / "mirror.db")
    changes = mirror.prepare(tracker, now=NOW)
    mirror.commit(changes)
    mirror.close()
    return changes.total_runs


def switch_to_wal(store: Path) -> None:
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


@contextmanager
def a_writer(store: Path, statements: str) -> Iterator[subprocess.Popen[str]]:
    """Run another process that writes and then holds the store open until it is killed."""
    code = f"import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\n{statements}\nprint('ready', flush=True)\nsys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert "ready\n" == process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


A_RUN = "c.execute(\"INSERT INTO runs (run_uuid, name, experiment_id, status, lifecycle_stage) VALUES ('w', 'w', 0, 'RUNNING', 'active')\")"


def test_reading_a_store_changes_no_byte_and_leaves_no_file(store: Path, tmp_path: Path) -> None:
    before = files_of(store)
    assert 3 == runs_seen(MlflowSqlStore(store), tmp_path)
    assert before == files_of(store)


def test_a_closed_store_in_wal_mode_is_read_without_a_trace(store: Path, tmp_path: Path) -> None:
    switch_to_wal(store)
    before = files_of(store)
    assert 3 == runs_seen(MlflowSqlStore(store), tmp_path)
    assert before == files_of(store)


def test_a_store_in_wal_mode_with_a_live_writer_is_read_up_to_its_last_commit(store: Path, tmp_path: Path) -> None:
    switch_to_wal(store)
    with a_writer(store, f"{A_RUN}\nc.commit()"):
        before = files_of(store)
        assert 4 == runs_seen(MlflowSqlStore(store), tmp_path)
        assert before == files_of(store)


def test_a_store_in_wal_mode_whose_writer_was_killed_is_read_up_to_its_last_commit(store: Path, tmp_path: Path) -> None:
    switch_to_wal(store)
    with a_writer(store, f"{A_RUN}\nc.commit()"):
        pass
    (store.parent / "mlflow.db-shm").unlink()
    before = files_of(store)
    assert 4 == runs_seen(MlflowSqlStore(store), tmp_path)
    assert before == files_of(store)


def test_a_store_whose_writer_was_killed_in_a_transaction_is_read_as_it_was_before(store: Path, tmp_path: Path) -> None:
    fill = "c.execute('PRAGMA cache_size = 2')\nc.execute('UPDATE runs SET name = hex(randomblob(100000))')"
    with a_writer(store, fill):
        pass
    assert (store.parent / "mlflow.db-journal").exists()
    before = files_of(store)
    mirror = Mirror(tmp_path / "mirror.db")
    mirror.commit(mirror.prepare(MlflowSqlStore(store), now=NOW))
    mirror.close()
    names = {name for (name,) in sqlite3.connect(tmp_path / "mirror.db").execute("SELECT name FROM runs")}
    assert {"first", "second", "child"} == names
    assert before == files_of(store)


def test_a_locked_store_is_one_clear_line(store: Path, tmp_path: Path) -> None:
    held = "c.isolation_level = None\nc.execute('BEGIN EXCLUSIVE')"
    with a_writer(store, held), pytest.raises(SourceFailed) as caught:
        runs_seen(MlflowSqlStore(store, busy_s=0.05), tmp_path)
    assert f"the store {store} is locked" in str(caught.value)
    assert 1 == len(str(caught.value).splitlines())


def test_a_missing_store_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="check mlflow under"):
        runs_seen(open_tracker("sqlite:///nowhere.db", root=tmp_path), tmp_path)


def test_a_file_that_is_no_store_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("hello" * 100)
    with pytest.raises(SourceFailed, match="is not a SQLite database"):
        runs_seen(MlflowSqlStore(tmp_path / "text.db"), tmp_path)
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    with pytest.raises(SourceFailed, match="is not an MLflow store"):
        runs_seen(MlflowSqlStore(tmp_path / "other.db"), tmp_path)


def test_a_truncated_store_is_said(store: Path, tmp_path: Path) -> None:
    data = store.read_bytes()
    store.write_bytes(data[: len(data) // 2])
    with pytest.raises(SourceFailed, match="cannot be read"):
        runs_seen(MlflowSqlStore(store), tmp_path)


def test_an_unknown_revision_is_never_guessed_at(store: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(store)
    connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    connection.commit()
    connection.close()
    before = files_of(store)
    with pytest.raises(UnknownRevision, match="ffffffffffff"):
        runs_seen(open_tracker(f"sqlite:///{store}", root=tmp_path), tmp_path)
    assert before == files_of(store)


def test_every_revision_of_the_installed_mlflow_is_known() -> None:
    import mlflow
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(os.path.join(os.path.dirname(mlflow.__file__), "store", "db_migrations"))
    assert set(scripts.get_heads()) - KNOWN == set()


def test_the_stamp_changes_with_every_commit_in_either_mode(store: Path) -> None:
    seen = [stamp(store)]
    with a_writer(store, f"{A_RUN}\nc.commit()"):
        seen.append(stamp(store))
    switch_to_wal(store)
    more = A_RUN.replace("'w'", "'v'")
    connection = sqlite3.connect(store)
    for statement in (more[11:-2], "DELETE FROM runs WHERE run_uuid = 'v'"):
        connection.execute(statement)
        connection.commit()
        seen.append(stamp(store))
    connection.close()
    assert "" not in seen
    assert len(seen) == len(set(seen))


def test_a_stamp_that_could_miss_a_write_is_not_given(store: Path) -> None:
    switch_to_wal(store)
    assert "" == stamp(store)
    (store.parent / "mlflow.db-journal").touch()
    assert "" == stamp(store)


def test_a_long_history_is_thinned_without_losing_its_peaks(store: Path) -> None:
    connection = sqlite3.connect(store)
    (run,) = connection.execute("SELECT run_uuid FROM runs LIMIT 1").fetchone()
    rows = [("x", 1e6 if step == 77_777 else float(step % 10), step, run, step, 0) for step in range(100_000)]
    rows += [
        ("x", 0.0, 100_000, run, 100_000, 1),
        ("y", 1.7976931348623157e308, 0, run, 0, 0),
        ("y", 0.0, 1, run, 1, 1),
    ]
    sql = 'INSERT INTO metrics ("key", value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)'
    connection.executemany(sql, rows)
    connection.commit()
    connection.close()
    long = MlflowSqlStore(store).metric_history(run, "x")
    assert 100_001 == long.total
    assert 1_900 <= len(long.points) <= 2_000
    assert (1e6, 0.0) == (max(p.value for p in long.points), min(p.value for p in long.points))
    assert [p.step for p in long.points] == sorted(p.step for p in long.points)
    top, hole = MlflowSqlStore(store).metric_history(run, "y").points
    assert inf == top.value
    assert isnan(hole.value)


def test_credentials_never_become_part_of_a_source() -> None:
    assert "https://host/api" == without_credentials("https://user:secret@host/api?token=abc")
    assert "postgresql://db/mlflow" == without_credentials("postgresql://u:p@db/mlflow")


def test_a_server_that_is_not_there_fails_within_the_limits(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match=r"http://127\.0\.0\.1:9 cannot be read"):
        runs_seen(MlflowServer("http://127.0.0.1:9"), tmp_path)


def test_a_reader_that_says_nothing_is_ended(tmp_path: Path) -> None:
    silent = tmp_path / "python"
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o700)
    with pytest.raises(SourceFailed, match="gave no answer in 0 s"):
        runs_seen(MlflowServer("http://localhost", python=str(silent), silence_s=0.2), tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_store_that_may_not_be_read_is_said(store: Path, tmp_path: Path) -> None:
    store.chmod(0)
    with pytest.raises(SourceFailed, match="cannot be read"):
        runs_seen(MlflowSqlStore(store), tmp_path)


def test_a_copied_store_of_an_older_revision_is_not_migrated(store: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    shutil.copyfile(store, older)
    connection = sqlite3.connect(older)
    for table in ("logged_models", "input_tags", "inputs", "registered_model_aliases"):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("UPDATE alembic_version SET version_num = '97727af70f4d'")
    connection.commit()
    connection.close()
    before = older.read_bytes()
    assert 3 == runs_seen(MlflowSqlStore(older), tmp_path)
    assert before == older.read_bytes()
