"""A card is a list of facts: what, value, and where it comes from."""

from collections.abc import Sequence

from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import PersonStatus, Tone
from mlcockpit.views.look import source_lines
from mlcockpit.views.table import Cell, Column, Row, Section, Table, View

Fact = tuple[str, Cell | str]


def facts(title: str, items: Sequence[Fact], *, key: str = "facts") -> Table:
    """Return a two-column table without a head; an empty value is left out."""
    rows = []
    for label, value in items:
        cell = value if isinstance(value, Cell) else Cell(value)
        if cell.text:
            rows.append(Row(label.replace(" ", "_"), (Cell(label, tone=Tone.FAINT), cell)))
    return Table(title, (Column("what", "", 14), Column("value", "", most=110)), tuple(rows), key=key)


def card(project: Snapshot, name: str, title: str, *sections: Section | None) -> View:
    """Return a card from the sections that are there."""
    shown = tuple(section for section in sections if section is not None)
    return View(name, title, project.as_of, source_lines(project), shown)


def owner_cell(project: Snapshot, subject: str) -> Cell:
    """Return who answers for a subject: nobody is doubtful, a departed person bad."""
    handle = project.owner_of(subject)
    if handle is None:
        return Cell("nobody", tone=Tone.DOUBTFUL)
    person = project.person.get(handle)
    if person is not None and person.status is PersonStatus.DEPARTED:
        return Cell(f"{handle}, who has left", handle, Tone.BAD, f"person/{handle}")
    return Cell(f"{person.discipline.value}/{handle}" if person else handle, handle, link=f"person/{handle}")
