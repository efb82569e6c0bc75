"""What was published, captured or lost decides the verdict before or instead of a rerun."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from mlcockpit.domain.ingredients import KnownData
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.errors import NotTrusted, UnknownName
from tests.reproduction.world import MEAN, NUMBERS, World, a_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a repository whose data is not in git, with one run."""
    world = a_world(tmp_path_factory.mktemp("evidence"), data=False)
    world.put(".gitignore", "data/\n")
    world.commit("Ignore data")
    world.put("data/numbers.csv", NUMBERS)
    world.train("train.py", "--power", "2")
    return world


def test_published_bytes_that_are_gone_are_incomplete_and_name_both_digests_and_the_owner(world: World) -> None:
    run = world.runs()[0]
    published = hashlib.sha256(b"what the run really read").hexdigest()
    known = KnownData("numbers", "data/numbers.csv", published, published_ms=1, version="v1", owner="dana")
    result = world.reproduce(run, known_data=[known])
    now = hashlib.sha256(NUMBERS.encode()).hexdigest()
    assert (result.verdict, result.first_difference, result.exit_code) == (Verdict.INCOMPLETE, "data", 3)
    said = f"data changed: data/numbers.csv had sha256 {published[:12]}…, now {now[:12]}…; dana owns it"
    assert said == result.reason
    assert result.seconds["run"] == 0.0


def test_published_bytes_that_are_there_make_the_data_recorded(world: World) -> None:
    run = world.runs()[0]
    known = KnownData("numbers", "data/numbers.csv", hashlib.sha256(NUMBERS.encode()).hexdigest(), published_ms=1)
    result = world.reproduce(run, known_data=[known])
    data = next(one for one in result.ingredients if one.name == "data")
    assert (result.verdict, data.standing, data.deviations) == (Verdict.IDENTICAL, Standing.RECORDED, ())


def test_a_run_whose_commit_is_gone_is_incomplete_and_says_what_to_fetch(world: World) -> None:
    run, gone = world.runs()[0], "0123456789" * 4
    world.sql("UPDATE tags SET value = ? WHERE run_uuid = ? AND key = 'mlflow.source.git.commit'", gone, run)
    result = world.reproduce(run)
    world.sql(
        "UPDATE tags SET value = ? WHERE run_uuid = ? AND key = 'mlflow.source.git.commit'",
        world.git("rev-parse", "HEAD"),
        run,
    )
    assert (result.verdict, result.first_difference, result.exit_code) == (Verdict.INCOMPLETE, "code", 3)
    assert f"git fetch REMOTE {gone}" in result.reason


def test_a_script_that_the_commit_does_not_hold_is_incomplete(world: World) -> None:
    run = world.runs()[0]
    world.sql("UPDATE tags SET value = 'never_committed.py' WHERE run_uuid = ? AND key = 'mlflow.source.name'", run)
    result = world.reproduce(run)
    world.sql("UPDATE tags SET value = 'train.py' WHERE run_uuid = ? AND key = 'mlflow.source.name'", run)
    assert (result.verdict, result.exit_code) == (Verdict.INCOMPLETE, 3)
    assert "never_committed.py is not in the commit" in result.reason


def test_nothing_is_run_before_somebody_approved_exactly_this_recipe(world: World) -> None:
    run = world.runs()[0]
    with pytest.raises(NotTrusted) as refused:
        world.reproduce(run, trust=None)
    assert world.recipe(run).trust_id in str(refused.value)
    with pytest.raises(NotTrusted):
        world.reproduce(run, trust="sha256:" + "0" * 64)


def test_an_unknown_run_is_refused_by_name(world: World) -> None:
    with pytest.raises(UnknownName):
        world.recipe("ffffffff")


def test_a_run_that_had_failed_and_fails_again_is_identical_in_that_sense(tmp_path: Path) -> None:
    broken = MEAN + "    raise ValueError('too small')\n"
    world = a_world(tmp_path, broken)
    run = world.train("train.py", check=False)
    result = world.reproduce(run)
    assert result.verdict == Verdict.IDENTICAL, result.reason
    assert "failed again in the same way" in result.reason


@pytest.mark.ci
def test_results_that_differ_from_run_to_run_are_called_not_deterministic(tmp_path: Path) -> None:
    chance = MEAN.replace('mlflow.log_metric("mean", ', 'mlflow.log_metric("mean", __import__("random").random() + ')
    world = a_world(tmp_path, chance)
    run = world.train("train.py")
    result = world.reproduce(run)
    assert (result.verdict, result.first_difference, result.deterministic) == (Verdict.DIVERGED, "metrics", False)
    assert "not deterministic: mean ranges from" in result.reason


def test_a_captured_launch_of_uncommitted_work_is_reproduced_with_its_snapshot(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    world.put("mlcockpit.toml", '[project]\nkey = "numbers"\n[sources]\nmlflow = "sqlite:///mlflow.db"\n')
    world.commit("Declare")
    world.put("train.py", MEAN.replace("sum(values)", "sum(values[1:])"))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mlcockpit",
            "-C",
            str(world.top),
            "run",
            "--",
            sys.executable,
            "train.py",
            "--power",
            "2",
        ],
        cwd=world.top,
        env=world.environment(product=True),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    world.git("checkout", "--", "train.py")
    result = world.reproduce(world.runs()[-1], trust=None)
    standings = {one.name: one.standing for one in result.ingredients}
    assert result.verdict == Verdict.IDENTICAL, result.reason
    assert {Standing.RECORDED} == {standings[name] for name in ("code", "environment", "data", "command", "parameters")}
