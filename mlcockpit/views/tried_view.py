"""Runs that are like another one are drawn with what differs and what came out."""

from collections.abc import Sequence
from datetime import UTC, datetime

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.views.table import Column, Section, Table, Text, row

NAMES = ("run", "name", "by", "started", "likeness", "differing", "result")
MOST_METRICS = 3


def tried_sections(wanted: RunRecord, found: Sequence[tuple[RunRecord, str, Sequence[str]]]) -> tuple[Section, ...]:
    """Return a sentence, then one row for each run that is like `wanted`."""
    if not found:
        return (
            Text(
                "Tried",
                (f"nothing like run {wanted.run_id[:8]} was tried: no other run of its script, data and parameters",),
            ),
        )
    columns = tuple(Column(name, name, most=50) for name in NAMES)
    rows = tuple(
        row(
            f"run/{run.run_id}",
            run.run_id[:8],
            run.name,
            run.user,
            _day(run.start_ms),
            likeness,
            "; ".join(differing),
            _result(run),
        )
        for run, likeness, differing in found
    )
    return (Table(f"Tried like run {wanted.run_id[:8]}", columns, rows),)


def _result(run: RunRecord) -> str:
    shown = [f"{name} {value:.5g}" for name, value in sorted(run.metrics.items())[:MOST_METRICS]]
    return ", ".join(shown) if run.status == "FINISHED" else ", ".join([run.status.lower(), *shown])


def _day(start_ms: int) -> str:
    return datetime.fromtimestamp(start_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M") if 0 < start_ms < 4e12 else ""
