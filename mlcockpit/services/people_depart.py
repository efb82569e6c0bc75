"""A person leaves only when each thing they answer for has an H6 handoff to somebody who is there."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mlcockpit.domain.delivery import PromotionRequest
from mlcockpit.domain.handoff import Handoff
from mlcockpit.domain.operations import Incident, IncidentRole
from mlcockpit.domain.people import Ownership, Person
from mlcockpit.domain.product import Decision
from mlcockpit.domain.record import name_of
from mlcockpit.domain.transitions import step
from mlcockpit.domain.vocabulary import Duty, HandoffKind, HandoffState, PersonStatus, PromotionState
from mlcockpit.errors import Refused
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.handoff_offer import Package, open_handoff
from mlcockpit.services.own import find_person
from mlcockpit.store.transaction import Happening, Transaction
from mlcockpit.views.table import Cell, Table, columns, row

DUE = timedelta(days=14)
"""How long the receiver of a departure handoff has."""

WINDOW = timedelta(days=180)
"""How far back the git history is searched for files that one person alone changes."""

_OPEN = (HandoffState.DRAFT, HandoffState.OFFERED, HandoffState.RETURNED, HandoffState.ACCEPTED)


@dataclass(frozen=True)
class AtRisk:
    """One thing that would be left behind."""

    what: str
    """The subject's name, or a path."""
    why: str
    to: str = ""
    """Who would get it; empty where nobody is named."""


@dataclass(frozen=True)
class Departure:
    """What a departure leaves behind, and the handoffs that were opened for it."""

    person: str
    at_risk: Sequence[AtRisk]
    handoffs: Sequence[str] = ()

    def table(self) -> Table:
        """Return what is at risk as rows."""
        rows = [row(each.what, Cell(each.what, link=each.what), each.why, each.to) for each in self.at_risk]
        return Table(
            f"At risk when {self.person} leaves",
            columns("what", "why", "goes to"),
            tuple(rows),
            empty="nothing rests on this person alone",
            key="at_risk",
        )


def preview_departure(cockpit: Cockpit, handle: str, *, to: str | None = None) -> Departure:
    """Return everything that rests on a person; writes nothing."""
    lonely = tuple(_lonely_paths(cockpit, handle.removeprefix("person/")))
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        person = find_person(tx, handle)
        receiver = _receiver(tx, person, to)
        goes_to = "" if receiver is None else receiver.handle
        risks = [
            AtRisk(subject, "accountable: an H6 handoff is needed", goes_to) for subject in _accountable(tx, person)
        ]
        return Departure(person.handle, [*risks, *_other_risks(tx, person), *lonely])


def depart(cockpit: Cockpit, handle: str, *, to: str | None = None, reason: str = "") -> Departure:
    """Let a person leave; raises Refused while somebody must take over and nobody can."""
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        person = find_person(tx, handle)
        step(f"person/{person.handle}", person.status, PersonStatus.DEPARTED)
        subjects = _accountable(tx, person)
        receiver = _receiver(tx, person, to)
        if subjects and receiver is None:
            raise Refused(
                f"person/{person.handle} answers for {', '.join(subjects)} and has no deputy who is there",
                hint="name who takes over with --to PERSON; --dry-run lists everything at risk",
            )
        handoffs = [] if receiver is None else [_hand_over(tx, subject, person, receiver) for subject in subjects]
        old = person.status
        person.status, person.departed_on = PersonStatus.DEPARTED, tx.now
        tx.save(person)
        tx.happened(
            Happening(
                f"person/{person.handle}",
                "person_departed",
                {"status": old.value},
                {"status": person.status.value, "handoffs": handoffs},
                reason,
            )
        )
        goes_to = "" if receiver is None else receiver.handle
        risks = [AtRisk(subject, "accountable", goes_to) for subject in subjects]
        return Departure(person.handle, [*risks, *_other_risks(tx, person)], handoffs)


def _hand_over(tx: Transaction, subject: str, person: Person, receiver: Person) -> str:
    package = Package(title=f"{person.name} leaves: {subject}", due=tx.now + DUE)
    handoff = open_handoff(tx, HandoffKind.DEPARTURE, subject, sender=person, receiver=receiver, package=package)
    return name_of("ho", handoff)


def _accountable(tx: Transaction, person: Person) -> list[str]:
    duties = tx.all(Ownership, person=person.handle, duty=Duty.ACCOUNTABLE)
    return sorted(duty.subject for duty in duties if duty.until is None)


def _receiver(tx: Transaction, person: Person, to: str | None) -> Person | None:
    """Return who takes over: the named person, else the deputy where they are there."""
    if to is not None:
        receiver = find_person(tx, to)
        if receiver.handle == person.handle or receiver.status is PersonStatus.DEPARTED:
            raise Refused(
                f"person/{receiver.handle} cannot take over", hint="name somebody who stays, with --to PERSON"
            )
        return receiver
    deputy = None if person.deputy is None else tx.one(Person, handle=person.deputy)
    return deputy if deputy is not None and deputy.status is not PersonStatus.DEPARTED else None


def _other_risks(tx: Transaction, person: Person) -> Iterator[AtRisk]:
    who = person.handle
    for duty in tx.all(Ownership, person=who):
        if duty.until is None and duty.duty is not Duty.ACCOUNTABLE:
            yield AtRisk(duty.subject, duty.duty.value)
    for handoff in tx.all(Handoff):
        if handoff.state in _OPEN and who in (handoff.from_person, handoff.to_person):
            side = "gives" if handoff.from_person == who else "receives"
            yield AtRisk(name_of("ho", handoff), f"{side} {handoff.subject}, {handoff.state.value}")
    for role in tx.all(IncidentRole, person=who):
        incident = tx.get(Incident, role.incident)
        if role.renounced_at is None and incident is not None:
            yield AtRisk(f"inc/{role.incident}", f"{role.duty.value}, {incident.state.value}")
    for request in tx.all(PromotionRequest, requester=who):
        if request.state in (PromotionState.PENDING, PromotionState.APPROVED):
            yield AtRisk(
                name_of("promo", request), f"asked for {request.model}@{request.number}, {request.state.value}"
            )
    for other in tx.all(Person, deputy=who):
        yield AtRisk(f"person/{other.handle}", "loses their deputy")
    for decision in tx.all(Decision):
        if decision.deciders.split() == [who]:
            yield AtRisk(name_of("decision", decision), "decided alone")


def _lonely_paths(cockpit: Cockpit, handle: str) -> Iterator[AtRisk]:
    """Yield the files that only this person changed within the window; nothing where there is no repository."""
    declared = cockpit.file.people.get(handle)
    if cockpit.git is None or declared is None:
        return
    mine = {address.lower() for address in declared.emails} | {declared.name, *declared.git_names}
    others: dict[str, set[bool]] = defaultdict(set)
    for commit in cockpit.git.commits(since=cockpit.now() - WINDOW, paths=True):
        for path in commit.paths:
            others[path].add(commit.author_email.lower() in mine or commit.author_name in mine)
    for path in sorted(path for path, owners in others.items() if owners == {True}):
        yield AtRisk(path, f"nobody else changed it in {WINDOW.days} days")
