"""Every source has a freshness; what was not read lately is unknown, never green."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Field, SQLModel

from mlcockpit.domain.record import UtcDateTime, words
from mlcockpit.domain.vocabulary import Source, SourceState


class SourceStatus(SQLModel, table=True):
    """When one source was last read, and how that went."""

    __tablename__ = "source_status"

    name: Source = Field(primary_key=True, sa_type=words(Source))
    state: SourceState = Field(sa_type=words(SourceState))
    fresh_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The last time it was read in full; None where it never was."""
    note: str = ""
    """What was found, or why it failed."""


DECLARE: Mapping[Source, str] = {
    Source.MLFLOW: 'set mlflow = "…" under [sources] in mlcockpit.toml, then mlcockpit sync',
    Source.METRICS: "name a product metric under [metrics.NAME] in mlcockpit.toml, then mlcockpit sync",
    Source.GIT: "put the project into a git repository, then mlcockpit sync",
}
"""What brings a source that is not there."""
