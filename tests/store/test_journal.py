import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.log import verify_log
from mlcockpit.store.transaction import Happening
from tests.cli_runner import mlcockpit

Edit = Callable[[sqlite3.Connection, int], None]


def written(cockpit: Cockpit, count: int) -> Path:
    with cockpit.store.write("ana") as tx:
        tx.happened_all(Happening(f"metric/m{number}", "noted", None, {"value": number}) for number in range(count))
    return cockpit.state / "cockpit.db"


def tamper(path: Path, edit: Edit, seq: int) -> None:
    """Change the file as somebody would who has it: without the triggers that the database sets."""
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    edit(connection, seq)
    connection.commit()
    connection.close()


def change(connection: sqlite3.Connection, seq: int) -> None:
    connection.execute("UPDATE event SET actor = 'mallory' WHERE seq = ?", (seq,))


def delete(connection: sqlite3.Connection, seq: int) -> None:
    connection.execute("DELETE FROM event WHERE seq = ?", (seq,))


def swap(connection: sqlite3.Connection, seq: int) -> None:
    connection.execute("UPDATE event SET seq = -1 WHERE seq = ?", (seq,))
    connection.execute("UPDATE event SET seq = ? WHERE seq = ?", (seq, seq + 1))
    connection.execute("UPDATE event SET seq = ? WHERE seq = -1", (seq + 1,))


def insert(connection: sqlite3.Connection, seq: int) -> None:
    columns = "at, recorded_at, actor, subject, kind, old, new, reason, tool"
    connection.execute("UPDATE event SET seq = -seq WHERE seq > ?", (seq,))
    connection.execute("UPDATE event SET seq = -seq + 1 WHERE seq < 0")
    connection.execute(
        f"INSERT INTO event (seq, prev, hash, {columns}) SELECT seq + 1, 'x', 'y', {columns} FROM event WHERE seq = ?",
        (seq,),
    )


def cut(connection: sqlite3.Connection, seq: int) -> None:
    connection.execute("DELETE FROM event WHERE seq > ?", (seq,))


def test_an_untouched_journal_holds_together(cockpit: Cockpit) -> None:
    written(cockpit, 12)
    found = verify_log(cockpit)
    assert (found.events, found.faults) == (12, ())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edit=st.sampled_from([change, delete, swap, insert]), seq=st.integers(1, 8))
def test_every_kind_of_edit_shows(cockpit: Cockpit, tmp_path: Path, edit: Edit, seq: int) -> None:
    if not (cockpit.state / "cockpit.db").exists():
        written(cockpit, 10)
    cockpit.close()
    original = (cockpit.state / "cockpit.db").read_bytes()
    tamper(cockpit.state / "cockpit.db", edit, seq)
    faults = verify_log(cockpit).faults
    cockpit.close()
    for left in cockpit.state.glob("cockpit.db-*"):
        left.unlink()
    (cockpit.state / "cockpit.db").write_bytes(original)
    assert faults != ()


def test_a_cut_tail_shows_against_a_head_that_was_printed_earlier(cockpit: Cockpit) -> None:
    path = written(cockpit, 10)
    head = verify_log(cockpit).head
    cockpit.close()
    tamper(path, cut, 7)
    assert verify_log(cockpit).faults == ()
    assert verify_log(cockpit, str(head)).faults == (
        f"the log no longer holds the head {head}: its end was cut or rewritten",
    )


def test_the_database_itself_refuses_an_edit(cockpit: Cockpit) -> None:
    path = written(cockpit, 2)
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        change(connection, 1)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        delete(connection, 1)
    connection.close()


def test_an_observed_change_is_written_once_however_often_it_is_seen(cockpit: Cockpit) -> None:
    seen = Happening("model/churn", "alias_moved", key="mlflow|alias_moved|model/churn|1")
    for _ in range(3):
        with cockpit.store.write("sync") as tx:
            tx.happened(seen)
    assert verify_log(cockpit).events == 1


def test_verify_log_exits_1_when_the_journal_was_changed(cockpit: Cockpit) -> None:
    path = written(cockpit, 3)
    cockpit.close()
    tamper(path, change, 2)
    ran = mlcockpit(cockpit.root, "verify-log")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "! event 2 was changed after it was written")


def test_verify_log_refuses_a_head_that_is_none(cockpit: Cockpit) -> None:
    ran = mlcockpit(cockpit.root, "verify-log", "--against", "yesterday")
    assert (ran.code, ran.err) == (2, "mlcockpit: 'yesterday' is no head of a log: write it as printed: SEQ:HASH\n")
