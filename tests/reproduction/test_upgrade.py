"""An upgrade says which packages moved, whether the command still runs, and which metrics changed."""

from importlib.metadata import version
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from mlcockpit.cli.commands.schema import schema
from tests.cli_runner import mlcockpit
from tests.reproduction.wheels import a_wheel
from tests.reproduction.world import World

SCRIPT = """
import mlflow
import tinymean
with mlflow.start_run():
    mlflow.log_metric("mean", tinymean.mean([1.0, 2.0, 4.5]))
    mlflow.log_metric("largest", 4.5)
"""
ROOTS = ("mlflow-skinny", "sqlalchemy", "alembic", "sqlparse")
"""What MLflow needs for a SQLite store and nothing more, so that an environment is made in seconds."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a project that trained with tinymean 1.0; 2.0 computes otherwise and 3.0 cannot be used any more."""
    top = tmp_path_factory.mktemp("upgrade")
    wheels = top / "wheels"
    a_wheel(wheels, "tinymean", "1.0", "def mean(values): return sum(values) / len(values)\n")
    a_wheel(wheels, "tinymean", "2.0", "def mean(values): return sorted(values)[len(values) // 2]\n")
    world = World(top / "project")
    lock = "".join(f"{name}=={version(name)}\n" for name in ROOTS)
    world.write(train_dot_py=SCRIPT, requirements_dot_lock=lock + "tinymean==1.0\n")
    world.commit("First")
    world.environ["PYTHONPATH"] = ""
    world.put(".git/tinymean.py", "def mean(values): return sum(values) / len(values)\n")
    world.put(
        ".git/start.py",
        f"import sys; sys.path.insert(0, {str(world.top / '.git')!r})\nsys.argv[0] = 'train.py'\n" + SCRIPT,
    )
    world.train(".git/start.py")
    a_wheel(top / "newest", "tinymean", "3.0", "def average(values): return 0.0\n")
    return world


@pytest.fixture(autouse=True)
def _store(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{world.store}")
    monkeypatch.setenv("PIP_FIND_LINKS", str(world.top.parent / "wheels"))


def upgraded(world: World, *words: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code and what `upgrade --json` printed, which fits its schema."""
    ran = mlcockpit(world.top, "upgrade", world.runs()[0], *words, "--json")
    assert ran.out, ran.err
    jsonschema.validate(ran.json, schema("upgrade"))
    return ran.code, ran.json


def test_the_plan_moves_direct_requirements_and_leaves_mlflow(world: World) -> None:
    code, plan = upgraded(world, "--plan")
    assert (code, [(one["name"], one["to"]) for one in plan["swapped"]]) == (0, [("tinymean", "the newest")])
    _, named = upgraded(world, "--plan", "--package", "mlflow-skinny==3.0.0")
    assert [("mlflow-skinny", "3.0.0")] == [(one["name"], one["to"]) for one in named["swapped"]]


def test_an_upgrade_that_nobody_approved_runs_nothing(world: World) -> None:
    ran = mlcockpit(world.top, "upgrade", world.runs()[0])
    assert (ran.code, ran.out, f"mlcockpit upgrade {world.runs()[0]} --plan" in ran.err) == (5, "", True)


@pytest.mark.parametrize("words", [("--package", "click; rm"), ("--package", "a==1,<2")])
def test_a_name_that_is_no_package_is_a_usage_error(world: World, words: tuple[str, ...]) -> None:
    assert mlcockpit(world.top, "upgrade", world.runs()[0], *words).code == 2


def test_a_python_that_is_not_here_is_named_with_those_that_are(world: World) -> None:
    ran = mlcockpit(world.top, "upgrade", world.runs()[0], "--python", "3.99")
    assert (ran.code, "python 3.99 is not installed" in ran.err) == (3, True)


@pytest.mark.ci
def test_a_package_moves_and_the_metric_that_it_changes_is_named(world: World) -> None:
    before = world.store.read_bytes()
    code, found = upgraded(world, "--trust")
    assert (code, found["outcome"]) == (1, "ran"), found
    assert ("tinymean", "1.0", "2.0", "asked for") in [
        (one["name"], one["from"], one["to"], one["how"]) for one in found["swapped"]
    ]
    assert {"mean": False, "largest": True} == {one["name"]: one["within_tolerance"] for one in found["metrics"]}
    assert not [one for one in found["swapped"] if one["name"] in ROOTS]
    assert before == world.store.read_bytes()


@pytest.mark.ci
def test_an_upgrade_that_breaks_shows_stage_and_lines(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", f"{world.top.parent / 'wheels'} {world.top.parent / 'newest'}")
    code, found = upgraded(world, "--package", "tinymean==3.0", "--trust", "--log")
    assert (code, found["outcome"], found["stage"]) == (4, "failed", "run"), found
    assert "AttributeError: module 'tinymean' has no attribute 'mean'" in found["last_lines"][-1]
    assert (1, []) == (len(world.runs()), found["logged_runs"])


@pytest.mark.ci
def test_a_version_that_nobody_has_fails_in_the_environment(world: World) -> None:
    code, found = upgraded(world, "--package", "tinymean==9.9", "--trust")
    assert (code, found["stage"]) == (4, "environment"), found
    assert "tinymean 9.9 cannot be had" in found["reason"]
