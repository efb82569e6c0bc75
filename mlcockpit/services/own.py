"""`own` makes one person accountable for a subject from an instant on; the one before is closed, never forgotten."""

from datetime import datetime

from mlcockpit.domain.names import parts
from mlcockpit.domain.people import Ownership, Person
from mlcockpit.domain.vocabulary import Duty, PersonStatus
from mlcockpit.errors import Refused, UnknownName
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.resolve_name import resolve_name
from mlcockpit.store.transaction import Happening, Transaction

OWNABLE = ("model", "data", "metric", "goal", "env", "monitor", "run")
"""Kinds of things that one person can answer for."""

_SECTIONS = {
    "model": "models",
    "data": "datasets",
    "metric": "metrics",
    "goal": "goals",
    "env": "environments",
    "monitor": "monitors",
}


def own(cockpit: Cockpit, subject: str, person: str, *, reason: str = "") -> Ownership:
    """Make `person` accountable for `subject`; raises UnknownName or Refused (departed)."""
    name = resolve_name(cockpit, subject, kinds=OWNABLE)
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        return assign(tx, name, find_person(tx, person), reason=reason)


def line_to_change(cockpit: Cockpit, duty: Ownership) -> str:
    """Return what the project file should say where it names another owner; empty where both agree."""
    declared = dict(cockpit.file.owners())
    if duty.subject not in cockpit.file.subjects() or declared.get(duty.subject) == duty.person:
        return ""
    kind, key, _ = parts(duty.subject)
    says = f"names {declared[duty.subject]}" if duty.subject in declared else "names nobody"
    return f'mlcockpit.toml {says}: write owner = "{duty.person}" under [{_SECTIONS[kind]}.{key}]'


def assign(tx: Transaction, subject: str, person: Person, *, reason: str, actor: str | None = None) -> Ownership:
    """Open the duty inside a running transaction and close the one before."""
    if person.status is PersonStatus.DEPARTED:
        raise Refused(f"person/{person.handle} has left", hint="name somebody who is there")
    before = holder(tx, subject)
    if before is not None and before.person == person.handle:
        return before
    duty = replace_holder(tx, subject, person.handle, reason)
    old = None if before is None else {"accountable": before.person}
    tx.happened(Happening(subject, "owner_assigned", old, {"accountable": person.handle}, reason, actor=actor))
    return duty


def replace_holder(tx: Transaction, subject: str, handle: str, reason: str) -> Ownership:
    """Close the open duty and open one for `handle`; the event is the caller's."""
    close_open(tx, subject, tx.now)
    return tx.save(
        Ownership(
            subject=subject,
            person=handle,
            since=tx.now,
            reason=reason,
            created_at=tx.recorded_at,
            created_by=tx.actor,
        )
    )


def close_open(tx: Transaction, subject: str, until: datetime) -> Ownership | None:
    """Close the open accountable duty of `subject`; return it, or None where there was none."""
    duty = holder(tx, subject)
    if duty is None:
        return None
    if until < duty.since:
        raise Refused(
            f"{duty.person} answers for {subject} since {duty.since:%Y-%m-%d %H:%M}, later than this",
            hint="give a later --at",
        )
    duty.until = until
    return tx.save(duty)


def holder(tx: Transaction, subject: str) -> Ownership | None:
    """Return the open accountable duty of `subject`; None where nobody answers for it."""
    duties = tx.all(Ownership, subject=subject, duty=Duty.ACCOUNTABLE)
    return next((duty for duty in duties if duty.until is None), None)


def find_person(tx: Transaction, handle: str) -> Person:
    """Return the person called `handle` (person/ana and ana are the same); raises UnknownName with the known ones."""
    person = tx.one(Person, handle=handle.removeprefix("person/"))
    if person is None:
        known = ", ".join(sorted(each.handle for each in tx.all(Person))) or "nobody yet"
        raise UnknownName(f"there is no person {handle!r}", hint=f"known: {known}; `mlcockpit people add` adds one")
    return person
