"""`tried --like RUN` lists the runs that did the same before: same script, parameters and data, whatever came out."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.integrations.tracking_place import open_runs
from mlcockpit.services.cockpit import Cockpit

SAME, CODE, PARAMETERS = "the same recipe", "other code", "other parameters"


@dataclass(frozen=True)
class Tried:
    """One earlier or later run beside the named one."""

    run: RunRecord
    likeness: str
    """`the same recipe`; `other code` where only the commit differs; `other parameters` where one or two do."""
    differing: tuple[str, ...] = ()
    """The parameters that differ, each with both values."""


def tried(cockpit: Cockpit, name: str, *, most_different: int = 2) -> tuple[RunRecord, tuple[Tried, ...]]:
    """Return the run called `name` and those that are like it, most alike first; raises UnknownName."""
    declared = cockpit.maybe_file.sources.mlflow if cockpit.maybe_file else None
    runs = open_runs(declared, cockpit.root, os.environ)
    wanted = runs.read(runs.find(name.removeprefix("run/")))
    found = []
    for other in runs.each(runs.run_ids()):
        if other.run_id == wanted.run_id or _script(other) != _script(wanted) or _data(other) != _data(wanted):
            continue
        differing = _differing(wanted.params, other.params)
        if len(differing) <= most_different and (differing or wanted.params.keys() == other.params.keys()):
            likeness = PARAMETERS if differing else SAME if _commit(other) == _commit(wanted) else CODE
            found.append(Tried(other, likeness, differing))
    order = (SAME, CODE, PARAMETERS)
    return wanted, tuple(
        sorted(found, key=lambda one: (order.index(one.likeness), len(one.differing), -one.run.start_ms))
    )


def _differing(wanted: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, ...]:
    names = sorted(name for name in {*wanted, *other} if wanted.get(name) != other.get(name))
    return tuple(f"{name} {other.get(name, '-')} instead of {wanted.get(name, '-')}" for name in names)


def _script(run: RunRecord) -> str:
    return run.tag("mlflow.source.name")


def _commit(run: RunRecord) -> str:
    return run.tag("mlflow.source.git.commit")


def _data(run: RunRecord) -> frozenset[tuple[str, str]]:
    return frozenset((one.name, one.digest) for one in run.inputs)
