"""What an earlier launch of the same recipe left in the tracker is said before the command is run again."""

import os
from dataclasses import dataclass

from mlcockpit.domain.launch import Launch
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.errors import CockpitError
from mlcockpit.integrations.declared_places import declared_store, primary_metrics
from mlcockpit.integrations.mlflow_folder_reader import FolderRuns
from mlcockpit.integrations.mlflow_run_reader import SqliteRuns
from mlcockpit.integrations.tracking_place import open_runs
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.launch_before import launch_before

BUSY_S = 0.2
"""How long a locked store is waited for: a look must not keep anybody from training."""


@dataclass(frozen=True)
class Earlier:
    """The same recipe, run before."""

    launch: Launch
    runs: tuple[RunRecord, ...] = ()
    """What it left in the tracker; empty where that cannot be read."""
    primary_metrics: tuple[str, ...] = ()
    """The metrics by which the project's models are judged."""

    @property
    def run(self) -> RunRecord | None:
        """Return the run that stands for the launch: the one that is nested in no other."""
        tops = [one for one in self.runs if not one.tag("mlflow.parentRunId")]
        return next(iter(tops or self.runs), None)


def run_before(cockpit: Cockpit, now: Launch) -> Earlier | None:
    """Return the newest launch of the same recipe with its runs; None where there is none."""
    found = launch_before(cockpit, now)
    return None if found is None else earlier_of(cockpit, found)


def earlier_of(cockpit: Cockpit, launch: Launch) -> Earlier:
    """Return a launch with what it left in the tracker."""
    runs = _runs(cockpit, launch) if launch.run_ids else ()
    return Earlier(launch, runs, tuple(primary_metrics(cockpit.root)))


def _runs(cockpit: Cockpit, launch: Launch) -> tuple[RunRecord, ...]:
    declared = declared_store(cockpit.root)
    try:
        runs = open_runs(declared, cockpit.root, os.environ)
        if not isinstance(runs, SqliteRuns | FolderRuns):
            return ()  # a server is asked through MLflow's client, which takes longer than many a training
        if isinstance(runs, SqliteRuns):
            runs.busy_s = BUSY_S
        return tuple(runs.each(launch.run_ids))
    except CockpitError:
        return ()
