"""`tried --like RUN` lists the runs that did the same before: same script, parameters and data, whatever came out.

Where both runs were captured, their launches say what the tracker does not: uncommitted code, and the bytes that were read.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from mlcockpit.domain.launch import Launch
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.errors import CockpitError
from mlcockpit.integrations.launch_files import LaunchFiles
from mlcockpit.integrations.tracking_place import open_runs
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gather_run import LAUNCH_TAG

SAME, CODE, PARAMETERS = "the same recipe", "other code", "other parameters"


@dataclass(frozen=True)
class Tried:
    """One earlier or later run beside the named one."""

    run: RunRecord
    likeness: str
    """`the same recipe`; `other code` where only the commit differs; `other parameters` where one or two do."""
    differing: tuple[str, ...] = ()
    """The parameters that differ, each with both values."""
    captured: bool = False
    """Whether code and data were compared by what the launches of both captured, and not by what the tracker recorded."""


def tried(cockpit: Cockpit, name: str, *, most_different: int = 2) -> tuple[RunRecord, tuple[Tried, ...]]:
    """Return the run called `name` and those that are like it, most alike first; raises UnknownName."""
    declared = cockpit.maybe_file.sources.mlflow if cockpit.maybe_file else None
    runs = open_runs(declared, cockpit.root, os.environ)
    wanted = runs.read(runs.find(name.removeprefix("run/")))
    launches = LaunchFiles(cockpit.state / "launches", cockpit.trust)
    mine = _launch(launches, wanted)
    found = []
    for other in runs.each(runs.run_ids()):
        if other.run_id == wanted.run_id or _script(other) != _script(wanted):
            continue
        theirs = _launch(launches, other) if mine is not None else None
        same_code, same_data = _compared(wanted, mine, other, theirs)
        if not same_data:
            continue
        differing = _differing(wanted.params, other.params)
        if len(differing) <= most_different and (differing or wanted.params.keys() == other.params.keys()):
            likeness = PARAMETERS if differing else SAME if same_code else CODE
            found.append(Tried(other, likeness, differing, captured=theirs is not None))
    order = (SAME, CODE, PARAMETERS)
    return wanted, tuple(
        sorted(found, key=lambda one: (order.index(one.likeness), len(one.differing), -one.run.start_ms))
    )


def _differing(wanted: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, ...]:
    names = sorted(name for name in {*wanted, *other} if wanted.get(name) != other.get(name))
    return tuple(f"{name} {other.get(name, '-')} instead of {wanted.get(name, '-')}" for name in names)


def _launch(launches: LaunchFiles, run: RunRecord) -> Launch | None:
    """Return the finished launch that a run came from; None where it was not captured here."""
    named = run.tag(LAUNCH_TAG)
    try:
        found = launches.load(named) if named else None
    except CockpitError:
        return None
    return found if found is not None and found.is_finished else None


def _compared(wanted: RunRecord, mine: Launch | None, other: RunRecord, theirs: Launch | None) -> tuple[bool, bool]:
    """Return whether code and data are the same, by the launches where both have one."""
    if mine is None or theirs is None:
        return _commit(other) == _commit(wanted), _data(other) == _data(wanted)
    same_code = (mine.code.commit, mine.code.snapshot_commit) == (theirs.code.commit, theirs.code.snapshot_commit)
    reads = [{(one.path, one.sha256) for one in launch.data} for launch in (mine, theirs)]
    return same_code, reads[0] == reads[1]


def _script(run: RunRecord) -> str:
    return run.tag("mlflow.source.name")


def _commit(run: RunRecord) -> str:
    return run.tag("mlflow.source.git.commit")


def _data(run: RunRecord) -> frozenset[tuple[str, str]]:
    return frozenset((one.name, one.digest) for one in run.inputs)
