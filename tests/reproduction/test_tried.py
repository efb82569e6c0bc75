"""What was tried before is found by script, data and parameters, the most alike first."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.launch import Code, DataRead, Launch, Launcher
from mlcockpit.services.run_with_capture import launch_files
from tests.cli_runner import mlcockpit
from tests.reproduction.world import World, a_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a repository with runs that are more and less alike."""
    world = a_world(tmp_path_factory.mktemp("tried"))
    for script, depth in (("train.py", "1"), ("train.py", "1"), ("train.py", "2"), ("other.py", "1")):
        world.pretend(script, depth=depth, rate="0.5")
    world.commit("Second")
    world.pretend("train.py", depth="1", rate="0.5")
    return world


def test_runs_of_the_same_recipe_come_first_and_other_scripts_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{world.store}")
    ids = world.runs()
    ran = mlcockpit(world.top, "tried", "--like", ids[0], "--json")
    assert (ran.code, [one["run_id"] for one in ran.json["runs"]]) == (0, [ids[1], ids[4], ids[2]])
    assert [one["likeness"] for one in ran.json["runs"]] == ["the same recipe", "other code", "other parameters"]
    assert ran.json["runs"][2]["differing"] == ["depth 2 instead of 1"]
    assert "depth 2 instead of 1" in mlcockpit(world.top, "tried", "--like", ids[0]).out


def test_a_run_that_nobody_tried_before_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{world.store}")
    assert "nothing like run" in mlcockpit(world.top, "tried", "--like", world.runs()[3]).out


def test_an_unknown_run_is_a_usage_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{world.store}")
    assert mlcockpit(world.top, "tried", "--like", "ffffffff").code == 2


def test_captured_launches_tell_uncommitted_code_and_other_bytes_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = a_world(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{world.store}")
    ids = [world.pretend("train.py", depth="1") for _ in range(5)]
    at = datetime(2026, 3, 1, tzinfo=UTC)
    read = DataRead("data/a.csv", str(tmp_path / "data/a.csv"), "1" * 64, 4, tracked=False)
    codes = [Code(commit="c", snapshot_commit=one) for one in ("s", "s", "t", "s")]
    reads = [read, read, read, replace(read, sha256="2" * 64)]
    cockpit = open_cockpit(world.top, progress=Silent(), needs_project=False)
    (world.top / ".mlcockpit").mkdir()
    for number, (run, code, data) in enumerate(zip(ids, codes, reads, strict=False)):
        launch = Launch(
            f"launch-{number}", ("python", "train.py"), ".", Launcher.SCRIPT, at, at, code=code, data=(data,)
        )
        launch_files(cockpit).save(launch)
        world.sql("INSERT INTO tags (key, value, run_uuid) VALUES ('mlcockpit.launch', ?, ?)", f"launch-{number}", run)
    cockpit.close()
    found = mlcockpit(world.top, "tried", "--like", ids[0], "--json").json["runs"]
    assert {(one["run_id"], one["likeness"], one["compared_by"]) for one in found} == {
        (ids[1], "the same recipe", "capture"),
        (ids[2], "other code", "capture"),
        (ids[4], "the same recipe", "tracker"),
    }
