"""What each declared monitor reads now: red beyond its bound, unknown where nothing fresh was measured, never green by default."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mlcockpit.domain.product import Observation
from mlcockpit.domain.project_file import Monitor
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Source, Tone
from mlcockpit.views.phrases import measured, number


@dataclass(frozen=True)
class MonitorReading:
    """One monitor with its last value."""

    key: str
    tone: Tone
    state: str
    """ok, red, or unknown."""
    value: float | None
    bound: str
    since: datetime | None
    """The first of the last bad values in a row; None where the last one is good."""
    evidence: str
    values: tuple[float, ...] = ()


def readings(project: Snapshot, environment: str | None = None) -> list[MonitorReading]:
    """Return the monitors of an environment, or all of them, red first."""
    found = [
        read(project, key)
        for key, monitor in project.file.monitors.items()
        if environment is None or monitor.environment == environment
    ]
    order = {"red": 0, "unknown": 1, "ok": 2}
    return sorted(found, key=lambda each: (order[each.state], each.key))


def read(project: Snapshot, key: str) -> MonitorReading:
    """Return one monitor's reading from the product metric or the dataset that it watches."""
    monitor = project.file.monitors[key]
    bound = bound_of(monitor)
    if monitor.metric is not None:
        return _of_metric(project, key, monitor, bound)
    if monitor.dataset is not None and monitor.kind == "staleness":
        return _of_age(project, key, monitor)
    why = f"nothing measures {monitor.kind.replace('_', ' ')} yet"
    return MonitorReading(key, Tone.UNKNOWN, "unknown", None, bound, None, why)


def bound_of(monitor: Monitor) -> str:
    """Return the declared bounds as people write them."""
    low = f">= {monitor.at_least:g}" if monitor.at_least is not None else ""
    high = f"<= {monitor.at_most:g}" if monitor.at_most is not None else ""
    return " and ".join(part for part in (low, high) if part) or "no bound"


def _is_bad(monitor: Monitor, value: float) -> bool:
    below = monitor.at_least is not None and value < monitor.at_least
    return below or (monitor.at_most is not None and value > monitor.at_most) or value != value


def _of_metric(project: Snapshot, key: str, monitor: Monitor, bound: str) -> MonitorReading:
    seen: list[Observation] = list(project.observations_of.get(monitor.metric or "", ()))
    values = tuple(each.value for each in seen)
    if not seen:
        why = f"{monitor.metric} was never measured"
        return MonitorReading(key, Tone.UNKNOWN, "unknown", None, bound, None, why)
    last = seen[-1]
    declared = project.file.metrics.get(monitor.metric or "")
    longest = timedelta(days=2 * monitor.cadence_days + (declared.label_lag_days if declared else 0))
    evidence = measured(last, project.as_of)
    unread = declared is not None and declared.source is not None and not project.is_fresh(Source.METRICS)
    if project.as_of - last.at > longest or unread:
        return MonitorReading(
            key, Tone.UNKNOWN, "unknown", last.value, bound, None, f"no fresh value: {evidence}", values
        )
    since = None
    for each in reversed(seen):
        if not _is_bad(monitor, each.value):
            break
        since = each.at
    if bound == "no bound":
        return MonitorReading(key, Tone.UNKNOWN, "unknown", last.value, bound, None, "no bound is declared", values)
    tone, state = (Tone.BAD, "red") if since else (Tone.GOOD, "ok")
    return MonitorReading(key, tone, state, last.value, bound, since, evidence, values)


def _of_age(project: Snapshot, key: str, monitor: Monitor) -> MonitorReading:
    versions = project.versions_of.get(monitor.dataset or "", ())
    if not versions or not project.is_fresh(Source.DATA):
        why = "no version is published" if not versions else "data was not read lately"
        return MonitorReading(key, Tone.UNKNOWN, "unknown", None, bound_of(monitor), None, why)
    newest = versions[-1]
    at = newest.published_at or newest.created_at
    days = (project.as_of - at).total_seconds() / 86_400
    limit = monitor.at_most
    if limit is None and monitor.dataset in project.file.datasets:
        limit = project.file.datasets[monitor.dataset or ""].max_age_days
    if limit is None:
        return MonitorReading(
            key, Tone.UNKNOWN, "unknown", days, "no bound", None, "neither at_most nor max_age_days is declared"
        )
    bad = days > limit
    evidence = f"{newest.dataset} v{newest.number}, {number(days)} d old"
    since = at + timedelta(days=limit) if bad else None
    return MonitorReading(
        key, Tone.BAD if bad else Tone.GOOD, "red" if bad else "ok", days, f"<= {limit:g} d", since, evidence
    )
