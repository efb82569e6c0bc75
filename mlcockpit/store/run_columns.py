"""What a run's own columns are in the mirror's SQL, and what a query may need besides the mirror."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mlcockpit.analysis.run_fields import KnownFields

Sql = tuple[str, list[object]]
"""A piece of SQL over r (a run) and the values of its marks."""


def tag(key: str) -> str:
    """Return the SQL of one tag of run r."""
    return f"(SELECT t.value FROM tags t WHERE t.run = r.id AND t.key = '{key}')"


COLUMNS: Mapping[str, str] = {
    "run": "r.run",
    "name": f"coalesce(nullif(r.name, ''), {tag('mlflow.runName')}, '')",
    "status": "r.status",
    "experiment": "coalesce((SELECT e.name FROM experiments e WHERE e.id = r.experiment), '')",
    "user": f"coalesce({tag('mlflow.user')}, r.user, '')",
    "source": f"coalesce({tag('mlflow.source.name')}, r.source, '')",
    "commit": f"coalesce({tag('mlflow.source.git.commit')}, r.version, '')",
    "parent": f"coalesce({tag('mlflow.parentRunId')}, '')",
    "started": "r.started_ms",
    "ended": "r.ended_ms",
    "seconds": "CASE WHEN r.ended_ms >= r.started_ms THEN (r.ended_ms - r.started_ms) / 1000.0 END",
}
"""Field → its value in run r."""


@dataclass(frozen=True)
class Beside:
    """What the project knows of runs that the tracker does not."""

    verdicts: Mapping[str, str] = field(default_factory=dict)
    """Run id → verdict of its newest reproduction."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Tracker account → handle of the person."""
    me: str = ""
    """Handle of the person who asks."""
    marks: frozenset[str] = frozenset()
    """Ids of the runs that are marked now."""
    digests: Mapping[str, Mapping[int, Sequence[str]]] = field(default_factory=dict)
    """Dataset → version number → the tracker's digests of it."""


@dataclass(frozen=True)
class Asked:
    """Everything that a condition may need besides the run."""

    known: KnownFields
    now: datetime
    beside: Beside


def like_pattern(text: str) -> str:
    """Return the LIKE pattern of a text: with * and ? it must fit whole, without them it is contained."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    if "*" in text or "?" in text:
        return escaped.replace("*", "%").replace("?", "_")
    return f"%{escaped}%"
