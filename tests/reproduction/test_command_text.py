"""A command line that is shown, stored or written into a script runs as exactly the words it was, whatever they hold."""

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mlcockpit.domain.recipe import NAMES, Ingredient, Recipe
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.rerun import command_here
from mlcockpit.reproduction.shell_script import shell_files
from mlcockpit.views.recipe_view import command_line

WORDS = st.lists(
    st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12), min_size=1, max_size=5
)
NASTY = ["$(touch evil)", "`touch evil`", "a b", "'", '"', "\\", "\n", ";touch evil", "*", "~", "--x=$HOME", "ü", ""]


def a_recipe(argv: Sequence[str], *, cwd: str = ".", **value: object) -> Recipe:
    empty = {name: Ingredient(name, Standing.RECORDED, {}, "") for name in NAMES}
    empty["command"] = Ingredient("command", Standing.RECORDED, {"argv": list(argv), "cwd": cwd}, "")
    empty["code"] = Ingredient("code", Standing.RECORDED, {"commit": "a" * 40, "repository": "/r e p o", **value}, "")  # type: ignore[dict-item]
    return Recipe("run$(touch evil)", tuple(empty.values()))


@given(WORDS)
def test_what_is_shown_can_be_typed(argv: list[str]) -> None:
    assert argv == shlex.split(command_line(argv, "."))


@given(WORDS)
@settings(max_examples=30)
def test_the_scripts_last_line_runs_the_words_as_they_are(argv: list[str]) -> None:
    script = shell_files(a_recipe(["printf", "%s\\0", *argv]), "")["reproduce.sh"]
    line = script[script.rindex("\nexec ") + 1 :]
    said = subprocess.run(["sh", "-c", line], capture_output=True, check=True).stdout
    assert [os.fsencode(word) for word in argv] == said.split(b"\0")[:-1]


def test_nothing_in_a_recipe_is_run_by_the_script_around_it(tmp_path: Path) -> None:
    for word in NASTY:
        recipe = a_recipe(["true", word], cwd=word or ".", commit=word, repository=word)
        (tmp_path / "reproduce.sh").write_text(shell_files(recipe, "")["reproduce.sh"])
        subprocess.run(["sh", "reproduce.sh"], cwd=tmp_path, capture_output=True, check=False, timeout=20)
        assert not list(tmp_path.rglob("evil")), word


def test_python_and_paths_of_the_old_tree_become_those_of_the_rebuilt_one() -> None:
    argv = ["python3.9", "train.py", "--data", "/home/ana/p/data.csv", "/home/ana/pp/x", "--out=/home/ana/p/y"]
    found = command_here(argv, "/env/bin/python", [("/home/ana/p", "/w/code")])
    assert [
        "/env/bin/python",
        "train.py",
        "--data",
        "/w/code/data.csv",
        "/home/ana/pp/x",
        "--out=/home/ana/p/y",
    ] == found


def test_a_program_of_the_environment_comes_before_that_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "dvc").touch()
    assert [str(tmp_path / "dvc"), "repro"] == command_here(["/usr/bin/dvc", "repro"], str(tmp_path / "python"), [])
    assert ["make", "train"] == command_here(["make", "train"], str(tmp_path / "python"), [])
