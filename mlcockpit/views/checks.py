"""Findings as a table for eyes and as the JSON that the command line contract names."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlcockpit.domain.finding import Finding
from mlcockpit.domain.vocabulary import Outcome, Severity, Tone
from mlcockpit.views.table import Cell, Row, Table, columns

_LOUD = (Severity.CRITICAL, Severity.HIGH)


def findings_table(findings: Sequence[Finding], judged: int, *, one_line: bool = False) -> Table:
    """Return findings worst first, unknown ones last and grey; what to do next stands under each, or with `one_line` beside it."""
    titles = ("rule", "severity", "subject", "what", "owner", *(("next",) if one_line else ()))
    rows = []
    for finding in findings:
        cells = _cells(finding)
        rows.append(Row(finding.subject, (*cells, Cell(finding.fix)) if one_line else cells))
        if finding.fix and not one_line:
            rows.append(
                Row(
                    finding.subject, (Cell(""), Cell(""), Cell(""), Cell(f"→ {finding.fix}", tone=Tone.FAINT), Cell(""))
                )
            )
    shown = tuple(replace(column, most=200) if column.key == "what" else column for column in columns(*titles))
    clean = f"{judged} rules judged, nothing found"
    return Table("Findings", shown, tuple(rows), empty=clean, note=f"{judged} rules judged")


def findings_json(findings: Sequence[Finding], counts: Mapping[str, int]) -> dict[str, object]:
    """Return what `check --json` prints."""
    return {
        "schema": 1,
        "findings": [
            {
                "rule": each.rule,
                "slug": each.slug,
                "discipline": each.discipline,
                "severity": each.severity.value,
                "subject": each.subject,
                "outcome": each.outcome.value,
                "message": each.message,
                "evidence": each.evidence,
                "fix": each.fix,
                "owner": each.owner,
            }
            for each in findings
        ],
        "counts": dict(counts),
    }


def tone_of(finding: Finding) -> Tone:
    """Return bad for critical and high violations, doubtful for milder ones, unknown where it cannot be judged."""
    if finding.outcome is Outcome.UNKNOWN:
        return Tone.UNKNOWN
    return Tone.BAD if finding.severity in _LOUD else Tone.DOUBTFUL


def short(subject: str) -> str:
    """Return a subject as screens show it: run ids by their first eight characters."""
    kind, _, key = subject.partition("/")
    return f"run/{key[:8]}" if kind == "run" else subject


def _cells(finding: Finding) -> tuple[Cell, ...]:
    tone = tone_of(finding)
    severity = "unknown" if finding.outcome is Outcome.UNKNOWN else finding.severity.value
    return (
        Cell(finding.rule, tone=tone),
        Cell(severity),
        Cell(short(finding.subject), finding.subject, link=finding.subject),
        Cell(finding.message),
        Cell(finding.owner or ""),
    )
