"""`handoff packet` writes what is handed over on one page."""

from pathlib import Path

from mlcockpit.domain.handoff import Criterion, Handoff
from mlcockpit.domain.names import parts
from mlcockpit.domain.people import Ownership
from mlcockpit.domain.vocabulary import Duty
from mlcockpit.errors import SourceFailed
from mlcockpit.reports.handoff_packet import handoff_packet
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.resolve_name import resolve_number
from mlcockpit.store.journal import newest_events
from mlcockpit.store.records import read_all

_EVENTS = 50
"""Most events of one subject that a packet shows."""


def packet(cockpit: Cockpit, name: str) -> str:
    """Return the markdown of a handoff; raises UnknownName."""
    number = resolve_number(cockpit, name, "ho")
    (handoff,) = read_all(cockpit.store, Handoff, id=number)
    criteria = read_all(cockpit.store, Criterion, handoff=number)
    events = [
        event
        for subject in (f"ho/{number}", handoff.subject)
        for event in newest_events(cockpit.store, subject, _EVENTS).events
    ]
    events.sort(key=lambda event: (event.at, event.seq), reverse=True)
    return handoff_packet(handoff, criteria, events, _owner(cockpit, handoff.subject), cockpit.now())


def write_packet(cockpit: Cockpit, name: str, place: Path) -> Path:
    """Write the markdown to a file; return where; raises SourceFailed."""
    text = packet(cockpit, name)
    try:
        place.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SourceFailed(f"{place} cannot be written ({error.strerror})", hint="name another file with -o") from error
    return place


def _owner(cockpit: Cockpit, subject: str) -> str | None:
    kind, key, _ = parts(subject)
    for name in (subject, f"{kind}/{key}"):
        for duty in read_all(cockpit.store, Ownership, subject=name, duty=Duty.ACCOUNTABLE):
            if duty.until is None:
                return duty.person
    return None
