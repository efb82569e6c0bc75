"""What went wrong while users were served, and who works on it."""

from datetime import datetime

from sqlmodel import Field

from mlcockpit.domain.record import Record, UtcDateTime, words
from mlcockpit.domain.vocabulary import Cause, IncidentDuty, IncidentState


class Incident(Record, table=True):
    """Something that hurts users or the goal; severity 1 is worst, 5 mildest."""

    __tablename__ = "incident"

    title: str
    severity: int = Field(ge=1, le=5)
    state: IncidentState = Field(default=IncidentState.TRIAGE, sa_type=words(IncidentState))
    impact: str = ""
    detected_via: str = ""
    subjects: str = ""
    """Names of what is wrong, separated by spaces."""
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it began to hurt; None while unknown."""
    detected_at: datetime = Field(sa_type=UtcDateTime)
    mitigated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cause: Cause | None = Field(default=None, sa_type=words(Cause))
    suspect_deployment: int | None = None


class IncidentRole(Record, table=True):
    """What one person does in an incident, from when until when."""

    __tablename__ = "incident_role"

    incident: int = Field(index=True)
    person: str
    duty: IncidentDuty = Field(sa_type=words(IncidentDuty))
    assumed_at: datetime = Field(sa_type=UtcDateTime)
    renounced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TimelineNote(Record, table=True):
    """One line of an incident's timeline."""

    __tablename__ = "timeline_note"

    incident: int = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    author: str
    text: str
