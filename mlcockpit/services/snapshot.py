"""The snapshot that rules and views read is taken here: records from the database, facts about runs from the mirror."""

from mlcockpit.domain.snapshot import RunCounts, Snapshot
from mlcockpit.services.cockpit import Cockpit


def take_snapshot(cockpit: Cockpit) -> Snapshot:
    """Return the project as it stands now."""
    from mlcockpit.store.load import load_snapshot

    return load_snapshot(cockpit.store, cockpit.file, cockpit.now(), runs={}, duplicates=(), run_counts=RunCounts())
