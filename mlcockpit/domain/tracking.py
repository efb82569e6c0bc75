"""Every tracker can be read as the same nine tables, whatever its own schema is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

FEED: Mapping[str, tuple[str, ...]] = {
    "experiments": ("id", "name", "is_deleted", "artifact_location"),
    "runs": (
        "run",
        "experiment",
        "name",
        "status",
        "is_deleted",
        "started_ms",
        "ended_ms",
        "artifact_uri",
        "user",
        "source",
        "entry_point",
        "version",
    ),
    "params": ("run", "key", "value"),
    "metrics": ("run", "key", "value", "step", "at_ms"),
    "tags": ("run", "key", "value"),
    "inputs": ("run", "name", "digest", "context", "source_type", "source"),
    "logged_models": ("run", "model", "name", "artifact_path", "status", "created_ms"),
    "versions": ("model", "number", "run", "source", "stage", "status", "user", "created_ms", "description"),
    "aliases": ("model", "alias", "number"),
}
"""Table → columns. `run`, `model` and `experiment` are the tracker's ids; *_ms are milliseconds since 1970; a metric's
value is null for nan; experiment ids are integers."""

SENTINEL = 1.7976931348623157e308
"""What MLflow's SQL stores write for infinity."""


@dataclass(frozen=True)
class TrackerReading:
    """A tracking store that SQLite can attach, and how to read the feed tables from it."""

    database: str
    """A file: URI that attaches read-only."""
    selects: Mapping[str, str]
    """Feed table → SELECT giving exactly the columns of `FEED`, with {db} for the name it is attached under."""
    logs: Mapping[str, str]
    """Feed table → table whose rowids only grow and whose column run_uuid names the run; where one is missing, the feed
    table is compared whole."""
    stamp: str
    """Equal stamps mean that nothing was written in between; empty where nobody can promise that."""


def instant(milliseconds: int | None) -> datetime | None:
    """Return the instant; None where there is none or it is no date."""
    try:
        return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
