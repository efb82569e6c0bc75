"""A Cockpit is one open project: its file, clock, database and adapters, given to every service."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mlcockpit.errors import NoProject
from mlcockpit.ports import BlobStore, Clock, DataFiles, Progress, Runner, SourceControl, Tracker, TrustStore

if TYPE_CHECKING:
    from mlcockpit.domain.project_file import ProjectFile
    from mlcockpit.store.database import Store
    from mlcockpit.store.mirror.mirror import Mirror
    from mlcockpit.store.tracked_runs import TrackedRuns

STATE_FOLDER = ".mlcockpit"


@dataclass(frozen=True)
class Doors:
    """How to get each adapter when it is first needed; bootstrap names the real ones, tests name fakes."""

    store: "Callable[[Cockpit], Store]"
    git: "Callable[[Cockpit], SourceControl | None]"
    """None where the project is not in a git repository."""
    tracker: "Callable[[Cockpit], Tracker | None]"
    """None where the project file names no MLflow store."""
    mirror: "Callable[[Cockpit], Mirror]"
    files: "Callable[[Cockpit], DataFiles]"
    blobs: "Callable[[Cockpit], BlobStore]"
    runner: Callable[[], Runner]
    trust: Callable[[], TrustStore]


@dataclass
class Cockpit:
    """One open project."""

    root: Path
    """The folder of mlcockpit.toml, or where the command was started when there is none."""
    clock: Clock
    progress: Progress
    doors: Doors
    actor: str
    """Handle of the person who acts, else the login name."""
    maybe_file: "ProjectFile | None" = None
    """None outside a project."""
    at: datetime | None = None
    """When what is written happened; None: now."""
    home: Path = field(default_factory=Path.home)
    """The user's own folder of mlcockpit: trust, environments, attempts."""

    @property
    def file(self) -> "ProjectFile":
        """Return the project file; raises NoProject outside a project."""
        if self.maybe_file is None:
            raise NoProject(f"there is no mlcockpit.toml in {self.root} or above", hint="`mlcockpit init` writes one")
        return self.maybe_file

    @property
    def state(self) -> Path:
        """Return the project's own folder of state."""
        return self.root / STATE_FOLDER

    def now(self) -> datetime:
        """Return when what is written now happened."""
        return self.at or self.clock.now()

    @cached_property
    def store(self) -> "Store":
        """Return the project's database, made or migrated on first use."""
        return self.doors.store(self)

    @cached_property
    def git(self) -> SourceControl | None:
        """Return the repository the project lies in; None where there is none."""
        return self.doors.git(self)

    @cached_property
    def tracker(self) -> Tracker | None:
        """Return the MLflow store; None where the project file names none."""
        return self.doors.tracker(self)

    @property
    def mirror_path(self) -> Path:
        """Return where the rebuildable copy of the MLflow store lies."""
        return self.state / "mirror.db"

    @cached_property
    def runs(self) -> "TrackedRuns":
        """Return single runs by name or id, as the last sync saw them."""
        from mlcockpit.store.tracked_runs import TrackedRuns

        return TrackedRuns(self.mirror_path)

    @cached_property
    def mirror(self) -> "Mirror":
        """Return the copy of the MLflow store, for syncing into."""
        return self.doors.mirror(self)

    @cached_property
    def files(self) -> DataFiles:
        """Return the reader of data files."""
        return self.doors.files(self)

    @cached_property
    def blobs(self) -> BlobStore:
        """Return the content-addressed store."""
        return self.doors.blobs(self)

    @cached_property
    def runner(self) -> Runner:
        """Return what runs child processes."""
        return self.doors.runner()

    @cached_property
    def trust(self) -> TrustStore:
        """Return what this person has approved."""
        return self.doors.trust()

    def close(self) -> None:
        """Give back what was opened."""
        for name in ("store", "mirror"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
