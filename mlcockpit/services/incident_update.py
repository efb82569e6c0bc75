"""An incident moves on: notes on its timeline, new knowledge, mitigated, resolved, closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mlcockpit.domain.operations import Incident, IncidentRole, TimelineNote
from mlcockpit.domain.record import name_of, number_of
from mlcockpit.domain.transitions import step
from mlcockpit.domain.vocabulary import Cause, IncidentDuty, IncidentState
from mlcockpit.errors import Refused, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.incident_declare import find_incident
from mlcockpit.services.resolve_name import resolve_number
from mlcockpit.store.transaction import Happening, Transaction

_ENDS = (IncidentState.CANCELLED, IncidentState.MERGED)


@dataclass(frozen=True)
class News:
    """What somebody learned; None leaves a field as it is."""

    note: str = ""
    severity: int | None = None
    impact: str | None = None
    cause: Cause | None = None
    suspect: str | None = None
    """A deployment's name."""
    started_at: datetime | None = None
    state: IncidentState | None = None
    """active again, or cancelled."""


def update_incident(cockpit: Cockpit, number: int, news: News) -> Incident:
    """Write news down; raises Refused where the state may not follow, UsageError where there is no news."""
    suspect = None if news.suspect is None else resolve_number(cockpit, news.suspect, "deploy")
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        incident = find_incident(tx, number)
        _refuse_ended(incident)
        changes = {
            "severity": news.severity,
            "impact": news.impact,
            "cause": news.cause,
            "suspect_deployment": suspect,
            "started_at": news.started_at,
        }
        old, new = _apply(incident, changes)
        if news.state is not None:
            old["state"], new["state"] = incident.state.value, news.state.value
            _enter(tx, incident, news.state)
        if not new and not news.note.strip():
            raise UsageError(
                f"nothing new about inc/{number}", hint="write a note, or --severity, --cause, --suspect …"
            )
        tx.save(incident)
        _note(tx, incident, news.note)
        kind = "incident_updated" if new else "incident_noted"
        tx.happened(Happening(name_of("inc", incident), kind, old or None, new or {"note": news.note}, news.note))
        return incident


def mitigate_incident(cockpit: Cockpit, number: int, *, note: str = "") -> Incident:
    """Say that users are fine again."""
    return _move(cockpit, number, IncidentState.MITIGATED, note)


def resolve_incident(cockpit: Cockpit, number: int, *, cause: Cause | None = None, note: str = "") -> Incident:
    """Say that the cause is gone; raises UsageError while no cause is known."""
    return _move(cockpit, number, IncidentState.RESOLVED, note, cause)


def _move(cockpit: Cockpit, number: int, state: IncidentState, note: str, cause: Cause | None = None) -> Incident:
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        incident = find_incident(tx, number)
        old: dict[str, object] = {"state": incident.state.value}
        _enter(tx, incident, state)
        new: dict[str, object] = {"state": state.value}
        incident.cause = cause or incident.cause
        if state is IncidentState.RESOLVED:
            if incident.cause is None:
                raise UsageError(f"inc/{number} has no cause yet", hint=f"--cause {'|'.join(Cause)}")
            new["cause"] = incident.cause.value
        tx.save(incident)
        _note(tx, incident, note)
        tx.happened(Happening(name_of("inc", incident), f"incident_{state.value}", old, new, note))
        return incident


def _enter(tx: Transaction, incident: Incident, state: IncidentState) -> None:
    """Step into a state with its instant; an incident that is active again is neither mitigated nor resolved."""
    name = name_of("inc", incident)
    step(name, incident.state, state)
    if state is IncidentState.ACTIVE:
        if not _has_commander(tx, incident):
            raise Refused(f"{name} has no commander", hint=f"`mlcockpit incident assign {name} PERSON`")
        incident.mitigated_at = incident.resolved_at = None
    refuse_before(name, tx.now, incident.detected_at, incident.mitigated_at, incident.resolved_at)
    if state is IncidentState.MITIGATED:
        incident.mitigated_at = tx.now
    if state is IncidentState.RESOLVED:
        incident.resolved_at = tx.now
    if state in _ENDS:
        incident.closed_at = tx.now
        renounce_all(tx, incident)
    incident.state = state


def refuse_before(name: str, now: datetime, *earlier: datetime | None) -> None:
    """Raise UsageError where something is dated before what it follows."""
    last = max(at for at in earlier if at is not None)
    if now < last:
        raise UsageError(f"{name} was last changed at {last:%Y-%m-%d %H:%M}", hint="give a later --at")


def renounce_all(tx: Transaction, incident: Incident) -> None:
    """End every duty in an incident."""
    for role in tx.all(IncidentRole, incident=incident.id):
        if role.renounced_at is None:
            role.renounced_at = tx.now
            tx.save(role)


def _has_commander(tx: Transaction, incident: Incident) -> bool:
    roles = tx.all(IncidentRole, incident=incident.id, duty=IncidentDuty.COMMANDER)
    return any(role.renounced_at is None for role in roles)


def _refuse_ended(incident: Incident) -> None:
    if incident.state in (IncidentState.CLOSED, *_ENDS):
        raise Refused(f"inc/{incident.id} is {incident.state.value}", hint="declare a new one if it hurts again")


def _apply(incident: Incident, changes: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """Set what is given and different; return the fields before and after."""
    if changes["severity"] not in (None, 1, 2, 3, 4, 5):
        raise UsageError(f"severity {changes['severity']} does not exist", hint="1 is worst, 5 mildest")
    old, new = {}, {}
    for field, value in changes.items():
        if value is not None and value != getattr(incident, field):
            old[field], new[field] = getattr(incident, field), value
            setattr(incident, field, value)
    return old, new


def _note(tx: Transaction, incident: Incident, text: str) -> None:
    if text.strip():
        tx.save(
            TimelineNote(
                incident=number_of(incident),
                at=tx.now,
                author=tx.actor,
                text=text,
                created_at=tx.recorded_at,
                created_by=tx.actor,
            )
        )
