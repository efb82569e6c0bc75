"""A person opens the app, moves, filters, looks through another lens, and finds everything where they left it."""

import json
from pathlib import Path

import pytest
from textual.widgets import Input

from mlcockpit.actions import ACTIONS
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.tui.app import CockpitApp
from mlcockpit.tui.place import Place
from mlcockpit.tui.widgets.footer import Footer
from mlcockpit.views.screens import SCREENS
from tests.builders import a_person, a_project, an_incident
from tests.tui.conftest import Running, desk, fill, opened, press, settled, text_of, until
from tests.views.story import a_story_file

HOSTILE = (
    "\x1b]52;c;aGFjaw==\x07",
    "[@click=app.quit]press[/]",
    "[/bold]",
    "[link=file:///etc/passwd]x[/link]",
    "\u202egnp.exe",
    "a\x00b\nc",
    "日本語の名前" * 9,
)


async def test_the_overview_says_what_is_red_first(running: Running) -> None:
    async with running() as pilot:
        lines = text_of(pilot).splitlines()
    assert "1 Overview" in lines[0]
    assert any("! recall 0.71" in line for line in lines[1:6])
    assert ": Go  ^p Commands  ? Help" in lines[-1]


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_every_key_of_the_mode_line_leads_to_a_screen(running: Running, size: tuple[int, int]) -> None:
    async with running(size=size) as pilot:
        for screen in SCREENS:
            await press(pilot, screen.key)
            lines = text_of(pilot).splitlines()
            assert Place(screen.name) == desk(pilot).history.here
            assert size[1] == len(lines)
            assert lines[-1].endswith(": Go  ^p Commands  ? Help")


async def test_a_terminal_that_is_too_small_is_told_so(running: Running) -> None:
    async with running(size=(38, 12)) as pilot:
        assert "38x12 is too small" in text_of(pilot).splitlines()[0]
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "Overview" in text_of(pilot).splitlines()[0]


async def test_ascii_draws_nothing_else(running: Running) -> None:
    async with running("4") as pilot:
        await pilot.app.screen.action_do("ascii")  # type: ignore[attr-defined]
        for key in (each.key for each in SCREENS):
            await press(pilot, key)
            assert "" == "".join(sorted({sign for sign in text_of(pilot) if not sign.isascii()})), key


async def test_a_filter_shows_matching_rows_and_says_how_many(running: Running) -> None:
    async with running("incidents") as pilot:
        await press(pilot, "slash", *"recall")
        await until(pilot, lambda: "rows" in text_of(pilot).splitlines()[1])
        assert "INC-7" not in text_of(pilot)
        await press(pilot, "escape")
        assert "INC-7" in text_of(pilot)


async def test_a_filter_without_a_match_says_how_to_get_the_rows_back(running: Running) -> None:
    async with running("incidents") as pilot:
        await press(pilot, "slash", *"zzz", "enter")
        assert "nothing here matches 'zzz'; esc shows all 2" in text_of(pilot)


async def test_letters_die_in_the_filter(running: Running) -> None:
    async with running("incidents") as pilot:
        await press(pilot, "slash", *"q2L")
        assert Place("incidents") == desk(pilot).history.here
        assert "q2L" == pilot.app.screen.query_one(Input).value


async def test_an_action_that_cannot_be_done_says_why(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "R")
        assert "is no run; select a run first" in text_of(pilot)


async def test_enter_opens_the_row_and_escape_comes_back(running: Running) -> None:
    async with running("incidents") as pilot:
        await press(pilot, "enter")
        assert Place("card", "inc/42") == desk(pilot).history.here
        await press(pilot, "escape")
        assert Place("incidents") == desk(pilot).history.here


async def test_history_goes_back_and_forward(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "2", "7", "left_square_bracket")
        assert Place("product") == desk(pilot).history.here
        await press(pilot, "right_square_bracket")
        assert Place("incidents") == desk(pilot).history.here
        await press(pilot, "minus")
        assert Place("product") == desk(pilot).history.here


async def test_go_takes_a_ticket_as_people_say_it(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "colon")
        await press(pilot, *"INC-42", "enter")
        assert Place("card", "inc/42") == desk(pilot).history.here


async def test_help_finds_an_action_and_runs_it(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "question_mark")
        await press(pilot, *"next role", "enter")
        await settled(pilot)
        assert "product" == desk(pilot).lens


