"""V02: artifact-moved-by-hand."""

from collections.abc import Iterator

from mlcockpit.domain.delivery import Deployment
from mlcockpit.domain.finding import Finding
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Severity, Source
from mlcockpit.rules.rule import Rule


class ArtifactMovedByHand(Rule):
    """The file that serves users is not the model that the registry names.

    ## Why it hurts
    Every review, test and metric speaks of another model than the one in use.
    ## How it is measured
    The digest of the served artifact (environment's `artifact` in the project file) differs from the digest of the
    registered version's logged model file.
    ## What to do
    Deploy again from the registry with `mlcockpit deploy`, then find out who copied what.
    ## Source
    Practice: artifacts handed over by hand.
    """

    code = "V02"
    severity = Severity.CRITICAL
    needs = frozenset({Source.MLFLOW})

    def check(self, project: Snapshot) -> Iterator[Finding]:
        """Judge every open deployment whose environment declares the file that it serves."""
        for deployment in project.open_deployments:
            environment = project.file.environments.get(deployment.environment)
            if environment is None or environment.artifact is None:
                continue
            subject = f"deploy/{deployment.id}"
            served = served_digest(deployment)
            version = project.model_version(deployment.model, deployment.number)
            logged = version.artifact_sha256 if version is not None else None
            what = f"{deployment.environment} serves {environment.artifact}"
            if served is None:
                yield self.unknown(project, subject, f"{what}, which cannot be read", fix="mlcockpit sync")
            elif logged is None:
                yield self.unknown(
                    project, subject, f"the logged model of {deployment.model}@{deployment.number} cannot be read"
                )
            elif served != logged:
                message = f"{what}, which is not {deployment.model}@{deployment.number}{_instead(project, deployment, served)}"
                evidence = f"sha256 served {served[:12]}, logged {logged[:12]}"
                yield self.violation(
                    project,
                    subject,
                    message,
                    evidence=evidence,
                    fix=f"mlcockpit deploy {deployment.model}@{deployment.number} {deployment.environment}",
                )


def served_digest(deployment: Deployment) -> str | None:
    """Return the digest of the served file as last seen; None where it could not be read."""
    return deployment.extra.get("seen_sha256") or deployment.artifact_sha256


def _instead(project: Snapshot, deployment: Deployment, served: str) -> str:
    other = [
        version.number
        for version in project.model_versions
        if version.model == deployment.model and version.artifact_sha256 == served
    ]
    return f" but {deployment.model}@{other[0]}" if other else " nor any registered version"
