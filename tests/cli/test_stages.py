"""Long work tells its stages in a pipe and on a terminal."""

import io
import time

from mlcockpit.cli import stages
from mlcockpit.cli.stages import Stages


def test_the_plan_comes_first_and_every_step_is_a_line() -> None:
    out = io.StringIO()
    telling = Stages(out, [("train", "runs are made"), ("report", "the status")], live=False)
    telling.step("train", "v1: auc 0.79", 1, 3)
    telling.step("report", "status.html")
    telling.close()
    lines = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert ["train runs are made", "report the status", "0 s train 1/3 v1: auc 0.79", "0 s report status.html"] == lines


def test_on_a_terminal_the_last_line_is_rewritten_and_gone_at_the_end() -> None:
    out = io.StringIO()
    telling = Stages(out, [], live=True)
    telling.step("train", "one\x1b[31m")
    telling.close()
    assert "\r\x1b[2K    0 s  train  one\u241b[31m\r\x1b[2K" == out.getvalue()


def test_it_is_never_silent_for_long() -> None:
    out = io.StringIO()
    telling = Stages(out, [], live=False)
    telling.step("train", "v1")
    until = time.monotonic() + 3 * stages.QUIET_S
    while "at work" not in out.getvalue() and time.monotonic() < until:
        telling._ended.wait(0.1)
    telling.close()
    assert "train v1 … at work for" in " ".join(out.getvalue().split())
