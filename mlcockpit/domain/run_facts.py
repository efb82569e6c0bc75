"""What rules and views may know of runs: facts about single runs and about groups of them, gathered before anyone judges."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mlcockpit.domain.run import RunInput


@dataclass(frozen=True)
class CodeEvidence:
    """What git says about the commit a run names."""

    commit_exists: bool | None
    """None where there is no repository to ask."""
    script_exists: bool | None
    contradiction: str = ""
    """Why the source at the commit cannot have logged what the run logged; empty where it can."""
    snapshot: str | None = None
    """The commit that keeps the uncommitted work, where the launch was captured."""
    dirty: bool | None = None
    """Whether the tree was dirty; None where nobody recorded it."""


@dataclass(frozen=True)
class RunFacts:
    """One run as MLflow, git and the captures show it."""

    run_id: str
    name: str
    experiment: str
    status: str
    started_at: datetime | None
    ended_at: datetime | None
    user: str
    commit: str | None
    source_name: str
    """The script as typed at launch."""
    inputs: tuple[RunInput, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    parent: str | None = None
    deleted: bool = False
    launch: str | None = None
    """Id of the captured launch it came from; None where it was not captured."""
    code: CodeEvidence | None = None


@dataclass(frozen=True)
class DuplicateGroup:
    """Runs that did the same work twice: equal commit, parameters, data and seed."""

    run_ids: tuple[str, ...]
    """Oldest first."""
    users: tuple[str, ...]
    what: str
    """What is equal, in words."""
