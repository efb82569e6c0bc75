"""A reproduction that was killed leaves nothing that the next start does not clear; two at once do not disturb each other."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from mlcockpit.domain.vocabulary import Verdict
from tests.reproduction.world import MEAN, World, a_world

STUCK = """
if "MLCOCKPIT_ATTEMPT" in __import__("os").environ and not __import__("os").path.exists({flag!r}):
    with open({pipe!r}, "w") as told:
        told.write(str(__import__("os").getpid()))
    __import__("time").sleep(600)
"""


def started(world: World, run: str) -> "subprocess.Popen[bytes]":
    """Start a reproduction in a process of its own."""
    argv = [sys.executable, "-m", "mlcockpit", "-C", str(world.top), "reproduce", run, "--trust"]
    env = world.environment(product=True)
    return subprocess.Popen(argv, env=env, cwd=world.top, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_kill_9_in_the_middle_is_cleared_by_the_next_start(tmp_path: Path) -> None:
    pipe, flag = tmp_path / "pipe", tmp_path / "let-it-end"
    os.mkfifo(pipe)
    world = a_world(tmp_path / "project", MEAN + STUCK.format(pipe=str(pipe), flag=str(flag)))
    run = world.train("train.py")
    supervisor = started(world, run)
    command = int(pipe.read_text())
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    home = Path(os.environ["MLCOCKPIT_HOME"])
    dead = list((home / "attempts").iterdir())
    assert len(dead) == 1
    assert psutil.pid_exists(command)
    flag.touch()
    result = world.reproduce(run)
    assert result.verdict == Verdict.IDENTICAL, result.reason
    assert not psutil.pid_exists(command) or psutil.Process(command).status() == psutil.STATUS_ZOMBIE
    assert [result.reproduction_id] == [one.name for one in (home / "attempts").iterdir()]
    mirror = next((home / "mirrors").glob("*.git"))
    listed = subprocess.run(
        ["git", f"--git-dir={mirror}", "worktree", "list"], capture_output=True, text=True, check=True
    )
    assert len(listed.stdout.splitlines()) == 1
    branches = subprocess.run(
        ["git", f"--git-dir={mirror}", "branch", "--list", "reproduce/*"], capture_output=True, text=True, check=True
    )
    assert branches.stdout == ""


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
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    world = a_world(tmp_path / "project", MEAN + STUCK.format(pipe=str(pipe), flag=str(tmp_path / "never")))
    run = world.train("train.py")
    supervisor = started(world, run)
    command = int(pipe.read_text())
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait() == 130
    assert not psutil.pid_exists(command)
    assert not list((Path(os.environ["MLCOCKPIT_HOME"]) / "attempts").glob("*/code"))
