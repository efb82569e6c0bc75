"""A source that is missing, strange or in use is named in one line with the next step, and stops no other."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli_runner import mlcockpit
from tests.faults.world import PROJECT, Product, failed_source, one_line
from tests.repositories import run_plain_git
from tests.team import done, everything


def state_of(product: Product, source: str) -> tuple[str, str]:
    ran = mlcockpit(product.folder, "sync", "--json")
    (found,) = [each for each in ran.json["sources"] if each["name"] == source]
    return found["state"], found["holds"]


def runs_of(product: Product) -> set[str]:
    return {run["name"] for run in done(product.folder, "runs", "--json").json["runs"]}


def test_the_product_syncs_and_a_second_time_finds_nothing(product: Product) -> None:
    product.must_be_whole()
    assert {"first", "second", "child"} == runs_of(product)


def test_without_a_git_repository_everything_else_works(product: Product) -> None:
    shutil.rmtree(product.folder / ".git")
    assert ("absent", "the project lies in no git repository") == state_of(product, "git")
    for words in (("status",), ("runs",), ("check",), ("report",), ("log",), ("show", "model/churn")):
        assert "fault of mlcockpit" not in mlcockpit(product.folder, *words).err
    ran = mlcockpit(product.folder, "recipe", "first", "--json")
    assert ["missing"] == [each["standing"] for each in ran.json["ingredients"] if each["name"] == "code"]


def test_a_repository_without_a_commit_is_said(product: Product) -> None:
    shutil.rmtree(product.folder / ".git")
    run_plain_git(product.folder, "init", "-q")
    assert ("absent", "the repository has no commit yet") == state_of(product, "git")


def test_without_an_mlflow_store_the_rest_is_read_and_the_place_is_named(product: Product) -> None:
    product.store.unlink()
    line = failed_source(mlcockpit(product.folder, "sync"), "mlflow")
    assert f"there is no MLflow store at {product.store}" in line
    assert "[sources]" in line
    assert not product.store.exists()
    assert ("fresh", "1 metrics, 2 values") == state_of(product, "metrics")
    assert "no runs are known yet: mlcockpit sync" in one_line(mlcockpit(product.folder, "runs"), 3)
    assert 0 == mlcockpit(product.folder, "status").code


def test_a_project_that_names_no_store_has_none(product: Product) -> None:
    (product.folder / "mlcockpit.toml").write_text(PROJECT.replace('mlflow = "sqlite:///mlflow.db"', ""))
    assert ("absent", "the project file names no MLflow store") == state_of(product, "mlflow")


def test_the_last_good_mirror_serves_while_the_store_is_away(product: Product) -> None:
    done(product.folder, "sync")
    product.store.rename(product.store.with_suffix(".away"))
    assert 4 == mlcockpit(product.folder, "sync").code
    assert {"first", "second", "child"} == runs_of(product)
    assert "mlflow failed" in done(product.folder, "status").out
    product.store.with_suffix(".away").rename(product.store)
    product.must_be_whole()


def an_old_store(path: Path, revision: str) -> None:
    """Make the store that the MLflow of `revision` made, by MLflow's own migrations, with one run in it."""
    from alembic import command
    from mlflow.store.db.utils import _get_alembic_config
    from mlflow.store.tracking.dbmodels.initial_models import Base
    from sqlalchemy import create_engine

    path.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    config = _get_alembic_config(f"sqlite:///{path}")
    with engine.begin() as migrating:
        config.attributes["connection"] = migrating
        command.upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO experiments (experiment_id, name, lifecycle_stage) VALUES (0, 'Default', 'active')"
        )
        connection.execute(
            "INSERT INTO runs (run_uuid, name, experiment_id, status, start_time, end_time, lifecycle_stage, user_id)"
            " VALUES (?, 'veteran', 0, 'FINISHED', 1700000000000, 1700000100000, 'active', 'bo')",
            ("c" * 32,),
        )
        connection.execute("INSERT INTO params (key, value, run_uuid) VALUES ('lr', '0.1', ?)", ("c" * 32,))


@pytest.mark.parametrize("revision", ["97727af70f4d", "71994744cf8e"])
def test_the_store_of_an_older_mlflow_is_read_and_not_migrated(product: Product, revision: str) -> None:
    an_old_store(product.store, revision)
    before = product.store.read_bytes()
    done(product.folder, "sync")
    (run,) = done(product.folder, "runs", "--json").json["runs"]
    assert ("veteran", {"lr": "0.1"}) == (run["name"], run["params"])
    assert before == product.store.read_bytes()


@pytest.mark.ci
def test_a_really_old_store_is_read_from_a_copy_that_mlflow_brings_up(product: Product) -> None:
    an_old_store(product.store, "cfd24bdc0731")
    before = product.store.read_bytes()
    done(product.folder, "sync")
    (run,) = done(product.folder, "runs", "--json").json["runs"]
    assert ("veteran", {"lr": "0.1"}) == (run["name"], run["params"])
    assert before == product.store.read_bytes()


