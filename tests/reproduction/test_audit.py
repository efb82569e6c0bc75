"""An audit says of every run what it lacks, runs nothing, and goes on where it was stopped."""

from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.services.audit import Audit, audit
from tests.cli_runner import mlcockpit
from tests.reproduction.world import World, a_world


class Stopping:
    """Progress that stops after some runs, as ctrl+c would."""

    def __init__(self, after: int) -> None:
        self.after = after

    def step(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        if done == self.after:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a repository with one good run, one of a lost commit, and one of a script that was never committed."""
    world = a_world(tmp_path_factory.mktemp("audit"))
    world.put(".mlcockpit.txt", "")
    runs = [world.pretend("train.py", exponent="1", scale="1.0") for _ in range(3)]
    world.sql(
        "UPDATE tags SET value = ? WHERE run_uuid = ? AND key = 'mlflow.source.git.commit'", "0123456789" * 4, runs[1]
    )
    world.sql("UPDATE tags SET value = 'gone.py' WHERE run_uuid = ? AND key = 'mlflow.source.name'", runs[2])
    return world


def audited(world: World, after: int = 99) -> Audit:
    cockpit = open_cockpit(world.top, progress=Stopping(after), needs_project=False)
    try:
        return audit(cockpit)
    finally:
        cockpit.close()


def test_every_run_is_ready_or_lacks_an_ingredient(world: World) -> None:
    found = audited(world)
    assert [one.missing for one in found.runs] == ["", "code", "command"]
    assert "gone.py is not in the commit" in found.runs[2].reason


def test_a_stopped_audit_goes_on(world: World) -> None:
    with pytest.raises(KeyboardInterrupt):
        audited(world, after=2)
    again = audited(world)
    assert (again.resumed, [one.missing for one in again.runs]) == (2, ["", "code", "command"])
    assert audited(world).resumed == 0


def test_the_command_counts_them_and_says_so_by_its_exit_code(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{world.store}")
    ran = mlcockpit(world.top, "reproduce", "--audit", "--json")
    assert (ran.code, ran.json["total"], ran.json["counts"]) == (3, 3, {"ready": 1, "code": 1, "command": 1})
    assert "1 of 3 runs could be run again today" in mlcockpit(world.top, "reproduce", "--audit").out


def test_looking_changes_nothing(world: World) -> None:
    before = sorted(str(path) for path in Path(world.top).rglob("*") if ".git/" not in str(path))
    audited(world)
    assert before == sorted(str(path) for path in Path(world.top).rglob("*") if ".git/" not in str(path))
