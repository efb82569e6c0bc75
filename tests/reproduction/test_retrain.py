"""Retraining runs a run's recipe on newer data, which the command really reads, and compares without a verdict."""

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.commands.schema import schema
from mlcockpit.cli.progress import Silent
from mlcockpit.services.data_publish import publish
from tests.cli_runner import Ran, mlcockpit
from tests.reproduction.test_published_data import PROJECT
from tests.reproduction.visitor import a_door, rerunning
from tests.reproduction.world import MEAN, NUMBERS, World, a_world

NEWER = "x\n1.5\n40.0\n"
NEWEST = "x\n2.0\n80.0\n160.0\n"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def published(world: World, *texts: str) -> None:
    """Publish states of data/numbers.csv one after the other."""
    for text in texts:
        world.put("data/numbers.csv", text)
        cockpit = open_cockpit(world.top, progress=Silent())
        publish(cockpit, "data/numbers")
        cockpit.close()


def a_project(top: Path, script: str = MEAN) -> World:
    """Return a declared project that published its data once and trained on it once."""
    world = a_world(top, script, data=False)
    world.write(mlcockpit_dot_toml=PROJECT, _dot_gitignore="data/\nextra/\n")
    world.commit("Declare")
    published(world, NUMBERS)
    world.train("train.py", "--power", "2")
    return world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a project with three published versions whose run read the first."""
    world = a_project(tmp_path_factory.mktemp("retrain"))
    published(world, NEWER, NEWEST)
    world.put("extra/other.csv", "x\n3.0\n")
    return world


def retrained(world: World, *words: str) -> dict[str, Any]:
    """Return what `retrain --json` printed, which fits its schema."""
    ran = mlcockpit(world.top, "retrain", *words, "--json")
    assert ran.out, ran.err
    jsonschema.validate(ran.json, schema("retrain"))
    found: dict[str, Any] = ran.json
    return found


def numbers(found: dict[str, Any]) -> dict[str, tuple[float, float]]:
    return {one["name"]: (one["original"], one["now"]) for one in found["metrics"]}


def test_the_newest_published_version_is_what_the_command_reads(world: World) -> None:
    run, before = world.runs()[0], world.store.read_bytes()
    found = retrained(world, run, "--trust")
    assert (found["outcome"], found["logged_runs"]) == ("ran", []), found
    assert [(one["name"], one["from"], one["to"]) for one in found["swapped"]] == [
        ("data/numbers.csv", "numbers@v1", "numbers@v3")
    ]
    assert found["swapped"][0]["how"] == "new bytes at data/numbers.csv"
    assert numbers(found)["largest"][1] == 160.0**2
    assert numbers(found)["mean"][1] == (2.0**2 + 80.0**2 + 160.0**2) / 3
    assert before == world.store.read_bytes()
    events = mlcockpit(world.top, "log", f"run/{run}", "--json").json
    assert "retrained" in json.dumps(events)


def test_the_plan_names_the_swap_and_runs_nothing(world: World) -> None:
    found = retrained(world, world.runs()[0], "--plan", "--data", "numbers@v2")
    data = next(one for one in found["ingredients"] if one["name"] == "data")
    assert [sha256(NEWER)] == [item["sha256"] for item in data["value"] if item["path"] == "data/numbers.csv"]
    ran = mlcockpit(world.top, "retrain", world.runs()[0], "--plan")
    assert (ran.code, "numbers@v3" in ran.out, "nothing was run" in ran.err) == (0, True, True)


def test_without_approval_nothing_is_run(world: World) -> None:
    ran = mlcockpit(world.top, "retrain", world.runs()[0], "--data", "numbers")
    assert (ran.code, ran.out) == (5, "")
    assert f"mlcockpit retrain {world.runs()[0]} --plan" in ran.err


def test_a_version_whose_bytes_are_gone_is_incomplete(world: World) -> None:
    ran = mlcockpit(world.top, "retrain", world.runs()[0], "--data", "numbers@v2", "--trust")
    assert (ran.code, f"had sha256 {sha256(NEWER)[:12]}" in ran.out) == (3, True), ran.out


def test_where_nothing_is_newer_it_says_so_and_exits_0(world: World) -> None:
    ran = mlcockpit(world.top, "retrain", world.runs()[0], "--data", "numbers@v1")
    assert (ran.code, "the run read exactly numbers@v1" in ran.out) == (0, True), ran.out
    plain = World(world.top.parent / "unpublished")
    plain.top.mkdir()
    plain = a_world(plain.top)
    plain.write(mlcockpit_dot_toml=PROJECT)
    plain.commit("Declare")
    run = plain.pretend("train.py", exponent="1", scale="1.0")
    said = mlcockpit(plain.top, "retrain", run)
    assert (said.code, "nothing newer" in said.out) == (0, True), said.out + said.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--data", "numbers@v9"), "data/numbers has no version v9: it has v1, v2, v3"),
        (("--data", "letters@v1"), "no version of data/letters is published: datasets: numbers"),
        (("--data", "data/none.csv=extra/other.csv"), "the run does not read data/none.csv: it reads data/numbers.csv"),
        (("--data", "data/numbers.csv=extra/none.csv"), "there is no extra/none.csv"),
    ],
)
def test_data_that_cannot_be_swapped_is_named_with_what_can(world: World, words: tuple[str, ...], said: str) -> None:
    ran = mlcockpit(world.top, "retrain", world.runs()[0], *words)
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_a_store_of_another_schema_is_refused_before_anything_is_run(world: World, tmp_path: Path) -> None:
    copy = tmp_path / "old.db"
    copy.write_bytes(world.store.read_bytes())
    with sqlite3.connect(copy) as database:
        database.execute("UPDATE alembic_version SET version_num = 'b7e2c1a4d9f3'")
    toml = (world.top / "mlcockpit.toml").read_text()
    world.put("mlcockpit.toml", toml.replace("sqlite:///mlflow.db", f"sqlite:///{copy}"))
    before = copy.read_bytes()
    ran = mlcockpit(world.top, "retrain", world.runs()[0], "--trust", "--log")
    world.put("mlcockpit.toml", toml)
    assert (ran.code, "has schema b7e2c1a4d9f3" in ran.err, before == copy.read_bytes()) == (2, True, True), ran.err


@pytest.mark.ci
def test_another_file_is_named_by_the_flag_and_lies_where_it_is_named(world: World) -> None:
    run = world.train("train.py", "--data", "data/numbers.csv", "--power", "3")
    world.sql("INSERT INTO params (key, value, run_uuid) VALUES ('data', 'data/numbers.csv', ?)", run)
    found = retrained(world, run, "--data", "data/numbers.csv=extra/other.csv", "--trust")
    assert found["command"][:2] == ["python", "train.py"]
    assert found["command"][-2:] == ["--data", "extra/other.csv"], found
    assert (found["outcome"], numbers(found)["mean"][1]) == ("ran", 27.0), found["reason"]
    assert found["swapped"][0]["how"] == "--data data/numbers.csv → extra/other.csv"


@pytest.mark.ci
def test_with_log_exactly_one_run_is_added_with_everything(tmp_path: Path) -> None:
    script = MEAN + "    mlflow.log_text('made here', 'notes/about.txt')\n"
    script += "    [mlflow.log_metric('course', n * 0.5, step=n) for n in range(4)]\n"
    world = a_project(tmp_path, script)
    published(world, NEWER)
    with sqlite3.connect(world.store) as database:
        tables = database.execute("SELECT version_num FROM alembic_version").fetchall()
    before = world.runs()
    ran: Ran = mlcockpit(world.top, "--as", "ana", "retrain", before[0], "--trust", "--log", "--json")
    assert ran.code == 0, ran.out + ran.err
    (added,) = ran.json["logged_runs"]
    assert world.runs() == [*before, added]
    with sqlite3.connect(world.store) as database:
        assert tables == database.execute("SELECT version_num FROM alembic_version").fetchall()
        tags = dict(database.execute("SELECT key, value FROM tags WHERE run_uuid = ?", (added,)))
        params = dict(database.execute("SELECT key, value FROM params WHERE run_uuid = ?", (added,)))
        course = database.execute("SELECT step, value FROM metrics WHERE run_uuid = ? AND key = 'course'", (added,))
        steps = sorted(course)
        experiments = set(database.execute("SELECT experiment_id FROM runs"))
        status, uri = database.execute("SELECT status, artifact_uri FROM runs WHERE run_uuid = ?", (added,)).fetchone()
    assert (tags["mlcockpit.retrain_of"], tags["mlcockpit.by"]) == (before[0], "ana")
    assert tags["mlflow.source.git.commit"] == world.git("rev-parse", "HEAD")
    assert "numbers@v1 → numbers@v2" in tags["mlcockpit.swapped"]
    assert (params, steps) == ({"exponent": "2", "scale": "1.0"}, [(n, n * 0.5) for n in range(4)])
    assert (len(experiments), status) == (1, "FINISHED")
    assert (Path(uri.removeprefix("file://")) / "notes/about.txt").read_text() == "made here"


@pytest.mark.ci
def test_data_that_the_command_does_not_read_is_no_retraining(tmp_path: Path) -> None:
    cached = MEAN.replace(
        "with open(args.data)", "import os\nwith open('cache.csv' if os.path.exists('cache.csv') else args.data)"
    )
    world = a_project(tmp_path, cached)
    world.put("cache.csv", NUMBERS)
    world.commit("Keep a cache")
    run = world.train("train.py")
    published(world, NEWER)
    ran = mlcockpit(world.top, "retrain", run, "--trust", "--log")
    assert (ran.code, len(world.runs())) == (4, 2)
    assert "did not read numbers@v2 (data/numbers.csv): the data was not swapped" in ran.out


@pytest.mark.ci
def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    with a_door() as door:
        world = a_project(tmp_path / "project", MEAN + door.script)
        published(world, NEWER)
        before = world.store.read_bytes()
        argv = [sys.executable, "-m", "mlcockpit", "-C", str(world.top), "retrain", world.runs()[0], "--trust", "--log"]
        env = world.environment(product=True)
        quiet = subprocess.DEVNULL
        supervisor = subprocess.Popen(argv, env=env, cwd=world.top, stdout=quiet, stderr=quiet)
        with door.knocked():
            supervisor.send_signal(signal.SIGINT)
            assert 130 == supervisor.wait()
    assert [] == rerunning(os.environ["MLCOCKPIT_HOME"])
    attempts = Path(os.environ["MLCOCKPIT_HOME"]) / "attempts"
    assert ([], []) == (list(attempts.glob("*/code")), list(attempts.glob("*/reads")))
    assert before == world.store.read_bytes()
