"""The incidents screen answers: how bad, who leads, who is waited for, what is the likely cause?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from mlcockpit.analysis.changes import suspects
from mlcockpit.analysis.lineage import ENDED, lineage_of
from mlcockpit.domain.names import parts
from mlcockpit.domain.operations import Incident
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import HandoffState, IncidentState, Tone
from mlcockpit.views.health import commander_of, open_incidents
from mlcockpit.views.look import Look, source_lines
from mlcockpit.views.phrases import age, age_cell, minute, span, ticket
from mlcockpit.views.table import Cell, Column, Row, Section, Table, View

WINDOW = timedelta(days=90)


def incidents(project: Snapshot, look: Look) -> View:
    """Return open incidents first, then timeline, suspects and closing conditions of the chosen or worst one."""
    kind, key, _ = parts(look.focus)
    named = next((each for each in project.incidents if kind == "inc" and str(each.id) == key), None)
    chosen = named or next(iter(open_incidents(project)), None)
    sections: list[Section] = [incidents_table(project)]
    if chosen is not None:
        sections += [timeline_table(project, chosen), suspects_table(project, chosen), closing_table(project, chosen)]
    title = "Incidents  ·  how bad, who leads, who is waited for, what is the likely cause?"
    return View("incidents", title, project.as_of, source_lines(project), tuple(sections))


def incident_tone(incident: Incident) -> Tone:
    """Return bad for an open one of severity 1 or 2, doubtful for a milder open one, faint for an ended one."""
    if incident.state in ENDED:
        return Tone.FAINT
    return Tone.BAD if incident.severity <= 2 else Tone.DOUBTFUL


def incidents_table(project: Snapshot) -> Table:
    """Return every incident, open and severe first."""
    ended = sorted((each for each in project.incidents if each.state in ENDED), key=lambda each: each.detected_at)
    found = [*open_incidents(project), *reversed(ended)]
    rows = tuple(_incident_row(project, each) for each in found)
    cols = (Column("incident", "number"), Column("severity", "severity", right=True), Column("state", "state"),
            Column("title", "what", most=50), Column("age", "age"), Column("lead", "lead"), Column("hits", "hits"),
            Column("cause", "cause"))  # fmt: skip
    opened = len(open_incidents(project))
    title = f"Incidents: {opened} open of {len(found)}"
    return Table(title, cols, rows, empty="no incident was ever declared", note=times_note(project), key="incidents")


def times_note(project: Snapshot) -> str:
    """Return median times to detect and to mitigate over the last ninety days, with how many they rest on."""
    recent = [each for each in project.incidents if project.as_of - each.detected_at <= WINDOW]
    detect = [each.detected_at - each.started_at for each in recent if each.started_at]
    restore = [each.mitigated_at - each.detected_at for each in recent if each.mitigated_at]
    words = []
    if detect:
        words.append(f"median time to detect {_middle(detect)} (n = {len(detect)})")
    if restore:
        words.append(f"median time from detection to mitigation {_middle(restore)} (n = {len(restore)})")
    return f"last 90 days: {', '.join(words)}" if words else "last 90 days: nothing to measure times on"


def _middle(lengths: Sequence[timedelta]) -> str:
    return span(timedelta(seconds=median(length.total_seconds() for length in lengths)))


def timeline_table(project: Snapshot, incident: Incident) -> Table:
    """Return what happened, oldest first: its own dates and everybody's notes."""
    lines = [
        (at, who, text)
        for at, who, text in (
            (incident.started_at, "", "began to hurt"),
            (
                incident.detected_at,
                incident.created_by,
                f"detected{f' by {incident.detected_via}' if incident.detected_via else ''}",
            ),
            (incident.mitigated_at, "", "mitigated: users are fine"),
            (incident.resolved_at, "", f"resolved: {incident.cause or 'cause'} is gone"),
            (incident.closed_at, "", "closed"),
        )
        if at is not None
    ]
    lines += [(note.at, note.author, note.text) for note in project.timeline if note.incident == incident.id]
    lines += [
        (role.assumed_at, role.person, f"is {role.duty.value} from here on")
        for role in project.incident_roles
        if role.incident == incident.id
    ]
    rows = tuple(
        Row(f"inc/{incident.id}#{place}", (Cell(minute(at), at), Cell(who), Cell(text)))
        for place, (at, who, text) in enumerate(sorted(lines, key=lambda line: line[0]))
    )
    cols = (Column("at", "when"), Column("who", "who"), Column("what", "what", most=90))
    return Table(f"Timeline of {ticket(f'inc/{incident.id}')}", cols, rows, key="timeline")


