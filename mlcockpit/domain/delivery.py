"""How a model version reaches users: request, approval, gate, deployment."""

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field

from mlcockpit.domain.record import Record, UtcDateTime, words
from mlcockpit.domain.vocabulary import DeploymentState, PromotionState, Strategy


class PromotionRequest(Record, table=True):
    """The wish to bring a model version to an environment."""

    __tablename__ = "promotion_request"

    model: str
    number: int
    environment: str
    requester: str
    comment: str = ""
    state: PromotionState = Field(default=PromotionState.PENDING, sa_type=words(PromotionState))
    requested_at: datetime = Field(sa_type=UtcDateTime)


class Vote(Record, table=True):
    """One person's yes or no to a promotion; the last one counts."""

    __tablename__ = "vote"

    promotion: int = Field(index=True)
    person: str
    approves: bool
    comment: str = ""
    at: datetime = Field(sa_type=UtcDateTime)


class GateResult(Record, table=True):
    """What one condition of a gate said for one promotion, under which wording of the policy."""

    __tablename__ = "gate_result"

    promotion: int = Field(index=True)
    gate: str
    check_text: str
    result: str
    """pass, fail, unknown or waived."""
    detail: str = ""
    waived_by: str | None = None
    """None where nobody waived it."""
    waived_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the waiver ends; None where there is none."""
    policy_sha256: str
    at: datetime = Field(sa_type=UtcDateTime)


class Deployment(Record, table=True):
    """A model version in an environment over an interval; live while it is open and its state says so."""

    __tablename__ = "deployment"

    model: str = Field(index=True)
    number: int
    environment: str = Field(index=True)
    strategy: Strategy = Field(default=Strategy.FULL, sa_type=words(Strategy))
    traffic_pct: int = 100
    state: DeploymentState = Field(default=DeploymentState.LIVE, sa_type=words(DeploymentState))
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    actor: str
    reason: str = ""
    previous: int | None = None
    """Id of the deployment it took over from; None for the first."""
    promotion: int | None = None
    """Id of the promotion request that allowed it; None where there was none."""
    planned: bool = True
    artifact_sha256: str | None = None
    """Digest of the file that was found serving when it was recorded; None where it could not be seen."""
    observed_via: str = "cli"
    extra: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))

    @property
    def is_open(self) -> bool:
        """Tell whether it still takes traffic."""
        return self.ended_at is None
