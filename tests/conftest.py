"""Fixtures that every test folder shares: a real project in a folder of its own, and golden files."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from mlcockpit.bootstrap import DOORS
from mlcockpit.cli.progress import Silent
from mlcockpit.integrations.system_clock import StoryClock
from mlcockpit.services.cockpit import Cockpit
from tests.builders import NOW, a_file

if TYPE_CHECKING:
    from sample_project.build.builder import Built


settings.register_profile("ci", derandomize=True)
if os.environ.get("MLCOCKPIT_CI"):
    settings.load_profile("ci")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a script: what the tests start would ignore ctrl+c as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regen", action="store_true", help="redraw golden files and screens/ instead of comparing them")


LONGEST = (
    "sample/test_sample_build",
    "contract/test_tracker",
    "reproduction/test_model_content",
    "reproduction/test_reproduce_faults",
    "reproduction/test_retrain",
    "reproduction/test_other_stores",
    "reproduction/test_explain",
    "services/test_demo",
    "tui/",
    "sample/",
    "reproduction/",
)
"""Files that take long, the longest first: started last they would keep one process busy while the others are done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with what takes long; the other files follow as they come."""

    def place(item: pytest.Item) -> int:
        path = item.path.as_posix()
        return next((number for number, part in enumerate(LONGEST) if f"tests/{part}" in path), len(LONGEST))

    items.sort(key=place)


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from the person's own state."""
    monkeypatch.setenv("MLCOCKPIT_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    for name in ("MLCOCKPIT_DATABASE", "MLCOCKPIT_USER", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def gatewise() -> "Built":
    """Return the finished sample, story included, to be read only; `tests.gatewise.copied` makes one to write in."""
    from tests.gatewise import the_sample

    return the_sample()


@pytest.fixture
def cockpit(tmp_path: Path) -> Iterator[Cockpit]:
    """Return an open project in an empty folder, with the real database and a clock that stands at NOW."""
    (tmp_path / "mlcockpit.toml").write_text('[project]\nkey = "churn"\n', encoding="utf-8")
    opened = Cockpit(tmp_path, StoryClock(NOW), Silent(), DOORS, "test", a_file(), home=tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Return a check that `text` is what the file holds; with --regen it writes the file instead."""

    def check(path: Path, text: str) -> None:
        if request.config.getoption("--regen"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text, f"{path} differs; read the difference, then --regen"

    return check
