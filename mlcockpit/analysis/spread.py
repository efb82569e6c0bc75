"""How far apart honest runs of one recipe lie is told from its runs with other seeds: mean, spread and number, no less."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

REPEATABILITY = 2.8
"""Two results of one method differ by less than this many standard deviations in 95 of 100 cases (ISO 5725-6)."""


@dataclass(frozen=True)
class Spread:
    """The values of one metric over the runs of one recipe."""

    mean: float
    deviation: float
    """Sample standard deviation."""
    n: int

    @property
    def limit(self) -> float:
        """Return how far apart two honest runs may lie."""
        return REPEATABILITY * self.deviation

    def holds(self, difference: float) -> bool:
        """Tell whether two runs that differ so much may have the same recipe."""
        return abs(difference) <= self.limit

    def __str__(self) -> str:
        return f"{self.mean:.6g} ± {self.deviation:.2g} (n {self.n})"


@dataclass(frozen=True)
class Sibling:
    """One run of a recipe: which seed it had and what came out."""

    run_id: str
    seed: tuple[tuple[str, str], ...]
    """Seed parameters with their values; empty where the run logged none."""
    metrics: Mapping[str, float]


def spread_of(values: Iterable[float]) -> Spread | None:
    """Return mean and spread; None below two finite values."""
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) < 2:
        return None
    scale = max(abs(value) for value in finite) or 1.0
    scaled = [value / scale for value in finite]
    mean = math.fsum(scaled) / len(scaled)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in scaled) / (len(scaled) - 1))
    return Spread(mean * scale, deviation * scale, len(finite))


def spreads_of(runs: Sequence[Sibling]) -> dict[str, Spread]:
    """Return metric → spread over runs with different seeds; a seed that was run twice counts once, by its first run.

    Runs without a logged seed count each for itself.
    """
    seen: set[tuple[tuple[str, str], ...]] = set()
    values: dict[str, list[float]] = {}
    for run in runs:
        if run.seed and run.seed in seen:
            continue
        seen.add(run.seed)
        for name, value in run.metrics.items():
            values.setdefault(name, []).append(value)
    found = {name: spread_of(each) for name, each in values.items()}
    return {name: one for name, one in found.items() if one is not None}
