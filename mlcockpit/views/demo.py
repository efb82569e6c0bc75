"""What the demo says at its end: the verdict, where the product stands, what was found, and what to type next."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mlcockpit.domain.finding import Finding
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.training import Reproduction
from mlcockpit.domain.vocabulary import Outcome
from mlcockpit.views.checks import short, tone_of
from mlcockpit.views.phrases import count
from mlcockpit.views.product import metrics_table
from mlcockpit.views.table import Cell, Column, Section, Table, Text, row
from mlcockpit.views.verdict import verdict_tone

_SHOWN = ("metric", "now", "bound", "trend", "state", "owner")


def demo_sections(
    project: Snapshot, attempt: Reproduction, findings: Sequence[Finding], report: Path, *, folder: Path, version: str
) -> list[Section]:
    """Return the closing summary."""
    return [
        _verdict(attempt, version),
        _metrics(project),
        _found(findings),
        Text("Report", (str(report),), key="report"),
        Text("Next", _next(folder, attempt), key="next"),
    ]


def demo_json(
    project: Snapshot, attempt: Reproduction, findings: Sequence[Finding], report: Path, *, folder: Path
) -> dict[str, object]:
    """Return the same as plain values."""
    metrics = metrics_table(project)
    keys = [column.key for column in metrics.columns]
    return {
        "schema": 1,
        "folder": str(folder),
        "as_of": project.as_of.isoformat(),
        "run_id": attempt.run_id,
        "verdict": attempt.verdict.value,
        "reason": attempt.reason,
        "metrics": {line.cells[0].text: line.cells[keys.index("state")].text for line in metrics.rows},
        "findings": dict(sorted(Counter(each.rule for each in findings).items())),
        "report": str(report),
    }


def _verdict(attempt: Reproduction, version: str) -> Section:
    cells = (
        Cell(f"run/{attempt.run_id[:8]}", link=f"run/{attempt.run_id}"),
        Cell(version, link=f"model/{version}"),
        Cell(attempt.verdict.value, tone=verdict_tone(attempt.verdict)),
        Cell(attempt.reason),
    )
    titles = (
        Column("run", "run"),
        Column("version", "serves as"),
        Column("verdict", "verdict"),
        Column("reason", "because"),
    )
    return Table(
        "Reproduced: the run behind the live model", titles, (row(f"run/{attempt.run_id}", *cells),), key="reproduced"
    )


def _metrics(project: Snapshot) -> Section:
    whole = metrics_table(project)
    places = [place for place, column in enumerate(whole.columns) if column.key in _SHOWN]
    rows = tuple(row(line.key, *(line.cells[place] for place in places)) for line in whole.rows)
    return Table("Product metrics", tuple(whole.columns[place] for place in places), rows, key="metrics")


def _found(findings: Sequence[Finding]) -> Section:
    certain = [each for each in findings if each.outcome is Outcome.VIOLATION]
    rows = [
        row(
            each.subject,
            Cell(each.rule, tone=tone_of(each)),
            each.severity.value,
            Cell(short(each.subject), link=each.subject),
            each.message,
        )
        for each in certain
    ]
    titles = (
        Column("rule", "rule"),
        Column("severity", "severity"),
        Column("subject", "about"),
        Column("what", "what"),
    )
    return Table(f"Check: {count(len(certain), 'finding')}", titles, tuple(rows), "nothing was found", key="findings")


def _next(folder: Path, attempt: Reproduction) -> tuple[str, ...]:
    return (
        f"cd {folder}",
        "mlcockpit                                 the cockpit itself",
        "mlcockpit check                           every process smell, with what to do",
        "mlcockpit reproduce late-summer --trust   a run whose data was replaced afterwards",
        f"mlcockpit recipe {attempt.run_id[:8]}                 what it takes to run the live model's run again",
    )
