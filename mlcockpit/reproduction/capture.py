"""A launch is captured in two steps: what is known before the command starts, and what it turned out to do."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.launch import Code, CodeState, Environment, Launch, Seeds
from mlcockpit.domain.redaction import Redaction, fingerprint, is_secret_name, redact, redact_argv, without_credentials
from mlcockpit.errors import GitFailed
from mlcockpit.ports import GitProcess
from mlcockpit.reproduction.code_state import SeenCode, read_code, read_editable
from mlcockpit.reproduction.data_reads import Place, sort_reads
from mlcockpit.reproduction.installed import Installed, installed_in, site_packages_of
from mlcockpit.reproduction.launcher import interpreter_of, launcher_of
from mlcockpit.reproduction.reads import Opened, Reads, Start, collect, main_process
from mlcockpit.reproduction.snapshot_commit import Snapshots

THREADS = (
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
    *("BLIS_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS", "TF_NUM_INTRAOP_THREADS", "LOKY_MAX_CPU_COUNT"),
)
HARMLESS = (
    *("PYTHONPATH", "PYTHONOPTIMIZE", "PYTHONUTF8", "VIRTUAL_ENV", "CONDA_DEFAULT_ENV", "CONDA_PREFIX", "TZ", "LANG"),
    *("LC_ALL", "CUDA_VISIBLE_DEVICES", "CUBLAS_WORKSPACE_CONFIG", "TF_DETERMINISTIC_OPS", "TF_ENABLE_ONEDNN_OPTS"),
    *("TOKENIZERS_PARALLELISM", "HYDRA_FULL_ERROR", "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"),
    *("MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID", "MLFLOW_ARTIFACT_URI"),
)
"""Variables whose values are kept; of all others not even the names are, unless they look like credentials."""


@dataclass(frozen=True)
class Begun:
    """A launch that is about to start, with what only its end needs."""

    launch: Launch
    seen: SeenCode
    editable: Mapping[str, CodeState]


@dataclass(frozen=True)
class Outcome:
    """How the command went; None where nobody saw its end."""

    started_ns: int
    """When it was started, on the clock of file times."""
    ended_at: datetime | None
    exit_status: int | None
    seconds: float | None
    peak_memory_bytes: int | None
    opened: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Files that some process read in the watched folders meanwhile: path → size and modification time."""
    partial: tuple[str, ...] = ()
    """What could not be watched."""


def begin(
    git: GitProcess,
    argv: Sequence[str],
    *,
    launch_id: str,
    cwd: Path,
    environ: Mapping[str, str],
    started_at: datetime,
    snapshots: Snapshots,
) -> Begun:
    """Return what is known before the command starts; uncommitted work is kept now, as the command will see it."""
    words, masked = redact_argv(argv, salt=snapshots.salt)
    variables, named = _variables(environ, snapshots.salt)
    try:
        seen = read_code(git, cwd, snapshots=snapshots)
    except (GitFailed, OSError) as error:
        seen = SeenCode(Code(), partial=(f"code: {clean(error)}",))
    interpreter = interpreter_of(argv, environ)
    folders = site_packages_of(interpreter) if interpreter else []
    installed = installed_in(folders)
    editable, notes, found = _editable(git, installed, seen, snapshots, {})
    launch = Launch(
        launch_id=launch_id,
        argv=words,
        cwd=_relative(cwd, seen.code.root),
        launcher=launcher_of(argv),
        started_at=started_at,
        code=replace(seen.code, editable=tuple(editable.values())),
        environment=Environment(
            executable=str(interpreter or ""), packages=installed.packages, sources=installed.sources
        ),
        seeds=Seeds(python_hash_seed=environ.get("PYTHONHASHSEED")),
        threads={name: environ[name] for name in THREADS if name in environ},
        variables=variables,
        redacted=(*masked, *named, *seen.redacted, *found),
        partial=(*seen.partial, *notes),
    )
    return Begun(launch, seen, editable)


