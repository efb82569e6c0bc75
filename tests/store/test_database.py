import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

import mlcockpit
from mlcockpit.domain.people import Person
from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.system_clock import StoryClock
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.log import verify_log
from mlcockpit.store import schema
from mlcockpit.store.database import Store
from mlcockpit.store.network_drives import file_system_of, refuse_network_drive
from tests.builders import NOW, a_person

CODE = str(Path(mlcockpit.__file__).parent.parent)
COUNT_UP = """
import sys
from datetime import datetime, UTC
from mlcockpit.domain.people import Person
from mlcockpit.integrations.system_clock import SystemClock
from mlcockpit.store.database import Store
from mlcockpit.store.transaction import Happening
store = Store(sys.argv[1], SystemClock(), "test")
for _ in range(int(sys.argv[2])):
    with store.write("counter") as tx:
        person = tx.one(Person, handle="ana")
        person.name = str(int(person.name) + 1)
        tx.save(person)
        tx.happened(Happening("person/ana", "counted", None, {"name": person.name}))
    print(person.name, flush=True)
"""
MIGRATE = """
import sys
from mlcockpit.integrations.system_clock import SystemClock
from mlcockpit.store.database import Store
from mlcockpit.store import schema
print("ready", flush=True)
schema.prepare(Store(sys.argv[1], SystemClock(), "test"))
print("done", flush=True)
"""


def child(code: str, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": CODE}
    )


def a_counter(cockpit: Cockpit) -> str:
    with cockpit.store.write("test") as tx:
        tx.save(Person(**{**a_person("ana").model_dump(), "name": "0"}))
    return cockpit.store.url


def test_nothing_that_was_acknowledged_is_lost_when_a_writer_is_killed(cockpit: Cockpit) -> None:
    url = a_counter(cockpit)
    acknowledged = 0
    for stop_after in (1, 3, 5):
        writer = child(COUNT_UP, url, "1000")
        assert writer.stdout is not None
        for _ in range(stop_after):
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        rest = writer.stdout.read().split()
        acknowledged = int(rest[-1]) if rest else acknowledged
        writer.wait()
    with cockpit.store.write("test") as tx:
        counted = tx.one(Person, handle="ana")
    assert counted is not None
    assert int(counted.name) - acknowledged in (0, 1)
    assert verify_log(cockpit).faults == ()


def test_a_failing_service_leaves_neither_record_nor_event(cockpit: Cockpit) -> None:
    def add_and_fail() -> None:
        with cockpit.store.write("test") as tx:
            tx.save(a_person("ana"))
            raise RuntimeError("the service broke")

    with pytest.raises(RuntimeError):
        add_and_fail()
    with cockpit.store.write("test") as tx:
        assert tx.all(Person) == []


def test_reading_cannot_hold_up_a_writer(cockpit: Cockpit) -> None:
    with cockpit.store.read() as session:
        session.connection().execute(text("SELECT count(*) FROM person")).all()
        with cockpit.store.write("test") as tx:
            tx.save(a_person("ana"))
    with cockpit.store.write("test") as tx:
        assert len(tx.all(Person)) == 1


def test_the_file_and_its_folder_are_private(cockpit: Cockpit) -> None:
    path = Path(cockpit.store.url.removeprefix("sqlite:///"))
    assert (oct(path.stat().st_mode & 0o777), oct(path.parent.stat().st_mode & 0o777)) == ("0o600", "0o700")


def test_a_database_of_a_newer_mlcockpit_is_refused_and_left_alone(cockpit: Cockpit) -> None:
    path = Path(cockpit.store.url.removeprefix("sqlite:///"))
    cockpit.close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(SourceFailed, match="made by a newer mlcockpit"):
        schema.prepare(Store(f"sqlite:///{path}", StoryClock(NOW), "test"))


@pytest.mark.parametrize("delay_lines", [0, 1, 2])
def test_a_kill_while_migrating_leaves_the_old_schema_or_the_new(tmp_path: Path, delay_lines: int) -> None:
    url = f"sqlite:///{tmp_path / 'cockpit.db'}"
    migrating = child(MIGRATE, url)
    assert migrating.stdout is not None
    for _ in range(delay_lines):
        migrating.stdout.readline()
    migrating.kill()
    migrating.wait()
    store = Store(url, StoryClock(NOW), "test")
    assert schema.revision(store) in (None, schema.HEAD)
    schema.prepare(store)
    assert schema.revision(store) == schema.HEAD


def test_only_three_backups_are_kept(cockpit: Cockpit) -> None:
    path = Path(cockpit.store.url.removeprefix("sqlite:///"))
    for _ in range(5):
        schema.keep_backup(path)
    assert sorted(each.name for each in path.parent.glob("*.backup-*")) == [f"cockpit.db.backup-{n}" for n in (3, 4, 5)]


MOUNTS = "/dev/vda / ext4 rw 0 0\nserver:/x /home/team nfs4 rw 0 0\n/dev/vdb /home/team/local ext4 rw 0 0\n"


def test_a_network_file_system_is_refused_and_postgresql_named() -> None:
    with pytest.raises(SourceFailed, match="PostgreSQL"):
        refuse_network_drive(Path("/home/team/project"), MOUNTS)


def test_the_nearest_mount_counts() -> None:
    assert file_system_of(Path("/home/team/local/project"), MOUNTS) == "ext4"
    assert file_system_of(Path("/home/team/x"), MOUNTS) == "nfs4"
