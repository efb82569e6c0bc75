"""What a rule finds, as the lines that a person reads."""

from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.rules.rule import Rule


def found(rule: type[Rule], project: Snapshot) -> list[str]:
    """Return every finding of `rule` as `CODE subject: message`."""
    return [str(finding) for finding in rule().check(project)]


def outcomes(rule: type[Rule], project: Snapshot) -> list[str]:
    """Return the outcome of every finding."""
    return [finding.outcome.value for finding in rule().check(project)]
