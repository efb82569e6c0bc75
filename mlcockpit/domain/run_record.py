"""A run is one plain value: what the tracker wrote down about one training execution, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RunInput:
    """One dataset that a run says it used."""

    name: str
    digest: str
    """MLflow's own short digest; it covers part of the rows only."""
    source: str = ""
    """The JSON text that MLflow keeps about where the data came from."""
    source_type: str = ""
    schema: str = ""
    """The JSON text of column names and types; empty where none was logged."""
    profile: str = ""
    """The JSON text of row counts; empty where none was logged."""
    context: str = ""
    """What the run used it for, such as train or eval."""


@dataclass(frozen=True)
class RunModel:
    """One model that a run logged."""

    name: str
    path: str
    """Where its files are: a URI, or a path below the run's artifacts."""


@dataclass(frozen=True)
class MetricPoint:
    """One logged value of a metric."""

    step: int
    value: float
    timestamp_ms: int = 0


@dataclass(frozen=True)
class RunRecord:
    """One training execution in the tracker."""

    run_id: str
    name: str = ""
    experiment: str = ""
    status: str = ""
    """RUNNING, FINISHED, FAILED or KILLED, as the tracker says."""
    start_ms: int = 0
    end_ms: int | None = None
    """None while the run was never ended."""
    user: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    """The latest value of each metric."""
    tags: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[RunInput, ...] = ()
    artifact_uri: str = ""
    models: tuple[RunModel, ...] = ()

    def tag(self, key: str) -> str:
        """Return a tag's value, empty where it is not set."""
        return self.tags.get(key, "")
