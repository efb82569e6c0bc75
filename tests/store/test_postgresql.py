"""The commands that a person types work on PostgreSQL as they do on the embedded database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.vocabulary import Verdict
from mlcockpit.services.gather_run import published
from tests.builders import NOW
from tests.cli_runner import mlcockpit
from tests.fakes.tracker import FakeTracker
from tests.mirrored import reproduced
from tests.repositories import ROOT
from tests.store.postgres import PostgresServer
from tests.team import PROJECT, done

WEEKS = "week,numerator,denominator\n2026-W05,40,100\n2026-W06,55,100\n2026-W07,60,120\n"


@pytest.fixture
def folder(tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project whose database is an empty one on the server."""
    (tmp_path / "mlcockpit.toml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "useful.csv").write_text(WEEKS, encoding="utf-8")
    monkeypatch.setenv("MLCOCKPIT_DATABASE", postgres.database())
    return tmp_path


def test_the_usual_day_leaves_one_unbroken_journal(folder: Path) -> None:
    done(folder, "sync")
    done(folder, "people", "add", "zoe", "--name", "Zoé", "--discipline", "ml")
    done(folder, "own", "model/churn", "zoe", "--reason", "took over")
    assert 3 == done(folder, "metric", "import", "useful", "useful.csv", "--json").json["new"]
    done(folder, "incident", "declare", "share halved", "--severity", "2", "--about", "metric/useful")
    done(folder, "incident", "update", "inc/1", "looking at the feed")
    done(folder, "handoff", "list")
    log = done(folder, "log", "--json").json["sections"][0]
    assert {"inc/1", "metric/useful", "model/churn", "person/zoe"} < {row["subject"] for row in log["rows"]}
    assert f"{log['total']} events" in done(folder, "verify-log").out
    assert "share halved" in done(folder, "status").out
    assert "share halved" in done(folder, "report", "--format", "md").out
    assert "zoe" in done(folder, "show", "model/churn").out
    assert not (folder / ".mlcockpit" / "cockpit.db").exists()


def test_a_second_sync_finds_nothing_new(folder: Path) -> None:
    done(folder, "sync")
    before = done(folder, "verify-log").out
    sources = done(folder, "sync", "--json").json["sources"]
    assert [[]] * len(sources) == [each["changes"] for each in sources]
    assert before == done(folder, "verify-log").out


def test_the_list_of_runs_knows_what_the_server_knows(folder: Path) -> None:
    done(folder, "sync")
    tracker = FakeTracker()
    tracker.create_run("best")
    cockpit = open_cockpit(folder, progress=Silent(), actor="test")
    cockpit.mirror.commit(cockpit.mirror.prepare(tracker, now=NOW))
    cockpit.close()
    reproduced(folder, tracker.ids["best"], Verdict.IDENTICAL)
    (run,) = done(folder, "runs", "--json").json["runs"]
    assert ("best", "identical") == (run["name"], run["reproduction"])


def test_published_data_is_known_to_a_recipe(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "customers.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done(folder, "sync")
    done(folder, "data", "publish", "customers")
    cockpit = open_cockpit(folder, progress=Silent(), actor="test")
    (known,) = published(cockpit)
    cockpit.close()
    assert ("customers", "v1", "data/customers.csv") == (known.name, known.version, known.path)


def test_a_wrong_choice_is_refused_and_writes_nothing(folder: Path) -> None:
    done(folder, "sync")
    before = done(folder, "verify-log").out
    assert 2 == mlcockpit(folder, "own", "model/churn", "nobody").code
    assert before == done(folder, "verify-log").out


def test_a_second_project_may_not_use_the_same_database(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    done(folder, "sync")
    other = tmp_path_factory.mktemp("other")
    (other / "mlcockpit.toml").write_text('[project]\nkey = "gatewise"\n', encoding="utf-8")
    ran = mlcockpit(other, "sync")
    assert (2, "") == (ran.code, ran.out)
    assert "belongs to the project 'churn'" in ran.err
    assert 1 == ran.err.count("\n")


@pytest.mark.parametrize(
    "address, code, words",
    [
        ("postgresql://ana:secret@127.0.0.1:1/churn", 4, "churn on 127.0.0.1"),
        ("postgres://ana:secret@127.0.0.1:1/churn", 4, "churn on 127.0.0.1"),
        ("mysql://ana:secret@127.0.0.1/churn", 2, "MLCOCKPIT_DATABASE names a mysql database"),
        ("nonsense", 2, "MLCOCKPIT_DATABASE is no address of a database"),
    ],
)
def test_an_address_that_cannot_be_used_is_one_line_without_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, code: int, words: str
) -> None:
    (tmp_path / "mlcockpit.toml").write_text(PROJECT, encoding="utf-8")
    monkeypatch.setenv("MLCOCKPIT_DATABASE", address)
    ran = mlcockpit(tmp_path, "status")
    assert (code, "", 1) == (ran.code, ran.out, ran.err.count("\n"))
    assert words in ran.err
    assert "secret" not in ran.err


def test_without_the_driver_the_extra_is_named(folder: Path) -> None:
    code = "import sys\nsys.modules['psycopg'] = None\nfrom mlcockpit.cli.main import main\nraise SystemExit(main(['status']))"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert (
        2,
        "mlcockpit: the driver for PostgreSQL is not installed: pip install 'mlcockpit[postgres]', then repeat\n",
    ) == (
        ran.returncode,
        ran.stderr,
    )
