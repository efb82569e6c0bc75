"""D02: unknown-training-data."""

from collections.abc import Iterator

from mlcockpit.domain.finding import Finding
from mlcockpit.domain.run import RunInput
from mlcockpit.domain.run_facts import RunFacts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Severity, Source
from mlcockpit.rules.rule import Rule


class UnknownTrainingData(Rule):
    """Nobody can say which data a live model learned from.

    ## Why it hurts
    The model can be neither rebuilt nor defended, and a fault in the data cannot be traced to it.
    ## How it is measured
    The run behind an open deployment logged no input, or an input that matches no published dataset version with a full
    content digest. MLflow's own digest only joins the two; it is not an identity.
    ## What to do
    Find the bytes, `mlcockpit data publish` them, or retrain on a published version.
    ## Source
    Practice: tracing the original data; mlflow issue 11560.
    """

    code = "D02"
    severity = Severity.CRITICAL
    needs = frozenset({Source.MLFLOW, Source.DATA})

    def check(self, project: Snapshot) -> Iterator[Finding]:
        """Judge the run behind every open deployment."""
        for deployment in project.open_deployments:
            subject = f"deploy/{deployment.id}"
            what = f"{deployment.model}@{deployment.number} in {deployment.environment}"
            run = project.run_of(deployment)
            if run is None:
                yield self.unknown(
                    project, subject, f"{what} has no run in the tracker", fix=f"mlcockpit trace {subject}"
                )
                continue
            missing = unpublished(project, run)
            if not run.inputs:
                message = f"{what} was trained by run/{run.run_id[:8]}, which logged no data"
            elif missing:
                names = ", ".join(f"{each.name} ({each.digest})" for each in missing)
                message = f"{what} was trained by run/{run.run_id[:8]} on data that nobody published: {names}"
            else:
                continue
            yield self.violation(
                project, subject, message, evidence=_evidence(run), fix="mlcockpit data publish DATASET PATH"
            )


def unpublished(project: Snapshot, run: RunFacts) -> list[RunInput]:
    """Return the inputs of `run` that match no published dataset version."""
    known = {digest for version in project.dataset_versions for digest in version.mlflow_digests}
    paths = {version.path for version in project.dataset_versions}
    return [
        each for each in run.inputs if each.digest not in known and not any(each.place.endswith(path) for path in paths)
    ]


def _evidence(run: RunFacts) -> str:
    return "; ".join(f"{each.name} from {each.place}" for each in run.inputs) or "mlflow inputs: none"
