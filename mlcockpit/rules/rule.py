"""A rule is one file: its name is the smell, its docstring the manual, its answer three-valued."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from mlcockpit.domain.finding import Finding
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Criticality, Outcome, Severity, Source

DISCIPLINES = {"P": "product", "D": "data", "M": "ml", "V": "dev", "O": "ops", "X": "all"}

_STEP = {Criticality.POC: -1, Criticality.NONCRITICAL: 0, Criticality.CRITICAL: 1}


class Rule(ABC):
    """Say in one line what is wrong; then why it hurts, how it is measured, what to do, and the source."""

    code: ClassVar[str]
    severity: ClassVar[Severity]
    needs: ClassVar[frozenset[Source]] = frozenset()
    """Sources without which nothing can be said; an absent or stale one makes the rule's answer unknown."""

    @abstractmethod
    def check(self, project: Snapshot) -> Iterator[Finding]:
        """Yield a finding for each subject that is at fault, or cannot be judged."""

    @classmethod
    def slug(cls) -> str:
        """Return folder and file in kebab case, such as people/departed-owner."""
        folder, file = cls.__module__.split(".")[-2:]
        return f"{folder}/{file}".replace("_", "-")

    @classmethod
    def discipline(cls) -> str:
        """Return whose work it is, by the code's letter."""
        return DISCIPLINES[cls.code[0]]

    def violation(self, project: Snapshot, subject: str, message: str, *, evidence: str = "", fix: str = "") -> Finding:
        """Return a finding that the subject is at fault; its severity follows the project's criticality."""
        return self._finding(project, subject, message, Outcome.VIOLATION, evidence, fix)

    def unknown(self, project: Snapshot, subject: str, message: str, *, evidence: str = "", fix: str = "") -> Finding:
        """Return a finding that the subject cannot be judged, and why."""
        return self._finding(project, subject, message, Outcome.UNKNOWN, evidence, fix)

    def _finding(
        self, project: Snapshot, subject: str, message: str, outcome: Outcome, evidence: str, fix: str
    ) -> Finding:
        return Finding(
            rule=self.code,
            slug=self.slug(),
            discipline=self.discipline(),
            severity=self.severity.step(_STEP[project.file.project.criticality]),
            subject=subject,
            outcome=outcome,
            message=message,
            evidence=evidence,
            fix=fix,
            owner=project.owner_of(subject),
        )
