"""Everything a recipe is derived from is gathered first, as plain values and small read-only views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.reproduction.source.program import CodeTree


class Repository(Protocol):
    """The git repository that holds the project."""

    def exists(self, commit: str) -> bool:
        """Tell whether the commit with all its trees and files is here."""

    def at(self, commit: str) -> CodeTree:
        """Return the files at a commit."""

    def before(self, instant_ms: int) -> str | None:
        """Return the newest commit of HEAD's history made before an instant; None where there is none."""

    def name(self) -> str:
        """Return the remote's URL without credentials, or the folder."""


class ProjectFolder(Protocol):
    """The user's files as they are now, looked at and never changed."""

    def root(self) -> str:
        """Return the absolute path of the top folder."""

    def modified_ms(self, path: str) -> int | None:
        """Return when a file (or the newest file of a folder) last changed; None where it is not there."""


@dataclass(frozen=True)
class KnownData:
    """One published state of a dataset: which bytes a short digest meant at that time."""

    name: str
    path: str
    """Below the project's top folder."""
    sha256: str
    content_sha256: str = ""
    mlflow_digests: tuple[str, ...] = ()
    version: str = ""
    published_ms: int = 0
    owner: str = ""


@dataclass(frozen=True)
class ExistingEnvironment:
    """A python environment that is already on this machine."""

    python: str
    """The interpreter's path."""
    version: str
    packages: Mapping[str, str]
    """Normalised name → version."""
    newest_ms: int
    """When a package was last installed."""
    label: str = ""
    """What it is, in words, such as the project's .venv."""


@dataclass(frozen=True)
class RunFacts:
    """What is known about one run."""

    run: RunRecord
    repository: Repository | None = None
    """None where the project is not in git."""
    prefix: str = ""
    """The project's folder below the repository's top; empty where they are one."""
    folder: ProjectFolder | None = None
    launch: Mapping[str, object] = field(default_factory=dict)
    """The captured launch; empty where there was none."""
    model_files: Mapping[str, bytes] = field(default_factory=dict)
    """requirements.txt, python_env.yaml, conda.yaml and MLmodel of the run's model."""
    known_data: Sequence[KnownData] = ()
    environments: Sequence[ExistingEnvironment] = ()
    roots: Sequence[str] = ()
    """Absolute folders that the repository's top had or has, for paths recorded as absolute."""
    blobs: frozenset[str] = frozenset()
