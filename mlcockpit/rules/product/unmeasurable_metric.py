"""P02: unmeasurable-metric."""

from collections.abc import Iterator
from datetime import timedelta

from mlcockpit.domain.finding import Finding
from mlcockpit.domain.project_file import ProductMetric
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import MetricKind, Severity
from mlcockpit.rules.rule import Rule

CADENCES = 2
"""A metric is stale when its newest value is older than this many of its cadences."""


class UnmeasurableMetric(Rule):
    """A product metric that nobody can miss, because nobody measures or owns it.

    ## Why it hurts
    A goal without a number, an owner or a limit is always green.
    ## How it is measured
    A declared metric lacks an owner, or a target (a guardrail: a floor or ceiling; a counter needs neither), or its newest
    value is older than two cadences plus the time its labels take.
    ## What to do
    Complete it in mlcockpit.toml, bring its values with `mlcockpit metric import`, or retire it.
    ## Source
    North-star practice.
    """

    code = "P02"
    severity = Severity.HIGH

    def check(self, project: Snapshot) -> Iterator[Finding]:
        """Judge every declared metric."""
        for key, metric in sorted(project.file.metrics.items()):
            lacks = self._lacks(project, key, metric)
            if lacks:
                yield self.violation(
                    project,
                    f"metric/{key}",
                    f"cannot be missed: {', '.join(lacks)}",
                    evidence="mlcockpit.toml and observations",
                    fix=f"mlcockpit metric import {key} FILE",
                )

    def _lacks(self, project: Snapshot, key: str, metric: ProductMetric) -> list[str]:
        lacks = [] if project.owner_of(f"metric/{key}") or metric.owner else ["it has no owner"]
        if metric.kind is MetricKind.GUARDRAIL and metric.floor is None and metric.ceiling is None:
            lacks.append("it has no floor or ceiling")
        if metric.kind in (MetricKind.NORTH_STAR, MetricKind.INPUT) and metric.target is None:
            lacks.append("it has no target")
        seen = project.observations_of.get(f"{key}", ())
        limit = timedelta(days=CADENCES * metric.cadence_days + metric.label_lag_days)
        if not seen:
            lacks.append("it was never measured")
        elif project.as_of - seen[-1].at > limit:
            lacks.append(
                f"its newest value is {(project.as_of - seen[-1].at).days} days old, of a limit of {limit.days}"
            )
        return lacks
