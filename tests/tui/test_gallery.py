"""screens/ shows the app as it is: every picture is drawn again from the stored sample and compared."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.tui.glyphs import ASCII, UNICODE
from tests.tui.conftest import Running, desk, press, settled, text_of, until
from tests.tui.gallery import REPRODUCED, SHOTS, Shot, readme

SCREENS = Path(__file__).parents[2] / "screens"
Golden = Callable[[Path, str], None]


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.file)
async def test_the_picture_is_what_the_app_draws(
    running: Running, gatewise_root: Path, shot: Shot, golden: Golden
) -> None:
    def opener() -> object:
        return open_cockpit(gatewise_root, progress=Silent(), actor="jonas")

    glyphs = ASCII if shot.ascii else UNICODE
    async with running(shot.place, size=shot.size, glyphs=glyphs, monotonic=lambda: 0.0, opener=opener) as pilot:
        if desk(pilot).lens != shot.lens:
            desk(pilot).lens = shot.lens
            desk(pilot).changed()
            await settled(pilot)
        await press(pilot, *shot.keys)
        await until(pilot, lambda: all(words in text_of(pilot) for words in shot.waits_for))
        text, picture = text_of(pilot), pilot.app.export_screenshot(title="mlcockpit", simplify=True)
    golden(SCREENS / f"{shot.file}.txt", text + "\n")
    golden(SCREENS / f"{shot.file}.svg", picture)


def test_the_page_of_pictures_names_them_all(golden: Golden) -> None:
    golden(SCREENS / "README.md", readme())


def test_no_picture_lies_there_that_nobody_draws() -> None:
    assert set() == {path.stem for path in SCREENS.glob("*.svg")} - {shot.file for shot in (*SHOTS, *REPRODUCED)}
