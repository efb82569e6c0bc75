"""Values of product metrics are written down with their source, and the same one never twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from mlcockpit.domain.names import parts
from mlcockpit.domain.product import Observation
from mlcockpit.errors import UsageError
from mlcockpit.ports import Measured
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.resolve_name import resolve_name
from mlcockpit.store.transaction import Happening, Transaction


@dataclass(frozen=True)
class Recorded:
    """What writing observations down changed."""

    new: int = 0
    corrected: int = 0
    known: int = 0
    """Observations that were there already, unchanged."""


def record_metric(cockpit: Cockpit, metric: str, value: float, *, n: int | None = None) -> tuple[str, Recorded]:
    """Store one value of a metric, dated now; return the metric's key; raises UnknownName or UsageError."""
    key = resolve_metric(cockpit, metric)
    if not isfinite(value) or (n is not None and n < 1):
        raise UsageError(f"{value} with n = {n} is no observation", hint="give a finite value and an n of 1 or more")
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        return key, store_observations(tx, key, [Measured(tx.now, value, n)], source=f"person/{tx.actor}")


def resolve_metric(cockpit: Cockpit, word: str) -> str:
    """Return the key of a declared product metric; raises UnknownName."""
    return parts(resolve_name(cockpit, word, kinds=("metric",)))[1]


def store_observations(tx: Transaction, metric: str, values: Sequence[Measured], *, source: str) -> Recorded:
    """Store what is new in bulk with one event, and each changed value with an event of its own."""
    known = {seen.at: seen for seen in tx.all(Observation, metric=metric, source=source)}
    fresh: dict[datetime, Measured] = {}
    corrected = same = 0
    for value in values:
        before = known.get(value.at)
        if before is None:
            fresh[value.at] = value
        elif _fields(before) == _fields(value):
            same += 1
        else:
            _correct(tx, before, value)
            corrected += 1
    tx.save_many(Observation, list(_rows(tx, metric, source, fresh.values())))
    if fresh:
        tx.happened(_happening(metric, source, list(fresh.values())))
    return Recorded(len(fresh), corrected, same)


def _rows(tx: Transaction, metric: str, source: str, values: Iterable[Measured]) -> Iterable[dict[str, object]]:
    for value in values:
        yield {
            "metric": metric,
            "at": value.at,
            **_fields(value),
            "source": source,
            "created_at": tx.recorded_at,
            "created_by": tx.actor,
            "version": 1,
        }


def _happening(metric: str, source: str, fresh: Sequence[Measured]) -> Happening:
    if len(fresh) == 1:
        (one,) = fresh
        new = {"at": one.at, "source": source, **_fields(one)}
        return Happening(f"metric/{metric}", "observation_recorded", None, new)
    dates = [value.at for value in fresh]
    new = {"count": len(fresh), "first": min(dates), "last": max(dates), "source": source}
    return Happening(f"metric/{metric}", "observations_imported", None, new)


def _correct(tx: Transaction, before: Observation, value: Measured) -> None:
    old = {"at": before.at, **_fields(before)}
    for field, content in _fields(value).items():
        setattr(before, field, content)
    tx.save(before)
    new = {"at": value.at, "source": before.source, **_fields(value)}
    tx.happened(Happening(f"metric/{before.metric}", "observation_corrected", old, new))


def _fields(value: Measured | Observation) -> dict[str, object]:
    return {"value": value.value, "n": value.n, "ci_low": value.ci_low, "ci_high": value.ci_high}
