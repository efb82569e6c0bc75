"""`metric list` and `metric trend` show what the product achieved, with n, interval, source and target."""

from datetime import datetime
from itertools import chain

from mlcockpit.domain.delivery import Deployment
from mlcockpit.domain.operations import Incident
from mlcockpit.domain.product import Observation
from mlcockpit.domain.project_file import ProductMetric
from mlcockpit.domain.vocabulary import Direction, Tone
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.metric_record import resolve_metric
from mlcockpit.store.records import read_all
from mlcockpit.views.table import Cell, Chart, Mark, Point, Row, Section, Table, columns, row


def list_metrics(cockpit: Cockpit) -> Table:
    """Return every declared metric with its newest value."""
    newest: dict[str, Observation] = {}
    counts: dict[str, int] = {}
    for seen in read_all(cockpit.store, Observation):
        counts[seen.metric] = counts.get(seen.metric, 0) + 1
        if seen.metric not in newest or newest[seen.metric].at <= seen.at:
            newest[seen.metric] = seen
    rows = [
        _metric_row(key, declared, newest.get(key), counts.get(key, 0), cockpit.now())
        for key, declared in cockpit.file.metrics.items()
    ]
    return Table(
        "Product metrics",
        columns("metric", "kind", "newest>", "at", "age", "target", "n>", "observations>", "unit"),
        tuple(rows),
        empty="no product metric is declared; add [metrics.NAME] to mlcockpit.toml",
        key="metrics",
    )


def metric_trend(cockpit: Cockpit, metric: str, *, limit: int = 52) -> list[Section]:
    """Return the newest observations of a metric as a table and a chart; raises UnknownName."""
    key = resolve_metric(cockpit, metric)
    declared = cockpit.file.metrics[key]
    seen = sorted(read_all(cockpit.store, Observation, metric=key), key=lambda each: each.at)
    shown = seen[-limit:]
    table = Table(
        f"metric/{key}",
        columns("at", "value>", "n>", "interval", "source"),
        tuple(_observation_row(key, declared, each) for each in shown),
        empty=f"nothing observed yet; `mlcockpit metric import {key} FILE` or `metric record {key} VALUE`",
        note=declared.definition,
        total=len(seen),
        key="observations",
    )
    chart = Chart(
        f"{key} over time",
        tuple(Point(each.at, each.value) for each in shown),
        target=declared.target,
        marks=_marks(cockpit, shown[0].at) if shown else (),
        unit=declared.unit,
        key="chart",
    )
    return [table, chart]


def bounds(declared: ProductMetric) -> str:
    """Return what a metric should keep, in words."""
    words = (
        [] if declared.target is None else [f"{'≥' if declared.direction is Direction.UP else '≤'} {declared.target:g}"]
    )
    words += [] if declared.floor is None else [f"floor {declared.floor:g}"]
    words += [] if declared.ceiling is None else [f"ceiling {declared.ceiling:g}"]
    return ", ".join(words)


def tone_of(declared: ProductMetric, value: float) -> Tone:
    """Return bad outside floor or ceiling, doubtful off target, good otherwise; unknown without any of them."""
    if (declared.floor is not None and value < declared.floor) or (
        declared.ceiling is not None and value > declared.ceiling
    ):
        return Tone.BAD
    if declared.target is None:
        return Tone.PLAIN if declared.floor is None and declared.ceiling is None else Tone.GOOD
    reached = value >= declared.target if declared.direction is Direction.UP else value <= declared.target
    return Tone.GOOD if reached else Tone.DOUBTFUL


def _metric_row(key: str, declared: ProductMetric, seen: Observation | None, count: int, now: datetime) -> Row:
    name = Cell(key, link=f"metric/{key}")
    if seen is None:
        value, at, age = Cell("unknown", tone=Tone.UNKNOWN), Cell(""), Cell("")
    else:
        days = (now - seen.at).total_seconds() / 86_400
        value = Cell(f"{seen.value:.4g}", seen.value, tone_of(declared, seen.value))
        at = Cell(f"{seen.at:%Y-%m-%d}", seen.at)
        late = days > 2 * declared.cadence_days + declared.label_lag_days
        age = Cell(f"{days:.0f} d", days, Tone.DOUBTFUL if late else Tone.PLAIN)
    n = None if seen is None else seen.n
    return row(f"metric/{key}", name, declared.kind.value, value, at, age, bounds(declared), n, count, declared.unit)


def _observation_row(key: str, declared: ProductMetric, seen: Observation) -> Row:
    interval = "" if seen.ci_low is None or seen.ci_high is None else f"{seen.ci_low:.3f} to {seen.ci_high:.3f}"
    return row(
        f"metric/{key}",
        Cell(f"{seen.at:%Y-%m-%d}", seen.at),
        Cell(f"{seen.value:.4g}", seen.value, tone_of(declared, seen.value)),
        seen.n,
        interval,
        seen.source,
    )


def _marks(cockpit: Cockpit, since: datetime) -> tuple[Mark, ...]:
    deployments = (
        Mark(each.started_at, "D", f"{each.model}@{each.number} in {each.environment}")
        for each in read_all(cockpit.store, Deployment)
    )
    incidents = (
        Mark(each.detected_at, "I", f"inc/{each.id} {each.title}") for each in read_all(cockpit.store, Incident)
    )
    found = [mark for mark in chain(deployments, incidents) if mark.at >= since]
    return tuple(sorted(found, key=lambda mark: mark.at))
