"""However a sync ends, nothing is lost or told twice, and the next one completes."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli_runner import mlcockpit
from tests.faults.world import Product, a_product, events_by_key
from tests.repositories import ROOT
from tests.team import done

DIES_AT_COMMIT = """
import os, signal, sys
from sqlalchemy import Engine, event
wanted, left = sys.argv[1], int(sys.argv[2])
def count(connection):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(Engine, "commit", count) if wanted == "before" else event.listen(Engine, "begin", count)
from mlcockpit.cli.main import main
raise SystemExit(main(sys.argv[3:]))
"""
"""A process that is killed just before its nth commit, or as its nth transaction begins: right after the one before."""


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, template: Path) -> list[str]:
    """Return the events of a sync that nothing disturbed."""
    product = a_product(tmp_path_factory.mktemp("calm") / "product", template)
    done(product.folder, "sync")
    return sorted(events_by_key(product.folder))


@pytest.mark.parametrize("when, number", [("before", 2), ("after", 6), ("before", 9), ("before", 13)])
def test_a_sync_killed_at_any_commit_is_completed_by_the_next(
    product: Product, undisturbed: list[str], when: str, number: int
) -> None:
    argv = [sys.executable, "-c", DIES_AT_COMMIT, when, str(number), "sync"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(argv, cwd=product.folder, env=env, capture_output=True, text=True, check=False)
    assert -signal.SIGKILL == ran.returncode, ran.stderr
    assert 0 == mlcockpit(product.folder, "status").code
    product.must_be_whole()
    assert undisturbed == sorted(events_by_key(product.folder))


def a_sync_that_waits(product: Product) -> "subprocess.Popen[str]":
    """Return a sync in the middle of its sources, waiting for a metric feed that does not come."""
    feed = product.folder / "metrics" / "useful.csv"
    feed.rename(feed.with_suffix(".kept"))
    os.mkfifo(feed)
    process = product.start("sync", env={"MLCOCKPIT_PROGRESS": "json"})
    assert process.stderr is not None
    while '"metrics"' not in (line := process.stderr.readline()):
        assert line, process.communicate()
    return process


def the_feed_is_back(product: Product) -> None:
    feed = product.folder / "metrics" / "useful.csv"
    feed.unlink()
    feed.with_suffix(".kept").rename(feed)


@pytest.mark.parametrize("sign, code", [(signal.SIGINT, 130), (signal.SIGKILL, -9), (signal.SIGTERM, -15)])
def test_a_sync_stopped_in_the_middle_says_so_and_is_completed_by_the_next(
    product: Product, undisturbed: list[str], sign: signal.Signals, code: int
) -> None:
    process = a_sync_that_waits(product)
    process.send_signal(sign)
    out, err = process.communicate(timeout=20)
    assert (code, "", "mlcockpit: interrupted\n" if code == 130 else "") == (process.returncode, out, err)
    the_feed_is_back(product)
    product.must_be_whole()
    assert undisturbed == sorted(events_by_key(product.folder))


def test_ctrl_c_while_the_program_still_starts_is_one_line() -> None:
    code = (
        "import os, signal, sys\n"
        "class Now:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'mlcockpit.cli.main':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Now())\n"
        "from mlcockpit.__main__ import main\n"
        "sys.argv = ['mlcockpit', 'status']\n"
        "raise SystemExit(main())\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert (130, "", "mlcockpit: interrupted\n") == (ran.returncode, ran.stdout, ran.stderr)


def test_four_syncs_at_once_write_one_set_of_events(product: Product, undisturbed: list[str]) -> None:
    running = [product.start("sync") for _ in range(4)]
    ended = [process.communicate(timeout=120) for process in running]
    assert [(0, "")] * 4 == [(process.returncode, err) for process, (_, err) in zip(running, ended, strict=True)]
    assert undisturbed == sorted(events_by_key(product.folder))
    product.must_be_whole()


def test_a_deleted_mirror_is_copied_again_and_tells_nothing_twice(product: Product, undisturbed: list[str]) -> None:
    done(product.folder, "sync")
    for left in (product.folder / ".mlcockpit").glob("mirror.db*"):
        left.unlink()
    done(product.folder, "sync")
    assert undisturbed == sorted(events_by_key(product.folder))
    assert 3 == done(product.folder, "runs", "--json").json["total"]


def test_what_moved_while_the_mirror_was_away_is_told(product: Product, undisturbed: list[str]) -> None:
    done(product.folder, "sync")
    for left in (product.folder / ".mlcockpit").glob("mirror.db*"):
        left.unlink()
    with closing(sqlite3.connect(product.store)) as connection, connection:
        connection.execute("UPDATE registered_model_aliases SET version = 2")
    (told,) = [each for each in done(product.folder, "sync", "--json").json["sources"] if each["name"] == "mlflow"]
    assert "alias champion of churn: 1 → 2" in told["changes"]
    for left in (product.folder / ".mlcockpit").glob("mirror.db*"):
        left.unlink()
    with closing(sqlite3.connect(product.store)) as connection, connection:
        connection.execute("DELETE FROM registered_model_aliases")
    (told,) = [each for each in done(product.folder, "sync", "--json").json["sources"] if each["name"] == "mlflow"]
    assert "alias champion of churn: 2 → none" in told["changes"]
    kinds = [row["kind"] for row in done(product.folder, "log", "model/churn", "--json").json["sections"][0]["rows"]]
    assert ["alias removed", "alias moved", "alias set"] == [kind for kind in kinds if kind.startswith("alias")]
    product.must_be_whole()


def test_a_mirror_that_is_broken_is_copied_again(product: Product, undisturbed: list[str]) -> None:
    done(product.folder, "sync")
    for left in (product.folder / ".mlcockpit").glob("mirror.db*"):
        left.write_bytes(b"this is no database" * 300)
    assert mlcockpit(product.folder, "runs").code in (3, 4)
    done(product.folder, "sync")
    assert undisturbed == sorted(events_by_key(product.folder))
    assert 3 == done(product.folder, "runs", "--json").json["total"]


def test_a_reproduction_that_was_killed_stops_neither_sync_nor_status(product: Product) -> None:
    done(product.folder, "sync")
    process = product.start("reproduce", "first", "--trust", env={"MLCOCKPIT_PROGRESS": "json"}, start_new_session=True)
    assert process.stderr is not None
    process.stderr.readline()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    assert 0 == mlcockpit(product.folder, "status").code
    product.must_be_whole()
