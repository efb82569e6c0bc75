"""The people screen answers: who answers for what, and what would be lost if somebody left?

It says which subjects are at risk; it never ranks persons. Bad: an accountable person who has departed.
Doubtful: nobody is accountable.
"""

from collections import Counter
from datetime import datetime

from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import HandoffState, PersonStatus, Tone
from mlcockpit.views.facts import owner_cell
from mlcockpit.views.health import open_incidents
from mlcockpit.views.look import Look, source_lines
from mlcockpit.views.phrases import age_cell, day, joined
from mlcockpit.views.table import Cell, Column, Row, Table, View


def people(project: Snapshot, look: Look) -> View:
    """Return the people, and every declared subject with who answers for it, those at risk first."""
    title = "People  ·  who answers for what, and what would be lost if somebody left?"
    sections = (people_table(project), subjects_table(project))
    return View("people", title, project.as_of, source_lines(project), sections)


def people_table(project: Snapshot) -> Table:
    """Return everybody by discipline with what they answer for and what waits for them."""
    last: dict[str, datetime] = {}
    for event in project.events:
        last.setdefault(event.actor, event.at)
    rows = []
    for person in sorted(project.people, key=lambda each: (each.status.value, each.discipline.value, each.handle)):
        held = sorted(subject for subject, handle in project.accountable.items() if handle == person.handle)
        gone = person.status is PersonStatus.DEPARTED
        state = f"left {day(person.departed_on)}" if gone else person.status.value
        tone = Tone.BAD if gone and held else Tone.FAINT if gone else Tone.PLAIN
        rows.append(
            Row(
                f"person/{person.handle}",
                (
                    Cell(person.handle, tone=tone, link=f"person/{person.handle}"),
                    Cell(person.name),
                    Cell(person.discipline.value),
                    Cell(state.strip()),
                    Cell(joined(held, 4), len(held)),
                    Cell(_waiting(project, person.handle)),
                    Cell(person.deputy or "", tone=Tone.PLAIN),
                    age_cell(project.as_of, last.get(person.handle)),
                ),
            )
        )
    cols = (Column("person", "person"), Column("name", "name"), Column("discipline", "discipline"), Column("status", "status"),
            Column("owns", "answers for", most=56), Column("waits", "waits for them"), Column("deputy", "deputy"),
            Column("seen", "last event"))  # fmt: skip
    empty = "nobody is known: `mlcockpit people add`, or [people.NAME] in mlcockpit.toml"
    note = "last event: the newest among the last 200 of the journal"
    return Table("People", cols, tuple(rows), empty=empty, note=note)


def subjects_table(project: Snapshot) -> Table:
    """Return every declared or owned subject with who answers for it, bad and doubtful first."""
    subjects = sorted({*project.file.subjects(), *project.accountable})
    cells = {subject: owner_cell(project, subject) for subject in subjects}
    order = {Tone.BAD: 0, Tone.DOUBTFUL: 1, Tone.PLAIN: 2}
    since = {duty.subject: duty for duty in project.ownerships if duty.until is None}
    rows = []
    for subject in sorted(subjects, key=lambda each: (order.get(cells[each].tone, 3), each)):
        duty = since.get(subject)
        deputy = project.person[duty.person].deputy if duty and duty.person in project.person else None
        before = [each.person for each in project.ownerships if each.subject == subject and each.until is not None]
        rows.append(
            Row(
                subject,
                (
                    Cell(subject, link=subject),
                    cells[subject],
                    age_cell(project.as_of, duty.since if duty else None),
                    Cell(deputy or ""),
                    Cell(joined(before)),
                    Cell(duty.reason if duty else ""),
                ),
            )
        )
    cols = (Column("subject", "subject"), Column("owner", "accountable"), Column("since", "for"), Column("deputy", "deputy"),
            Column("before", "before"), Column("reason", "why"))  # fmt: skip
    risk = Counter(cells[subject].tone for subject in subjects)
    title = f"Subjects: {risk[Tone.DOUBTFUL]} without an owner, {risk[Tone.BAD]} with one who has left"
    return Table(title, cols, tuple(rows), empty="nothing is declared that somebody should own", key="subjects")


def _waiting(project: Snapshot, handle: str) -> str:
    taking = [
        f"HO-{each.id}"
        for each in project.handoffs
        if (each.to_person == handle and each.state in (HandoffState.OFFERED, HandoffState.ACCEPTED))
        or (each.from_person == handle and each.state is HandoffState.RETURNED)
    ]
    leading = [
        f"INC-{role.incident}"
        for role in project.incident_roles
        if role.person == handle
        and role.renounced_at is None
        and role.incident in {incident.id for incident in open_incidents(project)}
    ]
    return joined(list(dict.fromkeys([*leading, *taking])), 4)
