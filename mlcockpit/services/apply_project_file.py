"""What mlcockpit.toml declares is kept with its dates; people and owners follow it only where its own words changed."""

import json
from collections.abc import Iterator, Mapping

from mlcockpit.domain.journal import canonical_json
from mlcockpit.domain.people import Person
from mlcockpit.domain.product import Declaration
from mlcockpit.domain.project_file import Declared, ProjectFile
from mlcockpit.domain.project_file import Person as DeclaredPerson
from mlcockpit.domain.vocabulary import PersonStatus
from mlcockpit.services.own import assign, close_open, holder
from mlcockpit.services.people_add import store_person
from mlcockpit.store.transaction import Happening, Transaction

ACTOR = "project file"
"""Who did what a changed project file brings about."""

_SECTIONS = (
    ("person", "people"),
    ("goal", "goals"),
    ("metric", "metrics"),
    ("data", "datasets"),
    ("model", "models"),
    ("env", "environments"),
    ("gate", "gates"),
    ("monitor", "monitors"),
)
_PERSON_FIELDS = ("name", "discipline", "emails", "git_names", "mlflow_users", "deputy")


def apply_project_file(tx: Transaction, file: ProjectFile) -> list[str]:
    """Write down what changed in the file since the last time, with its events; return one line for each change."""
    before = {each.subject: each for each in tx.all(Declaration) if each.until is None}
    now = dict(_items(file))
    changed = {
        subject: canonical_json(item.model_dump(mode="json"))
        for subject, item in now.items()
        if subject not in before or before[subject].content != canonical_json(item.model_dump(mode="json"))
    }
    return [
        *_apply_people(tx, file, changed),
        *_apply_owners(tx, before, now, changed),
        *_declare(tx, before, now, changed),
    ]


def _items(file: ProjectFile) -> Iterator[tuple[str, Declared]]:
    yield "project", file.project
    for kind, section in _SECTIONS:
        for key, item in getattr(file, section).items():
            yield f"{kind}/{key}", item


def _apply_people(tx: Transaction, file: ProjectFile, changed: Mapping[str, str]) -> Iterator[str]:
    for handle, declared in file.people.items():
        if f"person/{handle}" not in changed:
            continue
        known = tx.one(Person, handle=handle)
        if known is None:
            store_person(tx, _person(tx, handle, declared), actor=ACTOR)
            yield f"person/{handle} is new"
        elif _update(tx, known, declared):
            yield f"person/{handle} changed"


def _person(tx: Transaction, handle: str, declared: DeclaredPerson) -> Person:
    return Person(
        handle=handle,
        name=declared.name,
        discipline=declared.discipline,
        emails=declared.emails,
        git_names=declared.git_names,
        mlflow_users=declared.mlflow_users,
        deputy=declared.deputy,
        created_at=tx.recorded_at,
        created_by=ACTOR,
    )


def _update(tx: Transaction, known: Person, declared: DeclaredPerson) -> bool:
    """Bring a person to what is declared; tell whether that changed anything."""
    old, new = {}, {}
    for field in _PERSON_FIELDS:
        value = getattr(declared, field)
        if getattr(known, field) != value:
            old[field], new[field] = getattr(known, field), value
            setattr(known, field, value)
    if new:
        tx.save(known)
        tx.happened(Happening(f"person/{known.handle}", "person_changed", old, new, actor=ACTOR))
    return bool(new)


def _apply_owners(
    tx: Transaction, before: Mapping[str, Declaration], now: Mapping[str, Declared], changed: Mapping[str, str]
) -> Iterator[str]:
    """Open and close duties where the file's owner entry changed; what people did with `own` stays otherwise."""
    gone = [subject for subject in before if subject not in now]
    for subject in [*changed, *gone]:
        declared_before = subject in before
        old = json.loads(before[subject].content).get("owner") if declared_before else None
        new = getattr(now.get(subject), "owner", None)
        if old == new:
            continue
        present = holder(tx, subject)
        if new is None:
            if present is not None and present.person == old:
                yield _close(tx, subject, old)
        elif not declared_before and present is not None and present.person != new:
            since = f"{present.since:%Y-%m-%d}"
            yield f"{subject}: the file says {new}, {present.person} answers for it since {since} and stays"
        elif present is None or present.person != new:
            yield _open(tx, subject, new)


def _open(tx: Transaction, subject: str, handle: str) -> str:
    person = tx.one(Person, handle=handle)
    if person is None or person.status is PersonStatus.DEPARTED:
        return f"{subject}: {handle} {'is not known' if person is None else 'has left'} and cannot answer for it"
    assign(tx, subject, person, reason="declared in mlcockpit.toml", actor=ACTOR)
    return f"{subject}: {handle} answers for it"


def _close(tx: Transaction, subject: str, handle: str) -> str:
    close_open(tx, subject, tx.now)
    old: dict[str, object] = {"accountable": handle}
    tx.happened(Happening(subject, "owner_removed", old, None, "no longer declared in mlcockpit.toml", actor=ACTOR))
    return f"{subject}: nobody answers for it any more"


def _declare(
    tx: Transaction, before: Mapping[str, Declaration], now: Mapping[str, Declared], changed: Mapping[str, str]
) -> Iterator[str]:
    """Close the declarations that changed or are gone, open the new ones."""
    for subject, old in before.items():
        if subject in changed or subject not in now:
            old.until = tx.now
            tx.save(old)
        if subject not in now:
            content = json.loads(old.content)
            tx.happened(Happening(subject, "undeclared", content, None, actor=ACTOR))
            yield f"{subject} is no longer declared"
    for subject, content in changed.items():
        tx.save(
            Declaration(subject=subject, content=content, since=tx.now, created_at=tx.recorded_at, created_by=ACTOR)
        )
        was, new = json.loads(before[subject].content) if subject in before else None, json.loads(content)
        tx.happened(Happening(subject, "declared", _difference(was, new), _difference(new, was) or new, actor=ACTOR))
        if not subject.startswith("person/"):
            yield f"{subject} {'is declared' if was is None else 'is declared differently'}"


def _difference(one: dict[str, object] | None, other: dict[str, object] | None) -> dict[str, object] | None:
    """Return the fields of `one` that `other` has otherwise; None where there is no `one`."""
    if one is None:
        return None
    return {field: value for field, value in one.items() if other is None or other.get(field) != value}
