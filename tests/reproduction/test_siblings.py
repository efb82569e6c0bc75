"""Runs that differ in nothing but their seed are found in a real store, and their spread is said with the recipe and verdict."""

import sqlite3
from pathlib import Path

import pytest

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.domain.seeds import is_seed
from mlcockpit.domain.vocabulary import Verdict
from mlcockpit.integrations.mlflow_run_reader import SqliteRuns
from tests.reproduction.world import World, a_world

NOISY = """
import argparse
import random
import mlflow

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--depth", type=int, default=1)
args = parser.parse_args()
random.seed(args.seed)
with mlflow.start_run():
    mlflow.log_params(vars(args))
    mlflow.log_metric("auc", 0.5 + args.depth / 100 + random.random() / 1000)
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return runs of four seeds, one seed twice, one of another depth, one of other code and one that failed."""
    world = a_world(tmp_path_factory.mktemp("noisy"), NOISY, data=False)
    for seed in (1, 2, 3, 4, 4):
        world.train("train.py", "--seed", str(seed))
    world.train("train.py", "--seed", "5", "--depth", "9")
    failed = world.train("train.py", "--seed", "6")
    world.sql("UPDATE runs SET status = 'FAILED' WHERE run_uuid = ?", failed)
    world.put("train.py", NOISY + "print('more')\n")
    world.commit("Say more")
    world.train("train.py", "--seed", "7")
    return world


def siblings(world: World, number: int) -> list[str]:
    runs = SqliteRuns(world.store)
    return [one.run_id for one in runs.siblings(runs.read(world.runs()[number]))]


def test_only_the_seed_may_differ(world: World) -> None:
    ids = world.runs()
    assert ids[2] == siblings(world, 2)[0]
    assert set(ids[:5]) == set(siblings(world, 2))
    assert [ids[5]] == siblings(world, 5)
    assert [] == siblings(world, 6)
    assert [ids[7]] == siblings(world, 7)


def test_a_run_without_a_commit_has_no_siblings(world: World) -> None:
    runs = SqliteRuns(world.store)
    run = runs.read(world.runs()[0])
    tags = {name: value for name, value in run.tags.items() if name != "mlflow.source.git.commit"}
    assert () == runs.siblings(RunRecord(run.run_id, status="FINISHED", params=run.params, tags=tags))


def test_the_recipe_shows_mean_and_spread_with_their_number(world: World) -> None:
    (note,) = [text for text in world.recipe(world.runs()[0]).notes if text.startswith("mean ± spread")]
    assert "auc 0.51" in note
    assert "(n 4)" in note
    (alone,) = [text for text in world.recipe(world.runs()[7]).notes if text.startswith("mean ± spread")]
    assert "unknown, 1 with a seed of its own" in alone


def test_the_spread_is_no_part_of_what_is_approved(world: World) -> None:
    before = world.recipe(world.runs()[0]).trust_id
    late = world.train("train.py", "--seed", "8")
    world.sql("DELETE FROM runs WHERE run_uuid = ?", late)
    assert before == world.recipe(world.runs()[0]).trust_id


@pytest.mark.ci
def test_a_diverged_verdict_says_whether_chance_explains_it(world: World) -> None:
    run = world.runs()[0]
    for table in ("metrics", "latest_metrics"):
        world.sql(f"UPDATE {table} SET value = value + 0.0001 WHERE run_uuid = ?", run)
    result = world.reproduce(run, repeat=0)
    for table in ("metrics", "latest_metrics"):
        world.sql(f"UPDATE {table} SET value = value - 0.0001 WHERE run_uuid = ?", run)
    assert Verdict.DIVERGED == result.verdict
    assert "lies inside the " in result.reason
    assert "by which honest runs of this recipe with other seeds differ (auc 0.5" in result.reason


@pytest.mark.parametrize("name", ["seed", "random_state", "model.random_state", "RF-seed", "random_seed", "np_seed"])
def test_seeds_are_told_by_name(name: str) -> None:
    assert is_seed(name)


@pytest.mark.parametrize("name", ["seeding", "seed_words", "state", "speed", "n_seeds"])
def test_other_names_are_no_seeds(name: str) -> None:
    assert not is_seed(name)


def test_siblings_of_a_seed_sweep_of_ten_thousand_runs_are_a_bounded_number(world: World, tmp_path: Path) -> None:
    many = tmp_path / "many.db"
    with sqlite3.connect(world.store) as source, sqlite3.connect(many) as target:
        source.backup(target)
    with sqlite3.connect(many) as database:
        first = world.runs()[0]
        for table in ("runs", "params", "tags", "latest_metrics"):
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            taken = ", ".join("printf('%032d', n)" if name == "run_uuid" else name for name in columns)
            database.execute(
                f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 10000)"
                f" INSERT INTO {table} ({', '.join(columns)}) SELECT {taken} FROM {table}, c WHERE run_uuid = ?",
                (first,),
            )
    runs = SqliteRuns(many)
    assert 200 <= len(runs.siblings(runs.read(first))) <= 201
