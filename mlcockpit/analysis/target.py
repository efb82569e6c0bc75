"""Whether a product metric keeps its promise is computed here, from dated values, bounds and age; nobody types it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite, nan, sqrt
from typing import TYPE_CHECKING

from mlcockpit.domain.project_file import ProductMetric
from mlcockpit.domain.vocabulary import Direction

if TYPE_CHECKING:
    from mlcockpit.domain.product import Observation

IN_A_ROW = 3
"""So many values beyond the target, one after the other, are a miss and no longer a bad week."""

TREND_POINTS = 12
TREND_LEAST = 6
TREND_Z = 1.96
"""Mann-Kendall: two-sided 5 %, normal approximation; describes the last points, corrects for no autocorrelation."""


class Course(StrEnum):
    """Where a product metric stands, worst first."""

    BREACHED = "breached"
    """Beyond its floor or ceiling."""
    MISSED = "missed"
    """Worse than its target three times in a row, or after its due date."""
    CLOSE = "close"
    """Worse than its target once or twice."""
    UNKNOWN = "unknown"
    """No value, a value that is too old, or no number."""
    OPEN = "open"
    """Neither target nor bound was declared."""
    MET = "met"


class Trend(StrEnum):
    """Which way the last points go."""

    RISING = "rising"
    FALLING = "falling"
    FLAT = "flat"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Assessment:
    """What one metric's values say against what was declared."""

    course: Course
    latest: "Observation | None"
    bound: str
    """The bound that was compared, such as ">= 0.4"; empty where none was declared."""
    gap: float | None
    """Signed distance to that bound; negative is short of it. None where there is nothing to compare."""
    since: datetime | None
    """The first value of the unbroken tail that is worse than the bound; None where the last one holds."""
    in_a_row: int
    trend: Trend
    why: str
    """The rule that chose the course."""

    @property
    def is_off(self) -> bool:
        """Tell whether the metric is worse than it should be."""
        return self.course in (Course.BREACHED, Course.MISSED, Course.CLOSE)


def assess(metric: ProductMetric, seen: "Sequence[Observation]", now: datetime) -> Assessment:
    """Return the course of `metric`; `seen` is oldest first."""
    known = [each for each in seen if isfinite(each.value)]
    latest = known[-1] if known else None
    direction = trend([each.value for each in known])
    if latest is None:
        why = "no value was recorded" if not seen else "no value is a finite number"
        aim = _limit(metric, nan)
        return Assessment(Course.UNKNOWN, None, str(aim) if aim else "", None, None, 0, direction, why)
    limit = _limit(metric, latest.value)
    if limit is None:
        course, why = Course.OPEN, "no target, floor or ceiling is declared"
        stale = _staleness(metric, latest, now)
        return Assessment(Course.UNKNOWN if stale else course, latest, "", None, None, 0, direction, stale or why)
    tail = _tail([each for each in known if limit.is_worse(each.value)], known)
    course, why = _course(metric, limit, len(tail), now)
    stale = _staleness(metric, latest, now)
    if stale:
        course, why = Course.UNKNOWN, stale
    since = tail[0].at if tail else None
    return Assessment(course, latest, str(limit), limit.gap(latest.value), since, len(tail), direction, why)


def trend(values: Sequence[float]) -> Trend:
    """Return the way of the last twelve values by the Mann-Kendall test; fewer than six say nothing."""
    last = values[-TREND_POINTS:]
    n = len(last)
    if n < TREND_LEAST:
        return Trend.UNKNOWN
    score = sum((b > a) - (b < a) for place, a in enumerate(last) for b in last[place + 1 :])
    spread = sqrt(n * (n - 1) * (2 * n + 5) / 18)
    z = (score - (score > 0) + (score < 0)) / spread
    if abs(z) < TREND_Z:
        return Trend.FLAT
    return Trend.RISING if z > 0 else Trend.FALLING


def longest_age(metric: ProductMetric) -> timedelta:
    """Return the age at which a last value is too old: two cadences and the time its labels need."""
    return timedelta(days=2 * metric.cadence_days + metric.label_lag_days)


@dataclass(frozen=True)
class _Limit:
    value: float
    is_most: bool
    hard: bool
    """A floor or ceiling; else the target."""

    def is_worse(self, value: float) -> bool:
        return value > self.value if self.is_most else value < self.value

    def gap(self, value: float) -> float:
        return self.value - value if self.is_most else value - self.value

    def __str__(self) -> str:
        return f"{'<=' if self.is_most else '>='} {self.value:g}"


def _limit(metric: ProductMetric, value: float) -> _Limit | None:
    """Return the bound that matters: a broken floor or ceiling, else the target, else the nearer bound."""
    hard = [
        _Limit(bound, is_most, hard=True)
        for bound, is_most in ((metric.floor, False), (metric.ceiling, True))
        if bound is not None
    ]
    broken = [limit for limit in hard if limit.is_worse(value)]
    if broken:
        return broken[0]
    if metric.target is not None:
        return _Limit(metric.target, metric.direction is Direction.DOWN, hard=False)
    return min(hard, key=lambda limit: limit.gap(value)) if hard else None


def _tail(worse: "Sequence[Observation]", known: "Sequence[Observation]") -> "list[Observation]":
    bad = {id(each) for each in worse}
    tail: list[Observation] = []
    for each in reversed(known):
        if id(each) not in bad:
            break
        tail.insert(0, each)
    return tail


def _course(metric: ProductMetric, limit: _Limit, in_a_row: int, now: datetime) -> tuple[Course, str]:
    if not in_a_row:
        return Course.MET, f"the last value is {limit}"
    if limit.hard:
        return Course.BREACHED, f"the last value is not {limit}, which is a {'ceiling' if limit.is_most else 'floor'}"
    if metric.due is not None and now.date() > metric.due:
        return Course.MISSED, f"not {limit} after {metric.due}, when it was due"
    if in_a_row >= IN_A_ROW:
        return Course.MISSED, f"not {limit}, {in_a_row} values in a row"
    return Course.CLOSE, f"not {limit}, {'once' if in_a_row == 1 else 'twice in a row'}"


def _staleness(metric: ProductMetric, latest: "Observation", now: datetime) -> str:
    most = longest_age(metric)
    if now - latest.at <= most:
        return ""
    return f"the last value is {(now - latest.at).days} days old, more than {most.days}"
