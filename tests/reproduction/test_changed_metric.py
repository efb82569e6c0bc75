"""The metric that a comparison is about is chosen for a reason that is said, or a person is told the nearest names."""

import pytest

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.errors import EvidenceMissing, UnknownName
from mlcockpit.reproduction.changed_metric import ChosenMetric, choose_metric
from mlcockpit.reproduction.compare import Tolerance

A = RunRecord("a" * 32, metrics={"auc": 0.9, "loss": 2.0, "fit_seconds": 1.0, "bad": float("nan"), "only_a": 1.0})
B = RunRecord("b" * 32, metrics={"auc": 0.8, "loss": 1.0, "fit_seconds": 99.0, "bad": 1.0, "only_b": 1.0})


def chosen(asked: str = "", *named: str, **tolerances: Tolerance) -> ChosenMetric:
    return choose_metric(A, B, asked, named=named, tolerances=tolerances)


def test_the_one_that_changed_most_is_taken_and_clocks_are_not() -> None:
    assert ("loss", 2.0, 1.0) == (chosen().name, chosen().a, chosen().b)
    assert "of 2 metrics in common it changed most relative to its tolerance" == chosen().why


def test_a_metric_that_the_project_names_goes_first_where_it_changed() -> None:
    found = chosen("", "auc")
    assert ("auc", True) == (found.name, "goals, gates and models" in found.why)
    assert "loss" == chosen("", "auc", auc=Tolerance(relative=0.5)).name


def test_a_tolerance_decides_what_counts_as_much() -> None:
    assert "auc" == chosen("", loss=Tolerance(relative=0.9)).name


def test_an_unknown_metric_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="neither run logged a metric 'aucc': nearest: auc"):
        chosen("aucc")
    with pytest.raises(UnknownName, match="only run aaaaaaa logged the metric 'only_a'"):
        chosen("only_a")
    with pytest.raises(UnknownName, match="no finite number in both runs"):
        chosen("bad")


def test_runs_without_a_common_metric_cannot_be_compared() -> None:
    with pytest.raises(EvidenceMissing, match="have no metric in common"):
        choose_metric(A, RunRecord("c", metrics={"mse": 1.0}), "", named=(), tolerances={})
