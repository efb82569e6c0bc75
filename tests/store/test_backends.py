"""Every promise of the store holds on the embedded database and on PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import mlcockpit
from mlcockpit.domain.people import Person
from mlcockpit.errors import Conflict, Refused
from mlcockpit.integrations.system_clock import StoryClock
from mlcockpit.store import schema
from mlcockpit.store.database import Store
from mlcockpit.store.journal import check_chain, newest_events
from mlcockpit.store.transaction import Happening
from tests.builders import NOW, a_person
from tests.store.postgres import PostgresServer
from tests.store.test_database import COUNT_UP, MIGRATE

CODE = str(Path(mlcockpit.__file__).parent.parent)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state' / 'cockpit.db'}"
    address: str = request.getfixturevalue("postgres").database()
    return address


def opened(url: str) -> Store:
    store = Store(url, StoryClock(NOW), "test")
    schema.prepare(store)
    return store


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Return a migrated store."""
    store = opened(url)
    yield store
    store.close()


def noted(number: int) -> Happening:
    return Happening(f"metric/m{number}", "noted", {"value": number}, {"value": number + 1}, reason="because")


def test_migrating_twice_changes_nothing(url: str) -> None:
    first, again = opened(url), opened(url)
    assert ["0002", "0002"] == [schema.revision(first), schema.revision(again)]


def test_two_first_starts_at_once_make_one_schema(url: str) -> None:
    env = {**os.environ, "PYTHONPATH": CODE}
    children = [
        subprocess.Popen([sys.executable, "-c", MIGRATE, url], stdout=subprocess.DEVNULL, env=env) for _ in range(2)
    ]
    assert [0, 0] == [each.wait() for each in children]
    assert schema.revision(opened(url)) == schema.HEAD


def test_the_first_schema_is_brought_to_this_one_and_keeps_its_journal(url: str) -> None:
    store = Store(url, StoryClock(NOW), "test")
    with store.engine.begin() as connection:
        schema.upgrade(connection, "0001")
    with store.write("ana") as tx:
        tx.happened_all(noted(number) for number in range(3))
    before = check_chain(store)
    schema.prepare(store)
    assert (schema.HEAD, before) == (schema.revision(store), check_chain(store))


def test_the_schema_is_the_one_the_records_need(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_journal_is_one_chain(store: Store) -> None:
    with store.write("ana", NOW - timedelta(days=3)) as tx:
        tx.happened_all(noted(number) for number in range(5))
    with store.write("bo") as tx:
        tx.happened(noted(9))
    count, head, faults = check_chain(store)
    assert (6, 6, []) == (count, head.seq, faults)


EDITS = ("UPDATE event SET actor = 'mallory' WHERE seq = 1", "DELETE FROM event WHERE seq = 2", "DELETE FROM event")


@pytest.mark.parametrize("edit", EDITS)
def test_the_database_refuses_to_edit_the_journal(store: Store, edit: str) -> None:
    refuses_to(store, edit)


def test_postgresql_refuses_to_empty_the_journal(postgres: PostgresServer) -> None:
    refuses_to(opened(postgres.database()), "TRUNCATE event")


def refuses_to(store: Store, edit: str) -> None:
    with store.write("ana") as tx:
        tx.happened_all(noted(number) for number in range(3))
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(edit))
    assert (3, []) == (check_chain(store)[0], check_chain(store)[2])


def test_four_processes_that_read_and_write_lose_no_update_and_fork_no_chain(store: Store, url: str) -> None:
    with store.write("test") as tx:
        tx.save(Person(**{**a_person("ana").model_dump(), "name": "0"}))
    env = {**os.environ, "PYTHONPATH": CODE}
    children = [
        subprocess.Popen([sys.executable, "-c", COUNT_UP, url, "25"], stdout=subprocess.DEVNULL, env=env)
        for _ in range(4)
    ]
    assert [0, 0, 0, 0] == [each.wait() for each in children]
    with store.write("test") as tx:
        assert ["100"] == [each.name for each in tx.all(Person, handle="ana")]
    count, head, faults = check_chain(store)
    assert (100, 100, []) == (count, head.seq, faults)


def test_a_save_over_somebody_elses_edit_is_refused(store: Store) -> None:
    with store.write("test") as tx:
        mine = tx.save(a_person("ana"))
    with store.write("test") as tx:
        (theirs,) = tx.all(Person, handle="ana")
        theirs.name = "Ana Ruiz"
        tx.save(theirs)
    mine.name = "Anna"
    with pytest.raises(Conflict, match="somebody else changed this record"), store.write("test") as tx:
        tx.save(mine)


def test_a_reader_sees_one_state_however_much_is_written_meanwhile(store: Store) -> None:
    count = text("SELECT count(*) FROM person")
    with store.read() as session:
        before = session.connection().execute(count).scalar()
        with store.write("test") as tx:
            tx.save(a_person("ana"))
        assert before == session.connection().execute(count).scalar() == 0


def test_text_that_a_database_refuses_is_stored_without_what_it_refuses(store: Store) -> None:
    with store.write("a\x00na") as tx:
        tx.save(Person(**{**a_person("bo").model_dump(), "name": "B\x00o\ud800"}))
        tx.save_many(Person, [{**a_person("cy").model_dump(exclude={"id"}), "name": "C\x00y"}])
        tx.happened(Happening("run/\x00x", "tag_changed", None, {"value": "a\x00b"}, reason="\udc80", key="k\x00"))
    with store.write("ana") as tx:
        assert tx.happened(Happening("run/x", "tag_changed", key="k\x00")) is None
        assert ["Bo?", "Cy"] == [each.name for each in tx.all(Person)]
    (event,) = newest_events(store, None, 5).events
    assert ("ana", "run/x", "?", "k", '{"value":"a\\u0000b"}') == (
        event.actor,
        event.subject,
        event.reason,
        event.key,
        event.new,
    )
    assert check_chain(store)[2] == []


def test_a_database_of_another_project_is_refused_by_name(store: Store) -> None:
    schema.claim(store, "churn")
    schema.claim(store, "churn")
    with pytest.raises(Refused, match="belongs to the project 'churn'"):
        schema.claim(store, "gatewise")
