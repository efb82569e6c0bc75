"""`people list` shows who works on the product and what each answers for."""

from collections import Counter

from mlcockpit.domain.people import Ownership, Person
from mlcockpit.domain.vocabulary import Duty, PersonStatus, Tone
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.records import read_all
from mlcockpit.views.table import Cell, Table, columns, row


def list_people(cockpit: Cockpit) -> Table:
    """Return every person; somebody who left and still answers for something is shown as bad."""
    owned = Counter(
        duty.person for duty in read_all(cockpit.store, Ownership, duty=Duty.ACCOUNTABLE) if duty.until is None
    )
    rows = []
    for person in sorted(read_all(cockpit.store, Person), key=lambda each: each.handle):
        gone = person.status is PersonStatus.DEPARTED
        count = owned[person.handle]
        left = "" if person.departed_on is None else f" {person.departed_on:%Y-%m-%d}"
        rows.append(
            row(
                f"person/{person.handle}",
                Cell(person.handle, link=f"person/{person.handle}"),
                person.name,
                person.discipline.value,
                Cell(f"{person.status.value}{left}", person.status.value, Tone.FAINT if gone else Tone.PLAIN),
                person.deputy,
                Cell(str(count), count, Tone.BAD if gone and count else Tone.PLAIN),
                ", ".join(person.emails),
            )
        )
    return Table(
        "People",
        columns("person", "name", "discipline", "status", "deputy", "answers for>", "emails"),
        tuple(rows),
        empty="nobody is known yet; `mlcockpit people add` or [people.NAME] in mlcockpit.toml",
        key="people",
    )
