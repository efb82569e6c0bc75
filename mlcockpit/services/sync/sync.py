"""`sync` reads every source once; one that fails is named, keeps its last good state, and stops no other."""

from collections.abc import Callable
from dataclasses import dataclass

from mlcockpit.domain.source import SourceStatus
from mlcockpit.domain.vocabulary import Source, SourceState
from mlcockpit.errors import CockpitError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.sync.data import sync_data
from mlcockpit.services.sync.declared import sync_declared
from mlcockpit.services.sync.git import sync_git
from mlcockpit.services.sync.metrics import sync_metrics
from mlcockpit.services.sync.read import Read
from mlcockpit.services.sync.served import sync_served
from mlcockpit.services.sync.tracker import sync_tracker


@dataclass(frozen=True)
class SourceRead:
    """One source's part of a sync."""

    source: Source
    read: Read
    error: str = ""
    """Why it failed; empty where it did not."""


STEPS: tuple[tuple[Source, Callable[[Cockpit], Read]], ...] = (
    (Source.PROJECT_FILE, sync_declared),
    (Source.GIT, sync_git),
    (Source.MLFLOW, sync_tracker),
    (Source.DATA, sync_data),
    (Source.METRICS, sync_metrics),
    (Source.COCKPIT, sync_served),
)


def sync(cockpit: Cockpit) -> list[SourceRead]:
    """Read every source and return what each brought, in order."""
    done = []
    for place, (source, step) in enumerate(STEPS):
        cockpit.progress.step("sync", source.value.replace("_", " "), place, len(STEPS))
        done.append(_read(cockpit, source, step))
    return done


def _read(cockpit: Cockpit, source: Source, step: Callable[[Cockpit], Read]) -> SourceRead:
    try:
        read, error = step(cockpit), ""
    except CockpitError as failure:
        if failure.exit_code != 4:
            raise
        read, error = Read(str(failure), (), SourceState.FAILED), str(failure)
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        status = tx.one(SourceStatus, name=source) or SourceStatus(name=source, state=read.state)
        status.state, status.note = read.state, read.note
        if read.state is SourceState.FRESH:
            status.fresh_at = tx.now
        tx.save(status)
    return SourceRead(source, read, error)
