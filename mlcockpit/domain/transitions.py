"""Which states may follow which; a guard that needs more than the state lives in its service."""

from collections.abc import Mapping
from enum import StrEnum

from mlcockpit.domain.vocabulary import (
    DatasetState,
    DeploymentState,
    HandoffState,
    IncidentState,
    ModelState,
    PersonStatus,
    PromotionState,
)
from mlcockpit.errors import Refused

_AFTER: Mapping[type[StrEnum], Mapping[StrEnum, frozenset[StrEnum]]] = {
    DatasetState: {
        DatasetState.DRAFT: frozenset({DatasetState.PUBLISHED}),
        DatasetState.PUBLISHED: frozenset({DatasetState.DEPRECATED, DatasetState.WITHDRAWN}),
        DatasetState.DEPRECATED: frozenset({DatasetState.WITHDRAWN, DatasetState.PUBLISHED}),
        DatasetState.WITHDRAWN: frozenset(),
    },
    ModelState: {
        ModelState.CANDIDATE: frozenset({ModelState.VALIDATED, ModelState.RETIRED, ModelState.QUARANTINED}),
        ModelState.VALIDATED: frozenset({ModelState.APPROVED, ModelState.RETIRED, ModelState.QUARANTINED}),
        ModelState.APPROVED: frozenset({ModelState.RETIRED, ModelState.QUARANTINED}),
        ModelState.RETIRED: frozenset({ModelState.QUARANTINED}),
        ModelState.QUARANTINED: frozenset(),
    },
    PromotionState: {
        PromotionState.PENDING: frozenset({PromotionState.APPROVED, PromotionState.REJECTED, PromotionState.CLOSED}),
        PromotionState.APPROVED: frozenset({PromotionState.COMMITTED, PromotionState.REJECTED, PromotionState.CLOSED}),
        PromotionState.COMMITTED: frozenset(),
        PromotionState.REJECTED: frozenset(),
        PromotionState.CLOSED: frozenset(),
    },
    DeploymentState: {
        DeploymentState.PLANNED: frozenset(
            {DeploymentState.SHADOW, DeploymentState.CANARY, DeploymentState.LIVE, DeploymentState.FAILED}
        ),
        DeploymentState.SHADOW: frozenset(
            {DeploymentState.CANARY, DeploymentState.LIVE, DeploymentState.SUPERSEDED, DeploymentState.FAILED}
        ),
        DeploymentState.CANARY: frozenset(
            {DeploymentState.LIVE, DeploymentState.SUPERSEDED, DeploymentState.ROLLED_BACK, DeploymentState.FAILED}
        ),
        DeploymentState.LIVE: frozenset(
            {DeploymentState.SUPERSEDED, DeploymentState.ROLLED_BACK, DeploymentState.FAILED}
        ),
        DeploymentState.SUPERSEDED: frozenset(),
        DeploymentState.ROLLED_BACK: frozenset(),
        DeploymentState.FAILED: frozenset(),
    },
    IncidentState: {
        IncidentState.TRIAGE: frozenset({IncidentState.ACTIVE, IncidentState.CANCELLED, IncidentState.MERGED}),
        IncidentState.ACTIVE: frozenset(
            {IncidentState.MITIGATED, IncidentState.RESOLVED, IncidentState.CANCELLED, IncidentState.MERGED}
        ),
        IncidentState.MITIGATED: frozenset({IncidentState.ACTIVE, IncidentState.RESOLVED}),
        IncidentState.RESOLVED: frozenset({IncidentState.ACTIVE, IncidentState.CLOSED}),
        IncidentState.CLOSED: frozenset(),
        IncidentState.CANCELLED: frozenset(),
        IncidentState.MERGED: frozenset(),
    },
    HandoffState: {
        HandoffState.DRAFT: frozenset({HandoffState.OFFERED}),
        HandoffState.OFFERED: frozenset({HandoffState.ACCEPTED, HandoffState.RETURNED, HandoffState.DECLINED}),
        HandoffState.RETURNED: frozenset({HandoffState.OFFERED, HandoffState.DECLINED}),
        HandoffState.ACCEPTED: frozenset({HandoffState.DONE}),
        HandoffState.DECLINED: frozenset(),
        HandoffState.DONE: frozenset(),
    },
    PersonStatus: {
        PersonStatus.ACTIVE: frozenset({PersonStatus.LEAVE, PersonStatus.DEPARTED}),
        PersonStatus.LEAVE: frozenset({PersonStatus.ACTIVE, PersonStatus.DEPARTED}),
        PersonStatus.DEPARTED: frozenset({PersonStatus.ACTIVE}),
    },
}
"""By machine: a person and an incident can both be "active", and equal words are equal keys."""


def may_follow(old: StrEnum) -> frozenset[StrEnum]:
    """Return the states that may follow `old`."""
    return _AFTER[type(old)][old]


def step(subject: str, old: StrEnum, new: StrEnum) -> None:
    """Raise Refused unless `new` may follow `old`; the message names what may."""
    if type(new) is not type(old) or new not in may_follow(old):
        allowed = " or ".join(sorted(state.value for state in may_follow(old))) or "nothing"
        raise Refused(f"{subject} is {old.value} and cannot become {new.value}", hint=f"next may come {allowed}")