def finish(
    git: GitProcess,
    begun: Begun,
    folder: Path,
    outcome: Outcome,
    *,
    snapshots: Snapshots,
    step: Callable[[str], None] = lambda path: None,
) -> Launch:
    """Return the launch completed by what its processes noted in `folder`."""
    reads, launch = collect(folder), begun.launch
    main = main_process(reads)
    installed, environment, missing = _environment(main, launch)
    editable, notes, found = _editable(git, installed, begun.seen, snapshots, begun.editable)
    others = {path: Opened(*state, "folder") for path, state in outcome.opened.items()}
    seen = sort_reads(others | reads.read, _place(git, begun, outcome, reads, editable), step)
    cut = ["a process read more files than are noted"] if reads.is_cut else []
    return replace(
        launch,
        ended_at=outcome.ended_at,
        seconds=outcome.seconds,
        exit_status=outcome.exit_status,
        peak_memory_bytes=outcome.peak_memory_bytes,
        code=replace(launch.code, untracked=tuple(seen.untracked), editable=tuple(editable.values())),
        environment=environment,
        data=tuple(seen.data),
        network=tuple(sorted(_others(reads, launch))),
        seeds=replace(launch.seeds, calls=tuple(reads.seeds)),
        run_ids=tuple(reads.run_ids),
        redacted=(*launch.redacted, *found),
        partial=(*launch.partial, *notes, *missing, *outcome.partial, *seen.partial, *cut),
    )


def _place(git: GitProcess, begun: Begun, outcome: Outcome, reads: Reads, editable: Mapping[str, CodeState]) -> Place:
    code = begun.launch.code
    root = Path(code.root or begun.launch.cwd)
    elsewhere = {each for start in reads.starts for each in (start.prefix, start.base_prefix)}
    elsewhere |= {state.path for state in editable.values()} | {str(Path(__file__).parents[1])}
    return Place(
        root=root,
        tracked=_tracked(git, code),
        kept=begun.seen.kept,
        started_ns=outcome.started_ns,
        ignored=tuple(f"{each}{os.sep}" for each in elsewhere if each and not root.is_relative_to(each)),
    )


def _variables(environ: Mapping[str, str], salt: bytes) -> tuple[dict[str, str], list[Redaction]]:
    kept: dict[str, str] = {}
    masked: list[Redaction] = []
    for name in HARMLESS:
        if name in environ:
            kept[name], found = redact(without_credentials(environ[name]), salt=salt, where=f"variable {name}")
            masked += found
    for name in sorted(environ):
        if is_secret_name(name) and environ[name]:
            masked.append(Redaction(f"variable {clean(name)}", "variable", fingerprint(environ[name], salt)))
    return kept, masked


def _relative(cwd: Path, root: str | None) -> str:
    return os.path.relpath(cwd, root) if root else str(cwd)


def _editable(
    git: GitProcess, installed: Installed, seen: SeenCode, snapshots: Snapshots, known: Mapping[str, CodeState]
) -> tuple[dict[str, CodeState], tuple[str, ...], tuple[Redaction, ...]]:
    """Return the state of every editable installation; one inside the main repository shares its state."""
    states: dict[str, CodeState] = {}
    notes: list[str] = []
    found: list[Redaction] = []
    code = seen.code
    for name, folder in sorted(installed.editable.items()):
        if name in known:
            states[name] = known[name]
        elif code.root and (folder == Path(code.root) or Path(code.root) in folder.parents):
            states[name] = CodeState(name, str(folder), code.commit, code.dirty, code.snapshot_commit)
        elif not folder.is_dir():
            notes.append(f"{name} (editable): {clean(folder)} is gone")
        else:
            try:
                states[name], more = read_editable(git, name, folder, snapshots=snapshots)
            except (GitFailed, OSError) as error:
                notes.append(f"{name} (editable): {clean(error)}")
                continue
            notes += more.partial
            found += more.redacted
    return states, tuple(notes), tuple(found)


def _environment(main: Start | None, launch: Launch) -> tuple[Installed, Environment, list[str]]:
    """Return what the launch's own process said of its interpreter; else what the command line told."""
    if main is None:
        what = "no Python process reported its environment"
        known = "packages are those of the interpreter named" if launch.environment.packages else "packages are unknown"
        return Installed(), launch.environment, [f"environment: {what}; {known}; reads are unknown"]
    installed = installed_in(Path(entry) for entry in main.path)
    environment = Environment(
        python=main.version,
        implementation=main.implementation,
        platform=main.platform,
        executable=main.executable,
        packages=installed.packages,
        sources=installed.sources,
    )
    return installed, environment, []


def _tracked(git: GitProcess, code: Code) -> frozenset[str]:
    if code.root is None or code.commit is None:
        return frozenset()
    try:
        listed = git(["ls-tree", "-r", "-z", "--name-only", code.commit], cwd=Path(code.root))
    except GitFailed:
        return frozenset()
    return frozenset(listed.decode("utf-8", "surrogateescape").split("\0"))


def _others(reads: Reads, launch: Launch) -> set[str]:
    """Return the network places without the tracking server."""
    uri = launch.variables.get("MLFLOW_TRACKING_URI", "")
    server = uri.partition("://")[2].partition("/")[0]
    return {place for place in reads.network if not server or (place != server and f"://{server}/" not in place)}
