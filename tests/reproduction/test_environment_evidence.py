"""Whatever file says which packages a run used, it is read, and what cannot be had exactly is said."""

import json
from datetime import UTC, datetime
from pathlib import Path

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.integrations.nearest_pins import resolve_pins
from mlcockpit.integrations.package_index import index_settings
from mlcockpit.integrations.smoke_test import release_month
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.environment import resolve_environment
from mlcockpit.reproduction.resolve.project_requirements import conda_lines
from mlcockpit.reproduction.resolve.python_path import python_path
from mlcockpit.reproduction.resolve.tool_locks import from_caret, read_tool_lock
from mlcockpit.reproduction.source.reading import read_script
from tests.reproduction.test_flag_values import Files

POETRY = """
[[package]]
name = "mlflow"
version = "2.16.2"
groups = ["main"]

[[package]]
name = "pytest"
version = "8.0.0"
groups = ["dev"]

[[package]]
name = "colorama"
version = "0.4.6"
groups = ["main"]
markers = "sys_platform == 'win32'"

[[package]]
name = "ours"
version = "0.1"
groups = ["main"]
[package.source]
type = "git"
url = "https://example.org/ours"

[metadata]
python-versions = "^3.10"
"""


def lines(files: dict[str, str], **model: str) -> list[str]:
    run = RunRecord("r", start_ms=1_700_000_000_000)
    facts = RunFacts(run, model_files={name.replace("_dot_", "."): text.encode() for name, text in model.items()})
    found = resolve_environment(facts, Files(files), None)
    return list(found.texts("requirements"))


def test_a_poetry_lock_gives_its_main_packages_with_their_markers() -> None:
    lock = read_tool_lock("poetry.lock", POETRY.encode())
    assert lock is not None
    assert lock.lines == ("colorama==0.4.6 ; sys_platform == 'win32'", "mlflow==2.16.2")
    assert (lock.requires_python, lock.left_out) == (">=3.10,<4", ("ours",))


def test_a_pipfile_lock_gives_its_default_packages_and_its_python() -> None:
    text = {
        "_meta": {"requires": {"python_version": "3.9"}},
        "default": {"numpy": {"version": "==1.26.4"}},
        "develop": {"pytest": {}},
    }
    lock = read_tool_lock("Pipfile.lock", json.dumps(text).encode())
    assert lock is not None
    assert (lock.lines, lock.python) == (("numpy==1.26.4",), "3.9")


def test_a_tool_lock_at_the_commit_is_recorded_evidence() -> None:
    found = resolve_environment(RunFacts(RunRecord("r")), Files({"poetry.lock": POETRY, "pyproject.toml": ""}), None)
    assert found.standing == Standing.RECORDED
    assert "ours came from a repository or folder and is left out" in found.deviations


def test_conda_pins_become_pins_of_the_package_index() -> None:
    text = b"dependencies:\n- python=3.9.18\n- conda-forge::pytorch=2.1.0=py39\n- numpy=1.26\n- mkl\n- pip\n- pip:\n  - mlflow==2.9.2\n"
    assert conda_lines(text) == ["torch==2.1.0", "numpy==1.26.*", "mlflow==2.9.2"]


def test_what_a_project_declares_is_read_from_pyproject_setup_cfg_or_setup_py() -> None:
    poetry = '[tool.poetry.dependencies]\npython = "^3.9"\nmlflow = "^2.9"\n'
    assert lines({"pyproject.toml": poetry}) == ["mlflow>=2.9,<3"]
    assert lines({"setup.cfg": "[options]\ninstall_requires =\n    mlflow>=2\n"}) == ["mlflow>=2"]
    assert lines({"setup.py": "from setuptools import setup\nR = ['mlflow>=2']\nsetup(install_requires=R)"}) == [
        "mlflow>=2"
    ]


def test_a_models_conda_file_counts_where_it_has_no_requirements() -> None:
    assert lines({}, conda_dot_yaml="dependencies:\n- pip:\n  - mlflow==2.9.2\n") == ["mlflow==2.9.2"]


def test_carets_become_ranges() -> None:
    assert [">=1.2,<2", ">=0.3.1,<0.4", ">=3.8,<3.12", ""] == [
        from_caret(text) for text in ("^1.2", "^0.3.1", ">=3.8,<3.12", "*")
    ]


def test_a_source_layout_is_put_on_the_path() -> None:
    files = Files(
        {"scripts/train.py": "import ours.model\nimport mlflow\n", "src/ours/__init__.py": "", "src/ours/model.py": ""}
    )
    assert python_path(read_script(files, "scripts/train.py"), files, ".", module=False) == ("src",)
    files = Files({"train.py": "import ours\n", "ours/__init__.py": ""})
    assert python_path(read_script(files, "train.py"), files, ".", module=False) == ()


def test_only_the_pin_that_cannot_be_had_is_moved() -> None:
    asked = []

    def attempt(text: str, day: str) -> str | None:
        asked.append((text, day))
        return None if "a==9.9" in text else "a==9.8\nb==1.0\n"

    found = resolve_pins(
        "a==9.9\nb==1.0\n", "", attempt, lambda: "Because there is no version of a==9.9 and you require a==9.9"
    )
    assert found == ("a==9.8\nb==1.0\n", ["a 9.8 instead of 9.9"])
    assert asked[-1][0] == "a>=9.9,<9.10\nb==1.0\n"


def test_the_month_of_a_release_is_found_by_halving() -> None:
    came_out = "2024-09-01"
    day = release_month(lambda day: day >= came_out, datetime(2026, 1, 1, tzinfo=UTC))
    assert day is not None
    assert came_out < day < "2024-11-05"
    assert release_month(lambda day: False, datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_pips_indexes_are_handed_to_uv_and_passwords_only_where_nothing_is_built(tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "pip"
    folder.mkdir(parents=True)
    (folder / "pip.conf").write_text(
        "[global]\nindex-url = https://u:p@packages.example.org/simple\nextra-index-url = https://more.example.org/s\n"
    )
    home = {"HOME": str(tmp_path), "PIP_FIND_LINKS": ""}
    with_password = index_settings(home, credentials=True)
    assert with_password["UV_DEFAULT_INDEX"] == "https://u:p@packages.example.org/simple"
    without = index_settings(home, credentials=False)
    assert ("UV_DEFAULT_INDEX" in without, without["UV_INDEX"]) == (False, "https://more.example.org/s")
    assert index_settings({**home, "UV_DEFAULT_INDEX": "https://own.example.org"}, credentials=True) == {}


def test_a_package_that_cannot_be_had_is_left_out_only_where_nothing_imports_it() -> None:
    def attempt(text: str, day: str) -> str | None:
        return None if "tox" in text.replace("#~ tox", "") else "pandas==2.2.0\n"

    complaint = (
        "Because all versions of tox have no usable wheels and you require tox, your requirements are unsatisfiable."
    )
    lines = "pandas\ntox\n"
    found = resolve_pins(f"{lines}#~ tox\n", "", attempt, lambda: complaint)
    assert found == ("pandas==2.2.0\n", ["tox cannot be had here and is left out: the script imports nothing of it"])
    assert resolve_pins(lines, "", attempt, lambda: complaint) is None


def test_what_a_script_does_not_import_may_be_left_out_and_what_its_model_recorded_may_not() -> None:
    files = Files({"train.py": "import pandas, mlflow\n", "requirements.txt": "pandas\ntox\nshap\n"})
    facts = RunFacts(RunRecord("r"), model_files={"requirements.txt": b"shap==0.46.0\n"})
    found = resolve_environment(facts, files, read_script(files, "train.py"))
    assert ("tox",) == found.texts("spare")
