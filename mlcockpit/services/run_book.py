"""What the mirror knows of single runs, for verbs that need a run's metrics, author or inputs; missing evidence is None."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from mlcockpit.domain.run_facts import RunFacts
from mlcockpit.errors import UnknownName
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.facts import run_facts
from mlcockpit.store.mirror import schema
from mlcockpit.store.run_lookup import find_run


def facts_of(cockpit: Cockpit, run_id: str) -> RunFacts | None:
    """Return one run with its metrics, inputs and user; None where nobody has mirrored it."""
    with _mirror(cockpit) as mirror:
        return None if mirror is None else run_facts(mirror, [run_id]).get(run_id)


def find(cockpit: Cockpit, name: str) -> str:
    """Return the id of the one run that `name` means; raises UnknownName with the nearest."""
    with _mirror(cockpit) as mirror:
        if mirror is None:
            raise UnknownName(f"there is no run {name!r}", hint="no run was read yet; `mlcockpit sync` reads the store")
        return find_run(mirror, name)


def runs_reading(cockpit: Cockpit, digests: Sequence[str]) -> list[str]:
    """Return the ids of the runs that logged an input with one of these digests, oldest first."""
    with _mirror(cockpit) as mirror:
        if mirror is None or not digests:
            return []
        marks = ", ".join("?" * len(digests))
        query = (
            "SELECT DISTINCT r.run, r.started_ms FROM inputs i JOIN runs r ON r.id = i.run"
            f" WHERE i.digest IN ({marks}) ORDER BY r.started_ms, r.run"
        )
        return [run for run, _ in mirror.execute(query, list(digests))]


@contextmanager
def _mirror(cockpit: Cockpit) -> Iterator[sqlite3.Connection | None]:
    """Yield the mirror for reading; None where there is none of this version."""
    if not cockpit.mirror_path.exists():
        yield None
        return
    with closing(schema.open_reading(cockpit.mirror_path)) as connection:
        yield connection if schema.is_current(connection) else None
