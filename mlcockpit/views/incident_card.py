"""An incident on one page: what hurts, who leads, the timeline, the suspects and what is left to do."""

from mlcockpit.domain.names import parts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.errors import UnknownName
from mlcockpit.views.facts import card, facts
from mlcockpit.views.health import commander_of
from mlcockpit.views.incidents import closing_table, incident_tone, suspects_table, timeline_table
from mlcockpit.views.look import Look
from mlcockpit.views.phrases import age, joined, minute, span, ticket
from mlcockpit.views.table import Cell, View


def incident_card(project: Snapshot, look: Look) -> View:
    """Return the card of inc/N; raises UnknownName with the open ones."""
    _, key, _ = parts(look.focus)
    incident = next((each for each in project.incidents if str(each.id) == key), None)
    if incident is None:
        known = joined([f"inc/{each.id}" for each in project.incidents], 8)
        raise UnknownName(f"there is no incident {key!r}", hint=f"known: {known or 'none'}")
    lead = commander_of(project, incident)
    began = incident.started_at or incident.detected_at
    ended = incident.resolved_at or incident.closed_at
    helpers = [
        f"{role.person} ({role.duty.value})"
        for role in project.incident_roles
        if role.incident == incident.id and role.renounced_at is None and role.person != lead
    ]
    table = facts(
        "",
        [
            ("severity", Cell(f"{incident.severity} of 5", incident.severity, incident_tone(incident))),
            ("state", incident.state.value),
            ("impact", incident.impact),
            ("hits", incident.subjects),
            ("lead", Cell(lead, link=f"person/{lead}") if lead else Cell("nobody", tone=Tone.DOUBTFUL)),
            ("with", ", ".join(helpers)),
            ("began", minute(incident.started_at) or Cell("unknown", tone=Tone.UNKNOWN)),
            ("detected", f"{minute(incident.detected_at)}, {span(incident.detected_at - began)} after it began"
             if incident.started_at else minute(incident.detected_at)),
            ("detected by", incident.detected_via),
            ("mitigated", minute(incident.mitigated_at)),
            ("resolved", minute(incident.resolved_at)),
            ("cause", incident.cause.value if incident.cause else Cell("unknown", tone=Tone.UNKNOWN)),
            ("lasts", span(ended - began) if ended else f"{age(project.as_of, began)} and goes on"),
        ],
    )  # fmt: skip
    title = f"{ticket(f'inc/{incident.id}')} {incident.title}"
    return card(
        project,
        f"inc/{incident.id}",
        title,
        table,
        timeline_table(project, incident),
        suspects_table(project, incident),
        closing_table(project, incident),
    )
