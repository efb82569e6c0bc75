"""The project file is applied by what changed in it, so that what people recorded is not overwritten."""

from typing import Any

import pytest

from mlcockpit.domain.people import Ownership, Person
from mlcockpit.domain.product import Declaration
from mlcockpit.domain.vocabulary import PersonStatus
from mlcockpit.services.apply_project_file import apply_project_file
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.own import assign
from mlcockpit.store.journal import newest_events
from mlcockpit.store.records import read_all
from tests.builders import a_file

ANA = {"name": "Ana", "discipline": "data"}
BO = {"name": "Bo", "discipline": "ml", "emails": ["bo@example.org"]}


def applied(cockpit: Cockpit, **parts: Any) -> list[str]:
    """Apply a project file with these sections, as one sync."""
    with cockpit.store.write("sync") as tx:
        return apply_project_file(tx, a_file(**parts))


def given_to(cockpit: Cockpit, subject: str, handle: str) -> None:
    """Do what `own` does."""
    with cockpit.store.write("ida") as tx:
        person = tx.one(Person, handle=handle)
        assert person is not None
        assign(tx, subject, person, reason="")


def owner(cockpit: Cockpit, subject: str) -> str | None:
    """Return who answers for a subject now."""
    return next(
        (duty.person for duty in read_all(cockpit.store, Ownership, subject=subject) if duty.until is None), None
    )


def last_events(cockpit: Cockpit, most: int) -> list[tuple[str, str, str]]:
    """Return actor, kind and subject of the newest events, oldest first."""
    events = newest_events(cockpit.store, None, most).events
    return [(event.actor, event.kind, event.subject) for event in reversed(events)]


def test_people_owners_and_declarations_are_written_with_their_events(cockpit: Cockpit) -> None:
    lines = applied(cockpit, people={"ana": ANA}, datasets={"rows": {"path": "rows.csv", "owner": "ana"}})
    assert [
        "person/ana is new",
        "data/rows: ana answers for it",
        "project is declared",
        "data/rows is declared",
    ] == lines
    assert [
        ("project file", "person_added", "person/ana"),
        ("project file", "owner_assigned", "data/rows"),
        ("project file", "declared", "project"),
        ("project file", "declared", "person/ana"),
        ("project file", "declared", "data/rows"),
    ] == last_events(cockpit, 9)


def test_the_same_file_twice_writes_nothing(cockpit: Cockpit) -> None:
    parts: dict[str, Any] = {
        "people": {"ana": ANA, "bo": BO},
        "datasets": {"rows": {"path": "rows.csv", "owner": "ana"}},
    }
    applied(cockpit, **parts)
    before = newest_events(cockpit.store, None, 1).total
    versions = [person.version for person in read_all(cockpit.store, Person)]
    assert [] == applied(cockpit, **parts)
    assert (before, versions) == (
        newest_events(cockpit.store, None, 1).total,
        [person.version for person in read_all(cockpit.store, Person)],
    )


def test_a_declaration_is_closed_when_its_words_change_and_when_it_goes(cockpit: Cockpit) -> None:
    applied(cockpit, datasets={"rows": {"path": "rows.csv"}})
    assert ["data/rows is declared differently"] == applied(cockpit, datasets={"rows": {"path": "all.csv"}})
    assert ["data/rows is no longer declared"] == applied(cockpit)
    assert [False, False] == [each.until is None for each in read_all(cockpit.store, Declaration, subject="data/rows")]


def test_a_person_follows_the_file_only_when_their_entry_changed(cockpit: Cockpit) -> None:
    applied(cockpit, people={"bo": BO})
    assert ["person/bo changed"] == applied(cockpit, people={"bo": {**BO, "name": "Bo B."}})
    (person,) = read_all(cockpit.store, Person)
    assert ("Bo B.", ["bo@example.org"]) == (person.name, person.emails)


def test_what_own_wrote_stays_while_the_entry_is_as_it_was(cockpit: Cockpit) -> None:
    people = {"ana": ANA, "bo": BO}
    applied(cockpit, people=people, datasets={"rows": {"path": "rows.csv", "owner": "ana"}})
    given_to(cockpit, "data/rows", "bo")
    applied(cockpit, people=people, datasets={"rows": {"path": "elsewhere.csv", "owner": "ana"}})
    assert "bo" == owner(cockpit, "data/rows")


def test_a_changed_owner_entry_moves_the_duty(cockpit: Cockpit) -> None:
    people = {"ana": ANA, "bo": BO}
    applied(cockpit, people=people, datasets={"rows": {"path": "rows.csv", "owner": "ana"}})
    lines = applied(cockpit, people=people, datasets={"rows": {"path": "rows.csv", "owner": "bo"}})
    assert ["data/rows: bo answers for it", "data/rows is declared differently"] == lines
    assert "bo" == owner(cockpit, "data/rows")


@pytest.mark.parametrize(
    "later", [{"datasets": {"rows": {"path": "rows.csv"}}}, {}], ids=["owner removed", "entry removed"]
)
def test_an_owner_who_is_no_longer_declared_is_closed(cockpit: Cockpit, later: dict[str, Any]) -> None:
    applied(cockpit, people={"ana": ANA}, datasets={"rows": {"path": "rows.csv", "owner": "ana"}})
    assert "data/rows: nobody answers for it any more" in applied(cockpit, people={"ana": ANA}, **later)
    assert owner(cockpit, "data/rows") is None


def test_an_owner_whom_somebody_else_named_is_not_closed(cockpit: Cockpit) -> None:
    people = {"ana": ANA, "bo": BO}
    applied(cockpit, people=people, datasets={"rows": {"path": "rows.csv", "owner": "ana"}})
    given_to(cockpit, "data/rows", "bo")
    applied(cockpit, people=people, datasets={"rows": {"path": "rows.csv"}})
    assert "bo" == owner(cockpit, "data/rows")


def test_a_duty_older_than_the_first_declaration_stays(cockpit: Cockpit) -> None:
    people = {"ana": ANA, "bo": BO}
    applied(cockpit, people=people)
    given_to(cockpit, "data/rows", "bo")
    lines = applied(cockpit, people=people, datasets={"rows": {"path": "rows.csv", "owner": "ana"}})
    assert "data/rows: the file says ana, bo answers for it since 2026-03-02 and stays" in lines
    assert "bo" == owner(cockpit, "data/rows")


def test_somebody_who_left_is_not_made_accountable(cockpit: Cockpit) -> None:
    applied(cockpit, people={"ana": ANA})
    with cockpit.store.write("ida") as tx:
        person = tx.one(Person, handle="ana")
        assert person is not None
        person.status = PersonStatus.DEPARTED
        tx.save(person)
    lines = applied(cockpit, people={"ana": ANA}, datasets={"rows": {"path": "rows.csv", "owner": "ana"}})
    assert "data/rows: ana has left and cannot answer for it" in lines
    assert owner(cockpit, "data/rows") is None
