"""`handoff offer` puts a package of work with its criteria before the person who is to take it over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mlcockpit.domain.handoff import Criterion, Handoff
from mlcockpit.domain.handoff_criteria import MUST, TITLES
from mlcockpit.domain.people import Person
from mlcockpit.domain.record import name_of, number_of
from mlcockpit.domain.transitions import step
from mlcockpit.domain.vocabulary import HandoffKind, HandoffState, PersonStatus
from mlcockpit.errors import Refused, UnknownName, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.own import find_person
from mlcockpit.services.resolve_name import resolve_name
from mlcockpit.store.transaction import Happening, Transaction


@dataclass(frozen=True)
class Package:
    """What is handed over besides the subject itself."""

    title: str = ""
    due: datetime | None = None
    """None: nobody set a date."""
    criteria: Sequence[str] = ()
    """Must-criteria in addition to those of the kind."""
    wishes: Sequence[str] = ()
    """Criteria that may stay open."""
    met: Sequence[int] = ()
    """Numbers of criteria, from 1, that are met already."""
    evidence: Mapping[int, str] = field(default_factory=dict)
    """Number of a criterion → what shows that it is met."""
    draft: bool = False


def offer_handoff(
    cockpit: Cockpit, kind: HandoffKind, subject: str, *, receiver: str, sender: str | None, package: Package
) -> Handoff:
    """Store a new handoff and its criteria; raises UnknownName or Refused."""
    name = resolve_name(cockpit, subject)
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        return open_handoff(
            tx,
            kind,
            name,
            sender=find_person(tx, sender or cockpit.actor),
            receiver=find_person(tx, receiver),
            package=package,
        )


def open_handoff(
    tx: Transaction, kind: HandoffKind, subject: str, *, sender: Person, receiver: Person, package: Package
) -> Handoff:
    """Store a handoff inside a running transaction."""
    _refuse_the_impossible(sender, receiver)
    now = tx.now
    handoff = tx.save(
        Handoff(
            kind=kind,
            title=package.title or f"{TITLES[kind]} {subject}",
            subject=subject,
            from_person=sender.handle,
            from_discipline=sender.discipline,
            to_person=receiver.handle,
            to_discipline=receiver.discipline,
            state=HandoffState.DRAFT if package.draft else HandoffState.OFFERED,
            offered_at=None if package.draft else now,
            due=package.due,
            created_at=tx.recorded_at,
            created_by=tx.actor,
        )
    )
    texts = [*((text, True) for text in (*MUST[kind], *package.criteria)), *((text, False) for text in package.wishes)]
    for text, must in texts:
        tx.save(_criterion(tx, handoff, text, must=must))
    mark_met(tx, handoff, package.met, package.evidence)
    new = {"state": handoff.state.value, "kind": kind.value, "to": receiver.handle, "subject": subject}
    what = "handoff_drafted" if package.draft else "handoff_offered"
    tx.happened(Happening(name_of("ho", handoff), what, None, new, handoff.title))
    return handoff


def offer_again(cockpit: Cockpit, number: int, package: Package) -> Handoff:
    """Offer a draft or a returned handoff, with what is met by now; an offered one only takes the evidence."""
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        handoff = find_handoff(tx, number)
        name, old = name_of("ho", handoff), handoff.state
        if old is not HandoffState.OFFERED:
            step(name, old, HandoffState.OFFERED)
        for text in package.criteria:
            tx.save(_criterion(tx, handoff, text, must=True))
        met = mark_met(tx, handoff, package.met, package.evidence)
        handoff.state, handoff.due = HandoffState.OFFERED, package.due or handoff.due
        if old is not HandoffState.OFFERED:
            handoff.offered_at = tx.now
        tx.save(handoff)
        new = {"state": handoff.state.value, "met": met, "criteria": list(package.criteria)}
        tx.happened(Happening(name, "handoff_offered", {"state": old.value}, new, package.title))
        return handoff


def find_handoff(tx: Transaction, number: int) -> Handoff:
    """Return the handoff with this number; raises UnknownName."""
    handoff = tx.get(Handoff, number)
    if handoff is None:
        raise UnknownName(f"there is no ho/{number}", hint="`mlcockpit handoff list` shows them")
    return handoff


def criteria_of(tx: Transaction, handoff: Handoff) -> Sequence[Criterion]:
    """Return the criteria of a handoff in the order they are numbered."""
    return tx.all(Criterion, handoff=handoff.id)


def mark_met(tx: Transaction, handoff: Handoff, met: Sequence[int], evidence: Mapping[int, str]) -> list[int]:
    """Mark criteria by number as met, evidence included; return the numbers; raises UsageError for a wrong one."""
    criteria = criteria_of(tx, handoff)
    numbers = sorted({*met, *evidence})
    for number in numbers:
        criterion = numbered(criteria, number, name_of("ho", handoff))
        criterion.met, criterion.evidence = True, evidence.get(number, criterion.evidence)
        tx.save(criterion)
    return numbers


def numbered(criteria: Sequence[Criterion], number: int, name: str) -> Criterion:
    """Return a criterion by its number, from 1; raises UsageError."""
    if not 1 <= number <= len(criteria):
        raise UsageError(
            f"{name} has no criterion {number}", hint=f"it has 1 to {len(criteria)}: `mlcockpit handoff packet {name}`"
        )
    return criteria[number - 1]


def _criterion(tx: Transaction, handoff: Handoff, text: str, *, must: bool) -> Criterion:
    return Criterion(handoff=number_of(handoff), text=text, must=must, created_at=tx.recorded_at, created_by=tx.actor)


def _refuse_the_impossible(sender: Person, receiver: Person) -> None:
    if receiver.status is PersonStatus.DEPARTED:
        raise Refused(f"person/{receiver.handle} has left", hint="hand over to somebody who is there")
    if sender.handle == receiver.handle:
        raise Refused(f"person/{sender.handle} cannot hand over to themselves", hint="name another person")
