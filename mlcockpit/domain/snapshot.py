"""A snapshot is the project at one instant: frozen, loaded once, read by rules, views and reports."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.delivery import Deployment, GateResult, PromotionRequest, Vote
from mlcockpit.domain.handoff import Criterion, Handoff
from mlcockpit.domain.journal import Event
from mlcockpit.domain.names import parts
from mlcockpit.domain.operations import Incident, IncidentRole, TimelineNote
from mlcockpit.domain.people import Ownership, Person
from mlcockpit.domain.product import Decision, Observation
from mlcockpit.domain.project_file import ProjectFile
from mlcockpit.domain.run_facts import DuplicateGroup, RunFacts
from mlcockpit.domain.source import SourceStatus
from mlcockpit.domain.training import AliasAssignment, ModelVersion, Reproduction
from mlcockpit.domain.vocabulary import DeploymentState, Duty, Source, SourceState

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class RunCounts:
    """How many runs the tracker holds."""

    total: int = 0
    finished: int = 0
    failed: int = 0
    experiments: int = 0
    newest: datetime | None = None


@dataclass(frozen=True)
class Snapshot:
    """The project at `as_of`; records are read, never changed, through it."""

    as_of: datetime
    file: ProjectFile
    sources: Mapping[Source, SourceStatus] = field(default_factory=dict)
    people: Sequence[Person] = ()
    ownerships: Sequence[Ownership] = ()
    observations: Sequence[Observation] = ()
    """Oldest first within a metric."""
    decisions: Sequence[Decision] = ()
    dataset_versions: Sequence[DatasetVersion] = ()
    model_versions: Sequence[ModelVersion] = ()
    aliases: Sequence[AliasAssignment] = ()
    reproductions: Sequence[Reproduction] = ()
    promotions: Sequence[PromotionRequest] = ()
    votes: Sequence[Vote] = ()
    gate_results: Sequence[GateResult] = ()
    deployments: Sequence[Deployment] = ()
    incidents: Sequence[Incident] = ()
    incident_roles: Sequence[IncidentRole] = ()
    timeline: Sequence[TimelineNote] = ()
    handoffs: Sequence[Handoff] = ()
    criteria: Sequence[Criterion] = ()
    events: Sequence[Event] = ()
    """The newest 200, newest first."""
    runs: Mapping[str, RunFacts] = field(default_factory=dict)
    """Runs that something points at: registered versions, reproductions, faults; not all runs."""
    duplicates: Sequence[DuplicateGroup] = ()
    run_counts: RunCounts = RunCounts()

    @cached_property
    def person(self) -> Mapping[str, Person]:
        """Return people by handle."""
        return {person.handle: person for person in self.people}

    @cached_property
    def accountable(self) -> Mapping[str, str]:
        """Return subject → handle of the one accountable person now."""
        return {
            duty.subject: duty.person
            for duty in self.ownerships
            if duty.until is None and duty.duty is Duty.ACCOUNTABLE
        }

    @cached_property
    def live(self) -> Sequence[Deployment]:
        """Return the open deployments that take traffic, by environment order."""
        serving = (DeploymentState.LIVE, DeploymentState.CANARY)
        found = [deployment for deployment in self.deployments if deployment.is_open and deployment.state in serving]
        order = {key: (env.order, key) for key, env in self.file.environments.items()}
        return sorted(
            found, key=lambda deployment: (order.get(deployment.environment, (99, "")), deployment.started_at)
        )

    @cached_property
    def open_deployments(self) -> Sequence[Deployment]:
        """Return every open deployment, those that run beside the live one included, by environment order."""
        serving = {id(each) for each in self.live}
        beside = [each for each in self.deployments if each.is_open and id(each) not in serving]
        order = {key: (env.order, key) for key, env in self.file.environments.items()}
        return sorted([*self.live, *beside], key=lambda each: (order.get(each.environment, (99, "")), each.started_at))

    @cached_property
    def observations_of(self) -> Mapping[str, Sequence[Observation]]:
        """Return metric → its observations, oldest first."""
        return _group(sorted(self.observations, key=lambda seen: seen.at), lambda seen: seen.metric)

    @cached_property
    def versions_of(self) -> Mapping[str, Sequence[DatasetVersion]]:
        """Return dataset → its versions, oldest first."""
        return _group(
            sorted(self.dataset_versions, key=lambda version: version.number), lambda version: version.dataset
        )

    @cached_property
    def criteria_of(self) -> Mapping[int, Sequence[Criterion]]:
        """Return handoff id → its criteria."""
        return _group(self.criteria, lambda criterion: criterion.handoff)

    @cached_property
    def reproductions_of(self) -> Mapping[str, Sequence[Reproduction]]:
        """Return run id → attempts to reproduce it, oldest first."""
        return _group(
            sorted(self.reproductions, key=lambda attempt: attempt.started_at), lambda attempt: attempt.run_id
        )

    def model_version(self, model: str, number: int) -> ModelVersion | None:
        """Return the registered version; None where nobody has seen it."""
        return next((v for v in self.model_versions if v.model == model and v.number == number), None)

    def run_of(self, deployment: Deployment) -> RunFacts | None:
        """Return the run behind a deployment; None where the registry names none."""
        version = self.model_version(deployment.model, deployment.number)
        return self.runs.get(version.run_id) if version is not None and version.run_id else None

    def owner_of(self, subject: str) -> str | None:
        """Return who is accountable for `subject`, or for what it is a version of; None where nobody is."""
        kind, key, _ = parts(subject)
        return self.accountable.get(subject) or self.accountable.get(f"{kind}/{key}")

    def is_fresh(self, source: Source) -> bool:
        """Tell whether a source was read and can be believed."""
        status = self.sources.get(source)
        return status is not None and status.state is SourceState.FRESH


def _group(items: Iterable[V], key: Callable[[V], K]) -> Mapping[K, Sequence[V]]:
    groups: dict[K, list[V]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(groups)
