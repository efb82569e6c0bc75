"""What a recipe is derived from is gathered once: the run, its launch, its code, its model's files and what is here."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mlcockpit.domain.ingredients import KnownData
from mlcockpit.domain.launch import Launch
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.errors import CockpitError, SourceFailed
from mlcockpit.integrations.launch_files import LaunchFiles
from mlcockpit.integrations.project_folder import ProjectFolder
from mlcockpit.integrations.project_repository import ProjectRepository, open_project_repository
from mlcockpit.integrations.python_installations import existing_environments
from mlcockpit.integrations.tracking_place import Runs, brought, find_moved, local_path, open_runs
from mlcockpit.reproduction.artifacts import ArtifactFolders
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.known_data import known_data_in

LAUNCH_TAG = "mlcockpit.launch"
MODEL_FILES = ("requirements.txt", "python_env.yaml", "conda.yaml", "MLmodel")
LARGEST = 2_000_000
"""Bytes of the largest model file that is read."""


@dataclass(frozen=True)
class Gathered:
    """The facts of one run, and where they came from."""

    facts: RunFacts
    runs: Runs
    repository: ProjectRepository | None
    launch_is_ours: bool
    """Whether this person captured the launch on this machine."""


@dataclass(frozen=True)
class Given:
    """What a person said about a run that nothing recorded."""

    command: Sequence[str] = ()
    cwd: str = ""
    """Below the top of the code."""
    commit: str = ""
    maps: Sequence[tuple[str, str]] = ()
    """Pairs (old, new) of absolute folders."""


NOTHING = Given()


def gather_run(
    cockpit: Cockpit,
    name: str,
    *,
    known_data: Sequence[KnownData] | None = None,
    given: Given = NOTHING,
) -> Gathered:
    """Return the facts of the run called `name`; raises UnknownName."""
    declared = cockpit.maybe_file.sources.mlflow if cockpit.maybe_file else None
    runs = open_runs(declared, cockpit.root, os.environ)
    run = runs.read(runs.find(name.removeprefix("run/")))
    launch, ours = _launch(cockpit, run)
    kept = launch.code.snapshot_store if launch and ours else None
    repository = open_project_repository(cockpit.root, Path(kept) if kept else cockpit.state / "snapshots.git")
    top = repository.root if repository else cockpit.root
    interpreter = launch.environment.executable if launch else ""
    datasets = cockpit.maybe_file.datasets if cockpit.maybe_file else {}
    facts = RunFacts(
        run=run,
        parent=_parent(runs, run),
        repository=repository,
        prefix="" if top == cockpit.root else cockpit.root.relative_to(top).as_posix(),
        folder=ProjectFolder(top),
        launch=launch,
        model_files=model_files(here(cockpit, runs, run, whole=False), cockpit.root),
        mlflow_below=runs.mlflow_below(),
        known_data=published(cockpit) if known_data is None else known_data,
        environments=existing_environments(cockpit.root, os.environ, [interpreter], since_ms=run.start_ms),
        command_given=tuple(given.command),
        cwd_given=given.cwd,
        commit_given=given.commit,
        roots=_roots(top, launch, given.maps),
        data_owners={one.path: one.owner for one in datasets.values() if one.owner},
        siblings=() if launch is not None and launch.code.dirty else runs.siblings(run),
    )
    return Gathered(facts, runs, repository, ours)


def _parent(runs: Runs, run: RunRecord) -> RunRecord | None:
    named = run.tag("mlflow.parentRunId")
    try:
        return runs.read(named) if named else None
    except CockpitError:
        return None


def published(cockpit: Cockpit) -> list[KnownData]:
    """Return what the project has published, each with its recorded or declared owner."""
    declared = cockpit.maybe_file.datasets if cockpit.maybe_file else {}
    owners = {key: one.owner or "" for key, one in declared.items()}
    if os.environ.get("MLCOCKPIT_DATABASE"):
        from mlcockpit.services.run_beside import known_data_anywhere

        known: Sequence[KnownData] = known_data_anywhere(cockpit)
    else:
        known = known_data_in(cockpit.state / "cockpit.db")
    return [replace(one, owner=one.owner or owners.get(one.name, "")) for one in known]


def _launch(cockpit: Cockpit, run: RunRecord) -> tuple[Launch | None, bool]:
    launch_id = run.tag(LAUNCH_TAG)
    files = LaunchFiles(cockpit.state / "launches", cockpit.trust)
    try:
        if launch_id:
            return files.load(launch_id), files.is_ours(launch_id)
        for one in files.ids():
            launch = files.load(one)
            if run.run_id in launch.run_ids:
                return launch, files.is_ours(one)
    except CockpitError:
        return None, False
    return None, False


def _roots(top: Path, launch: Launch | None, maps: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    roots = [str(top), str(top.resolve())]
    roots += [launch.code.root] if launch and launch.code.root else []
    roots += [old for old, new in maps if Path(new).resolve() == top.resolve()]
    return tuple(dict.fromkeys(roots))


def model_files(run: RunRecord, root: Path) -> dict[str, bytes]:
    """Return the small text files beside the first of the run's models that is on this machine."""
    for model in run.models:
        folder = local_path(model.path) or _below(run.artifact_uri, model.path)
        if folder is None:
            continue
        folder = find_moved(folder, root)
        found = {name: folder / name for name in MODEL_FILES if (folder / name).is_file()}
        if found:
            return {name: path.read_bytes() for name, path in found.items() if path.stat().st_size <= LARGEST}
    return {}


def here(cockpit: Cockpit, runs: Runs, run: RunRecord, *, whole: bool) -> RunRecord:
    """Return the run with what a server keeps of it on this machine; as it is where the server does not hand it out."""
    try:
        return brought(runs, run, cockpit.home / "artifacts", whole=whole)
    except SourceFailed as failed:
        cockpit.progress.step("artifacts", str(failed))
        return run


def artifact_folders(run: RunRecord, root: Path) -> ArtifactFolders:
    """Return where the run's artifacts and models are on this machine."""
    top = local_path(run.artifact_uri)
    models = []
    for model in run.models:
        folder = local_path(model.path) or _below(run.artifact_uri, model.path)
        if folder is not None:
            models.append((model.name, find_moved(folder, root)))
    return ArtifactFolders(find_moved(top, root) if top else None, models)


def _below(uri: str, path: str) -> Path | None:
    base = local_path(uri)
    if base is None or path.startswith("/") or ".." in path.split("/"):
        return None
    return base / path
