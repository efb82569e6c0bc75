"""`upgrade` runs the recipe of a run with newer packages: does it still run, and are its results the same?"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from mlcockpit.domain.changed_result import ChangedResult
from mlcockpit.domain.recipe import Recipe
from mlcockpit.errors import EvidenceMissing
from mlcockpit.integrations.python_installations import interpreters
from mlcockpit.integrations.system_clock import SystemClock
from mlcockpit.reproduction.recipe import Resolved, resolve
from mlcockpit.reproduction.swap_environment import (
    TRACKER,
    Wanted,
    direct_requirements,
    parse_packages,
    swap_environment,
)
from mlcockpit.services.changed_recipe import Changed, run_changed
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gather_run import gather_run
from mlcockpit.services.reproduce import Wishes
from mlcockpit.services.run_behind import run_behind


def wanted_of(packages: Sequence[str], python: str = "", *, everything: bool = False) -> Wanted:
    """Return what is to be moved, from words such as click==8.1; raises UsageError."""
    return Wanted(parse_packages(packages), python, everything)


def plan_upgrade(cockpit: Cockpit, name: str, wanted: Wanted, wishes: Wishes) -> Changed:
    """Return the recipe with the environment that is wanted; raises UnknownName, UsageError or EvidenceMissing."""
    behind = run_behind(cockpit, name)
    gathered = gather_run(cockpit, behind.run, given=wishes.given)
    resolved = resolve(gathered.facts)
    recipe, facts = resolved.recipe, gathered.facts
    environment = recipe["environment"]
    if environment.value is None:
        raise EvidenceMissing(f"the environment is missing: {environment.evidence}", hint=environment.raise_by)
    if wanted.python:
        _require_python(wanted.python)
    commit = recipe["code"].text("commit")
    repository = facts.repository
    tree = repository.at(commit) if repository is not None and commit and repository.exists(commit) else None
    direct, where = direct_requirements(environment, tree, resolved.command.reading, recipe.cwd)
    today = f"{SystemClock().now():%Y-%m-%d}"
    swapped, swaps = swap_environment(environment, direct, wanted, today=today, where=where)
    moved = {one.name for one in swaps} & TRACKER
    return Changed(
        "upgrade",
        gathered,
        Resolved(recipe.with_(environment=swapped), resolved.command),
        swaps,
        f"mlcockpit upgrade {name} --plan",
        behind.why,
        direct=direct,
        may_use_rerun=not moved,
    )


def upgrade(
    cockpit: Cockpit,
    name: str,
    wanted: Wanted,
    wishes: Wishes,
    *,
    log: bool = False,
    ask: Callable[[Recipe], bool] | None = None,
) -> ChangedResult:
    """Return what the recipe gives with newer packages."""
    changed = plan_upgrade(cockpit, name, wanted, wishes)
    result = run_changed(cockpit, changed, wishes, log=log, ask=ask)
    kept = sorted(set(changed.direct) & TRACKER - {one.name for one in changed.swaps})
    if kept:
        note = f"{', '.join(kept)} stays at its recorded version: it moves with --package {kept[0]} or --all"
        result = replace(result, notes=(note, *result.notes))
    return result


def _require_python(wanted: str) -> None:
    found = interpreters(os.environ)
    if not any(one == wanted or one.startswith(f"{wanted}.") for one in found):
        have = ", ".join(sorted({".".join(one.split(".")[:2]) for one in found}))
        raise EvidenceMissing(
            f"python {wanted} is not installed", hint=f"here are {have}; `uv python install {wanted}`"
        )
