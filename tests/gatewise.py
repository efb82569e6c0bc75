"""The sample is built once for all tests and processes, and built anew where what it is made from has changed."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

import mlcockpit
from sample_project.build.attempt import AFTER_TRAINING, content_of
from sample_project.build.builder import Built, build
from sample_project.build.git_history import SOURCE
from sample_project.build.lock import lock

KEPT = Path(tempfile.gettempdir()) / f"mlcockpit-sample-{os.getuid()}"
HOME = KEPT / "home"
"""The state of the person who built it: launches that were captured here are trusted with it."""
RECORDS = ("domain", "services", "store", "integrations", "reproduction")
"""Parts of mlcockpit that decide what a recording holds."""
WITH_PLACES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
OLD_S = 2 * 86_400.0


def the_sample() -> Built:
    """Return the built sample; whoever wants to change something copies it first."""
    trained = content_of(SOURCE, lock(), without=AFTER_TRAINING)[:16]
    folder = KEPT / f"{trained}-{_recorded_by()}"
    HOME.mkdir(parents=True, exist_ok=True)
    before = os.environ.get("MLCOCKPIT_HOME")
    os.environ["MLCOCKPIT_HOME"] = str(HOME)
    try:
        with (KEPT / "lock").open("w") as waiting:
            fcntl.flock(waiting, fcntl.LOCK_EX)
            if not folder.exists():
                _begin_from_a_trained_one(trained, folder)
            _forget_old(folder)
            return build(folder, wait=True)
    finally:
        os.environ.pop("MLCOCKPIT_HOME")
        if before is not None:
            os.environ["MLCOCKPIT_HOME"] = before


def _recorded_by() -> str:
    found = hashlib.sha256()
    package = Path(mlcockpit.__file__).parent
    files = [SOURCE / name for name in AFTER_TRAINING if name.endswith(".py")]
    files += sorted(path for part in RECORDS for path in (package / part).rglob("*.py"))
    for path in files:
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _begin_from_a_trained_one(trained: str, folder: Path) -> None:
    """Copy what another recording of the same training began with, its store moved to the new place."""
    for base in sorted(KEPT.glob(f"{trained}-*"), key=lambda path: path.stat().st_mtime, reverse=True):
        if not (base / ".gatewise-build/trained.json").exists():
            continue
        draft = folder.with_name(f"draft-{folder.name}")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(
            base, draft, symlinks=True, ignore=shutil.ignore_patterns("cockpit.db*", "mirror.db*", "built.json")
        )
        with closing(sqlite3.connect(draft / ".gatewise-build/trained.db")) as store:
            for table, column in WITH_PLACES:
                store.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (str(base), str(folder)))
            store.commit()
        draft.rename(folder)
        return


def _forget_old(folder: Path) -> None:
    """Remove samples that nobody has asked for in two days."""
    if folder.exists():
        os.utime(folder)
    for other in KEPT.glob("*-*"):
        if other != folder and time.time() - other.stat().st_mtime > OLD_S:
            shutil.rmtree(other, ignore_errors=True)


def copied(built: Built, folder: Path) -> Built:
    """Return a copy of the sample for a test that writes; MLflow's artifacts stay where they are."""
    shutil.copytree(built.folder, folder, symlinks=True)
    return Built(folder, built.commits, built.runs, 0.0)
