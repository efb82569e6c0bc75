"""screens/ shows the app as it is: every picture is drawn again and compared."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mlcockpit.tui.glyphs import ASCII, UNICODE
from tests.tui.conftest import Running, press, settled, text_of, until
from tests.tui.gallery import SHOTS, Shot, readme

SCREENS = Path(__file__).parents[2] / "screens"
Golden = Callable[[Path, str], None]


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.file)
async def test_the_picture_is_what_the_app_draws(running: Running, shot: Shot, golden: Golden) -> None:
    glyphs = ASCII if shot.ascii else UNICODE
    async with running(shot.place, size=shot.size, glyphs=glyphs, monotonic=lambda: 0.0) as pilot:
        if shot.place == "runs":
            await until(pilot, lambda: "run a017222 sweep-31" in text_of(pilot))
        for key in shot.keys:
            await press(pilot, key)
        if "space" in shot.keys:
            await until(pilot, lambda: "run bd7bb63 sweep-29" in text_of(pilot))
        await settled(pilot)
        text, picture = text_of(pilot), pilot.app.export_screenshot(title="mlcockpit", simplify=True)
    golden(SCREENS / f"{shot.file}.txt", text + "\n")
    golden(SCREENS / f"{shot.file}.svg", picture)


def test_the_page_of_pictures_names_them_all(golden: Golden) -> None:
    golden(SCREENS / "README.md", readme())
