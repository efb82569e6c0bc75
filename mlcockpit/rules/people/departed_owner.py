"""X01: departed-owner."""

from collections.abc import Iterator

from mlcockpit.domain.finding import Finding
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import PersonStatus, Severity
from mlcockpit.rules.rule import Rule


class DepartedOwner(Rule):
    """Somebody who has left still answers for it.

    ## Why it hurts
    When it breaks, the only person who must act is not there.
    ## How it is measured
    The accountable person of a subject has the status departed.
    ## What to do
    `mlcockpit own SUBJECT PERSON`, with an H6 handoff for what only the departed person knew. Nothing should be deleted:
    that its owner left says nothing about whether it is used.
    ## Source
    OpenMetadata issue 24191.
    """

    code = "X01"
    severity = Severity.CRITICAL

    def check(self, project: Snapshot) -> Iterator[Finding]:
        """Judge every open accountable duty."""
        for subject, handle in sorted(project.accountable.items()):
            person = project.person.get(handle)
            if person is None or person.status is not PersonStatus.DEPARTED:
                continue
            left = f" on {person.departed_on:%Y-%m-%d}" if person.departed_on else ""
            yield self.violation(
                project,
                subject,
                f"{person.name} answers for it and left{left}",
                evidence=f"ownership of {subject}, status of person/{handle}",
                fix=f"mlcockpit own {subject} {person.deputy or 'PERSON'}",
            )
