"""What the sample's team recorded is there as recorded, and check finds each planted fault once and nothing else."""

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.services.check import check
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.snapshot import take_snapshot
from sample_project.build.builder import Built
from sample_project.build.life import STEPS
from sample_project.build.story import CLOCK, Typed
from tests.cli_runner import mlcockpit


@pytest.fixture(scope="module")
def opened(gatewise: Built) -> Iterator[Cockpit]:
    cockpit = open_cockpit(gatewise.folder, progress=Silent(), actor="test")
    yield cockpit
    cockpit.close()


@pytest.fixture(scope="module")
def project(opened: Cockpit) -> Snapshot:
    return take_snapshot(opened)


def test_each_planted_fault_is_found_once_and_nothing_else(gatewise: Built, opened: Cockpit) -> None:
    found = {(each.rule, each.subject, each.outcome.value) for each in check(opened).findings}
    assert {
        ("D02", "deploy/4", "violation"),
        ("M01", f"run/{gatewise.run('uncommitted')}", "violation"),
        ("M05", f"run/{gatewise.run('v3')}", "violation"),
        ("O02", "model/gatewise@4", "violation"),
        ("P02", "metric/warned-majors", "violation"),
        ("V02", "deploy/4", "violation"),
        ("X01", "model/gatewise", "violation"),
    } == found
    assert 7 == len(check(opened).findings)


def test_the_journal_holds_together(gatewise: Built) -> None:
    ran = mlcockpit(gatewise.folder, "verify-log")
    assert 0 == ran.code, ran.err


def test_everybody_who_typed_left_an_event(project: Snapshot) -> None:
    typed = {step.by for step in STEPS if isinstance(step, Typed) and step.line != "sync"}
    assert set() == typed - {event.actor for event in project.events}


def test_events_follow_the_story(project: Snapshot) -> None:
    assert max(event.at for event in project.events) <= CLOCK


def test_versions_served_in_the_order_of_the_story(project: Snapshot) -> None:
    served = [
        (each.environment, each.number, f"{each.started_at:%m-%d}", each.state.value) for each in project.deployments
    ]
    assert [
        ("production", 1, "04-01", "superseded"),
        ("production", 2, "07-08", "rolled_back"),
        ("production", 1, "07-16", "live"),
        ("staging", 5, "11-18", "shadow"),
    ] == served


def test_aliases_have_dated_intervals(project: Snapshot) -> None:
    seen = [(each.alias, each.number, f"{each.since:%Y-%m-%d}", each.until is None) for each in project.aliases]
    assert [
        ("champion", 1, "2013-04-01", False),
        ("champion", 2, "2013-07-08", False),
        ("champion", 1, "2013-07-16", False),
        ("candidate", 5, "2013-11-18", True),
        ("champion", 4, "2013-12-20", True),
    ] == seen


def test_every_month_was_published_by_its_owner_in_order(project: Snapshot) -> None:
    paths = [each.path for each in project.dataset_versions]
    assert [f"data/flights-2013-{month:02d}.parquet" for month in range(1, 13)] == paths
    dates = [each.published_at for each in project.dataset_versions]
    assert all(one is not None and other is not None and one < other for one, other in pairwise(dates))


def test_october_as_first_delivered_belongs_to_no_published_version(project: Snapshot, gatewise: Built) -> None:
    (run,) = [run for run in project.runs.values() if run.run_id == gatewise.run("v6")]
    read = next(each.digest for each in run.inputs if each.name == "flights-2013-10")
    assert [] == [version for version in project.dataset_versions if read in version.mlflow_digests]


def test_handoffs_are_in_every_state(project: Snapshot) -> None:
    states = {each.id: (each.kind.value, each.state.value) for each in project.handoffs}
    assert {
        1: ("H1", "done"),
        2: ("H2", "done"),
        3: ("H3", "done"),
        4: ("H4", "done"),
        5: ("H5", "done"),
        6: ("H6", "offered"),
        7: ("H3", "returned"),
        8: ("H3", "declined"),
        9: ("H5", "offered"),
        10: ("H1", "offered"),
        11: ("H2", "draft"),
    } == states
    waiting = [each for each in project.handoffs if each.state.value in ("offered", "returned")]
    assert [6, 7, 9] == [each.id for each in waiting if each.due is not None and each.due < CLOCK]


def test_one_incident_is_closed_and_one_is_open(project: Snapshot) -> None:
    first, second = project.incidents
    assert ("closed", "product", 2) == (first.state.value, first.cause and first.cause.value, first.suspect_deployment)
    moments = [first.started_at, first.detected_at, first.mitigated_at, first.resolved_at, first.closed_at]
    assert sorted(moment for moment in moments if moment is not None) == moments
    assert ("active", datetime(2013, 12, 31).date()) == (second.state.value, second.detected_at.date())


def test_metrics_were_measured_weekly_since_april(project: Snapshot) -> None:
    counts = {key: len(seen) for key, seen in project.observations_of.items()}
    assert {"alerts": 40, "useful": 39, "warned": 39, "warned-majors": 39} == counts


def test_the_captured_launch_kept_what_was_not_committed(gatewise: Built) -> None:
    (path,) = (gatewise.folder / ".mlcockpit/launches").glob("*.json")
    launch = json.loads(path.read_text())
    kept, base = launch["code"]["snapshot_commit"], launch["code"]["commit"]
    store = gatewise.folder / ".mlcockpit/snapshots.git"
    shown = subprocess.run(
        ["git", f"--git-dir={store}", "show", f"{kept}:features.py"], capture_output=True, text=True, check=True
    ).stdout
    assert "MAX_WIND = 20.0" in shown
    assert (gatewise.commits["18-october"], "2013-11-26") == (base, launch["started_at"][:10])


def test_the_project_file_grew_with_the_story(gatewise: Built) -> None:
    log = ["git", "log", "--format=%as", "--", "mlcockpit.toml"]
    days = subprocess.run(log, cwd=gatewise.folder, capture_output=True, text=True, check=True).stdout.split()
    assert ["2014-01-06", "2013-05-06", "2013-03-25"] == days


def test_nothing_new_is_there_for_a_sync(gatewise: Built, tmp_path: Path) -> None:
    from tests.gatewise import copied

    ran = mlcockpit(copied(gatewise, tmp_path / "copy").folder, "sync")
    assert (0, 6) == (ran.code, ran.out.count("nothing new"))
