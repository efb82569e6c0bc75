"""What a product metric did around a deployment: means before and after, their difference, and how much is noise.

This is no experiment: everything else that changed in the window is named beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite, sqrt
from statistics import fmean, variance

from mlcockpit.domain.product import Observation

WINDOW = 8
"""Values on each side at most."""
LEAST = 3
"""Values on each side at least; with fewer there is nothing to say."""
CLEAR = 2.0
"""A difference of so many standard errors is beyond the noise of single values (Welch, weeks taken as independent)."""


@dataclass(frozen=True)
class Shift:
    """One metric around one instant."""

    before: float
    after: float
    n_before: int
    n_after: int
    noise: float
    """Standard error of the difference, from the spread of single values on each side."""

    @property
    def difference(self) -> float:
        """Return after minus before."""
        return self.after - self.before

    @property
    def is_clear(self) -> bool:
        """Tell whether the difference is beyond the noise."""
        return abs(self.difference) > CLEAR * self.noise


def shift(seen: Sequence[Observation], at: datetime, until: datetime | None = None) -> Shift | None:
    """Return the shift at `at`; `until` ends the time after. None where fewer than three values lie on a side."""
    known = [each for each in seen if isfinite(each.value)]
    before = [each.value for each in known if each.at < at][-WINDOW:]
    after = [each.value for each in known if each.at >= at and (until is None or each.at < until)][:WINDOW]
    if len(before) < LEAST or len(after) < LEAST:
        return None
    noise = sqrt(variance(before) / len(before) + variance(after) / len(after))
    return Shift(fmean(before), fmean(after), len(before), len(after), noise)
