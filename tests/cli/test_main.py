import os
import subprocess
import sys
from pathlib import Path

import pytest

import mlcockpit
from mlcockpit.cli import catalogue
from mlcockpit.version import VERSION
from tests.cli_runner import mlcockpit as run

CODE = str(Path(mlcockpit.__file__).parent.parent)
TOML = '[project]\nkey = "churn"\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "mlcockpit.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


def process(*words: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "PYTHONPATH": CODE}
    return subprocess.run([sys.executable, "-m", "mlcockpit", *words], capture_output=True, text=True, cwd=cwd, env=env)


def test_the_version_is_told_without_a_project(tmp_path: Path) -> None:
    ran = process("--version", cwd=tmp_path)
    assert (0, f"mlcockpit {VERSION}\n") == (ran.returncode, ran.stdout)


def test_help_lists_every_command_with_its_sentence(tmp_path: Path) -> None:
    listed = run(tmp_path, "--help").out
    assert [] == [name for name in catalogue.names() if f"\n  {name} " not in listed]


def paths() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name in catalogue.names():
        found += [(name, member) for member in catalogue.names(name)] if catalogue.is_group(name) else [(name,)]
    return found


@pytest.mark.parametrize("path", paths(), ids=" ".join)
def test_every_command_says_what_it_does_and_shows_an_example(path: tuple[str, ...]) -> None:
    command = catalogue.load(path)
    assert (type(command).__doc__ or "").split("\n")[0].endswith((".", "?"))
    assert any(line.startswith(f"mlcockpit {' '.join(path)}") for line in command.examples)
    assert all(line.startswith("mlcockpit") for line in command.examples)


def test_help_of_a_command_shows_its_examples(tmp_path: Path) -> None:
    ran = process("handoff", "offer", "--help", cwd=tmp_path)
    assert (0, True) == (ran.returncode, "examples:\n  mlcockpit handoff offer" in ran.stdout)


def test_a_misspelt_command_names_the_nearest(project: Path) -> None:
    ran = run(project, "handof")
    assert (2, True) == (ran.code, ran.err.startswith("mlcockpit: 'handof' is no command: did you mean handoff"))


def test_a_misspelt_option_is_one_line(project: Path) -> None:
    ran = run(project, "log", "--limt", "3")
    assert (2, 1) == (ran.code, len(ran.err.splitlines()))


def test_no_project_says_what_to_type(tmp_path: Path) -> None:
    ran = run(tmp_path, "status")
    assert (2, "", True) == (ran.code, ran.out, "`mlcockpit init` writes one" in ran.err)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    ran = run(tmp_path / "nowhere", "status")
    assert (2, True) == (ran.code, "is no folder" in ran.err)


def test_a_time_that_is_none_is_refused_before_anything_is_written(project: Path) -> None:
    ran = run(project, "people", "add", "ana", "--name", "Ana", "--discipline", "data", "--at", "yesterday")
    assert (2, False) == (ran.code, (project / ".mlcockpit" / "cockpit.db").exists())


def test_common_options_stand_before_or_after_the_command(project: Path) -> None:
    run(project, "people", "add", "ana", "--name", "Ana", "--discipline", "data", "--at", "2026-01-05")
    rows = run(project, "--json", "log").json["sections"][0]["rows"]
    assert ["2026-01-05T00:00:00+00:00"] == [row["at"] for row in rows if row["subject"] == "person/ana"]


def test_json_and_csv_print_the_same_cells(project: Path) -> None:
    run(project, "people", "add", "ana", "--name", "Ana", "--discipline", "data")
    rows = run(project, "log", "--json").json["sections"][0]["rows"]
    header, *lines = run(project, "log", "--csv").out.splitlines()
    assert (len(rows), list(rows[0])[1:]) == (len(lines), header.split(","))


def test_a_closed_pipe_is_no_error(project: Path) -> None:
    command = f"{sys.executable} -m mlcockpit --help | head -1"
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": CODE},
    )
    assert (0, "") == (ran.returncode, ran.stderr)
