"""A recipe that was changed on purpose is run like any other, compared with the original, logged where asked, and written down."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mlcockpit.domain.changed_result import ChangedResult, Swap
from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.recipe import Recipe
from mlcockpit.domain.reproduction_result import ReproductionResult
from mlcockpit.domain.vocabulary import Verdict
from mlcockpit.integrations.python_installations import existing_environments
from mlcockpit.integrations.tracking_writer import client_for, writing_place
from mlcockpit.reproduction.engine import incomplete
from mlcockpit.reproduction.order import Change
from mlcockpit.reproduction.recipe import Resolved
from mlcockpit.reproduction.swap_environment import moved as packages_moved
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gather_run import Gathered
from mlcockpit.services.reproduce import Wishes, approve, order_of, run_order
from mlcockpit.services.watch_rerun import Logging, Watch

MOST_LINES = 12
OF = {"retrain": "mlcockpit.retrain_of", "upgrade": "mlcockpit.upgrade_of"}
"""The tag that a logged rerun names its original by."""
HAPPENED = {"retrain": "retrained", "upgrade": "upgraded"}


@dataclass(frozen=True)
class Changed:
    """A changed recipe that may be run."""

    kind: str
    gathered: Gathered
    resolved: Resolved
    """Its recipe is the changed one."""
    swaps: tuple[Swap, ...]
    plan: str
    """The command that shows it without running it."""
    why: str = ""
    """Which version of a model its run is behind; empty where the run was named."""
    must_read: tuple[tuple[str, str], ...] = ()
    old_paths: tuple[str, ...] = ()
    direct: tuple[str, ...] = ()
    may_use_rerun: bool = True
    """Whether the rerun's own MLflow may write to the user's store: not where it was upgraded."""

    @property
    def recipe(self) -> Recipe:
        """Return what is run."""
        return self.resolved.recipe

    def result(self, outcome: str, reason: str) -> ChangedResult:
        """Return a result without a rerun."""
        recipe = self.recipe
        return ChangedResult(
            self.kind, recipe.run_id, outcome, clean(reason, 1000), swaps=self.swaps, command=recipe.command,
            cwd=recipe.cwd, trust_id=recipe.trust_id, notes=(self.why,) if self.why else (),
        )  # fmt: skip


def run_changed(
    cockpit: Cockpit,
    changed: Changed,
    wishes: Wishes,
    *,
    log: bool = False,
    ask: Callable[[Recipe], bool] | None = None,
) -> ChangedResult:
    """Run it and return what became of it; raises NotTrusted, and Refused where it could not be logged afterwards."""
    started_at = cockpit.now()
    logging = _logging(cockpit, changed) if log else None
    watch = Watch(cockpit, changed.must_read, changed.old_paths, logging)
    order = order_of(cockpit, changed.gathered, changed.resolved, wishes, 0.0)
    order = replace(order, repeat=0, change=Change(watch.judge, watch.keep), dirty_hints=())
    refused = incomplete(order, f"{changed.recipe.run_id[:8]}-{secrets.token_hex(4)}")
    if refused is not None:
        return changed.result("incomplete", refused.reason)
    theirs = replace(changed.gathered, launch_is_ours=False)
    approve(cockpit, theirs, changed.recipe, wishes, ask, plan=changed.plan)
    result = _told(changed, run_order(cockpit, theirs, order), watch)
    if cockpit.maybe_file is not None:
        _write_down(cockpit, result, started_at.isoformat())
    return result


def _logging(cockpit: Cockpit, changed: Changed) -> Logging:
    """Return where to log, after a look that it can be done; raises Refused before anything is run."""
    declared = cockpit.maybe_file.sources.mlflow if cockpit.maybe_file else None
    place = writing_place(declared, cockpit.root, os.environ)
    launch = changed.gathered.facts.launch
    found = existing_environments(cockpit.root, os.environ, [launch.environment.executable] if launch else [])
    pythons = tuple(one.python for one in found)
    only_these = not changed.may_use_rerun or bool(changed.recipe["environment"].text("existing"))
    if place.database is not None and only_these:
        pythons = (client_for(place, pythons),)
    swapped = "; ".join(f"{one.name}: {one.old or 'none'} → {one.new}" for one in changed.swaps)
    tags = {
        OF[changed.kind]: changed.recipe.run_id,
        "mlcockpit.swapped": swapped[:4000],
        "mlcockpit.by": cockpit.actor,
        "mlflow.user": cockpit.actor,
    }
    return Logging(place, pythons, tags)


def _told(changed: Changed, run: ReproductionResult, watch: Watch) -> ChangedResult:
    """Return what the rerun says about the change."""
    outcome, reason, stage = _outcome(run, watch)
    notes = [changed.why] if changed.why else []
    notes += [f"{one.name}: {text}" for one in run.ingredients for text in one.deviations]
    notes += list(run.notes)
    if watch.blind and changed.must_read and outcome == "ran":
        notes.append("no process said which files it read: that the new data was read is not checked")
    if watch.not_logged is not None:
        outcome, stage, reason = "failed", "log", f"it ran, but was not logged: {watch.not_logged}"
    swaps = _moved(watch, changed) or changed.swaps
    if outcome == "ran":
        reason = _what_moved(changed, swaps) + reason
    return replace(
        changed.result(outcome, reason),
        attempt_id=run.reproduction_id,
        stage=stage,
        last_lines=_last_lines(run.log, stage) if outcome == "failed" else (),
        swaps=swaps,
        metrics=run.metrics,
        logged_runs=tuple(watch.logged.values()),
        seconds=run.seconds,
        notes=tuple(dict.fromkeys(notes)),
        log=run.log,
    )


def _moved(watch: Watch, changed: Changed) -> tuple[Swap, ...]:
    """Return which packages were moved, once that is known; nothing where no environment was built."""
    asked = {one.name for one in changed.swaps}
    if changed.kind != "upgrade" or not watch.after:
        return ()
    found = packages_moved(watch.before, watch.after, changed.direct, asked)
    named = {one.name for one in found}
    still = [one for one in changed.swaps if one.name not in named and one.name != "python"]
    stayed = []
    for one in still:
        version = watch.after.get(one.name, "")
        stayed.append(replace(one, old=version, new=version, how="newest already, or held back by the others"))
    python = [one for one in changed.swaps if one.name == "python"]
    return (*python, *found, *stayed)


def _outcome(run: ReproductionResult, watch: Watch) -> tuple[str, str, str]:
    """Return (outcome, reason, stage that failed)."""
    if run.verdict is Verdict.INCOMPLETE:
        return "incomplete", run.reason, ""
    if run.verdict is Verdict.FAILED:
        return "failed", run.reason, run.stage
    if watch.still_read:
        return "failed", f"the command still reads {', '.join(watch.still_read[:3])}: the data was not swapped", "run"
    if watch.unread:
        return "failed", f"the command did not read {', '.join(watch.unread[:3])}: the data was not swapped", "run"
    compared = [one for one in run.metrics if one.verdict != "excluded"]
    differ = sum(one.verdict in {"different", "only_original", "only_reproduced"} for one in compared)
    return "ran", f"{differ} of {len(compared)} metrics changed beyond tolerance", ""


def _what_moved(changed: Changed, swaps: tuple[Swap, ...]) -> str:
    """Return how many packages an upgrade moved, to be said first."""
    if changed.kind != "upgrade":
        return ""
    count = sum(one.old != one.new for one in swaps)
    return f"{count} packages moved, " if count else "no package moved, "


def _last_lines(folder: str, stage: str) -> tuple[str, ...]:
    path = Path(folder) / f"{stage}.log"
    if not folder or not path.is_file():
        return ()
    with path.open("rb") as source:
        source.seek(max(0, path.stat().st_size - 8000))
        lines = source.read().decode("utf-8", "replace").splitlines()
    return tuple(clean(line, 300) for line in lines if line.strip())[-MOST_LINES:]


def _write_down(cockpit: Cockpit, result: ChangedResult, started: str) -> None:
    """Add one event; a Reproduction would say something about the original, which this does not."""
    from mlcockpit.store.transaction import Happening

    told = {
        "attempt": result.attempt_id, "outcome": result.outcome, "recipe": result.trust_id, "started_at": started,
        "swapped": [one.to_json() for one in result.swaps][:50], "logged_runs": list(result.logged_runs),
        "metrics": {one.name: one.reproduced for one in result.metrics if one.difference is not None},
    }  # fmt: skip
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        tx.happened(Happening(f"run/{result.run_id}", HAPPENED[result.kind], None, told, result.reason))
