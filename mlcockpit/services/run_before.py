"""Before a command is run with capture, the same recipe is looked for among the launches that are kept."""

import os
from dataclasses import dataclass

from mlcockpit.domain.launch import Launch
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.errors import CockpitError
from mlcockpit.integrations.launch_files import LaunchFiles
from mlcockpit.integrations.mlflow_run_reader import SqliteRuns
from mlcockpit.integrations.tracking_place import open_runs
from mlcockpit.reproduction.same_launch import same_data, same_start
from mlcockpit.services.cockpit import Cockpit

MOST_LAUNCHES = 300
"""The newest launches that are looked through."""

BUSY_S = 0.2
"""How long a locked store is waited for: a look must not keep anybody from training."""


@dataclass(frozen=True)
class Earlier:
    """The same recipe, run before."""

    launch: Launch
    runs: tuple[RunRecord, ...] = ()
    """What it left in the tracker; empty where that cannot be read."""

    @property
    def run(self) -> RunRecord | None:
        """Return the run that stands for the launch: the one that is nested in no other."""
        tops = [one for one in self.runs if not one.tag("mlflow.parentRunId")]
        return next(iter(tops or self.runs), None)


def run_before(cockpit: Cockpit, now: Launch) -> Earlier | None:
    """Return the newest launch of the same recipe, one that ended well before any other; None where there is none."""
    files = LaunchFiles(cockpit.state / "launches", cockpit.trust)
    alike = [one for one in files.like(now, most=MOST_LAUNCHES) if same_start(now, one)]
    alike.sort(key=lambda one: one.exit_status != 0)
    found = next((one for one in alike if same_data(one)), None)
    return None if found is None else Earlier(found, _runs(cockpit, found))


def _runs(cockpit: Cockpit, launch: Launch) -> tuple[RunRecord, ...]:
    declared = cockpit.maybe_file.sources.mlflow if cockpit.maybe_file else None
    try:
        runs = open_runs(declared, cockpit.root, os.environ)
        if isinstance(runs, SqliteRuns):
            runs.busy_s = BUSY_S
        return tuple(runs.each(launch.run_ids))
    except CockpitError:
        return ()
