"""A long course is drawn from a few thousand points without losing a peak."""

import math
from collections.abc import Sequence

from mlcockpit.domain.run import MetricPoint


def thin(points: Sequence[MetricPoint], *, most: int) -> tuple[MetricPoint, ...]:
    """Return `points` in order, or the smallest and largest of `most` / 2 equal spans of them."""
    if len(points) <= most:
        return tuple(points)
    width = math.ceil(len(points) / max(most // 2, 1))
    kept: list[MetricPoint] = []
    for start in range(0, len(points), width):
        numbers = [i for i in range(start, min(start + width, len(points))) if not math.isnan(points[i].value)]
        numbers = numbers or [start]
        ends = {min(numbers, key=lambda i: points[i].value), max(numbers, key=lambda i: points[i].value)}
        kept.extend(points[i] for i in sorted(ends))
    return tuple(kept)
