"""A recipe travels: as a file to another clone, and as a shell script to people without mlcockpit."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.commands.recipe import ShowRecipe
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.vocabulary import Verdict
from mlcockpit.errors import CockpitError, UsageError
from mlcockpit.reproduction.portable import read_portable
from mlcockpit.services.recipe_files import write_recipe, write_script
from tests.cli_runner import mlcockpit
from tests.reproduction.world import World, a_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return one repository with one run."""
    world = a_world(tmp_path_factory.mktemp("travel") / "project")
    world.train("train.py", "--power", "3")
    return world


@pytest.mark.ci
def test_a_recipe_file_is_reproduced_in_another_clone(world: World) -> None:
    file = world.top.parent / "recipe.json"
    cockpit = open_cockpit(world.top, progress=Silent(), needs_project=False)
    write_recipe(cockpit, world.runs()[0], file)
    cockpit.close()
    elsewhere = world.top.parent / "elsewhere"
    world.git("clone", "--quiet", str(world.top), str(elsewhere))
    result = World(elsewhere).reproduce(str(file))
    assert result.verdict == Verdict.IDENTICAL, result.reason
    assert result.command == ("python", "train.py", "--power", "3")


def test_a_recipe_with_a_missing_ingredient_exits_3(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{world.store}")
    whole, lost = world.runs()[0], world.pretend("nowhere.py", depth="1")
    codes = [mlcockpit(world.top, "recipe", run).code for run in (whole, lost)]
    assert codes == [0, 3]
    assert "3: one is missing" in (ShowRecipe.__doc__ or "")


def test_a_recipe_file_that_was_changed_is_refused(world: World) -> None:
    file = world.top.parent / "changed.json"
    cockpit = open_cockpit(world.top, progress=Silent(), needs_project=False)
    write_recipe(cockpit, world.runs()[0], file)
    cockpit.close()
    held = json.loads(file.read_text())
    held["recipe"]["ingredients"][3]["value"]["argv"] = ["rm", "-r", "."]
    with pytest.raises(UsageError):
        read_portable(json.dumps(held), "changed.json")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"kind": "mlcockpit recipe", "schema": 1}', "[" * 5000, '{"kind": 3, "schema": {}}']
)
def test_what_is_no_recipe_file_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_portable(text, "x.json")
    assert "\n" not in str(refused.value)


def test_a_recipe_file_whose_commit_is_not_here_says_what_to_fetch(world: World, tmp_path: Path) -> None:
    file = tmp_path / "recipe.json"
    cockpit = open_cockpit(world.top, progress=Silent(), needs_project=False)
    write_recipe(cockpit, world.runs()[0], file)
    cockpit.close()
    other = World(tmp_path / "other")
    other.put("a.txt", "a")
    other.commit()
    with pytest.raises(CockpitError) as refused:
        other.reproduce(str(file))
    assert (refused.value.exit_code, "git fetch" in str(refused.value)) == (3, True)


@pytest.mark.ci
def test_a_script_runs_the_command_without_mlcockpit(world: World) -> None:
    folder = world.top.parent / "script"
    cockpit = open_cockpit(world.top, progress=Silent(), needs_project=False)
    written = write_script(cockpit, world.runs()[0], folder)
    cockpit.close()
    assert ["reproduce.sh", "requirements.lock"] == [one.name for one in written]
    text = (folder / "reproduce.sh").read_text().replace("$work/env/bin:", f"{Path(sys.executable).parent}:")
    start = text.index("if command -v uv")
    (folder / "here.sh").write_text(text[:start] + text[text.index("PATH=", start) :])
    done = subprocess.run(
        ["sh", "here.sh"], cwd=folder, env=world.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rerun = World(folder / "work")
    rerun.top.joinpath("tracking.db").rename(rerun.store)
    assert len(rerun.runs()) == 1
    assert subprocess.run(["sh", "-n", folder / "reproduce.sh"], check=False).returncode == 0
