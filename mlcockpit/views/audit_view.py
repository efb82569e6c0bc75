"""An audit is drawn as one row for each run that could not be run again, and a sentence on the rest."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from mlcockpit.domain.vocabulary import Tone
from mlcockpit.views.table import Column, Section, Table, Text, row

MOST = 500
"""Rows that are drawn; --json holds all."""


class Checked(Protocol):
    """What an audit says of one run."""

    @property
    def run_id(self) -> str:
        """Return the run's id."""

    @property
    def name(self) -> str:
        """Return its name."""

    @property
    def missing(self) -> str:
        """Return the ingredient it lacks; empty where none."""

    @property
    def completeness(self) -> int:
        """Return 0 to 100."""

    @property
    def reason(self) -> str:
        """Return why."""


def audit_sections(runs: Sequence[Checked], counts: Mapping[str, int]) -> tuple[Section, ...]:
    """Return the counts, then the runs that lack something."""
    lacking = [one for one in runs if one.missing]
    parts = [f"{number} lack {name}" for name, number in sorted(counts.items()) if name != "ready"]
    lines = [f"{counts.get('ready', 0)} of {len(runs)} runs could be run again today", *parts]
    shown = Text("Audit", tuple(lines), Tone.DOUBTFUL if lacking else Tone.GOOD)
    if not lacking:
        return (shown,)
    columns = tuple(
        Column(name, name, right=name == "score", most=70) for name in ("run", "name", "lacks", "score", "reason")
    )
    rows = tuple(
        row(f"run/{one.run_id}", one.run_id[:8], one.name, one.missing, str(one.completeness), one.reason)
        for one in lacking[:MOST]
    )
    title = "Incomplete" if len(lacking) <= MOST else f"Incomplete, the first {MOST} of {len(lacking)}; --json has all"
    return (shown, Table(title, columns, rows))
