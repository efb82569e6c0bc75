"""Packages of the project itself are installed from the recorded commit, whatever the user's folder and environment hold today."""

import shutil
import subprocess
from pathlib import Path

import pytest
import uv

from mlcockpit.domain.vocabulary import Verdict
from tests.reproduction.machine import Elsewhere, machine

pytestmark = pytest.mark.ci

PYPROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "{name}"
version = "0.7"
requires-python = ">=3.11,<3.12"
dependencies = [{needs}]
"""
MODEL = "from importlib.metadata import version\nFACTOR = 1.25\nVERSION = version('ours')\n"
TRAIN = """
import sys
import mlflow
from ours.model import FACTOR, VERSION
{more}
with mlflow.start_run():
    mlflow.log_params({{"power": sys.argv[1], "version": VERSION}})
    mlflow.log_metric("value", FACTOR ** int(sys.argv[1]))
"""


def a_project(top: Path, **files: str) -> Elsewhere:
    """Return a project with its code below src/, and a lock of everything else."""
    world = Elsewhere(top, machine=machine("2.16.2", "pyyaml"))
    world.put("pyproject.toml", PYPROJECT.format(name="ours", needs=""))
    world.put("src/ours/__init__.py", "")
    world.put("src/ours/model.py", MODEL)
    world.put("train.py", TRAIN.format(more=""))
    world.put(".gitignore", ".venv/\n*.egg-info/\nbuild/\n")
    for name, text in files.items():
        world.put(name, text)
    return world


def uv_pip(world: Elsewhere, *words: str) -> None:
    """Run `uv pip install` in the project's own .venv."""
    python = str(world.top / ".venv/bin/python")
    subprocess.run([uv.find_uv_bin(), "pip", "install", "-q", "--python", python, *words], cwd=world.top, check=True)


def test_editable_and_local_lines_of_a_requirement_file_come_from_the_commit(tmp_path: Path) -> None:
    freeze = machine("2.16.2", "pyyaml").freeze()
    below = {"lib/pyproject.toml": PYPROJECT.format(name="lib", needs=""), "lib/lib_of_ours/__init__.py": "SCALE = 2\n"}
    world = a_project(
        tmp_path,
        **{"requirements/base.txt": freeze, "requirements.txt": "-r requirements/base.txt\n-e .\n./lib\n", **below},
    )
    world.put("train.py", TRAIN.format(more="from lib_of_ours import SCALE\nFACTOR *= SCALE"))
    world.commit("First")
    world.environ = {"PYTHONPATH": f"{world.top}/src:{world.top}/lib"}
    world.put("src/ours-0.7.dist-info/METADATA", "Metadata-Version: 2.1\nName: ours\nVersion: 0.7\n")
    run = world.train("train.py", "3")
    world.put("src/ours/model.py", "raise SystemExit('the folder of today')")
    world.put("lib/lib_of_ours/__init__.py", "raise SystemExit('the folder of today')")
    result = world.reproduce(run)
    assert Verdict.IDENTICAL == result.verdict, result.reason
    assert "of the project itself: ., lib" in str(result.ingredients)


def test_a_uv_lock_brings_the_project_with_it(tmp_path: Path) -> None:
    world = a_project(tmp_path)
    pins = ", ".join(f'"{line}"' for line in ("mlflow-skinny==2.16.2", "sqlalchemy<2.1", "alembic", "setuptools<80"))
    world.put("pyproject.toml", PYPROJECT.format(name="ours", needs=pins))
    subprocess.run([uv.find_uv_bin(), "lock", "-q", "--python", "3.11"], cwd=world.top, check=True)
    world.commit("First")
    world.environ = {"PYTHONPATH": f"{world.top}/src"}
    world.put("src/ours-0.7.dist-info/METADATA", "Metadata-Version: 2.1\nName: ours\nVersion: 0.7\n")
    run = world.train("train.py", "3")
    world.put("src/ours/model.py", "raise SystemExit('the folder of today')")
    result = world.reproduce(run)
    assert Verdict.IDENTICAL == result.verdict, result.reason


def test_an_environment_with_the_users_folder_in_it_gets_the_commit_instead(tmp_path: Path) -> None:
    world = a_project(tmp_path, **{"requirements.lock": machine("2.16.2", "pyyaml").freeze()})
    world.put(
        "pyproject.toml", PYPROJECT.format(name="ours", needs="") + "[project.scripts]\nours-fit = 'ours.fit:main'\n"
    )
    world.put(
        "src/ours/fit.py", "def main():\n" + "".join(f"    {line}\n" for line in TRAIN.format(more="").splitlines())
    )
    world.put(".gitignore", ".venv/\n*.egg-info/\nbuild/\nmlcockpit.toml\n")
    world.put("mlcockpit.toml", "[project]\nkey = 'ours'\n")
    world.commit("First")
    subprocess.run([uv.find_uv_bin(), "venv", "-q", "--python", "3.11", ".venv"], cwd=world.top, check=True)
    uv_pip(world, "-r", "requirements.lock", "-e", ".")
    run, captured = world.start(".venv/bin/python", "train.py", "3"), world.capture(".venv/bin/ours-fit", "2")
    world.put("src/ours/model.py", MODEL.replace("1.25", "1.5"))
    result = world.reproduce(run)
    assert Verdict.IDENTICAL == result.verdict, result.reason
    assert any("the project's .venv is used as it is" in note for note in result.notes), result.notes
    shutil.rmtree(world.top / ".venv")
    result = world.reproduce(captured)
    assert Verdict.IDENTICAL == result.verdict, result.reason
    environment = next(one for one in result.ingredients if one.name == "environment")
    assert (("-e .",), False) == (environment.texts("own"), "ours==0.7" in environment.texts("requirements"))
