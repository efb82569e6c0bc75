"""A mirror survives crashes, rivals, full disks and strange texts, and is right again after the next sync."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.sync import copy_runs
from mlcockpit.domain.observed import MirrorChanges
from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.mlflow_sql import MlflowSqlStore
from mlcockpit.store.mirror.mirror import Mirror
from mlcockpit.store.mirror.schema import TABLES, VERSION
from mlcockpit.store.pages import RunPages, RunQuery
from mlcockpit.store.run_rows import read_detail, whole_text
from tests.fakes.tracker import FakeTracker
from tests.stores.worlds import FakeWorld, SqliteWorld, begin

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MIRRORED = sorted(set(TABLES) - {"cursor", "moves", "watermarks"})


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin(tmp_path_factory.mktemp("store"))


@pytest.fixture
def world(tmp_path: Path, template: Path) -> SqliteWorld:
    return SqliteWorld(tmp_path / "mlflow.db", template)


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    opened = Mirror(tmp_path / "mirror.db")
    yield opened
    opened.close()


def sync(mirror: Mirror, tracker: MlflowSqlStore | FakeTracker) -> MirrorChanges:
    changes = mirror.prepare(tracker, now=NOW)
    assert mirror.commit(changes)
    return changes


def contents(path: Path) -> dict[str, set[tuple[object, ...]]]:
    """Return every mirrored row, with run numbers replaced by run ids."""
    connection = sqlite3.connect(path)
    runs = dict(connection.execute("SELECT id, run FROM runs"))
    found = {}
    for table in MIRRORED:
        cursor = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        number = names.index("run") if "run" in names and table not in ("runs", "versions") else None
        rows = [row[1:] if table == "runs" else row for row in cursor]
        found[table] = {
            tuple(runs[value] if place == number else value for place, value in enumerate(row)) for row in rows
        }
    connection.close()
    return found


def fresh_contents(folder: Path, store: Path) -> dict[str, set[tuple[object, ...]]]:
    """Return what a mirror made from nothing holds."""
    other = Mirror(folder / "fresh.db")
    sync(other, MlflowSqlStore(store))
    other.close()
    return contents(folder / "fresh.db")


KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from mlcockpit.integrations.mlflow_sql import MlflowSqlStore
from mlcockpit.store.mirror.mirror import Mirror

mirror = Mirror(Path(sys.argv[2]))
die = lambda done, total: os.kill(os.getpid(), signal.SIGKILL)
mirror.prepare(MlflowSqlStore(Path(sys.argv[1])), now=datetime(2026, 3, 1, tzinfo=UTC), progress=die)
"""


def test_a_sync_that_is_killed_in_the_middle_is_made_right_by_the_next(world: SqliteWorld, tmp_path: Path) -> None:
    copy_runs(world.path, 10_500, originals=3)
    path = tmp_path / "killed.db"
    died = subprocess.run([sys.executable, "-c", KILLED_IN_THE_MIDDLE, world.path, path], check=False, env=with_path())
    assert -signal.SIGKILL == died.returncode
    half = len(contents(path)["runs"])
    assert 0 < half < 10_503
    world.tell(("set_tag", "first", "note", "late"), ("log_metric", "first", "auc", 0.99, 7))
    mirror = Mirror(path)
    assert 10_503 == sync(mirror, MlflowSqlStore(world.path)).total_runs
    mirror.close()
    assert fresh_contents(tmp_path, world.path) == contents(path)


def test_what_a_killed_first_sync_would_have_told_keeps_its_positions(world: SqliteWorld, tmp_path: Path) -> None:
    first = Mirror(tmp_path / "killed.db")
    before = [each.position for each in first.prepare(world.tracker, now=NOW).observed]
    first.close()
    second = Mirror(tmp_path / "killed.db")
    later = NOW.replace(hour=15)
    assert before == [each.position for each in second.prepare(world.tracker, now=later).observed]
    second.close()


def test_of_two_syncs_at_once_the_slower_prepares_again_and_nothing_is_lost(world: SqliteWorld, tmp_path: Path) -> None:
    slow, quick = Mirror(tmp_path / "mirror.db"), Mirror(tmp_path / "mirror.db")
    sync(slow, MlflowSqlStore(world.path))
    seen_by_nobody = quick.prepare(world.tracker, now=NOW)
    world.tell(("set_alias", "churn", "champion", 2))
    seen = slow.prepare(world.tracker, now=NOW)
    assert quick.commit(seen_by_nobody)
    assert not slow.commit(seen)
    again = slow.prepare(world.tracker, now=NOW)
    assert [each.position for each in seen.observed] == [each.position for each in again.observed]
    assert slow.commit(again)
    assert not slow.prepare(world.tracker, now=NOW).observed
    slow.close()
    quick.close()


