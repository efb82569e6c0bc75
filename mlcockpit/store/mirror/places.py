"""The mirror tells where things lie: a registered version's model files, the data files that runs named."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mlcockpit.domain.tracking import instant
from mlcockpit.store.mirror import schema


def version_places(mirror: Path) -> dict[tuple[str, int], str]:
    """Return (registered name, number) → path or URI of its model folder, MLflow 3's models:/m-… resolved."""
    if not mirror.exists():
        return {}
    with closing(schema.open_reading(mirror)) as connection:
        if not schema.is_current(connection):
            return {}
        rows = connection.execute(
            "SELECT v.model, v.number, coalesce(l.artifact_path, v.source) FROM versions v"
            " LEFT JOIN logged_models l ON v.source = 'models:/' || l.model"
        ).fetchall()
    return {(model, int(number)): place for model, number, place in rows}


@dataclass(frozen=True)
class NamedInput:
    """One dataset that runs named, by MLflow's digest and source."""

    name: str
    digest: str
    source: str
    """As MLflow stores it: JSON with the path or URI."""
    first_used: datetime | None
    """When the first run that named it started; None where that was not recorded."""


def named_inputs(mirror: Path) -> list[NamedInput]:
    """Return every distinct input that runs recorded."""
    if not mirror.exists():
        return []
    with closing(schema.open_reading(mirror)) as connection:
        if not schema.is_current(connection):
            return []
        rows = connection.execute(
            "SELECT i.name, i.digest, i.source, min(r.started_ms) FROM inputs i JOIN runs r ON r.id = i.run"
            " GROUP BY i.name, i.digest, i.source"
        ).fetchall()
    return [NamedInput(name, digest or "", source or "", instant(started)) for name, digest, source, started in rows]
