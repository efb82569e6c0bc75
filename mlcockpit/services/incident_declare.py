"""`incident declare` opens an incident in triage; whoever declares it is its reporter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mlcockpit.domain.operations import Incident, IncidentRole
from mlcockpit.domain.record import name_of, number_of
from mlcockpit.domain.vocabulary import IncidentDuty
from mlcockpit.errors import UnknownName, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.resolve_name import resolve_name, resolve_number
from mlcockpit.store.transaction import Happening, Transaction


@dataclass(frozen=True)
class Report:
    """What is known when an incident is declared."""

    title: str
    severity: int
    """1 is worst, 5 mildest."""
    impact: str = ""
    detected_via: str = ""
    about: Sequence[str] = ()
    """Names of what is wrong."""
    started_at: datetime | None = None
    """When it began to hurt; None while unknown."""
    suspect: str | None = None
    """The deployment under suspicion; None where there is none."""


def declare_incident(cockpit: Cockpit, report: Report) -> Incident:
    """Store a new incident; raises UnknownName or UsageError."""
    subjects = [resolve_name(cockpit, word) for word in report.about]
    suspect = None if report.suspect is None else resolve_number(cockpit, report.suspect, "deploy")
    if not 1 <= report.severity <= 5:
        raise UsageError(f"severity {report.severity} does not exist", hint="1 is worst, 5 mildest")
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        if report.started_at is not None and report.started_at > tx.now:
            raise UsageError("an incident cannot start after it was detected", hint="correct --started or --at")
        incident = tx.save(
            Incident(
                title=report.title,
                severity=report.severity,
                impact=report.impact,
                detected_via=report.detected_via,
                subjects=" ".join(subjects),
                started_at=report.started_at,
                detected_at=tx.now,
                suspect_deployment=suspect,
                created_at=tx.recorded_at,
                created_by=tx.actor,
            )
        )
        take_duty(tx, incident, tx.actor, IncidentDuty.REPORTER)
        new = {"state": incident.state.value, "severity": incident.severity, "subjects": incident.subjects}
        if suspect is not None:
            new["suspect"] = f"deploy/{suspect}"
        tx.happened(Happening(name_of("inc", incident), "incident_declared", None, new, report.title))
        return incident


def find_incident(tx: Transaction, number: int) -> Incident:
    """Return the incident with this number; raises UnknownName."""
    incident = tx.get(Incident, number)
    if incident is None:
        raise UnknownName(f"there is no inc/{number}", hint="`mlcockpit incident list` shows them")
    return incident


def take_duty(tx: Transaction, incident: Incident, person: str, duty: IncidentDuty) -> IncidentRole:
    """Open one duty of a person in an incident."""
    return tx.save(
        IncidentRole(
            incident=number_of(incident),
            person=person,
            duty=duty,
            assumed_at=tx.now,
            created_at=tx.recorded_at,
            created_by=tx.actor,
        )
    )
