"""What a tracker knows of a run, as plain frozen values that cost nothing to import."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

SHOWN = 256
"""Characters of a parameter or tag that a list ever holds."""


@dataclass(frozen=True)
class Words:
    """A text from the tracker, at most `SHOWN` characters of it where it stands in a list."""

    text: str
    size: int
    """How long the whole text is, in bytes."""

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing was cut off."""
        return len(self.text.encode(errors="replace")) >= self.size

    def __str__(self) -> str:
        return self.text if self.is_whole else f"{self.text}… ({self.size:,} bytes)"


@dataclass(frozen=True)
class Experiment:
    """MLflow's group of runs."""

    id: str
    name: str
    is_deleted: bool
    artifact_location: str
    runs: int = 0
    """How many runs that are not deleted it holds."""


@dataclass(frozen=True)
class RunRow:
    """One run as a list shows it: its own columns and the metrics, parameters and tags that were asked for."""

    row: int
    """Its place in the mirror, which an order vector names it by; another after a rebuild."""
    run_id: str
    name: str
    experiment: str
    status: str
    is_deleted: bool
    user: str
    """The tracker's user, an account and not a person; empty where none was recorded."""
    source: str
    """What was started, as typed; empty where none was recorded."""
    commit: str
    """The recorded commit; empty where none was."""
    started_at: datetime | None
    """None where it was not recorded or is no date."""
    ended_at: datetime | None
    """None while it runs, and where the recorded instant is no date."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Latest values; nan and inf are themselves."""
    params: Mapping[str, Words] = field(default_factory=dict)
    tags: Mapping[str, Words] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    """Recorded inputs as name@digest."""

    @property
    def seconds(self) -> float | None:
        """Return how long it ran; None while it runs and where it ends before it starts."""
        if self.started_at is None or self.ended_at is None or self.ended_at < self.started_at:
            return None
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True)
class LatestMetric:
    """The last logged value of one metric."""

    value: float
    step: int
    logged_at: datetime | None


@dataclass(frozen=True)
class RunInput:
    """One dataset that the run recorded as its input."""

    name: str
    digest: str
    """The tracker's digest: an alias of the content, never its identity."""
    source_type: str
    source: str
    context: str
    """What it was used for, such as training; empty where that was not recorded."""

    @property
    def place(self) -> str:
        """Return the path or URI inside `source`, which MLflow stores as JSON; `source` itself where it is none."""
        if not self.source.startswith("{"):
            return self.source
        try:
            found = json.loads(self.source)
        except ValueError:
            return self.source
        return str(found.get("uri") or found.get("url") or found.get("path") or self.source)


@dataclass(frozen=True)
class LoggedModel:
    """A model that the run logged."""

    name: str
    model_id: str
    """Empty in stores of MLflow 2, where a model is a folder of the run."""
    artifact_path: str
    """Where its files are: a URI in stores of MLflow 3, a path below the run's artifacts before."""
    status: str = ""


@dataclass(frozen=True)
class RegisteredVersion:
    """A registered, numbered trained model."""

    model: str
    number: int
    run_id: str
    """Empty where it names no run."""
    source: str
    created_at: datetime | None
    stage: str = ""
    """The stage of MLflow 2; empty where none was set."""
    status: str = ""
    user: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alias:
    """A movable name for one version of a model."""

    model: str
    name: str
    number: int


@dataclass(frozen=True)
class RunDetail:
    """Everything the mirror holds of one run."""

    run: RunRow
    experiment_id: str
    artifact_uri: str
    entry_point: str
    parent_run_id: str
    """Empty where it has no parent."""
    metrics: Mapping[str, LatestMetric]
    params: Mapping[str, Words]
    tags: Mapping[str, Words]
    inputs: tuple[RunInput, ...]
    models: tuple[LoggedModel, ...]
    versions: tuple[RegisteredVersion, ...]
    """Registered versions that came from it."""


@dataclass(frozen=True)
class MetricPoint:
    """One logged value of a metric."""

    step: int
    value: float
    logged_at: datetime | None


@dataclass(frozen=True)
class MetricHistory:
    """The course of one metric in one run, thinned so that no peak is lost."""

    points: tuple[MetricPoint, ...]
    total: int
    """How many values were logged; more than `points` where it was thinned to minima and maxima."""