def suspects_table(project: Snapshot, incident: Incident) -> Table:
    """Return the changes of the thirty days before it began, those of its own chain first."""
    onset = incident.started_at or incident.detected_at
    chain = {node.name for node in lineage_of(project).origins(f"inc/{incident.id}")}
    chain |= set(incident.subjects.split()) | {f"deploy/{incident.suspect_deployment}"}
    rows = []
    for change in suspects(project, onset, sorted(chain)):
        named = change.subject == f"deploy/{incident.suspect_deployment}"
        related = "named as suspect" if named else "its own chain" if change.subject in chain else ""
        rows.append(
            Row(
                change.subject,
                (
                    Cell(f"{age(onset, change.at)} before", change.at),
                    Cell(change.text, link=change.subject),
                    Cell(change.actor),
                    Cell(related),
                ),
            )
        )
    if not any(line.cells[3].text == "named as suspect" for line in rows):
        rows += _named_suspect(project, incident, onset)
    cols = (Column("before", "when"), Column("what", "change"), Column("who", "who"), Column("why", "why it is here"))
    empty = "no deployment and no dataset version in the thirty days before it began"
    return Table("Suspects", cols, tuple(rows), empty=empty, key="suspects")


def closing_table(project: Snapshot, incident: Incident) -> Table:
    """Return what must be true before it may be closed, and what is."""
    waits = [
        each
        for each in project.handoffs
        if each.subject in incident.subjects.split() and each.state in (HandoffState.OFFERED, HandoffState.RETURNED)
    ]
    conditions = [
        ("somebody leads", commander_of(project, incident) is not None or incident.state in ENDED, ""),
        ("users are fine (mitigated)", incident.mitigated_at is not None, minute(incident.mitigated_at)),
        ("the cause is known", incident.cause is not None, incident.cause.value if incident.cause else ""),
        ("the cause is gone (resolved)", incident.resolved_at is not None, minute(incident.resolved_at)),
        ("nobody is waited for", not waits, ", ".join(f"{ticket(f'ho/{w.id}')} {w.to_person}" for w in waits)),
    ]
    rows = tuple(
        Row(text, (Cell("yes" if done else "no", done, Tone.GOOD if done else Tone.DOUBTFUL), Cell(text), Cell(detail)))
        for text, done, detail in conditions
    )
    cols = (Column("done", "", 5), Column("what", ""), Column("detail", ""))
    return Table(f"To close {ticket(f'inc/{incident.id}')}", cols, rows, key="closing")


def _named_suspect(project: Snapshot, incident: Incident, onset: datetime) -> list[Row]:
    for each in project.deployments:
        if each.id == incident.suspect_deployment:
            cells = (
                Cell(f"{age(onset, each.started_at)} before", each.started_at),
                Cell(f"{each.environment} {each.model} v{each.number}", link=f"deploy/{each.id}"),
                Cell(each.actor),
                Cell("named as suspect"),
            )
            return [Row(f"deploy/{each.id}", cells)]
    return []


def _incident_row(project: Snapshot, incident: Incident) -> Row:
    lead = commander_of(project, incident)
    is_open = incident.state not in ENDED
    ended = incident.resolved_at or incident.closed_at or project.as_of
    lasted = age_cell(project.as_of, incident.started_at or incident.detected_at)
    if not is_open:
        lasted = Cell(f"lasted {span(ended - (incident.started_at or incident.detected_at))}")
    nobody = Cell("nobody", tone=Tone.BAD) if is_open and incident.state is not IncidentState.MITIGATED else Cell("")
    return Row(
        f"inc/{incident.id}",
        (
            Cell(ticket(f"inc/{incident.id}"), incident.id, incident_tone(incident), f"inc/{incident.id}"),
            Cell(str(incident.severity), incident.severity),
            Cell(incident.state.value),
            Cell(incident.title),
            lasted,
            Cell(lead, link=f"person/{lead}") if lead else nobody,
            Cell(" ".join(incident.subjects.split())),
            Cell(
                incident.cause.value if incident.cause else "unknown",
                tone=Tone.PLAIN if incident.cause else Tone.UNKNOWN,
            ),
        ),
    )
