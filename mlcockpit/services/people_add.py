"""`people add` makes a person known, with the names by which git and MLflow know them."""

import re
from collections.abc import Sequence

from mlcockpit.domain.people import Person
from mlcockpit.domain.project_file import KEY
from mlcockpit.domain.vocabulary import Discipline
from mlcockpit.errors import Refused, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.transaction import Happening, Transaction


def add_person(
    cockpit: Cockpit,
    handle: str,
    *,
    name: str,
    discipline: Discipline,
    emails: Sequence[str] = (),
    git_names: Sequence[str] = (),
    mlflow_users: Sequence[str] = (),
    deputy: str | None = None,
) -> Person:
    """Store a new person; raises Refused where the handle is taken, UsageError where it cannot be one."""
    if not re.match(KEY, handle):
        raise UsageError(f"{handle!r} is no handle", hint="small letters, digits, dots, dashes; such as ana")
    person = Person(
        handle=handle,
        name=name,
        discipline=discipline,
        emails=list(emails),
        git_names=list(git_names),
        mlflow_users=list(mlflow_users),
        deputy=deputy,
        created_at=cockpit.clock.now(),
        created_by=cockpit.actor,
    )
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        return store_person(tx, person)


def store_person(tx: Transaction, person: Person, *, actor: str | None = None) -> Person:
    """Store `person` and its event inside a running transaction."""
    if tx.one(Person, handle=person.handle) is not None:
        raise Refused(f"person/{person.handle} is there already", hint="choose another handle")
    tx.save(person)
    new = {"name": person.name, "discipline": person.discipline}
    tx.happened(Happening(f"person/{person.handle}", "person_added", None, new, actor=actor))
    return person
