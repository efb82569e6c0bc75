"""Facts about runs are gathered from the mirror for rules and reports."""

from datetime import UTC, datetime
from pathlib import Path

from mlcockpit.domain.run_facts import DuplicateGroup
from mlcockpit.domain.snapshot import RunCounts
from mlcockpit.store.facts import duplicates, run_counts, run_facts, runs_of_versions
from mlcockpit.store.mirror.mirror import Mirror
from mlcockpit.store.mirror.schema import open_reading
from tests.fakes.tracker import FakeTracker

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def a_tracker(**params: dict[str, str]) -> FakeTracker:
    """Return a tracker with one finished run a name."""
    tracker = FakeTracker()
    for name, values in params.items():
        tracker.create_run(name)
        tracker.log_input(name, "flights", "d1")
        tracker.finish_run(name, "FINISHED")
        for key, value in values.items():
            tracker.log_param(name, key, value)
    return tracker


def found(tracker: FakeTracker, folder: Path) -> list[DuplicateGroup]:
    path = folder / "mirror.db"
    mirror = Mirror(path)
    mirror.commit(mirror.prepare(tracker, now=NOW))
    mirror.close()
    return list(duplicates(open_reading(path)))


def test_runs_with_equal_commit_script_parameters_and_data_are_one_group(tmp_path: Path) -> None:
    tracker = a_tracker(a={"lr": "1", "seed": "0"}, b={"lr": "1", "seed": "0"}, c={"lr": "1", "seed": "1"})
    tracker.set_tag("b", "mlflow.user", "cy")
    (group,) = found(tracker, tmp_path)
    assert (tracker.ids["a"], tracker.ids["b"]) == group.run_ids
    assert ("bo", "cy") == group.users
    assert "same train.py at aaaaaaaa, same 2 parameters, same data flights@d1" == group.what


def test_runs_on_other_data_or_another_commit_are_no_group(tmp_path: Path) -> None:
    tracker = a_tracker(a={"lr": "1"}, b={"lr": "1"}, c={"lr": "1"})
    tracker.log_input("b", "weather", "d9")
    tracker.set_tag("c", "mlflow.source.git.commit", "b" * 40)
    assert [] == found(tracker, tmp_path)


def test_failed_and_deleted_runs_are_no_group(tmp_path: Path) -> None:
    tracker = a_tracker(a={"lr": "1"}, b={"lr": "1"}, c={"lr": "1"})
    tracker.finish_run("b", "FAILED")
    tracker.delete_run("c")
    assert [] == found(tracker, tmp_path)


def test_the_folds_of_one_launch_are_no_group(tmp_path: Path) -> None:
    tracker = a_tracker(a={"lr": "2"}, b={"lr": "1"}, c={"lr": "1"})
    for child in ("b", "c"):
        tracker.set_tag(child, "mlflow.parentRunId", tracker.ids["a"])
    assert [] == found(tracker, tmp_path)


def test_facts_of_a_run_are_what_the_tracker_recorded(tmp_path: Path) -> None:
    tracker = a_tracker(a={"lr": "1"}, b={})
    tracker.log_metric("a", "auc", 0.9)
    tracker.create_version("churn", "a")
    found(tracker, tmp_path)
    connection = open_reading(tmp_path / "mirror.db")
    (facts,) = run_facts(connection, [tracker.ids["a"], "nobody"]).values()
    assert ("a", "bo", "a" * 40, "train.py") == (facts.name, facts.user, facts.commit, facts.source_name)
    assert ({"lr": "1"}, {"auc": 0.9}) == (facts.params, facts.metrics)
    assert ["flights"] == [each.name for each in facts.inputs]
    assert {("churn", 1): tracker.ids["a"]} == runs_of_versions(connection)
    counts = run_counts(connection)
    assert RunCounts(total=2, finished=2, failed=0, experiments=1, newest=counts.newest) == counts
