"""Comparing two runs is symmetric, finds every difference beyond tolerance, and leaves out what only a clock can say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.domain.run_record import MetricPoint, RunInput, RunRecord
from mlcockpit.reproduction.compare import Tolerance, compare_inputs, compare_metrics, compare_parameters, is_clock

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
METRICS = st.dictionaries(st.sampled_from(["auc", "loss", "f1", "fit_time", "system/cpu"]), NUMBERS, max_size=5)
WORDS = st.dictionaries(st.text(max_size=6), st.text(max_size=8), max_size=5)
NOTHING: tuple[dict[str, list[MetricPoint]], dict[str, list[MetricPoint]]] = ({}, {})


def a_run(**changes: object) -> RunRecord:
    return RunRecord("r", **changes)  # type: ignore[arg-type]


def verdicts(a: dict[str, float], b: dict[str, float]) -> dict[str, str]:
    return {one.name: one.verdict for one in compare_metrics(a_run(metrics=a), a_run(metrics=b), NOTHING)}


@given(METRICS)
def test_a_run_equals_itself_in_every_metric_nan_and_infinity_included(metrics: dict[str, float]) -> None:
    assert dict.fromkeys(metrics, "equal") == verdicts(metrics, dict(metrics))


@given(METRICS, METRICS)
def test_every_metric_of_either_run_is_judged_once_and_alike_from_both_sides(
    a: dict[str, float], b: dict[str, float]
) -> None:
    there, back = verdicts(a, b), verdicts(b, a)
    turned = {"only_original": "only_reproduced", "only_reproduced": "only_original"}
    assert set(a) | set(b) == set(there)
    assert there == {name: turned.get(word, word) for name, word in back.items()}
    assert all(word in {"equal", "excluded"} for name, word in there.items() if is_clock(name))


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_different_means_beyond_tolerance(a: float, b: float) -> None:
    word = verdicts({"auc": a}, {"auc": b})["auc"]
    gap, limit = abs(a - b), max(1e-12, 1e-6 * max(abs(a), abs(b)))
    assert ("equal" if a == b else "within_tolerance" if gap <= limit else "different") == word


@given(st.floats(1e-3, 1e6), st.floats(0, 1))
def test_a_wider_tolerance_never_makes_a_difference(value: float, share: float) -> None:
    near = value * (1 + share / 100)
    run, rerun = a_run(metrics={"auc": value}), a_run(metrics={"auc": near})
    (narrow,) = compare_metrics(run, rerun, NOTHING, {"auc": Tolerance(1e-9, 0.0)})
    (wide,) = compare_metrics(run, rerun, NOTHING, {"*": Tolerance(0.02, 0.0)})
    assert wide.verdict in {"equal", "within_tolerance"}
    assert narrow.verdict == "equal" or narrow.verdict in {"within_tolerance", "different"}


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=12), st.data())
def test_the_first_step_that_differs_is_named(values: list[float], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(values) - 1))
    old = [MetricPoint(step, value) for step, value in enumerate(values)]
    new = [MetricPoint(step, value + (1.0 if step >= at else 0.0)) for step, value in enumerate(values)]
    runs = [a_run(metrics={"loss": points[-1].value}) for points in (old, new)]
    (found,) = compare_metrics(runs[0], runs[1], ({"loss": old}, {"loss": new}))
    assert ("different", at) == (found.verdict, found.first_step)


def test_a_shorter_history_is_different_from_where_it_ends() -> None:
    old = [MetricPoint(step, 1.0) for step in range(5)]
    runs = a_run(metrics={"loss": 1.0})
    (found,) = compare_metrics(runs, runs, ({"loss": old}, {"loss": old[:3]}))
    assert ("different", 2) == (found.verdict, found.first_step)


@given(WORDS)
def test_equal_parameters_have_no_difference(params: dict[str, str]) -> None:
    assert () == compare_parameters(a_run(params=params), a_run(params=dict(params)))


@given(WORDS, WORDS)
def test_every_other_parameter_is_named_unless_it_is_a_clock(a: dict[str, str], b: dict[str, str]) -> None:
    found = {one.name for one in compare_parameters(a_run(params=a), a_run(params=b))}
    assert {name for name in {*a, *b} if a.get(name) != b.get(name) and not is_clock(name)} == found


def test_paths_of_the_old_tree_and_memory_addresses_do_not_count() -> None:
    old = {"data": "/home/ana/p/data.csv", "model": "<M object at 0x7f00aa11bb>", "out": "/home/ana/p/x"}
    new = {"data": "/tmp/w/data.csv", "model": "<M object at 0x7f99cc22dd>", "out": "/tmp/w/y"}
    found = compare_parameters(a_run(params=old), a_run(params=new), [("/home/ana/p", "/tmp/w")])
    assert ["out"] == [one.name for one in found]


@pytest.mark.parametrize(
    "name", ["fit_time", "system/cpu_utilization", "train.duration_s", "epoch_seconds", "timestamp"]
)
def test_clocks_are_known_by_name(name: str) -> None:
    assert is_clock(name)


@pytest.mark.parametrize("name", ["auc", "timeliness", "wall_clock_bias", "memory_recall_f1", "lifetime_value"])
def test_results_are_no_clocks(name: str) -> None:
    assert not is_clock(name)


def test_inputs_of_one_name_and_purpose_are_compared_by_digest() -> None:
    old = a_run(inputs=(RunInput("a", "1", context="train"), RunInput("a", "2", context="eval"), RunInput("b", "3")))
    new = a_run(inputs=(RunInput("a", "1", context="train"), RunInput("a", "9", context="eval")))
    assert [("2", "9")] == [(one.digest, other.digest) for one, other in compare_inputs(old, new)]


def test_a_difference_of_infinities_is_none() -> None:
    (found,) = compare_metrics(a_run(metrics={"a": math.inf}), a_run(metrics={"a": -math.inf}), NOTHING)
    assert ("different", None) == (found.verdict, found.difference)
