"""Whatever stands in a run's records, its recipe is quick and inert, and the script written from it runs only the recorded words."""

import json
import os
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcockpit.domain.recipe import Ingredient, Recipe
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.reproduction.shell_script import shell_files
from tests.cli_runner import mlcockpit
from tests.reproduction.world import MEAN, World, a_world

NASTY = "[red]x[/] \x1b]52;c;aGk=\x07 $(touch canary) `touch canary` '; touch canary; ' \u202e\n\ntouch canary\n"
SCRIPT = MEAN.replace("args = parser", 'parser.add_argument("--note", default="")\nargs = parser', 1).replace(
    "with mlflow.start_run():", "with mlflow.start_run():\n    mlflow.log_param('note', args.note)"
)
SHOWN_BADLY = set(map(chr, [*range(9), 11, 12, *range(14, 32), 0x7F, 0x202E]))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a repository with a run whose name, parameters and tags are hostile."""
    world = a_world(tmp_path_factory.mktemp("hostile") / "project", SCRIPT)
    run = world.pretend("train.py", note="n", scale="1.0")
    world.sql("UPDATE params SET value = ? WHERE key = 'note'", NASTY)
    world.sql("UPDATE tags SET value = ? WHERE key = 'mlflow.runName'", NASTY)
    world.sql("UPDATE runs SET name = ?", NASTY)
    for number, name in enumerate((NASTY, "--upload-pack=touch canary", "../../etc/passwd", "\x00nul")):
        world.sql("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", f"p{number} {name}", name, run)
    return world


def test_every_answer_on_a_hostile_run_is_inert_and_its_json_is_whole(world: World) -> None:
    run = world.runs()[0]
    for words in (("recipe", run), ("reproduce", run, "--plan"), ("recipe", run, "--json")):
        ran = mlcockpit(world.top, *words)
        assert ran.code == 0, ran.err
        assert not SHOWN_BADLY & set(ran.out + ran.err)
        assert "fault of mlcockpit" not in ran.err
    command = {one["name"]: one for one in ran.json["ingredients"]}["command"]["value"]
    assert NASTY in command["argv"]


def run_with_canary(folder: Path, repository: Path, python: str) -> list[str]:
    """Run reproduce.sh where the environment's python writes down its arguments; return them, and check that nothing else ran."""
    for shell in ("bash", "sh"):
        subprocess.run([shell, "-n", "reproduce.sh"], cwd=folder, check=True)
    environment = folder / "work" / "env" / "bin"
    environment.mkdir(parents=True)
    (environment / "python").write_text(python)
    (environment / "python").chmod(0o755)
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "REPOSITORY": str(repository)}
    ran = subprocess.run(["sh", "reproduce.sh"], cwd=folder, env=env, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert [] == list(folder.rglob("canary")) + list(repository.rglob("canary"))
    return (folder / "words").read_bytes().decode("utf-8", "surrogateescape").split("\x01")[:-1]


def test_the_script_of_a_hostile_run_hands_on_its_words_as_they_are(world: World, tmp_path: Path) -> None:
    written = tmp_path / "script"
    assert 0 == mlcockpit(world.top, "reproduce", world.runs()[0], "--script", str(written)).code
    python = f'#!/bin/sh\n[ "$1" = -m ] || printf "%s\\001" "$@" > {written}/words\n'
    words = run_with_canary(written, world.top, python)
    assert ["train.py", NASTY] == [words[0], words[words.index("--note") + 1]]


TEXTS = st.text(st.characters(blacklist_characters="\x00", blacklist_categories=["Cs"]), max_size=30)


def a_recipe(run_id: str, argv: list[str], cwd: str, paths: list[str], repository: str) -> Recipe:
    values: dict[str, object] = {
        "code": {"repository": repository, "commit": "0" * 40},
        "environment": {"python": "3.11", "requirements": ["mlflow"], "as_of": run_id},
        "data": [{"path": cwd, "sha256": run_id}, {"path": run_id, "from": "folder"}],
        "command": {"argv": argv, "cwd": cwd, "python_path": paths},
        "parameters": {},
        "seed": {"environment": {"PYTHONHASHSEED": run_id}},
    }
    return Recipe(run_id, tuple(Ingredient(name, Standing.RECORDED, value, "") for name, value in values.items()))  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=3), TEXTS, st.lists(TEXTS, max_size=2), TEXTS)
def test_any_recipe_gives_a_script_that_a_shell_can_read(
    run_id: str, argv: list[str], cwd: str, paths: list[str], repository: str
) -> None:
    text = shell_files(a_recipe(run_id, argv, cwd, paths, repository), "")["reproduce.sh"]
    read = subprocess.run(["sh", "-n"], input=text.encode(), capture_output=True, check=False)
    assert (0, b"") == (read.returncode, read.stderr)
    commands = [line for line in text.splitlines() if line.startswith("#")]
    assert 3 <= len(commands)


def test_no_part_of_a_recipe_is_run_by_the_shell_that_reads_it(tmp_path: Path) -> None:
    for nasty in ("$(touch canary)", "`touch canary`", "a\ntouch canary\n", "'; touch canary; '", '"; touch canary; "'):
        recipe = a_recipe(nasty, [nasty], ".", [nasty], nasty)
        text = shell_files(replace(recipe, run_id=nasty), "")["reproduce.sh"]
        # everything up to the clone, then the variables and the command: what needs neither a repository nor an index
        lines = text.splitlines()
        head, tail = lines[: lines.index("set -eu")], text[text.index("MLFLOW_TRACKING_URI=") :]
        script = "\n".join(head) + "\nwork=.\n" + tail.replace("exec ", "echo ", 1)
        subprocess.run(["sh"], input=script.encode(), cwd=tmp_path, capture_output=True, check=False)
        assert [] == list(tmp_path.iterdir()), nasty


def test_ten_megabytes_in_a_parameter_cost_a_moment_and_are_not_printed(tmp_path: Path) -> None:
    world = a_world(tmp_path / "project", SCRIPT)
    run = world.pretend("train.py", note="n")
    world.sql("UPDATE params SET value = ? WHERE key = 'note'", "key=" + "A1" * 5_000_000)
    started = time.process_time()
    recipe = world.recipe(run)
    assert time.process_time() - started < 4
    ran = mlcockpit(world.top, "recipe", run)
    assert (0, True) == (ran.code, len(ran.out) < 20_000)
    assert recipe.run_id == run


@pytest.mark.ci
def test_a_hostile_run_is_reproduced_and_its_words_come_back_as_they_were(tmp_path: Path) -> None:
    world = a_world(tmp_path / "project", SCRIPT)
    run = world.train("train.py", "--note", NASTY.replace("\x00", ""))
    ran = mlcockpit(world.top, "reproduce", run, "--trust", "--json")
    assert Verdict.IDENTICAL.value == json.loads(ran.out)["verdict"], ran.out
    assert not SHOWN_BADLY & set(ran.out + ran.err)
    assert [] == list(world.top.rglob("canary")) + list(Path(os.environ["MLCOCKPIT_HOME"]).rglob("canary"))
