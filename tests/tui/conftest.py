"""A real project with the story of tests/views in it, and the app on it without a terminal."""

import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import fields
from pathlib import Path

import pytest
from sqlmodel import SQLModel
from textual.pilot import Pilot

from mlcockpit.bootstrap import DOORS, open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.integrations.system_clock import StoryClock
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.mirror.schema import open_writing
from mlcockpit.tui.app import CockpitApp
from mlcockpit.tui.glyphs import UNICODE, Glyphs
from tests.builders import NOW
from tests.tui.runs import a_tracker, mirror
from tests.tui.sample_dump import from_text, load
from tests.views.story import a_story, a_story_file

DUMP = Path(__file__).parents[1] / "data" / "gatewise.jsonl"
SAMPLE = Path(__file__).parents[2] / "sample_project"
Running = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


def opened(root: Path, home: Path) -> Cockpit:
    """Return the project in `root`, as olu of ops sees it."""
    return Cockpit(root, StoryClock(NOW), Silent(), DOORS, "olu", a_story_file(), home=home)


def fill(cockpit: Cockpit, story: Snapshot) -> None:
    """Write every record of `story` into the real database."""
    with cockpit.store.write("test", None) as tx:
        for part in fields(story):
            found = getattr(story, part.name)
            records = list(found.values()) if part.name == "sources" else found
            for record in records if isinstance(records, list | tuple) else ():
                if isinstance(record, SQLModel) and part.name != "events":
                    tx.save(record)


@pytest.fixture(scope="session")
def story_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the story, written once and only read afterwards."""
    root = tmp_path_factory.mktemp("story")
    cockpit = opened(root, root / "home")
    fill(cockpit, a_story())
    mirror(cockpit.mirror_path, a_tracker())
    cockpit.close()
    return root


@pytest.fixture(scope="session")
def gatewise_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample's folder as the stored dump of a really built one has it: two databases and the project file."""
    root = tmp_path_factory.mktemp("gatewise")
    shutil.copy(SAMPLE / "mlcockpit.toml", root / "mlcockpit.toml")
    cockpit = open_cockpit(root, progress=Silent(), actor="jonas")
    dumped = from_text(DUMP.read_text(encoding="utf-8"))
    with cockpit.store.read():
        cockpit.close()
    mirrored = open_writing(root / ".mlcockpit" / "mirror.db")
    mirrored.execute("INSERT INTO cursor VALUES (1, 'sqlite:///mlflow.db', 1, '2014-01-06T09:00:00+00:00', '', '')")
    mirrored.commit()
    mirrored.close()
    for name in ("cockpit", "mirror"):
        load(dumped, name, root / ".mlcockpit" / f"{name}.db")
    return root


@pytest.fixture
def running(story_root: Path, tmp_path: Path) -> Running:
    """Return how to run the app: size, place, signs, opener."""

    @asynccontextmanager
    async def run(
        place: str = "overview",
        *,
        size: tuple[int, int] = (120, 36),
        glyphs: Glyphs = UNICODE,
        opener: Callable[[], Cockpit] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> AsyncIterator[Pilot[None]]:
        here = opener or (lambda: opened(story_root, tmp_path / "home"))
        app = CockpitApp(here, place=place, project="churn", monotonic=monotonic)
        app.glyphs = glyphs
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            yield pilot

    return run


async def settled(pilot: Pilot[None]) -> None:
    """Wait until every question is answered and drawn."""
    await pilot.pause()
    while not desk(pilot).reader.is_idle:
        await pilot.pause(0.005)
    await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys and wait until the app is quiet."""
    await pilot.press(*keys)
    await settled(pilot)


def desk(pilot: Pilot[None]) -> CockpitApp:
    """Return the app."""
    assert isinstance(pilot.app, CockpitApp)
    return pilot.app


def text_of(pilot: Pilot[None]) -> str:
    """Return what the screen shows, line by line."""
    return "\n".join(
        "".join(segment.text for segment in line).rstrip() for line in pilot.app.screen._compositor.render_strips()
    )


async def until(pilot: Pilot[None], true: Callable[[], bool] | Callable[[], Awaitable[bool]], tries: int = 600) -> None:
    """Wait until something that a timer brings has come."""
    for _ in range(tries):
        await settled(pilot)
        if true():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"it never came:\n{text_of(pilot)}")
