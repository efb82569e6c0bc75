"""`runs` and the run card show what the mirror holds, and say what to type where they cannot."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from mlcockpit.services.cockpit import Cockpit
from tests.builders import NOW
from tests.cli_runner import mlcockpit
from tests.fakes.tracker import FakeTracker


@pytest.fixture
def tracker(cockpit: Cockpit) -> FakeTracker:
    """Return a tracker whose four runs are mirrored into the project."""
    tracker = FakeTracker()
    for name, auc in (("base", 0.8), ("best", 0.95), ("hole", "nan")):
        tracker.create_run(name)
        tracker.log_metric(name, "auc", auc)
        tracker.log_param(name, "lr", "0.1")
        tracker.finish_run(name, "FINISHED")
    tracker.create_run("evil\x1b[2J[/bold]")
    tracker.log_input("best", "flights", "d1")
    tracker.create_version("churn", "best")
    cockpit.state.mkdir(mode=0o700, exist_ok=True)
    cockpit.mirror.commit(cockpit.mirror.prepare(tracker, now=NOW - timedelta(hours=1)))
    return tracker


def test_runs_prints_the_agreed_json(cockpit: Cockpit, tracker: FakeTracker) -> None:
    answer = mlcockpit(cockpit.root, "runs", "auc>0.5", "--sort", "-auc", "--limit", "1", "--json")
    assert answer.code == 0
    printed = answer.json
    (run,) = printed.pop("runs")
    assert {"schema": 1, "total": 2, "shown": 1, "complete": False} == printed
    assert {
        "run_id": tracker.ids["best"],
        "name": "best",
        "experiment": "Default",
        "status": "FINISHED",
        "started_at": "2023-11-14T22:13:20.001000+00:00",
        "owner": "bo",
        "metrics": {"auc": 0.95},
        "params": {"lr": "0.1"},
        "data": ["flights@d1"],
        "reproduction": None,
    } == run


def test_nan_is_last_and_a_string_in_json(cockpit: Cockpit, tracker: FakeTracker) -> None:
    answer = mlcockpit(cockpit.root, "runs", "has:auc", "--sort", "-auc", "--json")
    assert [0.95, 0.8, "nan"] == [run["metrics"]["auc"] for run in answer.json["runs"]]


def test_the_table_says_how_many_of_how_many(cockpit: Cockpit, tracker: FakeTracker) -> None:
    answer = mlcockpit(cockpit.root, "runs", "auc>0.5", "--columns", "name,auc")
    assert answer.code == 0
    assert "2 of 4 runs, 2 shown" in answer.out
    assert "best  0.95" in answer.out


def test_a_strange_name_is_shown_harmless(cockpit: Cockpit, tracker: FakeTracker) -> None:
    answer = mlcockpit(cockpit.root, "runs", "is:running")
    assert "\x1b" not in answer.out
    assert "evil␛[2J[/bold]" in answer.out


def test_what_is_asked_for_is_shown(cockpit: Cockpit, tracker: FakeTracker) -> None:
    for number in range(5):
        tracker.log_metric("best", f"m{number}", number)
    cockpit.mirror.commit(cockpit.mirror.prepare(tracker, now=NOW))
    answer = mlcockpit(cockpit.root, "runs", "m3>0", "--sort", "-m4", "--csv")
    assert ["run", "name", "status", "owner", "m4", "m3"] == answer.out.splitlines()[0].split(",")[:6]


def test_a_filter_may_begin_with_a_dash(cockpit: Cockpit, tracker: FakeTracker) -> None:
    answer = mlcockpit(cockpit.root, "runs", "-is:running", "-auc>0.9", "auc<1", "--json")
    assert ["base"] == [run["name"] for run in answer.json["runs"]]


def test_an_empty_answer_names_the_filter(cockpit: Cockpit, tracker: FakeTracker) -> None:
    assert "none of 4 runs fits auc>2" in mlcockpit(cockpit.root, "runs", "auc>2").out


def test_an_unknown_field_exits_2_with_the_nearest(cockpit: Cockpit, tracker: FakeTracker) -> None:
    answer = mlcockpit(cockpit.root, "runs", "aucc>1")
    assert (2, "") == (answer.code, answer.out)
    assert "no run has a field 'aucc': did you mean auc?" in answer.err


def test_before_a_sync_the_evidence_is_missing(cockpit: Cockpit) -> None:
    answer = mlcockpit(cockpit.root, "runs")
    assert (3, "mlcockpit: no runs are known yet: mlcockpit sync reads them\n") == (answer.code, answer.err)


def test_the_card_of_a_run_shows_what_came_out_and_what_came_of_it(cockpit: Cockpit, tracker: FakeTracker) -> None:
    answer = mlcockpit(cockpit.root, "show", f"run/{tracker.ids['best'][:8]}")
    assert answer.code == 0
    for shown in ("churn v1", "flights@d1", "0.95", "never tried: mlcockpit reproduce run/", "not published"):
        assert shown in answer.out


def test_an_unknown_run_exits_2_with_the_nearest(cockpit: Cockpit, tracker: FakeTracker) -> None:
    answer = mlcockpit(cockpit.root, "show", "run/bestt")
    assert answer.code == 2
    assert "nearest: run/" in answer.err


def test_a_list_of_runs_opens_without_the_orm(cockpit: Cockpit, tracker: FakeTracker) -> None:
    code = (
        "import sys\nfrom mlcockpit.cli.main import main\n"
        f"main(['-C', {str(cockpit.root)!r}, 'runs', '--quiet'])\nsys.stderr.write(' '.join(sys.modules))"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert "best" in done.stdout
    assert {"sqlmodel", "sqlalchemy", "mlflow", "numpy"} & set(done.stderr.split()) == set()
