"""Records and projects as tests need them: every builder fills what the test does not care about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.delivery import Deployment
from mlcockpit.domain.handoff import Handoff
from mlcockpit.domain.operations import Incident
from mlcockpit.domain.people import Ownership, Person
from mlcockpit.domain.product import Observation
from mlcockpit.domain.project_file import ProjectFile
from mlcockpit.domain.run_facts import RunFacts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.source import SourceStatus
from mlcockpit.domain.training import AliasAssignment, ModelVersion, Reproduction
from mlcockpit.domain.vocabulary import Discipline, PersonStatus, Source, SourceState, Verdict

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STAMP: dict[str, Any] = {"created_at": NOW, "created_by": "test"}


def days_ago(days: float) -> datetime:
    """Return the instant that many days before the tests' now."""
    return NOW - timedelta(days=days)


def a_file(**parts: Any) -> ProjectFile:
    """Return a project file; `parts` are its sections as plain values."""
    return ProjectFile.model_validate({"project": {"key": "churn"}, **parts})


def a_project(file: ProjectFile | None = None, *, fresh: Sequence[Source] = tuple(Source), **parts: Any) -> Snapshot:
    """Return a snapshot at NOW in which every source in `fresh` was just read."""
    sources = {name: SourceStatus(name=name, state=SourceState.FRESH, fresh_at=NOW) for name in fresh}
    return replace(Snapshot(as_of=NOW, file=file or a_file()), **{"sources": sources, **parts})


def a_person(handle: str, discipline: str = "ml", status: str = "active", **parts: Any) -> Person:
    """Return a person who is there unless said otherwise."""
    return Person(
        handle=handle,
        name=handle.title(),
        discipline=Discipline(discipline),
        status=PersonStatus(status),
        **STAMP,
        **parts,
    )


def an_ownership(subject: str, person: str, **parts: Any) -> Ownership:
    """Return an open accountable duty."""
    return Ownership(**{"subject": subject, "person": person, "since": days_ago(90), **STAMP, **parts})


def an_observation(metric: str, value: float, *, age_days: float = 1, **parts: Any) -> Observation:
    """Return one dated value of a product metric."""
    return Observation(
        **{"metric": metric, "value": value, "at": days_ago(age_days), "source": "kpi.csv", **STAMP, **parts}
    )


def a_run(run_id: str, **parts: Any) -> RunFacts:
    """Return a finished run with a commit, as MLflow records a script."""
    return RunFacts(
        **{
            "run_id": run_id,
            "name": f"run-{run_id}",
            "experiment": "churn",
            "status": "FINISHED",
            "started_at": days_ago(10),
            "ended_at": days_ago(10),
            "user": "bo",
            "commit": "a" * 40,
            "source_name": "train.py",
            **parts,
        }
    )


def a_model_version(number: int, run_id: str | None, model: str = "churn", **parts: Any) -> ModelVersion:
    """Return a registered version."""
    return ModelVersion(
        **{"model": model, "number": number, "run_id": run_id, "registered_at": days_ago(9), **STAMP, **parts}
    )


def a_deployment(number: int, model: str = "churn", environment: str = "prod", **parts: Any) -> Deployment:
    """Return an open full deployment."""
    return Deployment(
        **{
            "id": number,
            "model": model,
            "number": number,
            "environment": environment,
            "started_at": days_ago(8),
            "actor": "olu",
            **STAMP,
            **parts,
        }
    )


def an_alias(alias: str, number: int, model: str = "churn", **parts: Any) -> AliasAssignment:
    """Return an alias that is set now."""
    return AliasAssignment(**{"model": model, "alias": alias, "number": number, "since": days_ago(8), **STAMP, **parts})


def a_dataset_version(dataset: str, number: int = 1, **parts: Any) -> DatasetVersion:
    """Return a version of a dataset that is a table."""
    return DatasetVersion(
        **{
            "dataset": dataset,
            "number": number,
            "path": f"data/{dataset}.csv",
            "sha256": f"{number:064x}",
            "content_sha256": f"{number + 1000:064x}",
            "size": 1000,
            "rows": 100,
            **STAMP,
            **parts,
        }
    )


def a_reproduction(run_id: str, verdict: str = "identical", **parts: Any) -> Reproduction:
    """Return one attempt to reproduce a run."""
    return Reproduction(
        **{
            "run_id": run_id,
            "verdict": Verdict(verdict),
            "reason": "every metric is bit-equal",
            "standing": "recorded",
            "recipe_sha256": "0" * 64,
            "started_at": days_ago(1),
            "ended_at": days_ago(1),
            **STAMP,
            **parts,
        }
    )


def an_incident(number: int = 1, **parts: Any) -> Incident:
    """Return an incident that was just seen."""
    return Incident(
        **{"id": number, "title": "recall drops", "severity": 2, "detected_at": days_ago(1), **STAMP, **parts}
    )


def a_handoff(number: int = 1, **parts: Any) -> Handoff:
    """Return a draft handoff of a model from ml to dev."""
    return Handoff(
        **{
            "id": number,
            "kind": "H3",
            "title": "take over v2",
            "subject": "model/churn@2",
            "from_person": "bo",
            "from_discipline": "ml",
            "to_person": "cy",
            "to_discipline": "dev",
            **STAMP,
            **parts,
        }
    )