def test_the_store_of_a_newer_mlflow_is_refused_by_its_revision_and_the_old_mirror_serves(product: Product) -> None:
    done(product.folder, "sync")
    with closing(sqlite3.connect(product.store)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    before = product.store.read_bytes()
    line = failed_source(mlcockpit(product.folder, "sync"), "mlflow")
    assert "the unknown schema revision ffffffffffff" in line
    assert "update mlcockpit" in line
    assert before == product.store.read_bytes()
    assert {"first", "second", "child"} == runs_of(product)


def test_a_locked_store_is_waited_for_and_then_named(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(product.store, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        line = failed_source(mlcockpit(product.folder, "sync"), "mlflow")
    assert f"the store {product.store} is locked: another program is writing it; run mlcockpit sync again" in line
    product.must_be_whole()


@pytest.mark.parametrize("kept", [0, 50, 6000])
def test_a_truncated_store_is_named(product: Product, kept: int) -> None:
    product.store.write_bytes(product.store.read_bytes()[:kept])
    assert str(product.store) in failed_source(mlcockpit(product.folder, "sync"), "mlflow")
    assert 0 == mlcockpit(product.folder, "status").code


BROKEN = {
    "": "project",
    "[project\nkey = 1\n": "mlcockpit.toml:1",
    PROJECT + "[people.ana]\nname = 'Ana'\ndisciplin = 'ml'\n": "did you mean",
    PROJECT.replace('owner = "bo"', 'owner = "bob"', 1): "bob",
    "\x00\x01": "mlcockpit.toml",
    "[project]\nkey = '\x1b]52;c;aGk=\x07'\n": "mlcockpit.toml",
}


@pytest.mark.parametrize("text, words", BROKEN.items(), ids=["empty", "no toml", "key", "name", "binary", "escape"])
def test_a_broken_project_file_is_named_by_line_and_nothing_is_written(product: Product, text: str, words: str) -> None:
    done(product.folder, "sync")
    before = everything(product.folder)
    (product.folder / "mlcockpit.toml").write_text(text, encoding="utf-8")
    for command in ("sync", "status", "check", "report"):
        ran = mlcockpit(product.folder, command)
        assert (2, "") == (ran.code, ran.out)
        assert words in ran.err
        assert "Traceback" not in ran.err
        assert "fault of mlcockpit" not in ran.err
        assert "\x1b" not in ran.err
    assert before == everything(product.folder)


def test_a_project_file_that_is_no_utf8_or_a_folder_is_named(product: Product) -> None:
    place = product.folder / "mlcockpit.toml"
    place.write_bytes(b"[project]\nkey = '\xff\xfe'\n")
    assert "mlcockpit.toml" in one_line(mlcockpit(product.folder, "status"), 2)
    place.unlink()
    place.mkdir()
    assert 2 == mlcockpit(product.folder, "status").code


def test_without_a_project_the_two_ways_to_one_are_named(tmp_path: Path) -> None:
    line = one_line(mlcockpit(tmp_path, "status"), 2)
    assert "mlcockpit init" in line
    assert "mlcockpit demo" in line
    assert [] == list(tmp_path.iterdir())


CHANGES = {
    "vanished": lambda path: path.unlink(),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:100]),
    "emptied": lambda path: path.write_bytes(b""),
    "binary": lambda path: path.write_bytes(b"PAR1\x00\xff" * 50),
}


@pytest.mark.parametrize("how", CHANGES)
def test_a_data_file_that_changes_behind_a_publication_is_told_once(product: Product, how: str) -> None:
    done(product.folder, "data", "publish", "customers")
    done(product.folder, "sync")
    CHANGES[how](product.folder / "data" / "customers.csv")
    (data,) = [each for each in done(product.folder, "sync", "--json").json["sources"] if each["name"] == "data"]
    what = "is gone" if how == "vanished" else "holds other bytes now"
    assert [f"data/customers@v1: data/customers.csv {what}"] == data["changes"]
    assert (3 if how == "vanished" else 1) == mlcockpit(product.folder, "data", "verify", "customers").code
    assert 0 == mlcockpit(product.folder, "status").code
    product.must_be_whole()


def test_a_data_file_that_vanishes_before_it_is_published_is_named(product: Product) -> None:
    (product.folder / "data" / "customers.csv").unlink()
    line = one_line(mlcockpit(product.folder, "data", "publish", "customers"), 3)
    assert "data/customers has no file: correct its path in mlcockpit.toml" in line


def test_a_truncated_parquet_file_is_published_as_bytes_or_refused_by_name(product: Product) -> None:
    import pyarrow
    import pyarrow.parquet

    place = product.folder / "data" / "t.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"a": list(range(5000))}), place)
    place.write_bytes(place.read_bytes()[:-200])
    ran = mlcockpit(product.folder, "data", "publish", "customers", "data/t.parquet")
    assert "data/t.parquet" in one_line(ran, 4)


def test_a_broken_metric_feed_is_named_and_its_old_values_stay(product: Product) -> None:
    done(product.folder, "sync")
    (product.folder / "metrics" / "useful.csv").write_bytes(b'\x00\xff\xfe,,,\n"')
    assert "metric/useful" in failed_source(mlcockpit(product.folder, "sync"), "metrics")
    assert "0.6" in done(product.folder, "metric", "trend", "useful").out
