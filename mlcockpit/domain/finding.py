"""A finding is one occurrence of a process smell, or the honest word that it cannot be known."""

from dataclasses import dataclass

from mlcockpit.domain.vocabulary import Outcome, Severity


@dataclass(frozen=True)
class Finding:
    """What a rule said of a subject."""

    rule: str
    slug: str
    discipline: str
    severity: Severity
    subject: str
    outcome: Outcome
    message: str
    evidence: str = ""
    """The facts it rests on, with their source and age."""
    fix: str = ""
    """What to type or do next."""
    owner: str | None = None
    """Who answers for the subject; None where nobody does."""

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}: {self.message}"
