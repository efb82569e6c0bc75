"""What is known after the command ended, and what is said about it, are plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlcockpit.analysis.spread import Spread
from mlcockpit.domain.recipe import Recipe
from mlcockpit.domain.reproduction_result import ArtifactComparison, MetricComparison
from mlcockpit.domain.run_record import RunInput, RunRecord
from mlcockpit.domain.vocabulary import Verdict
from mlcockpit.reproduction.compare import ParameterDifference
from mlcockpit.reproduction.data_bytes import DataFinding


@dataclass(frozen=True)
class Outcome:
    """Everything that is known after the command ended."""

    recipe: Recipe
    original: RunRecord
    rerun: RunRecord | None
    """None where the command logged no run."""
    exit_status: int
    timed_out: bool = False
    filled: str = ""
    """Why it was stopped for the space that it took."""
    last_lines: str = ""
    parameters: tuple[ParameterDifference, ...] = ()
    inputs: tuple[tuple[RunInput, RunInput], ...] = ()
    metrics: tuple[MetricComparison, ...] = ()
    artifacts: tuple[ArtifactComparison, ...] = ()
    data: tuple[DataFinding, ...] = ()
    environment: tuple[str, ...] = ()
    """In what the rebuilt environment differs from the recorded one."""
    dirty_hints: tuple[str, ...] = ()
    """Evidence that the run used uncommitted code."""
    repeats: tuple[Mapping[str, float], ...] = ()
    """The metrics of each repeat."""
    recorded_exit: int | None = None
    """The original's exit status; None where it was not recorded."""
    spreads: Mapping[str, Spread] = field(default_factory=dict)
    """How far apart the runs of this recipe with other seeds lie, by metric."""


@dataclass(frozen=True)
class Judgement:
    """What is said about a run."""

    verdict: Verdict
    reason: str
    first_difference: str | None = None
    stage: str = ""
    deterministic: bool | None = None
    notes: tuple[str, ...] = field(default=())
