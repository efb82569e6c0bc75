"""`log` lists the journal, newest first; `verify_log` recomputes every hash of it."""

from dataclasses import dataclass

from mlcockpit.domain.vocabulary import Tone
from mlcockpit.errors import UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.journal import Head, check_chain, newest_events
from mlcockpit.views.table import Cell, Table, columns, row


def log(cockpit: Cockpit, subject: str | None, *, limit: int) -> Table:
    """Return the newest events, of one subject or of all."""
    page = newest_events(cockpit.store, subject, limit)
    rows = tuple(
        row(
            event.subject,
            event.seq,
            Cell(f"{event.at:%Y-%m-%d %H:%M}", event.at),
            event.actor,
            Cell(event.subject, link=event.subject),
            event.kind.replace("_", " "),
            change_in_words(event.old, event.new),
            event.reason,
        )
        for event in page.events
    )
    return Table(
        "Log",
        columns("seq>", "at", "actor", "subject", "kind", "change", "reason"),
        rows,
        empty="nothing happened yet; `mlcockpit sync` reads the sources",
        total=page.total,
        key="events",
    )


def change_in_words(old: str | None, new: str | None) -> str:
    """Return what changed, from the canonical JSON before and after."""
    if old is None:
        return new or ""
    return f"{old} → {new or 'gone'}"


@dataclass(frozen=True)
class Verification:
    """What recomputing the journal found."""

    events: int
    head: Head
    faults: tuple[str, ...]

    @property
    def tone(self) -> Tone:
        """Return good where nothing was changed."""
        return Tone.BAD if self.faults else Tone.GOOD


def verify_log(cockpit: Cockpit, against: str | None = None) -> Verification:
    """Recompute every hash; `against` is a head seq:hash that was printed earlier and must still be in the chain."""
    anchor = None if against is None else _parse(against)
    count, head, faults = check_chain(cockpit.store, anchor)
    return Verification(count, head, tuple(faults))


def _parse(against: str) -> Head:
    seq, _, digest = against.partition(":")
    if not seq.isdigit() or len(digest) != 64:
        raise UsageError(f"{against!r} is no head of a log", hint="write it as printed: SEQ:HASH")
    return Head(int(seq), digest)
