"""Rules judge a snapshot; a missing source makes unknown, a broken rule is named and hides no other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlcockpit.domain.finding import Finding
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.source import DECLARE
from mlcockpit.domain.vocabulary import Outcome, Severity, Source, SourceState
from mlcockpit.rules.rule import Rule


@dataclass(frozen=True)
class Judgement:
    """What all rules found, worst first, and the rules that broke."""

    findings: tuple[Finding, ...]
    broken: tuple[str, ...]
    """One line for each rule that raised."""
    judged: int
    """How many rules ran."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many findings there are by outcome, and violations by severity."""
        counts = Counter(finding.outcome.value for finding in self.findings)
        counts.update(finding.severity.value for finding in self.findings if finding.outcome is Outcome.VIOLATION)
        return dict(counts)

    def exit_code(self, threshold: Severity) -> int:
        """Return 4 where a rule broke, 1 for a violation at or above the threshold, 3 for unknown only, else 0."""
        if self.broken:
            return 4
        violations = [each for each in self.findings if each.outcome is Outcome.VIOLATION]
        if any(each.severity.order <= threshold.order for each in violations):
            return 1
        return 3 if not violations and self.findings else 0


def judge(project: Snapshot, rules: Sequence[Rule]) -> Judgement:
    """Return what `rules` say of the project."""
    findings: list[Finding] = []
    broken: list[str] = []
    for rule in rules:
        missing = [source for source in sorted(rule.needs) if not project.is_fresh(source)]
        if missing:
            findings.append(
                rule.unknown(
                    project,
                    f"project/{project.file.project.key}",
                    _why(project, missing),
                    fix=_remedy(project, missing),
                )
            )
            continue
        try:
            findings += rule.check(project)
        except Exception as error:  # noqa: BLE001  (the border: one broken rule must not hide the others)
            broken.append(f"{rule.code} broke: {type(error).__name__}: {error}")
    return Judgement(tuple(sorted(findings, key=_worst_first)), tuple(broken), len(rules))


def _why(project: Snapshot, missing: Sequence[Source]) -> str:
    words = []
    for source in missing:
        status = project.sources.get(source)
        if status is None:
            words.append(f"{source} was never read")
        elif status.state is SourceState.ABSENT:
            words.append(f"{source} is not there")
        else:
            words.append(
                f"{source} is {status.state} ({status.note})" if status.note else f"{source} is {status.state}"
            )
    return f"cannot be judged: {', '.join(words)}"


def _remedy(project: Snapshot, missing: Sequence[Source]) -> str:
    """Return what brings the first source that nobody has named; where each was named, reading them does."""
    absent = (one for one in missing if (seen := project.sources.get(one)) and seen.state is SourceState.ABSENT)
    return next((DECLARE[one] for one in absent if one in DECLARE), "mlcockpit sync")


def _worst_first(finding: Finding) -> tuple[bool, int, str, str]:
    return (finding.outcome is Outcome.UNKNOWN, finding.severity.order, finding.rule, finding.subject)
