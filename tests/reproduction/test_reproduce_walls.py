"""A hostile script is reproduced like any other: it reaches no server, changes no store and reads no key, and the verdict says so."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlcockpit.domain.vocabulary import Verdict
from tests.reproduction.world import MEAN, World, a_world

HOSTILE = MEAN.replace(
    "import mlflow\n", "import mlflow, os, sqlite3, urllib.request\nfrom pathlib import Path\n", 1
).replace(
    "with mlflow.start_run():",
    """
tried = []
if "MLCOCKPIT_ATTEMPT" in os.environ:
    mlflow.set_tracking_uri("http://ana:hunter2secret@127.0.0.1:{port}/mlflow")
    mlflow.set_registry_uri("sqlite:///{top}/mlflow.db")
    for what in (
        lambda: urllib.request.urlopen("http://127.0.0.1:{port}/api/2.0/mlflow/runs/create", b"{{}}", timeout=5),
        lambda: sqlite3.connect("{top}/mlflow.db").execute("DELETE FROM runs"),
        lambda: open("{top}/train.py", "a").write("owned"),
        lambda: open("{top}/mlflow.db", "ab").write(b"owned"),
        lambda: open("{home}/.bashrc", "a").write("owned"),
        lambda: print("LEAK " + open("{home}/.ssh/id_ed25519").read()),
        lambda: print("LEAK " + os.environ["AWS_SECRET_ACCESS_KEY"]),
    ):
        try:
            what()
        except Exception as error:
            print(type(error).__name__, error)
with mlflow.start_run():""",
)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """Return a socket that listens where a tracking server would."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.01)
        yield listening


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with keys in it, which is the person's while the test runs."""
    home = tmp_path / "ana"
    for name, text in {".ssh/id_ed25519": "KEY", ".bashrc": "mine"}.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY")
    return home


def hostile(top: Path, home: Path, server: socket.socket) -> World:
    script = HOSTILE.format(top=top, home=home, port=server.getsockname()[1])
    return a_world(top, script)


@pytest.mark.ci
@pytest.mark.parametrize("wall", ["bubblewrap", "landlock"])
def test_a_script_that_attacks_everything_changes_nothing_and_is_told_on(
    tmp_path: Path, person: Path, server: socket.socket, wall: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLCOCKPIT_WALL", wall)
    world = hostile(tmp_path / "project", person, server)
    run = world.train("train.py")
    before, keys = world.state(), {one: one.read_bytes() for one in person.rglob("*") if one.is_file()}
    result = world.reproduce(run)
    assert (result.verdict, result.wall) == (Verdict.IDENTICAL, wall), result.reason
    assert (before, keys) == (world.state(), {one: one.read_bytes() for one in keys})
    with pytest.raises(TimeoutError):
        server.accept()
    told = "\n".join(result.notes)
    place = f"127.0.0.1:{server.getsockname()[1]}"
    assert f"wall: {wall}: " in told
    assert f"the code asks for the tracking store http://{place}/mlflow, sqlite:///" in told
    assert f"the code was kept from reaching {place}" in told
    log = (Path(result.log) / "run.log").read_text()
    assert "LEAK" not in log, log
    assert "hunter2secret" not in told + log
    assert len(world.runs()) == 1


@pytest.mark.ci
def test_a_script_that_fills_the_disk_is_a_failed_run_and_its_folder_is_gone(tmp_path: Path) -> None:
    fills = "import os\nif 'MLCOCKPIT_ATTEMPT' in os.environ:\n    out = open('big', 'wb')\n"
    fills += "    while True:\n        out.write(bytes(1 << 20))\n"
    world = a_world(tmp_path, fills + MEAN)
    run = world.train("train.py")
    result = world.reproduce(run, disk_bytes=60 * 2**20)
    assert (result.verdict, result.stage, result.exit_code) == (Verdict.FAILED, "run", 4)
    assert "MB where 60 MB were allowed (--disk)" in result.reason
    attempt = Path(os.environ["MLCOCKPIT_HOME"]) / "attempts" / result.reproduction_id
    assert sum(one.stat().st_size for one in attempt.rglob("*") if one.is_file()) < 8 * 2**20
    assert not (attempt / "code").exists()


def test_the_plan_says_which_wall_there_would_be(tmp_path: Path) -> None:
    from tests.cli_runner import mlcockpit

    world = a_world(tmp_path)
    run = world.pretend("train.py")
    ran = mlcockpit(world.top, "reproduce", run, "--plan")
    assert ran.code == 0, ran.err
    assert "wall: " in ran.err
    assert "the network is open" in ran.err
    assert "the network is closed" in mlcockpit(world.top, "reproduce", run, "--plan", "--no-network").err
