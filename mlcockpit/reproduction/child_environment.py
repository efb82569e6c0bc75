"""Every Python that a command starts is watched or guarded by its environment alone, without a change of its code."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import mlcockpit.child

AUDIT = "MLCOCKPIT_AUDIT_DIR"
GUARD_TRACKING = "MLCOCKPIT_GUARD_TRACKING_URI"
GUARD_REGISTRY = "MLCOCKPIT_GUARD_REGISTRY_URI"
GUARD_ARTIFACTS = "MLCOCKPIT_GUARD_ARTIFACTS"
GUARD_TAGS = "MLCOCKPIT_GUARD_TAGS"
RUN_CONTEXT = "MLFLOW_RUN_CONTEXT"
LAUNCH_TAG = "mlcockpit.launch"
CAPTURE_TAG = "mlcockpit.capture"
CHILD = Path(mlcockpit.child.__file__).parent
_FILES = ("sitecustomize.py", "audit.py", "guard.py", "readers.py", "import_hook.py", "own_code.py")


def install_child(folder: Path) -> Path:
    """Copy the child's files into a folder of an attempt, for sandboxes that do not see our own; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        shutil.copyfile(CHILD / name, folder / name)
    return folder


def write_pth(site_packages: Path, child: Path = CHILD) -> Path:
    """Have every Python of an environment of ours start the child's files, also under `python -I`; return the file."""
    path = site_packages / "mlcockpit_child.pth"
    start = str(child / "sitecustomize.py")
    line = f"import os; exec(open({start!r}).read(), {{'__name__': 'mlcockpit_start', '__file__': {start!r}}})\n"
    path.write_text(line, encoding="utf-8")
    return path


def watched(environ: Mapping[str, str], reads: Path, *, child: Path = CHILD) -> dict[str, str]:
    """Return `environ` in which every Python writes what it reads into the folder `reads`."""
    return _on_path({**environ, AUDIT: str(reads)}, child)


def guarded(
    environ: Mapping[str, str],
    tracking_uri: str,
    *,
    registry_uri: str | None = None,
    artifacts: str | None = None,
    tags: Mapping[str, str] | None = None,
    child: Path = CHILD,
) -> dict[str, str]:
    """Return `environ` in which MLflow writes only to the given store, and every run gets `tags`.

    `artifacts` is the folder for them where the store is a database; None: ./mlruns of the command.
    """
    guard = {GUARD_TRACKING: tracking_uri, GUARD_REGISTRY: registry_uri or tracking_uri}
    guard |= {GUARD_ARTIFACTS: artifacts} if artifacts else {}
    uris = {"MLFLOW_TRACKING_URI": tracking_uri, "MLFLOW_REGISTRY_URI": registry_uri or tracking_uri}
    marks = {GUARD_TAGS: json.dumps(dict(tags)), **with_tags(environ, tags)} if tags else {}
    return _on_path({**environ, **guard, **uris, **marks}, child)


def with_tags(environ: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, str]:
    """Return the one variable that has MLflow put `tags` on every run, the user's own tags kept."""
    try:
        given = json.loads(environ.get(RUN_CONTEXT) or "{}")
    except ValueError:
        given = {}
    return {RUN_CONTEXT: json.dumps({**(given if isinstance(given, dict) else {}), **tags}, sort_keys=True)}


def _on_path(environ: dict[str, str], child: Path) -> dict[str, str]:
    before = environ.get("PYTHONPATH")
    if before and str(child) in before.split(":"):
        return environ
    return {**environ, "PYTHONPATH": f"{child}:{before}" if before else str(child)}
