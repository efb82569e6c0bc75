"""Everything a recipe is derived from is gathered first, as plain values and small read-only views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mlcockpit.analysis.spread import Sibling, Spread, spreads_of
from mlcockpit.domain.ingredients import ExistingEnvironment, KnownData
from mlcockpit.domain.launch import Launch
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

    def after(self, commit: str) -> tuple[str, ...]:
        """Return the few commits of HEAD's history that came next after a commit, oldest first."""

    def name(self) -> str:
        """Return the remote's URL without credentials, or the folder."""


class ProjectFolder(Protocol):
    """The user's files as they are now, from the repository's top; looked at and never changed."""

    def root(self) -> str:
        """Return the absolute path of the top folder."""

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes; None where it is not there."""

    def modified_ms(self, path: str) -> int | None:
        """Return when a file (or the newest file of a folder) last changed; None where it is not there."""


@dataclass(frozen=True)
class RunFacts:
    """What is known about one run."""

    run: RunRecord
    parent: RunRecord | None = None
    """The run it is nested in, whose launch is its own; None where it stands alone."""
    repository: Repository | None = None
    """None where the project is not in git."""
    prefix: str = ""
    """The project's folder below the repository's top; empty where they are one."""
    folder: ProjectFolder | None = None
    launch: Launch | None = None
    """The captured launch; None where there was none."""
    model_files: Mapping[str, bytes] = field(default_factory=dict)
    """requirements.txt, python_env.yaml, conda.yaml and MLmodel of the run's model."""
    mlflow_below: str = ""
    """A version of MLflow that wrote none of the store, as its schema tells; empty where that is not known."""
    known_data: Sequence[KnownData] = ()
    environments: Sequence[ExistingEnvironment] = ()
    roots: Sequence[str] = ()
    """Absolute folders that the repository's top had or has, for paths recorded as absolute."""
    command_given: tuple[str, ...] = ()
    """An argument list that a person named; empty where nobody did."""
    cwd_given: str = ""
    commit_given: str = ""
    """A commit that a person named."""
    data_owners: Mapping[str, str] = field(default_factory=dict)
    """Path or pattern of a declared dataset, below the project's folder → its owner."""
    siblings: Sequence[Sibling] | None = None
    """Runs of the same recipe with any seed, the run itself among them; None where nobody looked for them."""

    @property
    def spreads(self) -> Mapping[str, Spread]:
        """Return how far apart the other runs of this recipe lie in each metric; this one is what they judge."""
        return spreads_of([one for one in self.siblings or () if one.run_id != self.run.run_id])
