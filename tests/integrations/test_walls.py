"""A stranger's command changes nothing but its room, reads nothing of the person's, and ends whole, behind whatever wall there is."""

import json
import os
import socket
import sys
from pathlib import Path

import psutil
import pytest

from mlcockpit.errors import StageFailed, UsageError
from mlcockpit.integrations.process_runner import ProcessRunner
from mlcockpit.integrations.walls import best_wall
from mlcockpit.ports import Finished, Room

WALLS = ["bubblewrap", "landlock"]
TRIES = """
import json, os, sys
home, project, top = sys.argv[1:4]
def attempt(what):
    try:
        return what()
    except OSError as error:
        return type(error).__name__
def write(path):
    def do():
        with open(path, "a") as out:
            out.write("owned")
        return "written"
    return do
def read(path):
    return lambda: open(path).read()
os.chdir(top + "/code")
print(json.dumps({
    "home": attempt(write(home + "/.bashrc")), "project": attempt(write(project + "/train.py")),
    "store": attempt(write(project + "/mlflow.db")), "remove": attempt(lambda: os.remove(project + "/train.py")),
    "system": attempt(write("/etc/mlcockpit-was-here")), "own": attempt(write("made.txt")),
    "key": attempt(read(home + "/.ssh/id_ed25519")), "cloud": attempt(read(home + "/.aws/credentials")),
    "netrc": attempt(read(home + "/.netrc")), "state": attempt(read(top + "/../../trust/key")),
    "sockets": attempt(lambda: sorted(os.listdir("/run/user"))), "data": attempt(read(home + "/data/x.csv")),
    "link": attempt(write("leads-out/x.csv")),
}))
"""


class Place:
    """A person's home with a project, and an attempt of ours."""

    def __init__(self, top: Path) -> None:
        self.home, self.attempt = top / "ana", top / "state" / "attempts" / "a1"
        self.project = self.home / "project"
        for folder in (self.project, self.home / ".ssh", self.home / ".aws", self.home / "data", self.attempt / "code"):
            folder.mkdir(parents=True)
        for name in ("home", "tmp", "logs"):
            (self.attempt / name).mkdir()
        (top / "state" / "trust").mkdir()
        self.put(self.home, **{".bashrc": "", ".ssh/id_ed25519": "KEY", ".aws/credentials": "KEY", ".netrc": "KEY"})
        self.put(self.home, **{"data/x.csv": "x\n1\n", "project/train.py": "pass", "project/mlflow.db": "runs"})
        self.put(top, **{"state/trust/key": "KEY"})
        (self.attempt / "code" / "leads-out").symlink_to(self.home / "data")

    @staticmethod
    def put(top: Path, **files: str) -> None:
        for name, text in files.items():
            (top / name).write_text(text)

    def room(self, **more: object) -> Room:
        code, home, tmp = (self.attempt / name for name in ("code", "home", "tmp"))
        python = Path(sys.executable)
        return Room(
            writable=(code, home, tmp),
            standing=((self.home, home), (Path("/tmp"), tmp), (self.project, code)),
            hidden=(self.attempt.parent.parent, Path("/run")),
            readable=(self.home / "data", python.parent.parent, Path(os.path.realpath(python)).parent.parent),
            **more,  # type: ignore[arg-type]
        )

    def run(self, *argv: str, room: Room | None = None, **limits: object) -> Finished:
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.attempt / "home"), "MLCOCKPIT_ATTEMPT": str(self.attempt)}
        runner, log = ProcessRunner(), self.attempt / "logs" / "run.log"
        return runner.run(argv, cwd=self.attempt / "code", env=env, log=log, room=room or self.room(), **limits)  # type: ignore[arg-type]

    def python(self, script: str, *words: str, **how: object) -> Finished:
        return self.run(sys.executable, "-S", "-c", script, *words, **how)  # type: ignore[arg-type]

    def files(self) -> dict[str, bytes]:
        return {str(one): one.read_bytes() for one in self.home.rglob("*") if one.is_file()}

    def left(self) -> list[int]:
        found = []
        for one in psutil.process_iter():
            try:
                if one.environ().get("MLCOCKPIT_ATTEMPT") == str(self.attempt) and one.status() != "zombie":
                    found.append(one.pid)
            except psutil.Error:
                continue
        return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(params=WALLS)
