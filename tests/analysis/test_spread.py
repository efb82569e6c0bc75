"""Mean and spread are those of the textbook, over runs with different seeds, and unknown below two."""

import math
import statistics

from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.analysis.spread import Sibling, spread_of, spreads_of

VALUES = st.floats(-1e6, 1e6)


def a_run(number: int, *, seed: str = "", **metrics: float) -> Sibling:
    return Sibling(f"r{number}", (("seed", seed),) if seed else (), metrics)


@given(st.lists(VALUES, min_size=2, max_size=20))
def test_mean_and_deviation_are_those_of_the_standard_library(values: list[float]) -> None:
    found = spread_of(values)
    assert found is not None
    assert math.isclose(statistics.fmean(values), found.mean, rel_tol=1e-9, abs_tol=1e-6)
    assert math.isclose(statistics.stdev(values), found.deviation, rel_tol=1e-6, abs_tol=1e-6)
    assert len(values) == found.n


@given(st.lists(st.floats(), max_size=8))
def test_any_numbers_give_finite_words_or_nothing(values: list[float]) -> None:
    found = spread_of(values)
    finite = [value for value in values if math.isfinite(value)]
    assert (found is None) == (len(finite) < 2)
    if found is not None:
        assert min(finite) <= found.mean * (1 + 1e-9) + 1e-300 or math.isclose(min(finite), found.mean, rel_tol=1e-6)
        assert found.holds(0.0)


def test_below_two_runs_nothing_is_said() -> None:
    assert {} == spreads_of([])
    assert {} == spreads_of([a_run(1, auc=0.5)])
    assert {} == spreads_of([a_run(1, auc=0.5), a_run(2, loss=0.5)])


def test_a_seed_that_was_run_twice_counts_once() -> None:
    runs = [a_run(1, seed="1", auc=0.5), a_run(2, seed="1", auc=0.5), a_run(3, seed="2", auc=0.7)]
    found = spreads_of(runs)["auc"]
    assert (2, True) == (found.n, math.isclose(found.mean, 0.6))


def test_runs_without_a_logged_seed_count_each() -> None:
    assert 3 == spreads_of([a_run(n, auc=n / 10) for n in range(3)])["auc"].n


def test_a_difference_is_held_up_to_the_repeatability_limit() -> None:
    found = spreads_of([a_run(1, seed="1", auc=0.0), a_run(2, seed="2", auc=1.0), a_run(3, seed="3", auc=2.0)])["auc"]
    assert (True, True, False) == (found.holds(2.79), found.holds(-2.79), found.holds(2.81))
    assert "1 ± 1 (n 3)" == str(found)
