"""How fast and how safely model versions reach users: the five DORA numbers in their meaning for models, each with its n.

Frequency: deployments that reached live. Lead time: end of the training run → live, and dataset published → first live
model trained on it. Change-fail: deployments that an incident of severity 1 to 3 names as suspect, or that were rolled
back, within fourteen days. Recovery: began → detected and detected → mitigated. Rework: unplanned deployments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from mlcockpit.analysis.lineage import dataset_version_of
from mlcockpit.domain.delivery import Deployment
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import DeploymentState

FAIL_WINDOW = timedelta(days=14)
REACHED_USERS = (DeploymentState.LIVE, DeploymentState.CANARY, DeploymentState.SUPERSEDED, DeploymentState.ROLLED_BACK)


@dataclass(frozen=True)
class Measure:
    """One number, how many cases it rests on, and what it means; value is None where there was no case."""

    name: str
    value: float | None
    unit: str
    n: int
    meaning: str


def dora(project: Snapshot, window: timedelta) -> list[Measure]:
    """Return the measures over the window that ends now."""
    start = project.as_of - window
    reached = [
        each
        for each in project.deployments
        if each.state in REACHED_USERS and start <= each.started_at <= project.as_of
    ]
    weeks = max(window / timedelta(days=7), 1e-9)
    failed = [each for each in reached if has_failed(project, each)]
    unplanned = [each for each in reached if not each.planned]
    hurt = [each for each in project.incidents if each.detected_at >= start]
    return [
        Measure("deployments", len(reached) / weeks, "a week", len(reached), "that took traffic"),
        _days("lead time of a model", _model_times(project, reached), "end of training to live, median"),
        _days("lead time of data", _data_times(project, start), "published to first live model trained on it, median"),
        _share("change-fail rate", failed, reached, "suspect of an incident or rolled back within 14 days"),
        _days("time to detect", [i.detected_at - i.started_at for i in hurt if i.started_at], "began to detected, median"),
        _days("time to mitigate", [i.mitigated_at - i.detected_at for i in hurt if i.mitigated_at],
              "detected to users fine, median"),
        _share("rework rate", unplanned, reached, "unplanned deployments"),
    ]  # fmt: skip


def has_failed(project: Snapshot, deployment: Deployment) -> bool:
    """Tell whether a deployment hurt users: rolled back, or suspect of an incident of severity 1 to 3, within 14 days."""
    end = deployment.started_at + FAIL_WINDOW
    if deployment.state is DeploymentState.ROLLED_BACK and deployment.ended_at and deployment.ended_at <= end:
        return True
    return any(
        incident.suspect_deployment == deployment.id
        and incident.severity <= 3
        and deployment.started_at <= (incident.started_at or incident.detected_at) <= end
        for incident in project.incidents
    )


def _model_times(project: Snapshot, reached: Sequence[Deployment]) -> list[timedelta]:
    times = []
    for each in reached:
        run = project.run_of(each)
        if run is not None and run.ended_at is not None and run.ended_at <= each.started_at:
            times.append(each.started_at - run.ended_at)
    return times


def _data_times(project: Snapshot, start: datetime) -> list[timedelta]:
    first: dict[tuple[str, int], timedelta] = {}
    for each in sorted(project.deployments, key=lambda deployment: deployment.started_at):
        run = project.run_of(each)
        if run is None or each.state not in REACHED_USERS or each.started_at < start:
            continue
        for read in run.inputs:
            version = dataset_version_of(project, read, run)
            if version is not None and version.published_at is not None:
                first.setdefault((version.dataset, version.number), each.started_at - version.published_at)
    return list(first.values())


def _days(name: str, times: Sequence[timedelta], meaning: str) -> Measure:
    value = median(time / timedelta(days=1) for time in times) if times else None
    return Measure(name, value, "d", len(times), meaning)


def _share(name: str, part: Sequence[object], whole: Sequence[object], meaning: str) -> Measure:
    return Measure(name, 100 * len(part) / len(whole) if whole else None, "%", len(whole), meaning)
