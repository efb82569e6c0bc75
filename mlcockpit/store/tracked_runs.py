"""Single runs are asked for by name or id, from the mirror that the last sync made."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from mlcockpit.domain.run_facts import RunFacts
from mlcockpit.store import facts
from mlcockpit.store.mirror import schema


class TrackedRuns:
    """The runs of one mirror; nothing is known before the first sync."""

    def __init__(self, mirror: Path) -> None:
        self._mirror = mirror

    def named(self, beginning: str, most: int = 6) -> Sequence[str]:
        """Return the ids of the runs whose id begins so, or whose name is this; at most `most`."""
        sql = (
            "SELECT run FROM runs WHERE run >= ?1 AND run < ?1 || char(1114111)"
            " UNION SELECT run FROM runs WHERE name = ?1 ORDER BY run LIMIT ?2"
        )
        return [str(run) for (run,) in self._ask(sql, beginning, most)]

    def facts(self, run_id: str) -> RunFacts | None:
        """Return what the tracker knows of a run; None where the mirror has never seen it."""
        if not self._mirror.exists():
            return None
        with closing(schema.open_reading(self._mirror)) as connection:
            return facts.run_facts(connection, [run_id]).get(run_id) if schema.is_current(connection) else None

    def _ask(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        if not self._mirror.exists():
            return []
        with closing(schema.open_reading(self._mirror)) as connection:
            return connection.execute(sql, values).fetchall() if schema.is_current(connection) else []
