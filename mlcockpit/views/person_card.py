"""A person on one page: what they answer for, what waits for them, and what would be lost if they left."""

from mlcockpit.domain.names import parts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import PersonStatus, Tone
from mlcockpit.errors import UnknownName
from mlcockpit.views.facts import card, facts
from mlcockpit.views.history import stories
from mlcockpit.views.look import Look
from mlcockpit.views.phrases import age_cell, day, joined, minute
from mlcockpit.views.queue import asks, when
from mlcockpit.views.table import Cell, Column, Row, Table, View

EVENTS_MOST = 8


def person_card(project: Snapshot, look: Look) -> View:
    """Return the card of person/HANDLE; raises UnknownName with the known ones."""
    _, handle, _ = parts(look.focus)
    person = project.person.get(handle)
    if person is None:
        raise UnknownName(
            f"there is no person {handle!r}", hint=f"known: {joined(sorted(project.person), 8) or 'nobody'}"
        )
    gone = person.status is PersonStatus.DEPARTED
    held = [subject for subject, who in project.accountable.items() if who == handle]
    status = f"left {day(person.departed_on)}".strip() if gone else person.status.value
    table = facts(
        "",
        [
            ("discipline", person.discipline.value),
            ("status", Cell(status, person.status.value, Tone.BAD if gone and held else Tone.PLAIN)),
            ("deputy", person.deputy or "nobody"),
            ("mail", ", ".join(person.emails)),
            ("in git", ", ".join(person.git_names)),
            ("in MLflow", ", ".join(person.mlflow_users)),
        ],
    )
    return card(
        project,
        f"person/{handle}",
        f"{person.name} ({handle})",
        table,
        duties_table(project, handle),
        waiting_table(project, look, handle),
        events_table(project, handle),
    )


def duties_table(project: Snapshot, handle: str) -> Table:
    """Return what they answer for now, and what they answered for before."""
    duties = [each for each in project.ownerships if each.person == handle]
    gone = project.person[handle].status is PersonStatus.DEPARTED
    rows = tuple(
        Row(
            each.subject,
            (
                Cell(each.subject, link=each.subject, tone=Tone.BAD if gone and each.until is None else Tone.PLAIN),
                Cell(each.duty.value),
                age_cell(project.as_of, each.since),
                Cell("now" if each.until is None else f"until {day(each.until)}", each.until),
                Cell(each.reason),
            ),
        )
        for each in sorted(duties, key=lambda duty: (duty.until is not None, duty.subject))
    )
    cols = (
        Column("subject", "subject"),
        Column("duty", "duty"),
        Column("since", "for"),
        Column("until", "until"),
        Column("why", "why"),
    )
    return Table("Answers for", cols, rows, empty="nothing", key="duties")


def waiting_table(project: Snapshot, look: Look, handle: str) -> Table:
    """Return what waits for this person."""
    rows = tuple(
        Row(
            ask.subject,
            (
                Cell(ask.text, tone=ask.tone, link=ask.subject),
                Cell(when(ask, project.as_of), ask.due or ask.since),
                Cell(ask.action),
            ),
        )
        for ask in asks(project, look)
        if ask.owner == handle
    )
    cols = (Column("what", "what", most=70), Column("when", "when"), Column("do", "type"))
    return Table("Waits for them", cols, rows, empty="nothing", key="waits")


def events_table(project: Snapshot, handle: str) -> Table:
    """Return the newest things they did, among the last 200 events of the journal."""
    told = stories([event for event in project.events if event.actor == handle])
    rows = tuple(
        Row(story.subject, (Cell(minute(story.at), story.at), Cell(story.text, link=story.subject)))
        for story in told[:EVENTS_MOST]
    )
    cols = (Column("at", "when"), Column("what", "what", most=90))
    return Table("Did lately", cols, rows, empty="nothing among the last 200 events", total=len(told), key="events")
