"""The one place that names concrete adapters: a folder, a person and an instant become an open Cockpit."""

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mlcockpit.domain.instants import parse_time
from mlcockpit.domain.names import FILE_NAME
from mlcockpit.errors import BadProjectFile, NoProject, UsageError
from mlcockpit.integrations.project_file_place import find_project_file
from mlcockpit.integrations.system_clock import StoryClock, SystemClock
from mlcockpit.ports import BlobStore, DataFiles, Progress, Runner, SourceControl, Tracker, TrustStore
from mlcockpit.services.cockpit import STATE_FOLDER, Cockpit, Doors
from mlcockpit.store.state_folder import refuse_if_others_can_write
from mlcockpit.version import VERSION

if TYPE_CHECKING:
    from mlcockpit.domain.project_file import ProjectFile
    from mlcockpit.store.database import Store
    from mlcockpit.store.mirror.mirror import Mirror


def open_cockpit(
    start: Path,
    *,
    progress: Progress,
    actor: str | None = None,
    at: str | None = None,
    needs_project: bool = True,
    reads_file: bool = True,
) -> Cockpit:
    """Return the project that `start` lies in; raises NoProject where it is needed and there is none.

    Without `reads_file` the project file is read, and a fault in it raised, when it is first asked for.
    """
    if not start.is_dir():
        raise UsageError(f"{start} is no folder", hint="name the project's folder with -C DIR")
    path = find_project_file(start.resolve())
    if path is None and needs_project:
        raise NoProject(
            f"there is no {FILE_NAME} in {start} or above",
            hint="`mlcockpit init` writes one, `mlcockpit demo` builds a sample",
        )
    root = start.resolve() if path is None else path.parent
    refuse_if_others_can_write(root / STATE_FOLDER)
    if path is not None and not reads_file:
        when = None if at is None else parse_time(at)
        return LateCockpit(root, SystemClock(), progress, DOORS, actor or who_am_i(None), at=when, home=user_folder())
    try:
        file = None if path is None else _read(path)
    except BadProjectFile:
        if needs_project:
            raise
        file = None
    return Cockpit(
        root=root,
        clock=SystemClock() if file is None or file.project.as_of is None else StoryClock(file.project.as_of),
        progress=progress,
        doors=DOORS,
        actor=actor or who_am_i(file),
        maybe_file=file,
        at=None if at is None else parse_time(at),
        home=user_folder(),
    )


class LateCockpit(Cockpit):
    """A Cockpit that reads its project file when it is first asked for; its clock is the real one."""

    _late: "ProjectFile | None" = None

    @property
    def maybe_file(self) -> "ProjectFile | None":
        """Return the project file; raises BadProjectFile."""
        if self._late is None:
            self._late = _read(self.root / FILE_NAME)
        return self._late

    @maybe_file.setter
    def maybe_file(self, given: "ProjectFile | None") -> None:
        self._late = given


def _read(path: Path) -> "ProjectFile":
    from mlcockpit.integrations.project_file_reader import read_project_file

    return read_project_file(path)


def who_am_i(file: "ProjectFile | None") -> str:
    """Return MLCOCKPIT_USER, else the declared person with this login name, else the login name."""
    login = os.environ.get("MLCOCKPIT_USER")
    if not login:
        try:
            login = getpass.getuser()
        except (KeyError, OSError):
            login = "somebody"
    for handle, person in (file.people if file else {}).items():
        if login == handle or login in person.mlflow_users:
            return handle
    return login


def user_folder() -> Path:
    """Return where this person's own state lies: MLCOCKPIT_HOME, else the platform's place."""
    chosen = os.environ.get("MLCOCKPIT_HOME")
    if chosen:
        return Path(chosen)
    from platformdirs import user_state_path

    return user_state_path("mlcockpit")


def database_url(cockpit: Cockpit) -> str:
    """Return MLCOCKPIT_DATABASE, else the embedded database in the project's folder of state."""
    return os.environ.get("MLCOCKPIT_DATABASE") or f"sqlite:///{cockpit.state / 'cockpit.db'}"


def _store(cockpit: Cockpit) -> "Store":
    from mlcockpit.store.database import Store
    from mlcockpit.store.schema import claim, prepare
    from mlcockpit.store.state_folder import make_state_folder

    make_state_folder(cockpit.state)
    store = Store(database_url(cockpit), cockpit.clock, f"mlcockpit {VERSION}")
    prepare(store)
    if cockpit.maybe_file is not None:
        claim(store, cockpit.maybe_file.project.key)
    return store


def _git(cockpit: Cockpit) -> SourceControl | None:
    from mlcockpit.integrations.git_source import open_repository

    return open_repository(cockpit.root)


def _files(cockpit: Cockpit) -> DataFiles:
    from mlcockpit.integrations.files import LocalFiles

    return LocalFiles(cockpit.root, cache=cockpit.state / "digests.db")


def _blobs(cockpit: Cockpit) -> BlobStore:
    from mlcockpit.integrations.blobs import BlobFolder

    return BlobFolder(cockpit.state / "blobs")


def _tracker(cockpit: Cockpit) -> Tracker | None:
    from mlcockpit.integrations.mlflow_tracker import open_tracker

    uri = cockpit.file.sources.mlflow
    return None if uri is None else open_tracker(uri, root=cockpit.root)


def _mirror(cockpit: Cockpit) -> "Mirror":
    from mlcockpit.store.mirror.mirror import Mirror
    from mlcockpit.store.state_folder import make_state_folder

    make_state_folder(cockpit.state)
    return Mirror(cockpit.mirror_path)


def _runner() -> Runner:
    from mlcockpit.integrations.process_runner import ProcessRunner

    return ProcessRunner()


def _trust() -> TrustStore:
    from mlcockpit.integrations.trust_store import LocalTrust

    return LocalTrust(user_folder())


DOORS = Doors(
    store=_store, git=_git, tracker=_tracker, mirror=_mirror, files=_files, blobs=_blobs, runner=_runner, trust=_trust
)
