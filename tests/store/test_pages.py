"""Lists of runs are filtered, sorted and cut into pages by the mirror, and a run is found by what people call it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlcockpit.errors import EvidenceMissing, UnknownName, UsageError
from mlcockpit.store.mirror.mirror import Mirror
from mlcockpit.store.pages import RunPages, RunQuery
from mlcockpit.store.run_columns import Beside
from mlcockpit.store.run_lookup import find_run
from tests.fakes.tracker import FakeTracker

NOW = datetime(2023, 11, 20, tzinfo=UTC)
"""Some days after the runs of the fake tracker."""


@pytest.fixture(scope="module")
def tracker() -> FakeTracker:
    tracker = FakeTracker()
    for name, auc, lr in (
        ("base", "0.8", "0.1"),
        ("best", "0.95", "1e-3"),
        ("hole", "nan", "sgd"),
        ("top", "inf", "10"),
    ):
        tracker.create_run(name)
        tracker.log_metric(name, "auc", auc)
        tracker.log_param(name, "lr", lr)
        tracker.finish_run(name, "FINISHED")
    tracker.create_run("none", "other", "base")
    tracker.set_tag("none", "note", "50% off_sale")
    tracker.log_input("none", "flights", "d1")
    tracker.log_input("best", "flights", "d2")
    tracker.set_tag("best", "mlflow.user", "root")
    tracker.finish_run("hole", "FAILED")
    tracker.create_run("gone")
    tracker.delete_run("gone")
    tracker.create_version("churn", "best")
    tracker.set_alias("churn", "champion", 1)
    return tracker


@pytest.fixture(scope="module")
def pages(tracker: FakeTracker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunPages]:
    path = tmp_path_factory.mktemp("pages") / "mirror.db"
    mirror = Mirror(path)
    mirror.commit(mirror.prepare(tracker, now=NOW))
    mirror.close()
    opened = RunPages(path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def beside(tracker: FakeTracker) -> Beside:
    return Beside(
        verdicts={tracker.ids["best"]: "identical", tracker.ids["base"]: "diverged"},
        owners={"bo": "bo", "root": "cy"},
        me="cy",
        marks=frozenset({tracker.ids["top"]}),
        digests={"flights": {1: ["d1"], 2: ["d2"], 3: []}},
    )


def names(pages: RunPages, filter_: str = "", sort: str = "started", beside: Beside | None = None) -> list[str]:
    order = pages.order(RunQuery(filter_, sort, NOW, beside or Beside()))
    return [run.name for run in pages.rows(order.rows)]


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("", ["base", "best", "hole", "top", "none"]),
        ("auc>0.8", ["best", "top"]),
        ("auc>=0.8", ["base", "best", "top"]),
        ("auc=nan", ["hole"]),
        ("auc=inf", ["top"]),
        ("-auc>0.8", ["base", "hole", "none"]),
        ("lr=0.001", ["best"]),
        ("lr<1", ["base", "best"]),
        ("lr!=0.1", ["best", "hole", "top"]),
        ("lr:s*", ["hole"]),
        ("status:FAILED or best", ["best", "hole"]),
        ("status:ok auc<1", ["base", "best"]),
        ("has:data", ["best", "none"]),
        ("has:note", ["none"]),
        ("note:50%", ["none"]),
        ("note:5_%", []),
        ("data:flights", ["best", "none"]),
        ("data:flights@d2", ["best"]),
        ("data:flights@v1", ["none"]),
        ("data:flights@v2..", ["best"]),
        ("data:flights@..v2", ["best", "none"]),
        ("experiment:other", ["none"]),
        ("is:nested", ["none"]),
        ("is:deleted", ["gone"]),
        ("-is:deleted is:running", ["none"]),
        ("model:churn", ["best"]),
        ("model:churn@champion", ["best"]),
        ("model:churn@2", []),
        ("user:root", ["best"]),
        ("owner:me", ["best"]),
        ("-owner:me auc<1", ["base"]),
        ("repro:diverged", ["base"]),
        ("repro:none has:data", ["none"]),
        ("mark:", ["top"]),
        ("since:2023-11-15", []),
        ("until:1d auc>0.9", ["best", "top"]),
        ("since:30d top", ["top"]),
        ('"es"', ["best"]),
        ("b?s*", ["base", "best"]),
    ],
)
def test_a_filter_finds_exactly_its_runs(pages: RunPages, beside: Beside, filter_: str, expected: list[str]) -> None:
    assert expected == names(pages, filter_, beside=beside)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-auc", ["top", "best", "base", "none", "hole"]),
        ("auc", ["base", "best", "top", "none", "hole"]),
        ("lr", ["best", "base", "top", "hole", "none"]),
        ("-lr", ["top", "base", "best", "hole", "none"]),
        ("name", ["base", "best", "hole", "none", "top"]),
        ("-user,name", ["best", "base", "hole", "none", "top"]),
        ("repro", ["base", "best", "none", "top", "hole"]),
    ],
)
def test_what_is_missing_or_nan_comes_last_and_is_never_best(
    pages: RunPages, beside: Beside, sort: str, expected: list[str]
) -> None:
    assert expected == names(pages, "", sort, beside)


@pytest.mark.parametrize("filter_", ["auk>1", "auc>x", "data:nothing@v3", "is:blue", "has:mark", "since:soon", 'x "'])
def test_nonsense_is_an_error_and_never_an_empty_list(pages: RunPages, filter_: str) -> None:
    with pytest.raises(UsageError):
        names(pages, filter_)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=30), sort=st.text(max_size=10))
def test_any_text_gives_runs_or_a_usage_error(pages: RunPages, text: str, sort: str) -> None:
    try:
        found = names(pages, text, sort)
    except UsageError:
        return
    assert set(found) <= {"base", "best", "hole", "top", "none", "gone"}


def test_a_page_holds_the_columns_that_were_asked_for(pages: RunPages) -> None:
    order = pages.order(RunQuery("best"))
    (run,) = pages.rows(order.page(0), pages.columns(["auc", "lr", "name"]))
    assert ({"auc": 0.95}, "1e-3", ("flights@d2",)) == (run.metrics, run.params["lr"].text, run.data)
    assert (1, 5) == (len(order.rows), order.total)


def test_pages_follow_one_another(pages: RunPages) -> None:
    order = pages.order(RunQuery(sort="name"))
    assert list(order.rows) == [*order.page(0, 2), *order.page(1, 2), *order.page(2, 2)]
    assert [] == list(order.page(3, 2))


def test_a_run_is_found_by_the_beginning_of_its_id_or_its_name(pages: RunPages, tracker: FakeTracker) -> None:
    run = tracker.ids["best"]
    assert run == find_run(pages.connection, f"run/{run[:10]}")
    assert run == find_run(pages.connection, "best")
    assert tracker.ids["gone"] == find_run(pages.connection, "run/gone")


def test_an_unknown_run_lists_the_nearest_and_an_ambiguous_one_its_candidates(pages: RunPages) -> None:
    with pytest.raises(UnknownName, match=r"nearest: run/.* best"):
        find_run(pages.connection, "run/bestt")
    with pytest.raises(UnknownName, match="there is no run ''"):
        find_run(pages.connection, "run/")


def test_a_name_that_two_runs_have_lists_both(tmp_path: Path) -> None:
    tracker = FakeTracker()
    tracker.create_run("same")
    first = tracker.ids["same"]
    tracker.create_run("same")
    mirror = Mirror(tmp_path / "mirror.db")
    mirror.commit(mirror.prepare(tracker, now=NOW))
    mirror.close()
    with pytest.raises(UnknownName, match="same means more than one run") as caught:
        find_run(RunPages(tmp_path / "mirror.db").connection, "same")
    assert f"run/{first[:12]} same" in caught.value.hint


def test_before_the_first_sync_there_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(EvidenceMissing, match="mlcockpit sync"):
        RunPages(tmp_path / "mirror.db")
    Mirror(tmp_path / "mirror.db").close()
    with pytest.raises(EvidenceMissing, match="mlcockpit sync"):
        RunPages(tmp_path / "mirror.db")


def test_experiments_are_counted_without_deleted_runs(pages: RunPages) -> None:
    assert [("Default", 4), ("other", 1)] == [(each.name, each.runs) for each in pages.experiments()]
