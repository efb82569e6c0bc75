"""What a tracker holds and what happens in it reach the mirror, whatever the tracker is."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from math import inf, isnan
from pathlib import Path

import pytest

from mlcockpit.domain.observed import MirrorChanges
from mlcockpit.domain.run import RunDetail
from mlcockpit.store.mirror.mirror import Mirror
from mlcockpit.store.pages import RunPages
from mlcockpit.store.run_rows import read_detail, read_versions
from tests.stores.worlds import ClientWorld, FakeWorld, FolderWorld, SqliteWorld, Teller, World, begin, old_mlflow

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLD = "2.16.2"
OTHERS = ("2.13.2", "2.22.1", "3.4.0")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def tellers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Teller]]:
    """Return the teller of an MLflow version; "" is the one of the tests."""
    made: dict[str, Teller] = {}

    def of(version: str) -> Teller:
        if version not in made:
            python = old_mlflow(version) if version else Path(sys.executable)
            made[version] = Teller(python, tmp_path_factory.mktemp("teller"))
        return made[version]

    yield of
    for teller in made.values():
        teller.close()


@pytest.fixture(scope="session")
def old_template(tellers: Callable[[str], Teller], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def make(version: str) -> Path:
        if version not in made:
            made[version] = begin(tmp_path_factory.mktemp("old"), tellers(version))
        return made[version]

    return make


@pytest.fixture(
    params=[
        "fake",
        "sqlite",
        pytest.param(OLD, marks=pytest.mark.ci),
        pytest.param("client", marks=pytest.mark.ci),
        pytest.param("folder", marks=pytest.mark.ci),
    ]
)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "fake":
        return FakeWorld()
    if request.param == "folder":
        return FolderWorld(tmp_path, request.getfixturevalue("tellers")(""))
    store = tmp_path / "mlflow.db"
    if request.param == OLD:
        old = request.getfixturevalue("old_template")(request.param)
        return SqliteWorld(store, old, teller=request.getfixturevalue("tellers")(request.param))
    kind = SqliteWorld if request.param == "sqlite" else ClientWorld
    return kind(store, request.getfixturevalue("template"))


@pytest.mark.ci
@pytest.mark.parametrize("version", OTHERS)
def test_the_stores_of_other_versions_hold_the_same(
    version: str, old_template: Callable[[str], Path], template: Path, tmp_path: Path
) -> None:
    old = SqliteWorld(tmp_path / "old.db", old_template(version))
    new = SqliteWorld(tmp_path / "new.db", template)
    bytes_before = old.path.read_bytes()
    seen = []
    for world in (old, new):
        watched = Watched(world, tmp_path / f"{world.path.stem}-mirror.db")
        watched.sync()
        details = [watched.detail(name) for name in ("first", "second", "child")]
        seen.append([held(detail) for detail in details])
        watched.mirror.close()
    assert seen[0] == seen[1]
    assert bytes_before == old.path.read_bytes()


class Watched:
    """A mirror of a world, and what each sync saw."""

    def __init__(self, world: World, path: Path) -> None:
        self.world = world
        self.path = path
        self.mirror = Mirror(path)
        self._now = BEGAN

    def sync(self) -> MirrorChanges:
        changes = self.mirror.prepare(self.world.tracker, now=self._now)
        assert self.mirror.commit(changes)
        self._now += timedelta(hours=1)
        return changes

    def detail(self, run: str) -> RunDetail:
        pages = RunPages(self.path)
        try:
            return read_detail(pages.connection, self.world.ids[run])
        finally:
            pages.close()


@pytest.fixture
def watched(world: World, tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(world, tmp_path / "mirror.db")
    watched.first = watched.sync()  # type: ignore[attr-defined]
    yield watched
    watched.mirror.close()


def held(detail: RunDetail) -> tuple[object, ...]:
    run = detail.run
    versions = [(version.number, version.aliases) for version in detail.versions]
    return (
        run.name,
        run.status,
        run.experiment,
        run.data,
        str(detail.metrics),
        detail.params,
        detail.tags.get("note"),
        versions,
    )


def told(changes: MirrorChanges) -> list[tuple[str, str, str, str, str]]:
    return [(each.kind.value, each.subject, each.name, each.old, each.new) for each in changes.observed]


def test_a_run_arrives_with_all_that_belongs_to_it(watched: Watched) -> None:
    first = watched.detail("first")
    assert {"lr": "0.1", "kind": "tree"} == {key: words.text for key, words in first.params.items()}
    assert (0.9, 2) == (first.metrics["auc"].value, first.metrics["auc"].step)
    assert isnan(first.metrics["loss"].value)
    assert inf == first.metrics["top"].value
    assert "good" == first.tags["note"].text
    assert [("flights", "abc123", "training")] == [(each.name, each.digest, each.context) for each in first.inputs]
    assert ("first", "FINISHED", "bo", "a" * 40) == (first.run.name, first.run.status, first.run.user, first.run.commit)
    assert [("churn", 1, ("champion",))] == [(v.model, v.number, v.aliases) for v in first.versions]
    assert watched.world.ids["second"] == watched.detail("child").parent_run_id
    assert "other" == watched.detail("second").run.experiment


def test_the_first_sync_tells_versions_and_aliases_without_an_earlier_look(watched: Watched) -> None:
    first: MirrorChanges = watched.first  # type: ignore[attr-defined]
    assert (3, 2, True) == (first.new_runs, first.new_versions, first.is_first)
    assert [
        ("alias_set", "model/churn", "champion", "", "1"),
        ("version_created", "model/churn@1", "", "", watched.world.ids["first"]),
        ("version_created", "model/churn@2", "", "", watched.world.ids["second"]),
    ] == told(first)
    assert {None} == {each.observed_after for each in first.observed}


def test_a_second_sync_with_nothing_new_says_so(watched: Watched) -> None:
    again = watched.sync()
    assert (True, 0, 0, ()) == (again.is_nothing_new, again.new_runs, again.changed_runs, again.observed)


def test_a_late_metric_and_a_late_parameter_of_an_old_run_are_seen(watched: Watched) -> None:
    watched.world.tell(("log_metric", "first", "auc", 0.95, 3), ("log_param", "second", "depth", "5"))
    assert 2 == watched.sync().changed_runs
    assert (0.95, 3) == (watched.detail("first").metrics["auc"].value, watched.detail("first").metrics["auc"].step)
    assert "5" == watched.detail("second").params["depth"].text


def test_changed_and_deleted_tags_are_seen_and_told(watched: Watched) -> None:
    watched.world.tell(
        ("set_tag", "first", "note", "better"), ("delete_tag", "second", "note"), ("set_tag", "first", "own", "new")
    )
    changes = watched.sync()
    run = watched.world.ids
    assert sorted(
        [
            ("tag_changed", f"run/{run['first']}", "note", "good", "better"),
            ("tag_deleted", f"run/{run['second']}", "note", "bad", ""),
        ]
    ) == sorted(told(changes))
    assert (BEGAN, BEGAN + timedelta(hours=1)) == (
        changes.observed[0].observed_after,
        changes.observed[0].observed_before,
    )
    assert "new" == watched.detail("first").tags["own"].text
    assert "note" not in watched.detail("second").tags


def test_a_renamed_run_is_seen(watched: Watched) -> None:
    watched.world.tell(("rename_run", "first", "renamed"))
    assert 1 == watched.sync().changed_runs
    assert "renamed" == watched.detail("first").run.name


def test_a_deleted_and_a_restored_run_are_told(watched: Watched) -> None:
    subject = f"run/{watched.world.ids['second']}"
    watched.world.tell(("delete_run", "second"))
    deleted = watched.sync()
    assert (1, [("run_deleted", subject, "", "active", "deleted")]) == (deleted.deleted_runs, told(deleted))
    assert watched.detail("second").run.is_deleted
    watched.world.tell(("restore_run", "second"))
    restored = watched.sync()
    assert (1, [("run_restored", subject, "", "deleted", "active")]) == (restored.restored_runs, told(restored))


def test_moved_and_removed_aliases_and_deleted_versions_are_told(watched: Watched) -> None:
    watched.world.tell(("set_alias", "churn", "champion", 2), ("set_alias", "churn", "old", 1))
    assert [
        ("alias_moved", "model/churn", "champion", "1", "2"),
        ("alias_set", "model/churn", "old", "", "1"),
    ] == told(watched.sync())
    watched.world.tell(("delete_alias", "churn", "old"), ("delete_version", "churn", 1))
    assert [
        ("alias_removed", "model/churn", "old", "1", ""),
        ("version_deleted", "model/churn@1", "", watched.world.ids["first"], ""),
    ] == told(watched.sync())


def test_a_change_told_twice_before_it_is_committed_keeps_its_position(watched: Watched) -> None:
    watched.world.tell(("set_alias", "churn", "champion", 2))
    seen = [watched.mirror.prepare(watched.world.tracker, now=BEGAN).observed[0].position for _ in range(2)]
    assert seen[0] == seen[1]
    watched.sync()
    watched.world.tell(("set_alias", "churn", "champion", 1))
    watched.sync()
    watched.world.tell(("set_alias", "churn", "champion", 2))
    assert seen[0] != watched.sync().observed[0].position


def test_the_history_of_a_metric_is_read_from_the_store(watched: Watched) -> None:
    history = watched.world.tracker.metric_history(watched.world.ids["first"], "auc")
    assert ([(1, 0.8), (2, 0.9)], 2) == ([(point.step, point.value) for point in history.points], history.total)


def test_versions_name_the_run_they_came_from(watched: Watched) -> None:
    pages = RunPages(watched.path)
    found = [(each.model, each.number, each.run_id) for each in read_versions(pages.connection)]
    pages.close()
    assert [("churn", 1, watched.world.ids["first"]), ("churn", 2, watched.world.ids["second"])] == found


def test_a_purged_run_is_gone_and_new_rows_in_its_place_are_seen(watched: Watched) -> None:
    if type(watched.world) is FolderWorld:
        pytest.skip("the client has no way to purge a run in a folder; mlflow gc removes the folder")
    watched.world.tell(
        ("create_run", "last"),
        ("log_metric", "last", "auc", 0.1),
        ("log_param", "last", "lr", "1"),
        ("delete_run", "last"),
    )
    watched.sync()
    watched.world.tell(("purge_run", "last"), ("create_run", "next"), ("log_metric", "first", "auc", 0.99, 9))
    changes = watched.sync()
    assert [("run_purged", f"run/{watched.world.ids['last']}", "", "last", "")] == told(changes)
    assert (1, 1, 4) == (changes.new_runs, changes.deleted_runs, changes.total_runs)
    assert 0.99 == watched.detail("first").metrics["auc"].value
