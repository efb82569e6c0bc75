"""The journal is append-only: each event names the hash of the one before, so an edit, a gap or a fork shows."""

import hashlib
import json
from datetime import datetime

from sqlmodel import Field, SQLModel

from mlcockpit.domain.record import UtcDateTime

GENESIS = "0" * 64
"""What the first event names as its predecessor."""


class Event(SQLModel, table=True):
    """One thing that happened, in the transaction that made it true."""

    __tablename__ = "event"

    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    """When it happened in the world."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    """When it was written down."""
    actor: str
    subject: str = Field(index=True)
    kind: str = Field(index=True)
    old: str | None = None
    """Canonical JSON of the state before; None where there was none."""
    new: str | None = None
    reason: str = ""
    tool: str = ""
    key: str | None = Field(default=None, unique=True)
    """For observed changes: source, kind, subject and position, so that seeing it twice writes it once."""
    prev: str = Field(unique=True)
    hash: str


class JournalOf(SQLModel, table=True):
    """Whose journal this is: a database holds one project, so that two never mix unnoticed."""

    __tablename__ = "journal_of"

    one: int = Field(default=1, primary_key=True)
    """Always 1."""
    project: str
    """The key in mlcockpit.toml."""


def event_hash(event: Event) -> str:
    """Return sha256 over the predecessor's hash, the number and every field; the fields as canonical JSON."""
    fields = {
        "at": event.at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "actor": event.actor,
        "subject": event.subject,
        "kind": event.kind,
        "old": event.old,
        "new": event.new,
        "reason": event.reason,
        "tool": event.tool,
        "key": event.key,
    }
    return hashlib.sha256(f"{event.prev}\n{event.seq}\n{canonical_json(fields)}".encode()).hexdigest()


def canonical_json(value: object) -> str:
    """Return the one JSON text of `value`: sorted keys, no spaces, instants as ISO 8601."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
