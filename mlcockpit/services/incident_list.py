"""`incident list` shows what hurts users now, worst first."""

from collections import defaultdict

from mlcockpit.domain.operations import Incident, IncidentRole
from mlcockpit.domain.record import name_of
from mlcockpit.domain.vocabulary import IncidentDuty, IncidentState, Tone
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.records import read_all
from mlcockpit.views.table import Cell, Row, Table, columns, row

_ENDED = (IncidentState.CLOSED, IncidentState.CANCELLED, IncidentState.MERGED)
_HURTS = (IncidentState.TRIAGE, IncidentState.ACTIVE)


def list_incidents(cockpit: Cockpit, *, ended: bool = False) -> Table:
    """Return open incidents, worst first; with `ended` the closed, cancelled and merged ones too."""
    commander: dict[int, str] = defaultdict(str)
    for role in read_all(cockpit.store, IncidentRole, duty=IncidentDuty.COMMANDER):
        if role.renounced_at is None:
            commander[role.incident] = role.person
    found = [each for each in read_all(cockpit.store, Incident) if ended or each.state not in _ENDED]
    found.sort(key=lambda each: (each.state in _ENDED, each.severity, each.detected_at))
    return Table(
        "Incidents",
        columns("incident", "severity", "state", "title", "commander", "detected", "suspect", "cause", "about"),
        tuple(_row(incident, commander[incident.id or 0]) for incident in found),
        empty="no incident is open",
        key="incidents",
    )


def _row(incident: Incident, commander: str) -> Row:
    name = name_of("inc", incident)
    hurts = incident.state in _HURTS
    suspect = "" if incident.suspect_deployment is None else f"deploy/{incident.suspect_deployment}"
    return row(
        name,
        Cell(name, link=name),
        Cell(
            f"SEV{incident.severity}", incident.severity, Tone.BAD if hurts and incident.severity <= 2 else Tone.PLAIN
        ),
        Cell(incident.state.value, tone=Tone.DOUBTFUL if hurts else Tone.PLAIN),
        incident.title,
        commander,
        Cell(f"{incident.detected_at:%Y-%m-%d %H:%M}", incident.detected_at),
        Cell(suspect, link=suspect),
        None if incident.cause is None else incident.cause.value,
        incident.subjects,
    )
