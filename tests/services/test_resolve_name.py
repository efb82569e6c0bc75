"""Names: every way of writing one becomes the one that links store, and a wrong one lists the nearest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.errors import UnknownName
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.resolve_name import resolve_name, resolve_number, resolve_version
from tests.mirrored import mirror_run, register
from tests.team import a_team, done

RUNS = ("9be0" + "a" * 28, "9be1" + "b" * 28)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Cockpit]:
    """Return a project with one of each thing in it."""
    folder = a_team(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "customers.csv").write_text("age\n31\n", encoding="utf-8")
    done(folder, "data", "publish", "customers")
    done(folder, "incident", "declare", "calls fail", "--severity", "3")
    done(folder, "handoff", "offer", "H3", "model/churn", "cy", "--as", "bo")
    done(folder, "promote", "churn@1", "lab", "--as", "bo")
    done(folder, "deploy", "churn@1", "lab")
    for run in RUNS:
        mirror_run(folder, run)
    register(folder, 1, RUNS[0])
    opened = open_cockpit(folder, progress=Silent(), actor="ida")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("INC-1", "inc/1"),
        ("inc-01", "inc/1"),
        ("HO-1", "ho/1"),
        ("PR-1", "promo/1"),
        ("DEP-1", "deploy/1"),
        ("person/ana", "person/ana"),
        ("data/customers", "data/customers"),
        ("data/customers@1", "data/customers@v1"),
        ("data/customers@v1", "data/customers@v1"),
        ("model/churn@v1", "model/churn@1"),
        ("metric/useful", "metric/useful"),
        ("env/prod", "env/prod"),
        ("goal/keep", "goal/keep"),
        ("run/9be0", f"run/{RUNS[0]}"),
        ("run/run-9be1", f"run/{RUNS[1]}"),
    ],
)
def test_each_way_of_writing_a_name_is_understood(project: Cockpit, word: str, name: str) -> None:
    assert name == resolve_name(project, word)


def test_a_bare_word_is_understood_where_one_kind_is_asked_for(project: Cockpit) -> None:
    assert ("inc/1", "env/lab", "data/customers@v1") == (
        resolve_name(project, "1", kinds=("inc",)),
        resolve_name(project, "lab", kinds=("env",)),
        resolve_name(project, "customers@1", kinds=("data",)),
    )
    assert (1, ("churn", 1)) == (resolve_number(project, "HO-1", "ho"), resolve_version(project, "churn@v1", "model"))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("inc/7", "there is no inc/7: nearest: inc/1"),
        ("metric/usefl", "there is no metric/usefl: nearest: metric/useful"),
        ("person/anna", "there is no person/anna: nearest: person/ana"),
        ("data/customers@v9", "there is no data/customers@v9: nearest: data/customers@v1, data/customers"),
        ("useful", "'useful' names no run or data or model or deployment: nearest: metric/useful"),
        ("cat/useful", "'cat/useful' names no"),
        ("run/ffff", "there is no run"),
        ("run/9be", "run/9be"),
        ("decision/1", "there is no decision/1: nothing of this kind is known yet"),
        ("", "'' names no"),
    ],
)
def test_an_unknown_name_lists_the_nearest(project: Cockpit, word: str, said: str) -> None:
    with pytest.raises(UnknownName) as refusal:
        resolve_name(project, word)
    assert said in str(refusal.value)
    assert 2 == refusal.value.exit_code


def test_a_run_is_not_known_before_the_first_sync(cockpit: Cockpit) -> None:
    with pytest.raises(UnknownName) as refusal:
        resolve_name(cockpit, "run/9be0")
    assert "no run was read yet; `mlcockpit sync` reads the store" in str(refusal.value)


@pytest.mark.parametrize("word", ["model/churn", "churn", "data/customers"])
def test_a_version_is_asked_for_by_number(project: Cockpit, word: str) -> None:
    with pytest.raises(UnknownName, match="names no version"):
        resolve_version(project, word, "data" if "data" in word else "model")
