"""People, and who answers for what from when until when."""

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field

from mlcockpit.domain.record import Record, UtcDateTime, words
from mlcockpit.domain.vocabulary import Discipline, Duty, PersonStatus


class Person(Record, table=True):
    """Somebody who works on the product; handle is the name people type."""

    __tablename__ = "person"

    handle: str = Field(unique=True, index=True)
    name: str
    discipline: Discipline = Field(sa_type=words(Discipline))
    status: PersonStatus = Field(default=PersonStatus.ACTIVE, sa_type=words(PersonStatus))
    departed_on: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """None while the person is there."""
    deputy: str | None = None
    emails: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    git_names: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    mlflow_users: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class Ownership(Record, table=True):
    """One person's duty for one subject, such as model/gatewise; open while `until` is None."""

    __tablename__ = "ownership"

    subject: str = Field(index=True)
    person: str = Field(index=True)
    duty: Duty = Field(default=Duty.ACCOUNTABLE, sa_type=words(Duty))
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = ""
