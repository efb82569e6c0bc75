"""Every stored record has an id, an author, an instant in UTC and, where people edit it, a version that refuses lost updates."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict
from sqlalchemy import DateTime, Dialect, Enum
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware and in UTC in Python, on SQLite as on PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what the database stores; raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored instant with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def storable(text: str) -> str:
    """Return `text` without NUL and lone surrogates, which PostgreSQL and UTF-8 refuse; on every database alike."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def words(closed_set: type[StrEnum]) -> Any:
    """Return a column type that stores the words of a closed set as plain text, on SQLite as on PostgreSQL."""
    return Enum(
        closed_set,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [m.value for m in members],
    )


class Record(SQLModel):
    """What every table has."""

    model_config = ConfigDict(validate_assignment=True)  # type: ignore[assignment]
    id: int | None = Field(default=None, primary_key=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str
    version: int = 1
    """Counts edits; a save over somebody else's edit is refused."""

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        """Tell the mapper which column counts edits."""
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


def name_of(kind: str, record: Record) -> str:
    """Return the short name of a numbered record, such as inc/42; raises ValueError before it is stored."""
    return f"{kind}/{number_of(record)}"


def number_of(record: Record) -> int:
    """Return the number of a stored record; raises ValueError before it is stored."""
    if record.id is None:
        raise ValueError(f"this {type(record).__name__} has no number yet")
    return record.id
