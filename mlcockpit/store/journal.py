"""The journal is read in pages and checked link by link."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, text
from sqlmodel import select

from mlcockpit.domain.journal import GENESIS, Event, event_hash
from mlcockpit.store.database import Store

_CHUNK = 5_000


@dataclass(frozen=True)
class Head:
    """The end of a journal: the number and hash of its last event."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True)
class EventPage:
    """The newest events that fit, and how many there are."""

    events: Sequence[Event]
    total: int


def newest_events(store: Store, subject: str | None, limit: int) -> EventPage:
    """Return the newest `limit` events, of one subject or of all."""
    query, count = select(Event), select(func.count()).select_from(Event)
    if subject is not None:
        query, count = query.where(Event.subject == subject), count.where(Event.subject == subject)
    with store.read() as session:
        return EventPage(session.exec(query.order_by(text("seq DESC")).limit(limit)).all(), session.exec(count).one())


def check_chain(store: Store, anchor: Head | None = None) -> tuple[int, Head, list[str]]:
    """Return the number of events, the head, and what is wrong: edits, gaps, forks, a cut tail against `anchor`."""
    faults: list[str] = []
    head, count, anchored = Head(0, GENESIS), 0, anchor is None or anchor.seq == 0
    for event in _events(store):
        count += 1
        if event.seq != head.seq + 1:
            faults.append(f"event {head.seq + 1} is missing")
        if event.prev != head.hash:
            faults.append(f"event {event.seq} does not follow event {head.seq}")
        if event_hash(event) != event.hash:
            faults.append(f"event {event.seq} was changed after it was written")
        head = Head(event.seq, event.hash)
        anchored = anchored or head == anchor
    if not anchored:
        faults.append(f"the log no longer holds the head {anchor}: its end was cut or rewritten")
    return count, head, faults


def _events(store: Store) -> Iterator[Event]:
    last = 0
    while True:
        with store.read() as session:
            chunk = session.exec(select(Event).where(Event.seq > last).order_by(text("seq")).limit(_CHUNK)).all()
        yield from chunk
        if len(chunk) < _CHUNK:
            return
        last = chunk[-1].seq