def test_many_changes_leave_the_same_mirror_as_a_first_look(world: SqliteWorld, mirror: Mirror, tmp_path: Path) -> None:
    sync(mirror, MlflowSqlStore(world.path))
    world.tell(
        ("create_run", "new", "other"),
        ("log_metric", "new", "auc", "-inf"),
        ("set_tag", "new", "note", "x"),
        ("delete_tag", "first", "note"),
        ("log_metric", "first", "loss", 0.5, 4),
        ("log_param", "second", "late", "1"),
        ("delete_run", "child"),
        ("purge_run", "child"),
        ("rename_run", "second", "renamed"),
        ("log_input", "second", "weather", "ffff"),
        ("delete_alias", "churn", "champion"),
        ("delete_version", "churn", 1),
    )
    sync(mirror, MlflowSqlStore(world.path))
    assert fresh_contents(tmp_path, world.path) == contents(mirror.path)


def test_a_vacuumed_store_is_read_again_from_the_start(world: SqliteWorld, mirror: Mirror, tmp_path: Path) -> None:
    sync(mirror, MlflowSqlStore(world.path))
    world.tell(("delete_run", "first"), ("purge_run", "first"))
    connection = sqlite3.connect(world.path)
    connection.execute("VACUUM")
    connection.close()
    world.tell(("log_metric", "second", "auc", 0.77, 9), ("log_param", "second", "late", "1"))
    sync(mirror, MlflowSqlStore(world.path))
    assert fresh_contents(tmp_path, world.path) == contents(mirror.path)


def test_a_mirror_of_another_version_is_emptied_and_made_again(world: SqliteWorld, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE runs (something TEXT)")
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    mirror = Mirror(path)
    assert 3 == sync(mirror, MlflowSqlStore(world.path)).total_runs
    mirror.close()


def test_a_broken_mirror_is_made_again(world: SqliteWorld, tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    path.write_bytes(b"this is no database" * 1000)
    mirror = Mirror(path)
    assert 3 == sync(mirror, MlflowSqlStore(world.path)).total_runs
    mirror.close()


def test_the_mirror_file_is_private(mirror: Mirror) -> None:
    assert 0o600 == mirror.path.stat().st_mode & 0o777


def test_another_tracker_replaces_what_was_mirrored(world: SqliteWorld, mirror: Mirror) -> None:
    sync(mirror, FakeWorld().tracker)
    changes = sync(mirror, MlflowSqlStore(world.path))
    assert (True, 3) == (changes.is_first, changes.total_runs)


def test_a_tracker_that_fails_leaves_the_last_good_mirror(world: SqliteWorld, mirror: Mirror, tmp_path: Path) -> None:
    sync(mirror, MlflowSqlStore(world.path))
    before = contents(mirror.path)
    with pytest.raises(SourceFailed):
        mirror.prepare(MlflowSqlStore(tmp_path / "nowhere.db"), now=NOW)
    assert before == contents(mirror.path)


FULL_DISK = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.mlflow_sql import MlflowSqlStore
from mlcockpit.store.mirror.mirror import Mirror

mirror = Mirror(Path(sys.argv[2]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    mirror.commit(mirror.prepare(MlflowSqlStore(Path(sys.argv[1])), now=datetime(2026, 3, 1, tzinfo=UTC)))
except SourceFailed as error:
    print(error)
"""


def test_a_full_disk_is_said_and_the_next_sync_works(world: SqliteWorld, tmp_path: Path) -> None:
    copy_runs(world.path, 3_000, originals=3)
    path = tmp_path / "full.db"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, world.path, path], check=True, capture_output=True, text=True, env=with_path()
    )
    assert f"the mirror {path} cannot be written" in done.stdout
    mirror = Mirror(path)
    assert 3_003 == sync(mirror, MlflowSqlStore(world.path)).total_runs
    mirror.close()
    assert fresh_contents(tmp_path, world.path) == contents(path)


def test_huge_texts_are_whole_on_request_and_short_in_lists(mirror: Mirror) -> None:
    world = FakeWorld()
    world.tell(("log_param", "first", "config", "é" * 300_000), ("set_tag", "first", "blob", "x" * 10_000_000))
    sync(mirror, world.tracker)
    pages = RunPages(mirror.path)
    order = pages.order(RunQuery("config:éé"))
    (row,) = pages.rows(order.page(0), pages.columns(["config", "blob"]))
    assert (256, 600_000) == (len(row.params["config"].text), row.params["config"].size)
    assert (256, 10_000_000) == (len(row.tags["blob"].text), row.tags["blob"].size)
    assert "é" * 300_000 == whole_text(pages.connection, world.ids["first"], "params", "config")
    pages.close()
    world.tell(("set_tag", "first", "blob", "x" * 9_999_999 + "y"))
    assert ["tag_changed"] == [each.kind.value for each in sync(mirror, world.tracker).observed]
    assert sync(mirror, world.tracker).is_nothing_new


def test_strange_texts_come_through_and_are_not_seen_as_changes(mirror: Mirror) -> None:
    strange = "a\x00b\x1b[2J\u202e[/bold]" + "😀" * 300
    world = FakeWorld()
    world.tell(
        ("set_tag", "first", strange, strange),
        ("log_param", "first", strange, strange),
        ("rename_run", "first", strange),
    )
    sync(mirror, world.tracker)
    assert sync(mirror, world.tracker).is_nothing_new
    pages = RunPages(mirror.path)
    assert strange == whole_text(pages.connection, world.ids["first"], "tags", strange)
    assert strange[:256] == read_detail(pages.connection, world.ids["first"]).run.name
    pages.close()


def with_path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
