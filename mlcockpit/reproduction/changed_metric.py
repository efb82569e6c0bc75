"""Which metric a comparison of two runs is about: the one that was asked for, else the one that changed most."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.errors import EvidenceMissing, UnknownName
from mlcockpit.reproduction.compare import Tolerance, is_clock

MOST_NAMED = 8


@dataclass(frozen=True)
class ChosenMetric:
    """One metric that both runs logged."""

    name: str
    why: str
    a: float
    b: float
    tolerance: Tolerance

    @property
    def is_changed(self) -> bool:
        """Tell whether the recorded values differ beyond tolerance."""
        return not self.tolerance.holds(self.a, self.b)


def choose_metric(
    a: RunRecord, b: RunRecord, asked: str, *, named: Sequence[str], tolerances: Mapping[str, Tolerance]
) -> ChosenMetric:
    """Return the metric called `asked`, or where that is empty the one that changed most relative to its tolerance.

    Metrics that goals, gates or models of the project name go first (`named`). Raises UnknownName, and EvidenceMissing
    where the runs have no metric in common.
    """
    common = [name for name in sorted(set(a.metrics) & set(b.metrics)) if _finite(a, name) and _finite(b, name)]
    if asked:
        if asked not in common:
            raise _unknown(asked, a, b, common)
        return _chosen(asked, "asked for", a, b, tolerances)
    judged = [name for name in common if not is_clock(name)]
    if not judged:
        raise EvidenceMissing(
            f"runs {a.run_id[:7]} and {b.run_id[:7]} have no metric in common"
            f" ({_listed(sorted(a.metrics))} and {_listed(sorted(b.metrics))})",
            hint="name one with --metric, or explain two runs that logged the same one",
        )
    every = [_chosen(name, "", a, b, tolerances) for name in judged]
    ours = [one for one in every if one.name in named and one.is_changed]
    best = max(ours or every, key=_weight)
    if ours:
        why = "of those that the project's goals, gates and models name, it changed most relative to its tolerance"
    elif best.is_changed:
        why = (
            "the only metric in common"
            if len(judged) == 1
            else f"of {len(judged)} metrics in common it changed most relative to its tolerance"
        )
    else:
        why = f"none of {len(judged)} metrics in common changed beyond tolerance"
    return ChosenMetric(best.name, why, best.a, best.b, best.tolerance)


def _chosen(name: str, why: str, a: RunRecord, b: RunRecord, tolerances: Mapping[str, Tolerance]) -> ChosenMetric:
    limit = tolerances.get(name) or tolerances.get("*") or Tolerance()
    return ChosenMetric(name, why, a.metrics[name], b.metrics[name], limit)


def _weight(one: ChosenMetric) -> float:
    limit = max(one.tolerance.absolute, one.tolerance.relative * max(abs(one.a), abs(one.b)))
    gap = abs(one.b - one.a)
    return gap / limit if limit else (math.inf if gap else 0.0)


def _unknown(asked: str, a: RunRecord, b: RunRecord, common: Sequence[str]) -> UnknownName:
    only = next((run for run, other in ((a, b), (b, a)) if asked in run.metrics and asked not in other.metrics), None)
    if only is not None:
        what = f"only run {only.run_id[:7]} logged the metric {clean(asked, 60)!r}"
    elif asked in a.metrics:
        what = f"the metric {clean(asked, 60)!r} is no finite number in both runs"
    else:
        what = f"neither run logged a metric {clean(asked, 60)!r}"
    near = get_close_matches(asked, common, n=3, cutoff=0.4)
    return UnknownName(what, hint=f"nearest: {_listed(near)}" if near else f"in common: {_listed(common)}")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return (", ".join(clean(name, 60) for name in names[:MOST_NAMED]) or "none") + more


def _finite(run: RunRecord, name: str) -> bool:
    return math.isfinite(run.metrics[name])
