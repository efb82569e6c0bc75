"""An incident is closed when its cause is gone and, if it was severe, its postmortem was accepted by somebody else."""

from mlcockpit.domain.journal import Event
from mlcockpit.domain.operations import Incident
from mlcockpit.domain.record import name_of
from mlcockpit.domain.transitions import step
from mlcockpit.domain.vocabulary import IncidentState
from mlcockpit.errors import Refused
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.incident_declare import find_incident
from mlcockpit.services.incident_postmortem import last_postmortem
from mlcockpit.services.incident_update import refuse_before, renounce_all
from mlcockpit.store.transaction import Happening, Transaction

SEVERE = 2
"""Incidents of this severity and worse need a postmortem."""


def close_incident(cockpit: Cockpit, number: int) -> Incident:
    """Close a resolved incident; raises Refused while its postmortem is missing or not accepted."""
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        incident = find_incident(tx, number)
        name, old = name_of("inc", incident), incident.state
        step(name, old, IncidentState.CLOSED)
        if incident.severity <= SEVERE:
            _refuse_without_postmortem(tx, name, incident.severity)
        refuse_before(name, tx.now, incident.resolved_at, incident.detected_at)
        incident.state, incident.closed_at = IncidentState.CLOSED, tx.now
        renounce_all(tx, incident)
        tx.save(incident)
        tx.happened(Happening(name, "incident_closed", {"state": old.value}, {"state": incident.state.value}))
        return incident


def _refuse_without_postmortem(tx: Transaction, name: str, severity: int) -> None:
    last: Event | None = last_postmortem(tx, name)
    if last is None:
        raise Refused(
            f"{name} is SEV{severity} and has no postmortem", hint=f"`mlcockpit incident postmortem {name} --file FILE`"
        )
    if last.kind != "postmortem_accepted":
        raise Refused(
            f"the postmortem of {name} is not accepted",
            hint=f"somebody other than {last.actor} runs `mlcockpit incident postmortem {name} --accept`",
        )