def wall(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Force one wall; skip where the machine does not offer it."""
    offered = best_wall({}).name
    if offered == "none" or (offered == "landlock" and request.param == "bubblewrap"):
        pytest.skip(f"{request.param} does not work here")
    monkeypatch.setenv("MLCOCKPIT_WALL", request.param)
    return str(request.param)


def test_nothing_of_the_person_is_changed_or_read_but_the_data_it_was_given(place: Place, wall: str) -> None:
    before = place.files()
    done = place.python(TRIES, str(place.home), str(place.project), str(place.attempt))
    assert done.exit_status == 0, done.log.read_text()
    said = json.loads(done.log.read_text())
    assert ("x\n1\n", "written") == (said.pop("data"), said.pop("own"))
    assert before == place.files()
    assert not {"KEY", "runs"} & set(map(str, said.values()))
    outside = {key: said[key] for key in ("system", "key", "cloud", "netrc", "state", "link", "sockets")}
    assert set(outside.values()) <= {"OSError", "PermissionError", "FileNotFoundError"}, outside
    assert not Path("/etc/mlcockpit-was-here").exists()


def test_the_worktree_stands_where_the_project_lies(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCOCKPIT_WALL", "bubblewrap")
    (place.attempt / "code" / "train.py").write_text("as it was")
    done = place.run(
        "/bin/sh", "-c", f"cat {place.project}/train.py; echo new > {place.project}/model.txt; echo t > /tmp/t"
    )
    assert (0, "as it was") == (done.exit_status, done.log.read_text())
    assert "new\n" == (place.attempt / "code" / "model.txt").read_text()
    assert "t\n" == (place.attempt / "tmp" / "t").read_text()
    assert not (place.project / "model.txt").exists()


ESCAPES = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(300)
        os._exit(0)
if len(sys.argv) > 1:
    time.sleep(300)
"""


@pytest.mark.parametrize("wall", [*WALLS, "none"])
def test_daemons_that_ignore_to_be_ended_are_gone_with_the_command(
    place: Place, wall: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLCOCKPIT_WALL", wall)
    assert place.python(ESCAPES).exit_status == 0
    assert [] == place.left()


def test_a_command_that_hangs_and_ignores_term_is_killed_at_the_limit(place: Place) -> None:
    done = place.python(ESCAPES, "stay", timeout_s=0.5)
    assert (True, -9, "") == (done.timed_out, done.exit_status, done.filled)
    assert [] == place.left()


def test_a_command_that_wants_to_end_well_is_given_the_time(place: Place) -> None:
    says = "trap 'echo closing > closed.txt; exit 7' TERM; while :; do sleep 0.05; done"
    done = place.run("/bin/sh", "-c", says, timeout_s=0.5)
    assert (True, 7, "closing\n") == (
        done.timed_out,
        done.exit_status,
        (place.attempt / "code" / "closed.txt").read_text(),
    )


MEGABYTE = 2**20
ONE_FILE = "with open('big', 'wb') as out:\n    while True: out.write(bytes(1 << 20))\n"
MANY_FILES = """
import itertools
for number in itertools.count():
    with open("part-%d" % number, "wb") as out:
        out.write(bytes(1 << 19))
    if number > 200:
        import time
        time.sleep(60)
"""


@pytest.mark.parametrize("script", [ONE_FILE, MANY_FILES], ids=["one file", "many files"])
def test_a_command_that_fills_the_disk_is_stopped_and_says_how_much(place: Place, script: str) -> None:
    done = place.python(script, room=place.room(disk_bytes=40 * MEGABYTE), timeout_s=30)
    assert not done.timed_out
    assert done.exit_status != 0
    assert done.filled.endswith("MB where 40 MB were allowed (--disk)"), done.filled
    assert sum(one.stat().st_size for one in (place.attempt / "code").iterdir() if one.is_file()) < 300 * MEGABYTE


def test_a_log_is_part_of_what_is_written(place: Place) -> None:
    done = place.run("/bin/sh", "-c", "yes", room=place.room(disk_bytes=10 * MEGABYTE), timeout_s=30)
    assert "were allowed" in done.filled


def test_memory_beyond_the_limit_is_not_given(place: Place) -> None:
    done = place.python("x = bytearray(1 << 31)", memory_bytes=512 * MEGABYTE)
    assert (1, True) == (done.exit_status, "MemoryError" in done.log.read_text())


def test_status_signal_and_peak_memory_come_through_every_wall(place: Place, wall: str) -> None:
    assert 3 == place.run("/bin/sh", "-c", "exit 3").exit_status
    assert -11 == place.run("/bin/sh", "-c", "kill -SEGV $$").exit_status
    done = place.python("x = b'x' * (200 << 20)")
    assert done.peak_memory > 200 * MEGABYTE


def test_without_network_no_server_is_reached(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.01)
        call = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), timeout=3)"
        assert 1 == place.python(call, room=place.room(network=False)).exit_status
        with pytest.raises(TimeoutError):
            server.accept()
        assert 0 == place.python(call).exit_status
        server.accept()[0].close()
    monkeypatch.setenv("MLCOCKPIT_WALL", "none")
    with pytest.raises(StageFailed, match="nothing on this machine can keep the command from the network"):
        place.python(call, room=place.room(network=False))


def test_a_wall_that_does_not_exist_is_refused_by_name(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCOCKPIT_WALL", "paper")
    with pytest.raises(UsageError, match="one of bubblewrap, landlock, none"):
        place.run("true")


def test_a_program_that_is_not_there_is_said(place: Place, wall: str) -> None:
    done = place.run("/no/such/program")
    assert done.exit_status != 0
    assert "/no/such/program" in done.log.read_text()
