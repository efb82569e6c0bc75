"""A metric's course follows from its values, its bounds and its age, and from nothing else."""

from datetime import date
from math import inf, nan
from typing import Any

import pytest

from mlcockpit.analysis.target import Course, Trend, assess, trend
from mlcockpit.domain.product import Observation
from mlcockpit.domain.project_file import ProductMetric
from tests.builders import NOW, an_observation, days_ago


def weekly(*values: float) -> list[Observation]:
    return [an_observation("m", value, age_days=1 + 7 * place) for place, value in enumerate(reversed(values))][::-1]


def course(*values: float, **declared: Any) -> Course:
    return assess(ProductMetric(**declared), weekly(*values), NOW).course


def test_a_value_at_its_target_is_met() -> None:
    assert course(0.75, target=0.75) == Course.MET


def test_one_bad_week_is_close_and_three_are_a_miss() -> None:
    assert course(0.8, 0.8, 0.7, target=0.75) == Course.CLOSE
    assert course(0.8, 0.7, 0.7, target=0.75) == Course.CLOSE
    assert course(0.7, 0.7, 0.7, target=0.75) == Course.MISSED


def test_a_metric_that_should_fall_is_judged_the_other_way() -> None:
    assert course(1.5, target=2, direction="down") == Course.MET
    assert course(2.1, 2.1, 2.1, target=2, direction="down") == Course.MISSED


def test_one_value_beyond_a_ceiling_or_floor_is_a_breach() -> None:
    assert course(0.1, 0.21, ceiling=0.2, direction="down") == Course.BREACHED
    assert course(0.9, 0.2, floor=0.3, target=0.5) == Course.BREACHED


def test_one_miss_after_the_due_date_is_a_miss() -> None:
    assert course(0.8, 0.7, target=0.75, due=date(2026, 1, 1)) == Course.MISSED


def test_no_value_an_old_value_and_no_number_are_unknown_and_never_met() -> None:
    assert course(target=0.5) == Course.UNKNOWN
    assert course(nan, inf, target=0.5) == Course.UNKNOWN
    old = [an_observation("m", 0.9, age_days=15)]
    assert assess(ProductMetric(target=0.5), old, NOW).course == Course.UNKNOWN
    assert assess(ProductMetric(target=0.5, label_lag_days=7), old, NOW).course == Course.MET


def test_without_any_bound_there_is_nothing_to_meet() -> None:
    assert course(0.9) == Course.OPEN


def test_the_miss_begins_at_the_first_value_of_the_unbroken_tail() -> None:
    found = assess(ProductMetric(target=0.75), weekly(0.7, 0.8, 0.7, 0.7, 0.7), NOW)
    assert (days_ago(15), 3, "not >= 0.75, 3 values in a row") == (found.since, found.in_a_row, found.why)
    assert pytest.approx(found.gap) == -0.05


def test_a_trend_needs_six_points_and_more_order_than_chance_gives() -> None:
    assert trend([5, 4, 3, 2, 1]) == Trend.UNKNOWN
    assert trend([7, 6, 5, 4, 3, 2, 1]) == Trend.FALLING
    assert trend([1, 2, 3, 4, 5, 6, 7]) == Trend.RISING
    assert trend([1, 2, 1, 2, 1, 2, 1, 2]) == Trend.FLAT
