"""Model versions as this project knows them, and every attempt to reproduce a run."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from mlcockpit.domain.record import Record, UtcDateTime, words
from mlcockpit.domain.vocabulary import ModelState, Verdict


class ModelVersion(Record, table=True):
    """A registered, numbered trained model; live is never stored here, an open deployment says it."""

    __tablename__ = "model_version"

    model: str = Field(index=True)
    """Key of the model in the project file, else its registered name."""
    number: int
    run_id: str | None = None
    """None where the registry names no run."""
    source: str = ""
    """Where the registry says the artifact lies."""
    artifact_sha256: str | None = None
    """Digest of the logged model file; None while nobody could read it."""
    state: ModelState = Field(default=ModelState.CANDIDATE, sa_type=words(ModelState))
    registered_at: datetime = Field(sa_type=UtcDateTime)


class AliasAssignment(Record, table=True):
    """A registry alias on a version over an interval; the exact instant lies between two looks."""

    __tablename__ = "alias_assignment"

    model: str = Field(index=True)
    alias: str
    number: int
    observed_after: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The last look that did not show it; None at the first sync."""
    since: datetime = Field(sa_type=UtcDateTime)
    """The first look that showed it."""
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Reproduction(Record, table=True):
    """One attempt to rerun a run, with its verdict and everything that led to it."""

    __tablename__ = "reproduction"

    run_id: str = Field(index=True)
    verdict: Verdict = Field(sa_type=words(Verdict))
    reason: str
    first_difference: str | None = None
    """The first layer that differs; None where nothing does."""
    standing: str
    recipe_sha256: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime = Field(sa_type=UtcDateTime)
    result: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """The object that `reproduce --json` prints."""
