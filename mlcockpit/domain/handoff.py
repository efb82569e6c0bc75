"""A handoff is a package of work between disciplines, taken over only when its criteria are met or waived by name."""

from datetime import datetime

from sqlmodel import Field

from mlcockpit.domain.record import Record, UtcDateTime, words
from mlcockpit.domain.vocabulary import Discipline, HandoffKind, HandoffState


class Handoff(Record, table=True):
    """From whom to whom, about what, until when."""

    __tablename__ = "handoff"

    kind: HandoffKind = Field(sa_type=words(HandoffKind))
    title: str
    subject: str = Field(index=True)
    from_person: str
    from_discipline: Discipline = Field(sa_type=words(Discipline))
    to_person: str
    to_discipline: Discipline = Field(sa_type=words(Discipline))
    state: HandoffState = Field(default=HandoffState.DRAFT, sa_type=words(HandoffState))
    offered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due: datetime | None = Field(default=None, sa_type=UtcDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    question: str = ""
    """Why it was returned or declined."""

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it still waits after its due instant."""
        waits = self.state in (HandoffState.OFFERED, HandoffState.RETURNED, HandoffState.ACCEPTED)
        return waits and self.due is not None and now > self.due


class Criterion(Record, table=True):
    """One thing the receiver needs; must-criteria are met or waived before acceptance."""

    __tablename__ = "handoff_criterion"

    handoff: int = Field(index=True)
    text: str
    must: bool = True
    met: bool = False
    evidence: str = ""
    waived_by: str | None = None
    """None where nobody waived it."""
    waived_why: str = ""
