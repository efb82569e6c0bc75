"""A reproduction that was killed leaves nothing that the next start does not clear; two at once do not disturb each other."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlcockpit.domain.vocabulary import Verdict
from tests.reproduction.visitor import a_door, rerunning
from tests.reproduction.world import MEAN, World, a_world


def started(world: World, run: str) -> "subprocess.Popen[bytes]":
    """Start a reproduction in a process of its own."""
    argv = [sys.executable, "-m", "mlcockpit", "-C", str(world.top), "reproduce", run, "--trust"]
    env = world.environment(product=True)
    return subprocess.Popen(argv, env=env, cwd=world.top, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def left_of(home: Path) -> list[str]:
    """Return every worktree and branch of the mirrors, and every attempt that holds more than logs and databases."""
    left = []
    for mirror in (home / "mirrors").glob("*.git"):
        for words in (["worktree", "list", "--porcelain"], ["branch", "--list", "reproduce/*"]):
            told = subprocess.run(
                ["git", f"--git-dir={mirror}", *words], capture_output=True, text=True, check=True
            ).stdout.splitlines()
            left += [line for line in told if line.startswith(("worktree", " ", "*", "+")) and str(mirror) not in line]
    allowed = {"logs", "store", "lease", "finished"}
    for attempt in (home / "attempts").iterdir():
        left += [str(one) for one in attempt.iterdir() if one.name not in allowed and one.suffix != ".done"]
    return left


@pytest.mark.parametrize("wall", ["bubblewrap", pytest.param("none", marks=pytest.mark.ci)])
def test_kill_9_in_the_middle_is_cleared_by_the_next_start(
    tmp_path: Path, wall: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLCOCKPIT_WALL", wall)
    home = Path(os.environ["MLCOCKPIT_HOME"])
    with a_door() as door:
        world = a_world(tmp_path / "project", MEAN + door.script)
        run = world.train("train.py")
        supervisor = started(world, run)
        waiting = door.knocked()
        supervisor.send_signal(signal.SIGKILL)
        supervisor.wait()
        assert len(list((home / "attempts").iterdir())) == 1
        assert wall == "bubblewrap" or len(rerunning(str(home))) == 1
        with ThreadPoolExecutor(1) as pool:
            again = pool.submit(world.reproduce, run)
            door.knocked().close()
            result = again.result()
        waiting.close()
    assert result.verdict == Verdict.IDENTICAL, result.reason
    assert [] == rerunning(str(home))
    assert [result.reproduction_id] == [one.name for one in (home / "attempts").iterdir()]
    assert [] == left_of(home)


ENDS_AT = """
import os, signal, sys
from mlcockpit.cli import progress
wanted, sign = sys.argv[1], int(sys.argv[2])
class Ends(progress.Silent):
    def step(self, stage, detail="", done=0, total=0):
        if stage == wanted:
            os.kill(os.getpid(), sign)
from mlcockpit.bootstrap import open_cockpit
from mlcockpit.services.reproduce import Wishes, reproduce
from pathlib import Path
reproduce(open_cockpit(Path.cwd(), progress=Ends(), needs_project=False), sys.argv[3], Wishes(trust=""))
"""
"""A reproduction that gets a signal as a stage begins."""


@pytest.mark.ci
def test_whatever_stage_it_dies_in_the_next_start_clears_everything(tmp_path: Path) -> None:
    home = Path(os.environ["MLCOCKPIT_HOME"])
    world = a_world(tmp_path)
    run = world.train("train.py")
    before = world.state()
    for stage in ("code", "environment", "data", "run", "compare"):
        argv = [sys.executable, "-c", ENDS_AT, stage, str(int(signal.SIGKILL)), run]
        env = world.environment(product=True)
        died = subprocess.run(argv, env=env, cwd=world.top, capture_output=True, text=True, check=False)
        assert died.returncode == -signal.SIGKILL, died.stderr
    assert world.reproduce(run).verdict == Verdict.IDENTICAL
    for stage in ("code", "compare"):
        argv = [sys.executable, "-c", ENDS_AT, stage, str(int(signal.SIGINT)), run]
        env = world.environment(product=True)
        died = subprocess.run(argv, env=env, cwd=world.top, capture_output=True, text=True, check=False)
        assert died.returncode in (1, 130, -signal.SIGINT), died.stderr
        assert [] == left_of(home), stage
    assert [] == rerunning(str(home))
    assert before == world.state()


@pytest.mark.ci
def test_two_reproductions_of_one_run_at_once_both_end_well(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    run = world.train("train.py")
    with ThreadPoolExecutor(2) as pool:
        codes = [waiting.result() for waiting in [pool.submit(lambda: started(world, run).wait()) for _ in range(2)]]
    assert codes == [0, 0]
    assert not list((Path(os.environ["MLCOCKPIT_HOME"]) / "attempts").glob("*/code"))


@pytest.mark.ci
def test_ctrl_c_ends_the_command_and_removes_the_worktree(tmp_path: Path) -> None:
    home = Path(os.environ["MLCOCKPIT_HOME"])
    with a_door() as door:
        world = a_world(tmp_path / "project", MEAN + door.script)
        run = world.train("train.py")
        supervisor = started(world, run)
        with door.knocked():
            supervisor.send_signal(signal.SIGINT)
            assert supervisor.wait() == 130
    assert [] == rerunning(str(home))
    assert [] == left_of(home)
