"""`data`: versions are known by content, verified by reading again, and withdrawn only with open eyes."""

from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.data import DatasetVersion
from tests.cli_runner import mlcockpit
from tests.mirrored import mirror_run, register
from tests.team import a_team, done, events, everything, refused

RUN = "9be0" + "a" * 28


def with_data(tmp_path: Path, text: str = "age,plan\n31,a\n40,b\n") -> Path:
    folder = tmp_path if (tmp_path / "mlcockpit.toml").exists() else a_team(tmp_path)
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "customers.csv").write_text(text, encoding="utf-8")
    return folder


def published(folder: Path, *more: str) -> list[tuple[str, bool]]:
    versions = done(folder, "data", "publish", "customers", *more, "--json").json["versions"]
    return [(version["version"], version["new"]) for version in versions]


def test_the_same_bytes_are_one_version(tmp_path: Path) -> None:
    folder = with_data(tmp_path)
    assert [("data/customers@v1", True)] == published(folder, "--reason", "first")
    before = everything(folder)
    assert [("data/customers@v1", False)] == published(folder, "data/customers.csv")
    assert before == everything(folder)
    assert ["data published"] == events(folder, "data/customers@v1")


def test_other_bytes_are_the_next_version(tmp_path: Path) -> None:
    folder = with_data(tmp_path)
    published(folder)
    with_data(tmp_path, "age,plan\n31,a\n41,b\n")
    assert [("data/customers@v2", True)] == published(folder)
    rows = done(folder, "data", "list", "--json").json["sections"][0]["rows"]
    assert ["data/customers@v2", "data/customers@v1"] == [row["version"] for row in rows]


def test_going_back_to_older_bytes_is_a_version_of_its_own(tmp_path: Path) -> None:
    folder = with_data(tmp_path)
    published(folder)
    with_data(tmp_path, "age,plan\n31,a\n41,b\n")
    published(folder)
    with_data(tmp_path)
    assert [("data/customers@v3", True)] == published(folder)


def test_every_file_of_a_pattern_is_a_version(tmp_path: Path) -> None:
    folder = a_team(tmp_path, '\n[datasets.weeks]\npath = "data/week-*.csv"\nversions = "pattern"\n')
    (tmp_path / "data").mkdir()
    for week in (1, 2):
        (tmp_path / "data" / f"week-{week}.csv").write_text(f"n\n{week}\n", encoding="utf-8")
    assert 2 == len(done(folder, "data", "publish", "weeks", "--json").json["versions"])
    (tmp_path / "data" / "week-3.csv").write_text("n\n3\n", encoding="utf-8")
    versions = done(folder, "data", "publish", "data/weeks", "--json").json["versions"]
    assert [False, False, True] == [version["new"] for version in versions]


@pytest.mark.parametrize(
    ("text", "found", "code"),
    [
        ("age,plan\n31,a\n40,b\n", "equal", 0),
        ("plan,age\na,31\nb,40\n", "~ same rows, other bytes", 1),
        ("age,plan\n31,a\n41,b\n", "! changed", 1),
        ("age,plan\n31\n41,b,c,d\n", "! changed", 1),
        (None, "! gone", 3),
    ],
)
def test_verify_says_what_the_file_holds_now(tmp_path: Path, text: str | None, found: str, code: int) -> None:
    folder = with_data(tmp_path)
    published(folder)
    (tmp_path / "data" / "customers.csv").unlink()
    if text is not None:
        with_data(tmp_path, text)
    ran = mlcockpit(folder, "data", "verify", "customers")
    assert code == ran.code
    assert found in ran.out


def test_verify_looks_at_the_newest_version_of_each_file(tmp_path: Path) -> None:
    folder = with_data(tmp_path)
    published(folder)
    with_data(tmp_path, "age,plan\n31,a\n41,b\n")
    published(folder)
    (row,) = done(folder, "data", "verify", "--json").json["sections"][0]["rows"]
    assert ("data/customers@v2", "equal") == (row["version"], row["found"])
    assert 1 == mlcockpit(folder, "data", "verify", "customers@v1").code


def test_a_diff_names_the_columns_that_changed(tmp_path: Path) -> None:
    folder = with_data(tmp_path)
    published(folder)
    with_data(tmp_path, "age,region\n31,a\n41,b\n50,c\n")
    published(folder)
    rows = done(folder, "data", "diff", "customers@v1", "data/customers@2", "--json").json["sections"][0]["rows"]
    assert [
        ("rows", "changed"),
        ("bytes", "changed"),
        ("age", "values changed"),
        ("plan", "removed"),
        ("region", "added"),
    ] == [(row["what"], row["change"]) for row in rows]
    assert "the same content" in done(folder, "data", "diff", "customers@v1", "customers@v1").out


def test_data_that_a_live_model_was_trained_on_is_not_withdrawn_unseen(tmp_path: Path) -> None:
    folder = with_data(tmp_path)
    published(folder)
    mirror_run(folder, RUN, digests=["abc123"])
    register(folder, 1, RUN)
    known_to_mlflow(folder, "abc123")
    done(folder, "deploy", "churn@1", "lab")
    withdraw = ("data", "withdraw", "customers@v1", "--why", "wrong ages")
    said = refused(folder, *withdraw)
    assert "data/customers@v1 reaches 4 things (deploy/1, model/churn@1, run/9be0" in said
    assert "person/kai): --yes withdraws it all the same" in said
    reaches = done(folder, *withdraw, "--yes", "--json").json["reaches"]
    assert ["deploy/1", "model/churn@1", f"run/{RUN}", "person/kai"] == [each["what"] for each in reaches]
    assert ["data published", "data withdrawn"] == events(folder, "data/customers@v1")


def test_withdrawn_bytes_are_not_published_again(tmp_path: Path) -> None:
    folder = with_data(tmp_path)
    published(folder)
    said = refused(folder, "data", "withdraw", "customers@v1", "--why", "wrong ages")
    assert "which runs read data/customers@v1 is not known: MLflow names no digest of it" in said
    done(folder, "data", "withdraw", "customers@v1", "--why", "wrong ages", "--yes")
    assert "still holds data/customers@v1, which was withdrawn" in refused(folder, "data", "publish", "customers")
    assert "is withdrawn and cannot become withdrawn" in refused(
        folder, "data", "withdraw", "customers@v1", "--why", "again", "--yes"
    )
    assert "has no published version" in refused(folder, "data", "verify", "customers", code=3)


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("publish", "custommers"), "there is no data/custommers: nearest: data/customers", 2),
        (("publish", "customers", "data/nowhere.csv"), "data/nowhere.csv is not there", 3),
        (("publish", "customers"), "data/customers has no file", 3),
        (("verify",), "no dataset has a published version", 3),
        (("diff", "customers@v1", "customers@v2"), "there is no data/customers@v1", 2),
        (("diff", "customers", "customers"), "data/customers names no version", 2),
        (("withdraw", "customers@v1", "--why", "x"), "there is no data/customers@v1", 2),
    ],
)
def test_what_is_not_there_is_refused(tmp_path: Path, words: tuple[str, ...], said: str, code: int) -> None:
    assert said in refused(a_team(tmp_path), "data", *words, code=code)


def known_to_mlflow(folder: Path, digest: str) -> None:
    """Give version 1 the tracker's own name for it, as a sync does."""
    cockpit = open_cockpit(folder, progress=Silent(), actor="sync")
    with cockpit.store.write("sync") as tx:
        (version,) = tx.all(DatasetVersion)
        version.mlflow_digests = [digest]
        tx.save(version)
    cockpit.close()