async def test_the_lens_reorders_and_hides_nothing_red(running: Running) -> None:
    async with running() as pilot:
        before = {line[2:20] for line in text_of(pilot).splitlines() if "! " in line}
        await press(pilot, "L")
        after = {line[2:20] for line in text_of(pilot).splitlines() if "! " in line}
    assert before == after


async def test_the_copied_name_is_shown(running: Running) -> None:
    async with running("incidents") as pilot:
        await press(pilot, "y")
        assert "inc/42" == pilot.app.clipboard
        await press(pilot, "Y")
        assert "mlcockpit show incidents" == pilot.app.clipboard


async def test_zoom_gives_a_pane_the_page_and_takes_it_back(running: Running) -> None:
    async with running("incidents") as pilot:
        await press(pilot, "z")
        assert "Timeline" not in text_of(pilot)
        await press(pilot, "escape")
        assert "Timeline" in text_of(pilot)


async def test_place_filter_and_lens_are_found_again(running: Running, tmp_path: Path) -> None:
    async with running() as pilot:
        await press(pilot, "7", "slash", *"recall", "enter")
        await press(pilot, "L")
        lens = desk(pilot).lens
    kept = json.loads((tmp_path / "home" / "interface.json").read_text())
    assert 1 == len(kept["projects"])
    async with running("") as pilot:
        await settled(pilot)
        assert Place("incidents") == desk(pilot).history.here
        assert lens == desk(pilot).lens
        assert "INC-7" not in text_of(pilot)


async def test_a_broken_memory_is_no_trouble(running: Running, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "interface.json").write_text('{"projects": [1, {"screens": 7}')
    async with running("") as pilot:
        assert Place("overview") == desk(pilot).history.here


async def test_a_source_that_fails_keeps_the_old_rows(running: Running, story_root: Path, tmp_path: Path) -> None:
    cockpit = opened(story_root, tmp_path / "home")
    async with running("incidents", opener=lambda: cockpit) as pilot:
        cockpit.maybe_file = None
        await press(pilot, "r")
        text = text_of(pilot)
        assert "! old rows: there is no mlcockpit.toml" in text
        assert "INC-42" in text
        cockpit.maybe_file = a_story_file()
        await press(pilot, "r")
        assert "old rows" not in text_of(pilot)


async def test_outside_a_project_the_app_leaves_with_the_reason(tmp_path: Path) -> None:
    def opener() -> Cockpit:
        cockpit = opened(tmp_path, tmp_path / "home")
        cockpit.maybe_file = None
        return cockpit

    app = CockpitApp(opener)
    await app.run_async(headless=True, size=(80, 24))
    assert app.trouble is not None
    assert (2, "`mlcockpit init` writes one") == (app.return_code, app.trouble.hint)


async def test_hostile_names_are_shown_and_do_nothing(running: Running, tmp_path: Path) -> None:
    root = tmp_path / "hostile"
    root.mkdir()
    cockpit = opened(root, tmp_path / "home")
    incidents = [an_incident(number, title=name, impact=name) for number, name in enumerate(HOSTILE, 1)]
    fill(cockpit, a_project(a_story_file(), people=[a_person("olu", "ops")], incidents=incidents))
    async with running("incidents", opener=lambda: cockpit) as pilot:
        for name in HOSTILE:
            await press(pilot, "enter")
            assert set() == {sign for sign in text_of(pilot) if sign in "\x1b\x00\x07\x9b\u202e"}
            await press(pilot, "escape")
            assert name[:5].isprintable() is (name[:5] in text_of(pilot))
            await press(pilot, "j")
        for key in ("1", "colon", "escape", "7"):
            await press(pilot, key)
            assert set() == {sign for sign in text_of(pilot) if sign in "\x1b\x00\x07\x9b\u202e"}
        await pilot.click(offset=(30, 4))
        await settled(pilot)
        assert pilot.app.is_running


def test_a_key_means_one_thing_on_a_screen() -> None:
    for screen in (each.name for each in SCREENS):
        keys = [key for action in ACTIONS if action.offered_on(screen) for key in action.keys]
        assert sorted(set(keys)) == sorted(keys)


async def test_the_footer_keeps_its_pins_at_any_width(running: Running) -> None:
    for width in (60, 80, 200):
        async with running("runs", size=(width, 30)) as pilot:
            last = text_of(pilot).splitlines()[-1]
            assert last.endswith(": Go  ^p Commands  ? Help")
            assert pilot.app.screen.query_one(Footer).size.width == width
