"""The layers are a law: a file imports only from lower lines, and the start path stays light."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mlcockpit

PACKAGE = Path(mlcockpit.__file__).parent
LAYERS = [
    {"__main__"},
    {"cli"},
    {"tui"},
    {"bootstrap"},
    {"actions"},
    {"action"},
    {"services"},
    {"store", "integrations", "reproduction", "profiling", "reports"},
    {"views"},
    {"rules"},
    {"analysis"},
    {"ports"},
    {"domain"},
    {"errors", "child", "mlflow_plugin", "version"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
PURE = ("domain", "rules", "views", "analysis")
WORLDLY = {"mlflow", "git", "pandas", "sklearn", "subprocess", "os", "time"}
ONE_DOOR = {"store", "integrations", "rules", "reproduction", "profiling", "reports"}
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "sample_project" not in path.parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def layer_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def test_every_top_level_module_has_a_layer() -> None:
    found = {layer_of(path) for path in FILES} - {"__init__"}
    assert found - set(RANK) == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_from_lower_layers(path: Path) -> None:
    if layer_of(path) == "__init__":
        return
    own = layer_of(path)
    wrong = []
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "mlcockpit" and len(parts) > 1 and parts[1] != own and RANK[parts[1]] <= RANK[own]:
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize(
    "path", [p for p in FILES if layer_of(p) in PURE], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_the_middle_touches_no_world(path: Path) -> None:
    assert [name for name in imports(path) if name.split(".")[0] in WORLDLY] == []


@pytest.mark.parametrize(
    "path", [p for p in FILES if layer_of(p) in ("cli", "tui")], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_fronts_enter_by_services_only(path: Path) -> None:
    inner = [name for name in imports(path) if name.startswith("mlcockpit.") and name.split(".")[1] in ONE_DOOR]
    assert inner == []


def test_only_the_tui_imports_textual() -> None:
    users = {layer_of(path) for path in FILES if any(name.split(".")[0] == "textual" for name in imports(path))}
    assert users <= {"tui"}


def loaded_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nsys.stderr.write(' '.join(sys.modules))"
    env = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    return {name.split(".")[0] for name in done.stderr.split()}


def test_help_loads_nothing_heavy() -> None:
    loaded = loaded_by("from mlcockpit.cli.main import main\nmain(['--help'])")
    assert loaded & {"sqlmodel", "mlflow", "pandas", "sklearn", "textual", "pydantic", "sqlalchemy"} == set()


def test_rules_and_views_load_no_numpy() -> None:
    modules = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in FILES
        if layer_of(path) in ("rules", "views")
    ]
    statement = "import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in modules)
    assert loaded_by(statement) & {"numpy", "pandas", "scipy", "mlflow"} == set()
