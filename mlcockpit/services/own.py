"""`own` makes one person accountable for a subject from an instant on; the one before is closed, never forgotten."""

from datetime import datetime

from mlcockpit.domain.people import Ownership, Person
from mlcockpit.domain.vocabulary import Duty, PersonStatus
from mlcockpit.errors import Refused, UnknownName
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.transaction import Happening, Transaction


def own(cockpit: Cockpit, subject: str, person: str, *, reason: str = "") -> Ownership:
    """Make `person` accountable for `subject`; raises UnknownName or Refused (departed)."""
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        return assign(tx, subject, find_person(tx, person), reason=reason)


def assign(tx: Transaction, subject: str, person: Person, *, reason: str, actor: str | None = None) -> Ownership:
    """Open the duty inside a running transaction and close the one before."""
    if person.status is PersonStatus.DEPARTED:
        raise Refused(f"person/{person.handle} has left", hint="name somebody who is there")
    before = close_open(tx, subject, tx.now)
    if before is not None and before.person == person.handle:
        before.until = None
        return tx.save(before)
    duty = tx.save(
        Ownership(
            subject=subject,
            person=person.handle,
            since=tx.now,
            reason=reason,
            created_at=tx.recorded_at,
            created_by=tx.actor,
        )
    )
    old = None if before is None else {"accountable": before.person}
    tx.happened(Happening(subject, "owner_assigned", old, {"accountable": person.handle}, reason, actor=actor))
    return duty


def close_open(tx: Transaction, subject: str, until: datetime) -> Ownership | None:
    """Close the open accountable duty of `subject`; return it, or None where there was none."""
    for duty in tx.all(Ownership, subject=subject, duty=Duty.ACCOUNTABLE):
        if duty.until is None:
            duty.until = until
            return tx.save(duty)
    return None


def find_person(tx: Transaction, handle: str) -> Person:
    """Return the person called `handle` (person/ana and ana are the same); raises UnknownName with the known ones."""
    person = tx.one(Person, handle=handle.removeprefix("person/"))
    if person is None:
        known = ", ".join(sorted(each.handle for each in tx.all(Person))) or "nobody yet"
        raise UnknownName(f"there is no person {handle!r}", hint=f"known: {known}; `mlcockpit people add` adds one")
    return person
