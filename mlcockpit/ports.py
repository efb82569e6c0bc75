"""The outside world as mlcockpit needs it: one Protocol each, real adapters in integrations/, fakes in tests/."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mlcockpit.domain.execution import BuiltEnvironment as BuiltEnvironment
from mlcockpit.domain.execution import Finished as Finished
from mlcockpit.domain.execution import Room as Room
from mlcockpit.domain.execution import Wall as Wall
from mlcockpit.domain.tracking import TrackerReading

if TYPE_CHECKING:
    from mlcockpit.domain.run import MetricHistory


class Clock(Protocol):
    """The only source of now."""

    def now(self) -> datetime:
        """Return the present instant in UTC; the story's instant where the project file sets `as_of`."""


class Progress(Protocol):
    """Where long work says how far it is; fronts draw it, pipes see nothing."""

    def step(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        """Say that `stage` is at `done` of `total` (0: unknown)."""


@dataclass(frozen=True)
class Commit:
    """One commit of a repository."""

    sha: str
    author_name: str
    author_email: str
    authored_at: datetime
    committed_at: datetime
    subject: str
    parents: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Files it touches, where the caller asked for them."""


@dataclass(frozen=True)
class Tag:
    """A name that somebody gave to a commit."""

    name: str
    commit: str
    at: datetime
    """When the tag was made; when the commit was, for a tag without a record of its own."""
    by: str = ""


class SourceControl(Protocol):
    """A git repository, read without running anything it configures."""

    root: Path
    """The top of the work tree."""

    def head(self) -> str | None:
        """Return the full id of HEAD; None in a repository without commits."""

    def branch(self) -> str | None:
        """Return the branch that is checked out; None when detached."""

    def remote_url(self) -> str | None:
        """Return the URL of origin without credentials; None where there is none."""

    def is_shallow(self) -> bool:
        """Tell whether the history was cut off when this repository was cloned."""

    def commits(
        self, *, since: datetime | None = None, paths: bool = False, after: str | None = None
    ) -> Iterator[Commit]:
        """Yield the commits of HEAD's history, newest first; only those that `after` does not reach where it is given."""

    def tags(self) -> Sequence[Tag]:
        """Return every tag of a commit, oldest first."""

    def missing(self, commit: str) -> Sequence[str]:
        """Return the ids of the trees and blobs of `commit` that are not here; the commit's own id where that is gone."""

    def exists(self, commit: str) -> bool:
        """Tell whether `commit` and all its trees and blobs are here."""

    def read(self, commit: str, path: str) -> bytes | None:
        """Return a file's bytes at a commit; None where it is not there."""

    def blame(self, commit: str, path: str) -> Mapping[str, int]:
        """Return how many lines of a file each author's address answers for at a commit; empty where it is not there."""

    def files(self, commit: str) -> Sequence[str]:
        """Return every path at a commit."""

    def is_dirty(self) -> bool:
        """Tell whether tracked files differ from HEAD or untracked ones are there that nothing ignores."""


class GitProcess(Protocol):
    """One git process under the protected configuration; `integrations.git_process.run_git` is the real one."""

    def __call__(
        self,
        args: Sequence[str],
        *,
        cwd: Path | None = None,
        git_dir: Path | None = None,
        env: Mapping[str, str] | None = None,
        config: Sequence[tuple[str, str]] = (),
        stdin: bytes | None = None,
        file_protocol: bool = False,
        timeout_s: float = 120.0,
        accept: Sequence[int] = (0,),
    ) -> bytes:
        """Return what git wrote to stdout; raise GitFailed unless it ends with a status in `accept`."""


@dataclass(frozen=True)
class FileDigest:
    """What one data file (or folder) is, by content."""

    path: str
    sha256: str
    """Of the bytes; of the sorted (path, sha256) list for a folder."""
    size: int
    content_sha256: str | None = None
    """Of the ordered rows, independent of the file format; None where the file is not a table."""
    unordered_sha256: str | None = None
    rows: int | None = None
    columns: Mapping[str, str] | None = None
    """Column name → digest of its values."""
    types: Mapping[str, str] | None = None
    """Column name → type as stored."""
    trouble: str = ""
    """Why a file with a table's name has no content digest, in words, by line where it can; empty: nothing is wrong."""


class DataFiles(Protocol):
    """Data files under the project, known by content."""

    def digest(self, path: Path, *, table: bool = True) -> FileDigest:
        """Return the digest of a file or folder; raises SourceFailed where it is gone or cannot be read."""


@dataclass(frozen=True)
class Measured:
    """One dated value of a product metric as a source has it."""

    at: datetime
    value: float
    n: int | None = None
    """How many cases were counted; None where the source does not say."""
    ci_low: float | None = None
    ci_high: float | None = None


class MetricSource(Protocol):
    """Where the values of product metrics come from."""

    def read(self, place: str, metric: str) -> Sequence[Measured]:
        """Return the dated values of `metric`, oldest first; raises SourceFailed naming the line that is wrong."""


class BlobStore(Protocol):
    """Bytes by their sha-256."""

    def put(self, data: bytes) -> str:
        """Keep `data`; return its sha-256."""

    def get(self, sha256: str) -> bytes | None:
        """Return the bytes; None where they are not here or no longer match their name."""


class Runner(Protocol):
    """Runs a command of ours or of a recipe, and ends it whole."""

    def wall(self) -> Wall:
        """Return the best wall that works on this machine, tried once."""

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        log: Path,
        timeout_s: float | None = None,
        memory_bytes: int | None = None,
        room: Room | None = None,
    ) -> Finished:
        """Run `argv` with exactly `env` and no shell; kill its whole process group at the time limit.

        `room` is for commands of strangers; raises StageFailed where it must have no network and no wall can close it.
        """


