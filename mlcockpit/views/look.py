"""A look says who looks: through which lens, since when, and with which findings at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mlcockpit.domain.finding import Finding
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Discipline, Source, SourceState
from mlcockpit.views.lens import LENSES
from mlcockpit.views.table import SourceLine

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Look:
    """Everything besides the project that a view may depend on."""

    lens: str = "all"
    viewer: str = ""
    """Handle of the person who looks; empty where nobody is known."""
    since: datetime | None = None
    """The last time this person looked; None: the last seven days."""
    findings: Sequence[Finding] = ()
    judged: int = 0
    """How many rules made the findings."""
    focus: str = ""
    """The entity that the view is about; empty: the view's own choice."""

    @property
    def role(self) -> Discipline | None:
        """Return the discipline of the lens; None for the neutral one."""
        return LENSES[self.lens].role

    def start(self, project: Snapshot) -> datetime:
        """Return the instant from which things count as new."""
        return self.since or project.as_of - WEEK

    def start_in_words(self, project: Snapshot) -> str:
        """Return that instant as a title says it."""
        return f"since you last looked, {self.since:%Y-%m-%d %H:%M}" if self.since else "in the last 7 days"


def source_lines(project: Snapshot) -> tuple[SourceLine, ...]:
    """Return the freshness of every source; one that nobody read is absent, never fresh."""
    lines = []
    for source in Source:
        status = project.sources.get(source)
        if status is None:
            lines.append(SourceLine(source.value, SourceState.ABSENT, None, "never read"))
        else:
            lines.append(SourceLine(source.value, status.state, status.fresh_at, status.note))
    return tuple(lines)
