"""A service writes a record and its event together, or neither."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import insert, inspect, text
from sqlmodel import Session, SQLModel, select

from mlcockpit.domain.journal import GENESIS, Event, canonical_json, event_hash
from mlcockpit.domain.record import storable
from mlcockpit.ports import Clock

R = TypeVar("R", bound=SQLModel)


@dataclass(frozen=True)
class Happening:
    """What is to be written into the journal; the transaction adds who, when, number and hash."""

    subject: str
    kind: str
    old: Mapping[str, object] | None = None
    new: Mapping[str, object] | None = None
    reason: str = ""
    at: datetime | None = None
    """When it happened; None: now."""
    key: str | None = None
    """For observed changes: seeing the same one again writes nothing."""
    actor: str | None = None
    """Who did it; None: whoever runs this command."""


class Transaction:
    """One open write transaction."""

    def __init__(self, session: Session, actor: str, clock: Clock, tool: str, at: datetime | None = None) -> None:
        self._session = session
        self.actor = actor
        self.recorded_at = clock.now()
        self.now = at or self.recorded_at
        self._tool = tool
        self._head: tuple[int, str] | None = None

    def all(self, kind: type[R], /, **by: object) -> Sequence[R]:
        """Return the records of `kind` whose fields equal `by`, in the order they were stored."""
        query = select(kind)
        for field, value in by.items():
            query = query.where(getattr(kind, field) == value)
        return self._session.exec(query.order_by(*inspect(kind).primary_key)).all()

    def one(self, kind: type[R], /, **by: object) -> R | None:
        """Return the one record of `kind` whose fields equal `by`; None where there is none."""
        found = self.all(kind, **by)
        return found[0] if found else None

    def get(self, kind: type[R], number: int) -> R | None:
        """Return the record with this id; None where there is none."""
        return self._session.get(kind, number)

    def newest_events(self, most: int, **by: object) -> Sequence[Event]:
        """Return at most `most` events whose fields equal `by`, newest first."""
        query = select(Event)
        for field, value in by.items():
            query = query.where(getattr(Event, field) == value)
        return self._session.exec(query.order_by(text("seq DESC")).limit(most)).all()

    def save(self, record: R) -> R:
        """Store a new or changed record and give it its number; call `happened` in the same transaction."""
        for field, value in list(record.__dict__.items()):
            if isinstance(value, str) and value != (kept := storable(value)):
                setattr(record, field, kept)
        self._session.add(record)
        self._session.flush()
        return record

    def save_many(self, kind: type[SQLModel], rows: Sequence[Mapping[str, object]]) -> None:
        """Store plain rows in bulk."""
        if rows:
            plain = [{k: storable(v) if type(v) is str else v for k, v in row.items()} for row in rows]
            self._session.connection().execute(insert(kind), plain)

    def happened(self, what: Happening) -> Event | None:
        """Append one event; None where its key was there already."""
        key = what.key and storable(what.key)
        if key is not None and self.one(Event, key=key) is not None:
            return None
        seq, prev = self._head or self._last()
        event = Event(
            seq=seq + 1,
            at=what.at or self.now,
            recorded_at=self.recorded_at,
            actor=storable(what.actor or self.actor),
            subject=storable(what.subject),
            kind=what.kind,
            old=None if what.old is None else storable(canonical_json(what.old)),
            new=None if what.new is None else storable(canonical_json(what.new)),
            reason=storable(what.reason),
            tool=self._tool,
            key=key,
            prev=prev,
            hash="",
        )
        event.hash = event_hash(event)
        self._head = (event.seq, event.hash)
        return self.save(event)

    def happened_all(self, whats: Iterable[Happening]) -> int:
        """Append several events; return how many were new."""
        return sum(self.happened(what) is not None for what in whats)

    def _last(self) -> tuple[int, str]:
        last = self._session.exec(select(Event).order_by(text("seq DESC")).limit(1)).first()
        return (0, GENESIS) if last is None else (last.seq, last.hash)
