"""What the project published decides whether a run's data is still there, before anything is run or approved."""

import hashlib

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.services.data_publish import publish
from mlcockpit.services.sync.sync import sync
from tests.reproduction.world import NUMBERS, World, a_world

PROJECT = """
[project]
key = "numbers"
[sources]
mlflow = "sqlite:///mlflow.db"
[datasets.numbers]
path = "data/numbers.csv"
owner = "dana"
[people.dana]
name = "Dana"
discipline = "data"
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a project that published its data, trained on it, and then lost it."""
    world = a_world(tmp_path_factory.mktemp("published"), data=False)
    world.write(mlcockpit_dot_toml=PROJECT, _dot_gitignore="data/\n")
    world.commit("Declare")
    world.put("data/numbers.csv", NUMBERS)
    cockpit = open_cockpit(world.top, progress=Silent())
    publish(cockpit, "data/numbers")
    world.train("train.py")
    world.put("data/numbers.csv", NUMBERS.replace("3.0", "4.0"))
    sync(cockpit)
    cockpit.close()
    return world


def test_changed_bytes_of_a_published_version_are_named_with_both_digests_and_the_owner(world: World) -> None:
    result = world.reproduce(world.runs()[0], trust=None)
    was, now = (hashlib.sha256(text.encode()).hexdigest() for text in (NUMBERS, NUMBERS.replace("3.0", "4.0")))
    assert (result.verdict, result.first_difference, result.exit_code) == (Verdict.INCOMPLETE, "data", 3)
    assert f"data changed: data/numbers.csv had sha256 {was[:12]}…, now {now[:12]}…; dana owns it" == result.reason


def test_a_published_version_whose_file_is_gone_is_incomplete(world: World) -> None:
    path = world.top / "data" / "numbers.csv"
    text = path.read_text()
    path.unlink()
    result = world.reproduce(world.runs()[0], trust=None)
    path.write_text(text)
    assert (result.verdict, result.first_difference) == (Verdict.INCOMPLETE, "data"), result.reason
    assert "data/numbers.csv" in result.reason


def test_published_data_in_its_old_bytes_is_recorded(world: World) -> None:
    changed = (world.top / "data/numbers.csv").read_text()
    world.put("data/numbers.csv", NUMBERS)
    data = world.recipe(world.runs()[0])["data"]
    world.put("data/numbers.csv", changed)
    assert data.standing == Standing.RECORDED
