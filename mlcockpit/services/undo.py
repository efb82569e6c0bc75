"""`undo` takes back the last thing a person did, where that is lawful: the reverse is a new event, nothing is erased."""

import json
from collections.abc import Callable, Mapping

from mlcockpit.domain.handoff import Handoff
from mlcockpit.domain.journal import Event
from mlcockpit.domain.operations import Incident, IncidentRole, TimelineNote
from mlcockpit.domain.people import Person
from mlcockpit.domain.transitions import may_follow
from mlcockpit.domain.vocabulary import HandoffState, IncidentState, PersonStatus
from mlcockpit.errors import Refused
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.own import close_open, replace_holder
from mlcockpit.store.journal import newest_events
from mlcockpit.store.transaction import Happening, Transaction

UNDONE = "undone"
"""The kind of the reverse event; its `new` names the event that it takes back."""

_LOOKED_AT = 200
"""How far back the last own event is searched."""


def undo(cockpit: Cockpit) -> Event:
    """Write the reverse of the last event of whoever acts; return the event taken back; raises Refused."""
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        event = _last_own(tx)
        _refuse_later_change(tx, event)
        reverse = _REVERSES.get(event.kind)
        if reverse is None:
            raise Refused(
                f"event {event.seq} ({event.kind.replace('_', ' ')} {event.subject}) cannot be taken back",
                hint="assignments, notes, handoff and incident states can; record what holds now instead",
            )
        reverse(tx, event)
        old = None if event.new is None else json.loads(event.new)
        back = {} if event.old is None else json.loads(event.old)
        tx.happened(
            Happening(event.subject, UNDONE, old, {**back, "undoes": event.seq}, f"takes back event {event.seq}")
        )
        return event


def last_own_event(cockpit: Cockpit) -> Event:
    """Return what `undo` would take back, writing nothing; raises Refused where there is none."""
    undone = set()
    for event in newest_events(cockpit.store, None, _LOOKED_AT).events:
        if event.actor != cockpit.actor:
            continue
        if event.kind == UNDONE:
            undone.add(_parsed(event.new)["undoes"])
        elif event.seq not in undone:
            return event
    raise _nothing(cockpit.actor)


def _nothing(actor: str) -> Refused:
    return Refused(f"{actor} has nothing to take back", hint="`mlcockpit log` shows who did what")


def _last_own(tx: Transaction) -> Event:
    """Return the newest event of this person that was not taken back; raises Refused where there is none."""
    undone = set()
    for event in tx.newest_events(_LOOKED_AT, actor=tx.actor):
        if event.kind == UNDONE:
            undone.add(_parsed(event.new)["undoes"])
        elif event.seq not in undone:
            return event
    raise _nothing(tx.actor)


def _refuse_later_change(tx: Transaction, event: Event) -> None:
    taken_back = set()
    for later in tx.newest_events(_LOOKED_AT, subject=event.subject):
        if later.seq <= event.seq:
            return
        if later.kind == UNDONE:
            taken_back.add(_parsed(later.new)["undoes"])
        elif later.seq not in taken_back:
            raise Refused(
                f"{event.subject} was changed since, by event {later.seq} of {later.actor}",
                hint=f"`mlcockpit log {event.subject}` shows it",
            )


def _take_back_owner(tx: Transaction, event: Event) -> None:
    old = None if event.old is None else str(_parsed(event.old)["accountable"])
    if old is None:
        close_open(tx, event.subject, tx.now)
        return
    person = tx.one(Person, handle=old)
    if person is None:
        raise Refused(f"person/{old} is not known any more", hint=f"`mlcockpit own {event.subject} PERSON`")
    if person.status is PersonStatus.DEPARTED:
        raise Refused(f"person/{old} has left", hint=f"`mlcockpit own {event.subject} PERSON`")
    replace_holder(tx, event.subject, old, f"takes back event {event.seq}")


def _take_back_note(tx: Transaction, event: Event) -> None:
    notes = tx.all(TimelineNote, incident=_number(event), author=event.actor, at=event.at)
    if not notes:
        raise Refused(f"the note of event {event.seq} is not there", hint="`mlcockpit log` shows what is")
    note = notes[-1]
    note.text = f"(taken back) {note.text}"
    tx.save(note)


def _take_back_duty(tx: Transaction, event: Event) -> None:
    new, old = _parsed(event.new), _parsed(event.old)
    if "state" in new:
        raise Refused(
            f"{event.subject} became active with its commander",
            hint=f"`mlcockpit incident assign {event.subject} PERSON`",
        )
    (duty, person) = next(iter(new.items()))
    roles = tx.all(IncidentRole, incident=_number(event), duty=duty)
    for role in roles:
        if role.person == person and role.renounced_at is None:
            role.renounced_at = tx.now
            tx.save(role)
    for role in reversed(roles):
        if duty in old and role.person == old[duty]:
            role.renounced_at = None
            tx.save(role)
            return


def _take_back_incident_state(tx: Transaction, event: Event) -> None:
    incident = tx.get(Incident, _number(event))
    old = _parsed(event.old).get("state")
    if incident is None or old is None:
        raise Refused(f"event {event.seq} changed no state", hint="record what holds now instead")
    state = IncidentState(str(old))
    _refuse_unlawful(event, incident.state, state)
    incident.state = state
    incident.mitigated_at = None if state is IncidentState.ACTIVE else incident.mitigated_at
    incident.resolved_at = None
    tx.save(incident)


def _take_back_handoff_state(tx: Transaction, event: Event) -> None:
    handoff = tx.get(Handoff, _number(event))
    old = _parsed(event.old).get("state")
    if handoff is None or old is None:
        raise Refused(f"{event.subject} was opened by event {event.seq}", hint=f"decline {event.subject} instead")
    state = HandoffState(str(old))
    _refuse_unlawful(event, handoff.state, state)
    handoff.state = state
    tx.save(handoff)


def _refuse_unlawful(event: Event, now: IncidentState | HandoffState, back: IncidentState | HandoffState) -> None:
    if back not in may_follow(now):
        allowed = " or ".join(sorted(state.value for state in may_follow(now))) or "nothing"
        raise Refused(
            f"{event.subject} is {now.value} and cannot go back to {back.value}", hint=f"next may come {allowed}"
        )


def _number(event: Event) -> int:
    return int(event.subject.partition("/")[2])


def _parsed(text: str | None) -> Mapping[str, object]:
    parsed = {} if text is None else json.loads(text)
    return parsed if isinstance(parsed, dict) else {}


_REVERSES: Mapping[str, Callable[[Transaction, Event], None]] = {
    "owner_assigned": _take_back_owner,
    "incident_noted": _take_back_note,
    "incident_assigned": _take_back_duty,
    "incident_mitigated": _take_back_incident_state,
    "incident_resolved": _take_back_incident_state,
    "handoff_returned": _take_back_handoff_state,
    "handoff_accepted": _take_back_handoff_state,
    "handoff_declined": _take_back_handoff_state,
    "handoff_done": _take_back_handoff_state,
    "handoff_offered": _take_back_handoff_state,
}
