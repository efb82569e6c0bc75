"""O02: ghost-deployment."""

from collections.abc import Iterator
from datetime import timedelta

from mlcockpit.domain.delivery import Deployment
from mlcockpit.domain.finding import Finding
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.training import AliasAssignment
from mlcockpit.domain.vocabulary import Severity, Source
from mlcockpit.rules.rule import Rule

SLACK = timedelta(days=1)
"""How far a deployment's record may lie from the look that saw the alias move."""


class GhostDeployment(Rule):
    """A model went live and nobody wrote down who did it, or why.

    ## Why it hurts
    When it fails, nobody knows what changed; an auditor finds an unexplained change of what decides about people.
    ## How it is measured
    The alias that an environment follows was seen on a version for which that environment has no deployment record at
    that time.
    ## What to do
    Ask who moved it, then record it: `mlcockpit deploy MODEL@N ENV --at TIME --reason …`, or move the alias back.
    ## Source
    mlflow issue 2169.
    """

    code = "O02"
    severity = Severity.CRITICAL
    needs = frozenset({Source.MLFLOW})

    def check(self, project: Snapshot) -> Iterator[Finding]:
        """Judge every interval in which a followed alias stood on a version."""
        for key, environment in sorted(project.file.environments.items()):
            records = [each for each in project.deployments if each.environment == key]
            for seen in project.aliases:
                if (seen.model, seen.alias) == (environment.model, environment.alias) and not any(
                    explains(each, seen) for each in records
                ):
                    when = f"before {seen.since:%Y-%m-%d %H:%M}"
                    if seen.observed_after is not None:
                        when = f"between {seen.observed_after:%Y-%m-%d %H:%M} and {seen.since:%Y-%m-%d %H:%M}"
                    yield self.violation(
                        project,
                        f"model/{seen.model}@{seen.number}",
                        f"alias {seen.alias} moved to version {seen.number} {when} and no deployment to {key} says so",
                        evidence="two looks at the MLflow registry",
                        fix=f"mlcockpit deploy {seen.model}@{seen.number} {key} --at TIME --reason WHY",
                    )


def explains(deployment: Deployment, seen: AliasAssignment) -> bool:
    """Tell whether a deployment record accounts for an alias standing on a version."""
    if (deployment.model, deployment.number) != (seen.model, seen.number) or deployment.started_at > seen.since + SLACK:
        return False
    return deployment.ended_at is None or deployment.ended_at >= seen.since - SLACK
