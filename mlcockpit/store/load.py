"""What people made is loaded whole into a frozen snapshot; what machines made stays in pages and facts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import inspect, text
from sqlmodel import Session, SQLModel, select

from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.delivery import Deployment, GateResult, PromotionRequest, Vote
from mlcockpit.domain.handoff import Criterion, Handoff
from mlcockpit.domain.journal import Event
from mlcockpit.domain.operations import Incident, IncidentRole, TimelineNote
from mlcockpit.domain.people import Ownership, Person
from mlcockpit.domain.product import Decision, Observation
from mlcockpit.domain.project_file import ProjectFile
from mlcockpit.domain.run_facts import DuplicateGroup, RunFacts
from mlcockpit.domain.snapshot import RunCounts, Snapshot
from mlcockpit.domain.source import SourceStatus
from mlcockpit.domain.training import AliasAssignment, ModelVersion, Reproduction
from mlcockpit.store.database import Store

NEWEST_EVENTS = 200

R = TypeVar("R", bound=SQLModel)


def load_snapshot(
    store: Store,
    file: ProjectFile,
    as_of: datetime,
    *,
    runs: Mapping[str, RunFacts],
    duplicates: Sequence[DuplicateGroup],
    run_counts: RunCounts,
) -> Snapshot:
    """Return the project as one consistent read shows it, joined with facts about runs that the caller gathered."""
    with store.read() as session:
        return Snapshot(
            as_of=as_of,
            file=file,
            sources={status.name: status for status in all_of(session, SourceStatus)},
            people=all_of(session, Person),
            ownerships=all_of(session, Ownership),
            observations=all_of(session, Observation),
            decisions=all_of(session, Decision),
            dataset_versions=all_of(session, DatasetVersion),
            model_versions=all_of(session, ModelVersion),
            aliases=all_of(session, AliasAssignment),
            reproductions=all_of(session, Reproduction),
            promotions=all_of(session, PromotionRequest),
            votes=all_of(session, Vote),
            gate_results=all_of(session, GateResult),
            deployments=all_of(session, Deployment),
            incidents=all_of(session, Incident),
            incident_roles=all_of(session, IncidentRole),
            timeline=all_of(session, TimelineNote),
            handoffs=all_of(session, Handoff),
            criteria=all_of(session, Criterion),
            events=session.exec(select(Event).order_by(text("seq DESC")).limit(NEWEST_EVENTS)).all(),
            runs=runs,
            duplicates=duplicates,
            run_counts=run_counts,
        )


def all_of(session: Session, kind: type[R]) -> Sequence[R]:
    """Return every record of `kind`, in the order they were stored."""
    return session.exec(select(kind).order_by(*inspect(kind).primary_key)).all()
