"""`incident assign` gives a person a duty in an incident; a commander makes it active."""

from mlcockpit.domain.operations import IncidentRole
from mlcockpit.domain.vocabulary import IncidentDuty, IncidentState, PersonStatus
from mlcockpit.errors import Refused
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.incident_declare import find_incident, take_duty
from mlcockpit.services.own import find_person
from mlcockpit.store.transaction import Happening

_ONE_PERSON = (IncidentDuty.COMMANDER, IncidentDuty.DEPUTY, IncidentDuty.SCRIBE)
_OVER = (IncidentState.CLOSED, IncidentState.CANCELLED, IncidentState.MERGED)


def assign_duty(
    cockpit: Cockpit, number: int, person: str, *, duty: IncidentDuty = IncidentDuty.COMMANDER
) -> IncidentRole:
    """Open the duty; whoever held a duty that one person holds is relieved of it; raises Refused or UnknownName."""
    name = f"inc/{number}"
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        incident, somebody = find_incident(tx, number), find_person(tx, person)
        if somebody.status is PersonStatus.DEPARTED:
            raise Refused(f"person/{somebody.handle} has left", hint="name somebody who is there")
        if incident.state in _OVER:
            raise Refused(f"{name} is {incident.state.value}", hint="nobody works on it any more")
        before = None
        for role in tx.all(IncidentRole, incident=number, duty=duty):
            if role.renounced_at is None and role.person == somebody.handle:
                raise Refused(f"{somebody.handle} is {duty.value} of {name} already", hint="name another person")
            if role.renounced_at is None and duty in _ONE_PERSON:
                role.renounced_at, before = tx.now, role.person
                tx.save(role)
        role = take_duty(tx, incident, somebody.handle, duty)
        old: dict[str, object] = {} if before is None else {duty.value: before}
        new: dict[str, object] = {duty.value: somebody.handle}
        if duty is IncidentDuty.COMMANDER and incident.state is IncidentState.TRIAGE:
            old["state"], new["state"] = incident.state.value, IncidentState.ACTIVE.value
            incident.state = IncidentState.ACTIVE
            tx.save(incident)
        tx.happened(Happening(name, "incident_assigned", old or None, new))
        return role
