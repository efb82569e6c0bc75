"""`reproduce` rebuilds a run away from the user's tree, runs it, compares, and returns the verdict."""

import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path

import mlcockpit.child
from mlcockpit.domain.ingredients import KnownData
from mlcockpit.domain.recipe import Recipe
from mlcockpit.domain.reproduction_result import ReproductionResult
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.errors import NotTrusted, UsageError
from mlcockpit.integrations.code_mirror import CodeMirror
from mlcockpit.integrations.mlflow_run_reader import SqliteRuns
from mlcockpit.integrations.private_stores import PrivateStores
from mlcockpit.integrations.process_runner import end_left_over
from mlcockpit.integrations.uv_environment import UvEnvironments
from mlcockpit.reproduction.choice import Choose, pick
from mlcockpit.reproduction.compare import Tolerance
from mlcockpit.reproduction.data_bytes import DataPlaces
from mlcockpit.reproduction.engine import incomplete
from mlcockpit.reproduction.engine import reproduce as run_engine
from mlcockpit.reproduction.heard import wall_note
from mlcockpit.reproduction.order import Order, Tools
from mlcockpit.reproduction.recipe import Resolved, resolve
from mlcockpit.reproduction.surroundings import DECLARED
from mlcockpit.reproduction.workspace import clear_dead, open_attempt
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gather_file import from_file
from mlcockpit.services.gather_run import NOTHING, Gathered, Given, artifact_folders, gather_run, here
from mlcockpit.services.record_reproduction import record_reproduction

DISK_BYTES = 20 * 2**30
"""What a command may write where nothing else is wished."""


@dataclass(frozen=True)
class Wishes:
    """How a person wants a run reproduced."""

    trust: str | None = None
    """None: not approved on the command line; empty: as resolved now; else exactly this id."""
    timeout_s: float | None = None
    memory_bytes: int | None = None
    disk_bytes: int | None = DISK_BYTES
    """What the command may write in all."""
    network: bool = True
    repeat: int = 1
    given: Given = NOTHING
    yes: bool = False
    """Take the best command where several fit equally well."""


def reproduce(
    cockpit: Cockpit,
    name: str,
    wishes: Wishes,
    *,
    known_data: Sequence[KnownData] | None = None,
    ask: Callable[[Recipe], bool] | None = None,
    choose: Choose | None = None,
) -> ReproductionResult:
    """Return the verdict on the run called `name`, or of a recipe file.

    Raises UnknownName, and NotTrusted where nobody approved its recipe.

    `known_data` is None for what the project has published; `ask` shows the plan to a person and returns the answer;
    `choose` has a person pick one of several commands that fit.
    Inside a project the result is recorded.
    """
    started_at, started = cockpit.now(), time.process_time()
    if name.endswith(".json") and Path(name).is_file():
        gathered, resolved = from_file(cockpit, Path(name))
    else:
        gathered = gather_run(cockpit, name, known_data=known_data, given=wishes.given)
        resolved = resolve(gathered.facts)
    picked = pick(gathered.facts, resolved, best=wishes.yes, choose=choose)
    resolved = picked.resolved
    order = order_of(cockpit, gathered, resolved, wishes, time.process_time() - started)
    order = replace(order, open_choice=picked.refusal)
    refused = incomplete(order, f"{resolved.recipe.run_id[:8]}-{secrets.token_hex(4)}")
    if refused is None:
        approve(cockpit, gathered, resolved.recipe, wishes, ask)
        result = run_order(cockpit, gathered, order)
    else:
        result = refused
    if cockpit.maybe_file is not None:
        record_reproduction(cockpit, result, started_at=started_at)
    return result


def wall_sentence(cockpit: Cockpit, *, network: bool) -> str:
    """Return which wall a rerun would have on this machine."""
    return wall_note(cockpit.runner.wall(), network=network)


def approve(
    cockpit: Cockpit,
    gathered: Gathered,
    recipe: Recipe,
    wishes: Wishes,
    ask: Callable[[Recipe], bool] | None,
    *,
    plan: str = "",
) -> None:
    """Return where running `recipe` is approved; `plan` is the command that shows it. Raises NotTrusted."""
    trust_id = recipe.trust_id
    if gathered.launch_is_ours or cockpit.trust.is_trusted(trust_id):
        return
    named = (wishes.trust or "").removeprefix("sha256:")
    if named and named != trust_id:
        raise NotTrusted(
            f"the recipe is not {named[:16]}… but {trust_id}", hint="look at it with `mlcockpit recipe`, then --trust"
        )
    if wishes.trust is None and (ask is None or not ask(recipe)):
        raise NotTrusted(
            f"nobody approved running `{' '.join(recipe.command)}` (trust id {trust_id})",
            hint=f"look at it with `{plan or f'mlcockpit reproduce {recipe.run_id[:12]} --plan'}`, then add --trust",
        )
    cockpit.trust.approve(trust_id, f"run {recipe.run_id}: {' '.join(recipe.command)}")


