"""`sync` applies the project file and reads the sources of product metrics; a second time it finds nothing new."""

from pathlib import Path

from tests.cli_runner import mlcockpit
from tests.team import PROJECT, done

METRICS = """
[metrics.calls]
source = "metrics/calls.csv"
[metrics.hours]
source = "metrics/hours.csv"
"""


def a_project(folder: Path) -> Path:
    """Make a project that was never synced, with two fed metrics."""
    (folder / "mlcockpit.toml").write_text(PROJECT + METRICS, encoding="utf-8")
    (folder / "metrics").mkdir()
    for name in ("calls", "hours"):
        (folder / "metrics" / f"{name}.csv").write_text("at,value\n2026-02-01,4\n2026-02-08,5\n", encoding="utf-8")
    return folder


def changes(folder: Path, source: str) -> list[str]:
    """Return what a sync says has changed in one source."""
    return next(each["changes"] for each in done(folder, "sync", "--json").json["sources"] if each["name"] == source)


def test_the_first_sync_makes_people_owners_and_observations(tmp_path: Path) -> None:
    folder = a_project(tmp_path)
    lines = changes(folder, "project_file")
    assert {"person/ana is new", "model/churn: kai answers for it", "metric/calls is declared"} < set(lines)
    assert "4" in done(folder, "metric", "trend", "calls").out
    assert ([], []) == (changes(folder, "project_file"), changes(folder, "metrics"))


def test_a_metric_that_cannot_be_read_is_named_and_stops_no_other(tmp_path: Path) -> None:
    folder = a_project(tmp_path)
    (folder / "metrics" / "calls.csv").unlink()
    ran = mlcockpit(folder, "sync")
    assert 4 == ran.code
    assert "metric/calls: metrics/calls.csv is gone" in ran.out + ran.err
    assert 2 == len(done(folder, "metric", "trend", "hours", "--json").json["sections"][0]["rows"])
