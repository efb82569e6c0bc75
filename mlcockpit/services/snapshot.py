"""The snapshot that rules and views read is taken here: records from the database, facts about runs from the mirror."""

from contextlib import closing
from pathlib import Path

from mlcockpit.domain.run_facts import DuplicateGroup, RunFacts
from mlcockpit.domain.snapshot import RunCounts, Snapshot
from mlcockpit.services.cockpit import Cockpit


def take_snapshot(cockpit: Cockpit) -> Snapshot:
    """Return the project as it stands now."""
    from mlcockpit.domain.training import ModelVersion, Reproduction
    from mlcockpit.store.load import load_snapshot
    from mlcockpit.store.records import read_columns

    pointed = {str(run) for (run,) in read_columns(cockpit.store, ModelVersion, "run_id") if run}
    pointed |= {str(run) for (run,) in read_columns(cockpit.store, Reproduction, "run_id")}
    runs, duplicates, counts = _from_mirror(cockpit.mirror_path, pointed)
    return load_snapshot(cockpit.store, cockpit.file, cockpit.now(), runs=runs, duplicates=duplicates, run_counts=counts)


def _from_mirror(path: Path, pointed: set[str]) -> tuple[dict[str, RunFacts], tuple[DuplicateGroup, ...], RunCounts]:
    """Return facts about the runs that something points at, repeated work, and how many runs there are."""
    from mlcockpit.store import facts
    from mlcockpit.store.mirror import schema

    if not path.exists():
        return {}, (), RunCounts()
    with closing(schema.open_reading(path)) as connection:
        if not schema.is_current(connection):
            return {}, (), RunCounts()
        duplicates = tuple(facts.duplicates(connection))
        wanted = pointed | {run for group in duplicates for run in group.run_ids}
        return dict(facts.run_facts(connection, wanted)), duplicates, facts.run_counts(connection)