class CodeStore(Protocol):
    """Where old code is checked out from, never the user's own repository."""

    def check_out(self, commit: str, folder: Path, branch: str, *, store: str = "") -> None:
        """Make `folder` a worktree of `commit` on a new `branch`; `store` is another repository that may hold it."""

    def fill(self, folder: Path, commit: str, *, store: str = "") -> tuple[str, ...]:
        """Bring submodules and large files from what lies beside the user's repository; return what could not be had."""

    def apply(self, folder: Path, patch: str) -> None:
        """Apply uncommitted changes to a worktree."""

    def remove(self, folder: Path, branch: str) -> None:
        """Take a worktree and its branch away, whatever state a crash left them in."""


class EnvironmentBuilder(Protocol):
    """Makes python environments as a recipe wants them, and reuses those it made."""

    def build(self, wanted: Mapping[str, object], *, code: Path, log: Path) -> BuiltEnvironment:
        """Return the environment that an environment ingredient's value describes; raises StageFailed with the log."""

    def install_own(
        self, environment: BuiltEnvironment, own: Sequence[str], *, code: Path, into: Path, log: Path
    ) -> tuple[str, ...]:
        """Install packages of the project itself from the worktree `code` below `into`; return what could not be."""


class StoreStarter(Protocol):
    """Has an empty tracking database at hand for each MLflow version."""

    def begin(self, environment: BuiltEnvironment, store: Path) -> None:
        """Make `store` an empty database of the environment's MLflow, where one is known."""

    def keep(self, environment: BuiltEnvironment, store: Path) -> None:
        """Keep an emptied copy of a database that the environment's MLflow made."""


class TrustStore(Protocol):
    """Which recorded commands this person has approved, kept outside every project."""

    def is_trusted(self, trust_id: str) -> bool:
        """Tell whether exactly this recipe was approved or captured on this machine."""

    def approve(self, trust_id: str, note: str) -> None:
        """Remember the approval."""

    def sign(self, data: bytes) -> str:
        """Return the signature that this person's key gives `data`."""

    def verify(self, data: bytes, signature: str) -> bool:
        """Tell whether `signature` was made for `data` on this machine."""


class Tracker(Protocol):
    """A store of training runs, read and never written."""

    source: str
    """Its address without credentials: the name under which the mirror keeps it."""

    def stamp(self) -> str:
        """Return what changes whenever the store is written to; empty where nobody can promise that."""

    def reading(self) -> "AbstractContextManager[TrackerReading]":
        """Return the store in a form that can be attached; raises SourceFailed where it is missing, locked or foreign."""

    def metric_history(self, run_id: str, key: str, *, most: int = 2000) -> "MetricHistory":
        """Return the logged values of a metric in order, thinned to `most` points by minima and maxima."""
