"""A report is a view for people who read elsewhere: the same sections as the screens, in the order of one role."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mlcockpit.domain.journal import canonical_json
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.views.plain import section_json
from mlcockpit.views.table import Section, SourceLine, View


@dataclass(frozen=True)
class Report:
    """One status report; every renderer draws the same sections."""

    role: str
    """product, data, ml, dev, ops, or all."""
    project: str
    mission: str
    question: str
    """What this role must know within ten seconds."""
    as_of: datetime
    since: datetime
    sources: tuple[SourceLine, ...]
    counts: Mapping[Tone, int]
    """How many statements are bad, doubtful, unknown; the same for every role."""
    sections: tuple[Section, ...]
    head: str
    """seq:hash of the journal that it was made from."""
    series: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Row key → the last values, for small charts beside a table's rows."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Terms of other disciplines that occur here, in plain words."""

    @property
    def content_sha256(self) -> str:
        """Return the digest of what it says; two reports on the same facts have the same."""
        said = [self.role, self.as_of.isoformat(), [section_json(section) for section in self.sections]]
        return hashlib.sha256(canonical_json(said).encode()).hexdigest()

    @property
    def title(self) -> str:
        """Return the report's name."""
        role = "Status" if self.role == "all" else f"Status for {self.role}"
        return f"{self.project}: {role}"

    @property
    def verdict(self) -> tuple[Tone, str]:
        """Return the worst tone and the counts in words."""
        parts = [f"{self.counts.get(tone, 0)} {word}" for tone, word in _WORDS if self.counts.get(tone, 0)]
        worst = next((tone for tone, _ in _WORDS if self.counts.get(tone, 0)), Tone.GOOD)
        return worst, ", ".join(parts) or "nothing is red, doubtful or unknown"

    def as_view(self) -> View:
        """Return the report as a view, for JSON and text."""
        name = f"report-{self.role}"
        return View(name, f"{self.title}  ·  {self.question}", self.as_of, self.sources, self.sections)


_WORDS = ((Tone.BAD, "red"), (Tone.DOUBTFUL, "doubtful"), (Tone.UNKNOWN, "unknown"))
