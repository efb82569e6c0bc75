"""Dataset versions are states of data named by their content."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from mlcockpit.domain.record import Record, UtcDateTime, words
from mlcockpit.domain.vocabulary import DatasetState


class DatasetVersion(Record, table=True):
    """One state of a dataset; two files with the same rows share `content_sha256`."""

    __tablename__ = "dataset_version"

    dataset: str = Field(index=True)
    number: int
    path: str
    """Relative to the project where it lies inside."""
    sha256: str = Field(index=True)
    content_sha256: str | None = Field(default=None, index=True)
    """None for files that are not tables."""
    size: int
    rows: int | None = None
    columns: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Column name → {"type", "sha256"}."""
    profile: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    mlflow_digests: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Aliases under which MLflow knows it; not an identity."""
    seen_sha256: str | None = None
    """What the file held at the last sync, an empty text where it was gone; None before the first look."""
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: DatasetState = Field(default=DatasetState.DRAFT, sa_type=words(DatasetState))
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = ""

    @property
    def is_changed(self) -> bool:
        """Tell whether the file no longer holds these bytes; False while nobody looked."""
        return self.seen_sha256 is not None and self.seen_sha256 != self.sha256
