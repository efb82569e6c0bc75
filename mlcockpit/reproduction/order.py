"""What the engine is told to do, what it works with, and how far it came are plain values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mlcockpit.analysis.spread import Spread
from mlcockpit.domain.recipe import Recipe
from mlcockpit.domain.run_record import MetricPoint, RunRecord
from mlcockpit.ports import BuiltEnvironment, CodeStore, EnvironmentBuilder, Progress, Runner, StoreStarter
from mlcockpit.reproduction.artifacts import ArtifactFolders
from mlcockpit.reproduction.compare import Tolerance
from mlcockpit.reproduction.data_bytes import DataFinding, DataPlaces
from mlcockpit.reproduction.judge import Judgement, Outcome
from mlcockpit.reproduction.workspace import Attempt

STAGES = ("resolve", "code", "environment", "data", "run", "compare")


class RunStore(Protocol):
    """A tracking store that can be read."""

    def run_ids(self, *, since_ms: int = 0) -> tuple[str, ...]:
        """Return the ids of its runs, oldest first."""

    def read(self, run_id: str) -> RunRecord:
        """Return one run."""

    def histories(self, run_id: str) -> Mapping[str, tuple[MetricPoint, ...]]:
        """Return the logged values of each metric."""


@dataclass(frozen=True)
class Tools:
    """What the engine works with."""

    code: CodeStore
    environments: EnvironmentBuilder
    runner: Runner
    stores: StoreStarter
    open_store: Callable[[Path], RunStore]
    progress: Progress
    environ: Mapping[str, str]
    child_files: Callable[[Path], Sequence[str]]
    """Copies the guard into a folder and returns the folders to put on the child's path."""
    artifacts: Callable[[RunRecord], ArtifactFolders]
    """Where a run's artifacts are on this machine."""
    compare_models: Path
    """The script that compares model folders inside an environment."""


@dataclass(frozen=True)
class Change:
    """What is done with the rerun of a recipe that was changed on purpose, which is no reproduction."""

    judge: Callable[[Outcome], Judgement]
    keep: Callable[["Course", Outcome], None]
    """Sees the rerun while its worktree still stands."""


@dataclass(frozen=True)
class Order:
    """What is to be reproduced, and how."""

    recipe: Recipe
    original: RunRecord
    original_histories: Mapping[str, tuple[MetricPoint, ...]]
    project: Path
    """The top of the user's repository."""
    places: Callable[[Path], DataPlaces]
    siblings: Sequence[RunRecord] = ()
    """Other runs of the same launch."""
    timeout_s: float | None = None
    memory_bytes: int | None = None
    disk_bytes: int | None = None
    """What the command may write in all; None: as much as fits."""
    network: bool = True
    repeat: int = 1
    """How often to run again where the results diverge."""
    tolerances: Mapping[str, Tolerance] = field(default_factory=dict)
    dirty_hints: tuple[str, ...] = ()
    recorded_exit: int | None = None
    roots: Sequence[str] = ()
    open_choice: str = ""
    """Why no command is chosen yet; empty where one is."""
    resolve_s: float = 0.0
    spreads: Mapping[str, Spread] = field(default_factory=dict)
    """How far apart the runs of this recipe with other seeds lie, by metric."""
    change: Change | None = None
    """None: the recipe is the run's own, and a rerun is judged as its reproduction."""


@dataclass
class Course:
    """What happened so far."""

    attempt: Attempt
    seconds: dict[str, float]
    stage: str = ""
    environment: BuiltEnvironment | None = None
    data: tuple[DataFinding, ...] = ()
    notes: list[str] = field(default_factory=list)
    wall: str = ""
    """What kept the command in its room; empty while none was started."""

    def note(self, *sentences: str) -> None:
        """Add what is to be said with the verdict, each sentence once."""
        self.notes += [one for one in dict.fromkeys(sentences) if one not in self.notes]