def order_of(cockpit: Cockpit, gathered: Gathered, resolved: Resolved, wishes: Wishes, resolve_s: float) -> Order:
    """Return what the engine is told."""
    facts, runs = gathered.facts, gathered.runs
    declared = cockpit.maybe_file.tolerances if cockpit.maybe_file else {}
    top = gathered.repository.root if gathered.repository else cockpit.root
    return Order(
        recipe=resolved.recipe,
        original=facts.run,
        original_histories=runs.histories(facts.run.run_id),
        project=top,
        places=lambda code: places_of(cockpit, top, code, facts.run),
        siblings=[runs.read(one) for one in runs.launch_of(facts.run)],
        timeout_s=wishes.timeout_s,
        memory_bytes=wishes.memory_bytes,
        disk_bytes=wishes.disk_bytes,
        network=wishes.network,
        repeat=wishes.repeat,
        tolerances={key: Tolerance(one.relative, one.absolute) for key, one in declared.items()},
        dirty_hints=resolved.dirty_hints,
        recorded_exit=facts.launch.exit_status if facts.launch else None,
        roots=facts.roots,
        resolve_s=resolve_s,
        spreads=facts.spreads,
    )


def run_order(cockpit: Cockpit, gathered: Gathered, order: Order) -> ReproductionResult:
    """Return what became of an order, run with the real tools."""
    return run_engine(order, open_attempt(cockpit.home, order.recipe.run_id), tools_of(cockpit, gathered))


def tools_of(cockpit: Cockpit, gathered: Gathered) -> Tools:
    """Return what the engine works with, after clearing what dead attempts left."""
    assert gathered.repository is not None
    home = cockpit.home
    mirror = CodeMirror(home, gathered.repository.root)
    clear_dead(home, remove_code=mirror.remove, end_left_over=end_left_over)
    return Tools(
        code=mirror,
        environments=UvEnvironments(home, cockpit.runner, os.environ),
        runner=cockpit.runner,
        stores=PrivateStores(home),
        open_store=SqliteRuns,
        progress=cockpit.progress,
        environ={**os.environ, DECLARED: (cockpit.maybe_file.sources.mlflow or "") if cockpit.maybe_file else ""},
        child_files=_child_files,
        artifacts=lambda run: artifact_folders(_with_artifacts(cockpit, gathered, run), cockpit.root),
        compare_models=Path(mlcockpit.child.__path__[0]) / "model_content.py",
    )


def _with_artifacts(cockpit: Cockpit, gathered: Gathered, run: RunRecord) -> RunRecord:
    """Return a run with its artifacts on this machine; those of the rerun are."""
    return here(cockpit, gathered.runs, run, whole=True) if run.run_id == gathered.facts.run.run_id else run


def places_of(cockpit: Cockpit, top: Path, code: Path, run: RunRecord | None = None) -> DataPlaces:
    """Return where bytes can be had for a worktree `code` of the repository `top`, artifacts of `run` among them."""
    mirror = CodeMirror(cockpit.home, top)

    def history(path: str) -> Iterable[bytes]:
        return mirror.blobs_of(path)

    artifacts = artifact_folders(run, cockpit.root).files if run is not None else None

    def copies(path: str) -> Iterable[Path]:
        name = Path(path).name
        return () if artifacts is None else (one for one in artifacts.rglob(escape(name)) if one.is_file())

    def content(path: Path) -> str | None:
        return cockpit.files.digest(path).content_sha256

    return DataPlaces(
        code=code, project=top, blob=cockpit.blobs.get, history=history, content_sha256=content, copies=copies
    )


def _child_files(folder: Path) -> Sequence[str]:
    """Copy the guard where the child finds it first."""
    for name in ("sitecustomize.py", "import_hook.py", "guard.py", "own_code.py", "audit.py", "readers.py"):
        shutil.copyfile(Path(mlcockpit.child.__path__[0]) / name, folder / name)
    return [str(folder)]


def parse_map(text: str) -> tuple[str, str]:
    """Return (old, new) from OLD=NEW; raises UsageError."""
    old, equals, new = text.partition("=")
    if not (equals and old.startswith("/") and new):
        raise UsageError(f"{text!r} is no pair of folders", hint="write --map /old/folder=/new/folder")
    return old, new
