"""The snapshot that rules and views read is taken here: records from the database, facts about runs from the mirror."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field

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
    seen = _from_mirror(cockpit, pointed)
    return load_snapshot(
        cockpit.store, cockpit.file, cockpit.now(), runs=seen.runs, duplicates=seen.duplicates, run_counts=seen.counts
    )


@dataclass(frozen=True)
class _Seen:
    """What the mirror has of runs."""

    runs: Mapping[str, RunFacts] = field(default_factory=dict)
    duplicates: tuple[DuplicateGroup, ...] = ()
    counts: RunCounts = field(default_factory=RunCounts)


def _from_mirror(cockpit: Cockpit, pointed: set[str]) -> _Seen:
    """Return facts about the runs that something points at or whose code cannot be had, repeated work, and how many runs there are."""
    from mlcockpit.services.code_evidence import at_fault, code_evidence, with_contradictions
    from mlcockpit.store import facts
    from mlcockpit.store.mirror import schema

    if not cockpit.mirror_path.exists():
        return _Seen()
    with closing(schema.open_reading(cockpit.mirror_path)) as connection:
        if not schema.is_current(connection):
            return _Seen()
        duplicates = tuple(facts.duplicates(connection))
        named = facts.named_code(connection)
        evidence = code_evidence(cockpit, named)
        wanted = pointed | {run for group in duplicates for run in group.run_ids} | set(at_fault(named, evidence))
        runs = with_contradictions(cockpit, facts.run_facts(connection, wanted), evidence)
        return _Seen(runs, duplicates, facts.run_counts(connection))
