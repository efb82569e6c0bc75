"""The interval of a share holds the share and shrinks with what was counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.analysis.interval import wilson


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662), (0, 0, 0.0, 1.0)],
)
def test_known_intervals_come_out(numerator: int, denominator: int, low: float, high: float) -> None:
    assert (low, high) == pytest.approx(wilson(numerator, denominator), abs=5e-5)


def test_scipy_says_the_same() -> None:
    from scipy.stats import binomtest

    theirs = binomtest(37, 240).proportion_ci(0.95, method="wilson")
    assert (theirs.low, theirs.high) == pytest.approx(wilson(37, 240))


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_inside_and_ten_times_the_counts_lie_closer(counted: tuple[int, int]) -> None:
    numerator, denominator = counted
    low, high = wilson(numerator, denominator)
    tight_low, tight_high = wilson(numerator * 10, denominator * 10)
    assert 0 <= low <= numerator / denominator <= high <= 1
    assert tight_high - tight_low < high - low


@pytest.mark.parametrize(("numerator", "denominator"), [(2, 1), (-1, 3), (float("nan"), 3)])
def test_counts_that_make_no_share_are_refused(numerator: float, denominator: float) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(numerator, denominator)
