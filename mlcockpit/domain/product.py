"""What the product achieved, and what was decided about it."""

from datetime import datetime

from sqlmodel import Field

from mlcockpit.domain.record import Record, UtcDateTime


class Observation(Record, table=True):
    """One dated value of a product metric, with its sample size and interval where they are known."""

    __tablename__ = "observation"

    metric: str = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    value: float
    n: int | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    source: str
    """The file or person it came from."""


class Decision(Record, table=True):
    """A choice with its reasons."""

    __tablename__ = "decision"

    title: str
    context: str = ""
    choice: str = ""
    consequences: str = ""
    deciders: str = ""
    """Handles, separated by spaces."""
    subjects: str = ""
    """Names of what it is about, separated by spaces."""
    decided_at: datetime = Field(sa_type=UtcDateTime)


class Declaration(Record, table=True):
    """One item of the project file over the time it stood there, so that any past day can be asked for."""

    __tablename__ = "declaration"

    subject: str = Field(index=True)
    content: str
    """Canonical JSON."""
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
