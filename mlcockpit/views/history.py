"""What happened is told in sentences, newest first; the same kind of thing on the same day is one line."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mlcockpit.domain.journal import Event
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.views.look import Look
from mlcockpit.views.phrases import count, ticket
from mlcockpit.views.table import Cell, Column, Row, Table

UNTOLD = ("report_written",)
"""Kinds of events that change nothing in the project."""


@dataclass(frozen=True)
class Story:
    """One line of the past: one event, or several alike on one day."""

    at: datetime
    actor: str
    subject: str
    text: str
    events: int


def stories(events: Sequence[Event]) -> list[Story]:
    """Return `events` as lines, newest first; neighbours of one day, actor and kind are counted together."""
    groups: dict[tuple[object, str, str, str], list[Event]] = {}
    told = [event for event in events if event.kind not in UNTOLD]
    for event in sorted(told, key=lambda each: (each.at, each.seq), reverse=True):
        kind_of_subject = event.subject.partition("/")[0]
        groups.setdefault((event.at.date(), event.actor, event.kind, kind_of_subject), []).append(event)
    return [_story(group) for group in groups.values()]


def since_table(project: Snapshot, look: Look, most: int = 8) -> Table:
    """Return what happened since the look's start."""
    start = look.start(project)
    found = stories([event for event in project.events if start < event.at <= project.as_of])
    rows = tuple(_row(project, story) for story in found[:most])
    title = f"What changed {look.start_in_words(project)}"
    cols = (Column("at", "when", 11), Column("who", "who"), Column("what", "what", most=90))
    return Table(title, cols, rows, empty="nothing changed", total=len(found), key="since")


def _row(project: Snapshot, story: Story) -> Row:
    person = project.person.get(story.actor)
    who = f"{person.discipline.value}/{story.actor}" if person else story.actor
    return Row(
        story.subject,
        (Cell(f"{story.at:%m-%d %H:%M}", story.at), Cell(who, story.actor), Cell(story.text, link=story.subject)),
    )


def _story(group: Sequence[Event]) -> Story:
    newest = group[0]
    what = newest.kind.replace("_", " ")
    if len(group) == 1:
        text = f"{ticket(newest.subject)} {what}{_change(newest)}"
        text += f" ({newest.reason})" if newest.reason else ""
    else:
        subjects = list(dict.fromkeys(ticket(event.subject) for event in reversed(group)))
        shown = ", ".join(subjects[:3]) + (" …" if len(subjects) > 3 else "")
        text = f"{count(len(group), 'time', 'times')} {what}: {shown}"
    return Story(newest.at, newest.actor, newest.subject, text, len(group))


def _change(event: Event) -> str:
    """Return the one changed value that says most, such as ` → accepted`."""
    new, old = _fields(event.new), _fields(event.old)
    for key in ("state", "accountable", "number", "verdict", "severity", "value", "status"):
        if key in new and new[key] != old.get(key):
            before = f" {old[key]}" if key in old else ""
            return f":{before} → {new[key]}"
    return ""


def _fields(text: str | None) -> dict[str, object]:
    if not text:
        return {}
    value = json.loads(text)
    return value if isinstance(value, dict) else {"value": value}
