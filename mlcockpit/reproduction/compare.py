"""Two runs are compared layer by layer, and what only a clock can say is left out."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlcockpit.domain.redaction import is_masked, masked
from mlcockpit.domain.reproduction_result import MetricComparison
from mlcockpit.domain.run_record import MetricPoint, RunInput, RunRecord

RELATIVE = 1e-6
ABSOLUTE = 1e-12

CLOCK = re.compile(
    r"^system/|(^|[_/ .-])(time|times|duration|elapsed|runtime|timestamp|latency|throughput|seconds|secs?|minutes|hours|ms"
    r"|wall|cpu|gpu|rss|memory|per_second|it_s|walltime|date|datetime)"
    r"([_/ .-](s|sec|secs|seconds|ms|min|mb|gb|mean|std|total|usage|percent))?$",
    re.IGNORECASE,
)
"""Metrics and parameters that measure the machine or the day and not the model."""

History = Mapping[str, Sequence[MetricPoint]]


@dataclass(frozen=True)
class Tolerance:
    """How far two values may lie apart and still be called the same."""

    relative: float = RELATIVE
    absolute: float = ABSOLUTE

    def holds(self, a: float, b: float) -> bool:
        """Tell whether `a` and `b` are within it."""
        return abs(a - b) <= max(self.absolute, self.relative * max(abs(a), abs(b)))


@dataclass(frozen=True)
class ParameterDifference:
    """One parameter that the rerun logged otherwise."""

    name: str
    original: str | None
    """None where only the rerun logged it."""
    reproduced: str | None


def compare_parameters(
    original: RunRecord, rerun: RunRecord, roots: Sequence[tuple[str, str]] = ()
) -> tuple[ParameterDifference, ...]:
    """Return the parameters that differ; clocks are left out, and (old, new) `roots` of paths count as equal."""
    found = []
    for name in sorted(set(original.params) | set(rerun.params)):
        a, b = original.params.get(name), rerun.params.get(name)
        if a == b or CLOCK.search(name) or (a is not None and b is not None and _same_text(a, b, roots)):
            continue
        if b is not None and is_masked(b):
            continue
        found.append(ParameterDifference(name, a if a is None else masked(a), b if b is None else masked(b)))
    return tuple(found)


def compare_inputs(original: RunRecord, rerun: RunRecord) -> tuple[tuple[RunInput, RunInput], ...]:
    """Return the pairs of logged inputs of one name and purpose whose digests differ."""
    theirs: dict[tuple[str, str], list[RunInput]] = {}
    for one in rerun.inputs:
        theirs.setdefault((one.name, one.context), []).append(one)
    pairs = []
    for one in original.inputs:
        others = theirs.get((one.name, one.context), [])
        if others and one.digest not in {other.digest for other in others}:
            pairs.append((one, others[0]))
    return tuple(pairs)


def compare_metrics(
    original: RunRecord,
    rerun: RunRecord,
    histories: tuple[History, History],
    tolerances: Mapping[str, Tolerance] | None = None,
) -> tuple[MetricComparison, ...]:
    """Return one comparison for each metric of either run, sorted by name."""
    limits = tolerances or {}
    names = sorted(set(original.metrics) | set(rerun.metrics))
    return tuple(
        _compare(
            name,
            original.metrics.get(name),
            rerun.metrics.get(name),
            histories,
            limits.get(name) or limits.get("*") or Tolerance(),
        )
        for name in names
    )


def is_clock(name: str) -> bool:
    """Tell whether a metric measures the machine or the day."""
    return CLOCK.search(name) is not None


def _compare(
    name: str, a: float | None, b: float | None, histories: tuple[History, History], limit: Tolerance
) -> MetricComparison:
    if a is None or b is None:
        verdict = "excluded" if is_clock(name) else ("only_reproduced" if a is None else "only_original")
        return MetricComparison(name, a, b, verdict)
    worst, step = _along(histories[0].get(name, ()), histories[1].get(name, ()), limit)
    latest = _one(a, b, limit)
    verdict = max(latest, worst, key=("equal", "within_tolerance", "different").index)
    if verdict != "equal" and is_clock(name):
        return MetricComparison(name, a, b, "excluded")
    return MetricComparison(name, a, b, verdict, step)


def _one(a: float, b: float, limit: Tolerance) -> str:
    if a == b or (math.isnan(a) and math.isnan(b)):
        return "equal"
    if math.isfinite(a) and math.isfinite(b) and limit.holds(a, b):
        return "within_tolerance"
    return "different"


def _along(old: Sequence[MetricPoint], new: Sequence[MetricPoint], limit: Tolerance) -> tuple[str, int | None]:
    """Return the worst word over the common course of two histories, and the first step that differs beyond tolerance."""
    worst = "equal"
    for a, b in zip(old, new, strict=False):
        word = "different" if a.step != b.step else _one(a.value, b.value, limit)
        if word == "different":
            return word, (a.step if len(old) > 1 else None)
        worst = word if word != "equal" else worst
    if len(old) != len(new) and len(old) > 1:
        return "different", old[min(len(old), len(new)) - 1].step
    return worst, None


def _same_text(a: str, b: str, roots: Sequence[tuple[str, str]]) -> bool:
    for old, new in roots:
        if old and new and a.replace(old, new) == b.replace(old, new):
            return True
    return _same_address(a, b)


def _same_address(a: str, b: str) -> bool:
    """Tell whether two texts differ in memory addresses only."""
    if "0x" not in a:
        return False
    return re.sub(r"0x[0-9a-f]{6,}", "0x", a) == re.sub(r"0x[0-9a-f]{6,}", "0x", b)
