"""What running a changed recipe found is one frozen value: what was swapped, what the metrics were, and are now."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from mlcockpit.domain.recipe import Json
from mlcockpit.domain.reproduction_result import MetricComparison

CHANGED = frozenset({"different", "only_original", "only_reproduced"})


@dataclass(frozen=True)
class Swap:
    """One part of an ingredient that was swapped."""

    ingredient: str
    """data or environment."""
    name: str
    """A path, a package or `python`."""
    old: str
    """Empty where there was none before."""
    new: str
    """Empty where there is none now."""
    how: str = ""
    """By which flag, at which path, or why: asked for, or moved along with what was."""

    def to_json(self) -> dict[str, Json]:
        """Return the object of the schema."""
        return {"ingredient": self.ingredient, "name": self.name, "from": self.old, "to": self.new, "how": self.how}


@dataclass(frozen=True)
class ChangedResult:
    """What became of a run whose recipe was changed on purpose; no verdict on its reproduction."""

    kind: str
    """retrain or upgrade."""
    run_id: str
    outcome: str
    """ran, nothing_newer, incomplete or failed."""
    reason: str
    attempt_id: str = ""
    stage: str = ""
    """The stage that failed; empty where none did."""
    last_lines: tuple[str, ...] = ()
    """What the failed stage said last."""
    swaps: tuple[Swap, ...] = ()
    metrics: tuple[MetricComparison, ...] = ()
    command: tuple[str, ...] = ()
    cwd: str = "."
    trust_id: str = ""
    logged_runs: tuple[str, ...] = ()
    """Ids of the runs that were added to the user's experiment; empty without --log."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    log: str = ""
    """The folder that keeps the output of every stage."""

    @property
    def changed_metrics(self) -> tuple[str, ...]:
        """Return the metrics that differ beyond tolerance."""
        return tuple(one.name for one in self.metrics if one.verdict in CHANGED)

    @property
    def exit_code(self) -> int:
        """Return 3 where evidence is missing, 4 where it does not run, 1 where an upgrade changes metrics, else 0."""
        if self.outcome in {"incomplete", "failed"}:
            return 3 if self.outcome == "incomplete" else 4
        return 1 if self.kind == "upgrade" and self.changed_metrics else 0

    def to_json(self) -> dict[str, Json]:
        """Return the object that `retrain --json` and `upgrade --json` print."""
        return {
            "schema": 1,
            "kind": self.kind,
            "run_id": self.run_id,
            "attempt_id": self.attempt_id,
            "outcome": self.outcome,
            "reason": self.reason,
            "stage": self.stage,
            "last_lines": list(self.last_lines),
            "swapped": [one.to_json() for one in self.swaps],
            "metrics": [_metric(one) for one in self.metrics],
            "command": list(self.command),
            "cwd": self.cwd,
            "trust_id": self.trust_id,
            "logged_runs": list(self.logged_runs),
            "notes": list(self.notes),
            "seconds": {stage: round(spent, 3) for stage, spent in self.seconds.items()},
        }


def _metric(one: MetricComparison) -> dict[str, Json]:
    return {
        "name": one.name,
        "original": _number(one.original),
        "now": _number(one.reproduced),
        "change": one.difference,
        "within_tolerance": None if one.verdict == "excluded" else one.verdict not in CHANGED,
    }


def _number(value: float | None) -> Json:
    return value if value is None or math.isfinite(value) else None
