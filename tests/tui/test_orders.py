"""What a key writes is a command line in a dialog first; actions on a card act on the card's own entity."""

import json
from pathlib import Path

from textual.widgets import Input

from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.journal import newest_events
from mlcockpit.tui.place import Place
from mlcockpit.tui.screens.order import OrderDialog
from tests.tui.conftest import Running, desk, fill, opened, press, settled, text_of, until
from tests.views.story import a_story

RUN = "run/9be0" + "1" * 28


async def test_on_a_card_actions_act_on_its_entity_where_the_line_is_none(running: Running) -> None:
    async with running(RUN) as pilot:
        await press(pilot, "j", "y")
        assert RUN == pilot.app.clipboard
        await press(pilot, "R")
        assert Place("reproduce", RUN) == desk(pilot).history.here
        await press(pilot, "escape", "t")
        assert Place("lineage", RUN) == desk(pilot).history.here


async def test_a_line_that_is_no_entity_opens_nothing_and_says_so(running: Running) -> None:
    async with running(RUN) as pilot:
        await press(pilot, "enter")
        assert Place("card", RUN) == desk(pilot).history.here
        assert "this line has no page of its own" in text_of(pilot)


async def test_assigning_shows_the_command_line_first_and_escape_runs_nothing(running: Running) -> None:
    async with running("model/churn@13") as pilot:
        await press(pilot, "a")
        await until(pilot, lambda: "known people:" in text_of(pilot))
        assert "mlcockpit own model/churn@13 " == pilot.app.screen.query_one(Input).value
        await press(pilot, "enter")
        assert "a word is missing at its end" in text_of(pilot)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, OrderDialog)


async def test_an_approved_line_is_run_and_can_be_undone(running: Running, tmp_path: Path) -> None:
    root, home = a_project_of_the_story(tmp_path)
    async with running(RUN, opener=lambda: opened(root, home)) as pilot:
        await press(pilot, "a")
        await until(pilot, lambda: isinstance(pilot.app.screen, OrderDialog))
        before = desk(pilot).stamp
        await press(pilot, *"bo", "enter")
        await until(pilot, lambda: desk(pilot).stamp > before)
        await press(pilot, "u")
        await until(pilot, lambda: "takes back: event" in text_of(pilot))
        assert "mlcockpit undo" == pilot.app.screen.query_one(Input).value
        await press(pilot, "enter")
        await until(pilot, lambda: desk(pilot).stamp > before + 1)
    cockpit = opened(root, home)
    assert ["undone", "owner_assigned"] == [event.kind for event in newest_events(cockpit.store, RUN, 9).events]
    cockpit.close()


async def test_a_note_goes_between_the_quotes(running: Running) -> None:
    async with running("inc/42") as pilot:
        await press(pilot, "n", *"seen")
        assert "mlcockpit incident update inc/42 'seen'" == pilot.app.screen.query_one(Input).value


async def test_a_note_about_something_else_says_where_notes_live(running: Running) -> None:
    async with running(RUN) as pilot:
        await press(pilot, "n")
        assert "kept on the timeline of an incident" in text_of(pilot)


async def test_handing_off_offers_the_usual_kind(running: Running) -> None:
    async with running("inc/42") as pilot:
        await press(pilot, "H")
        await until(pilot, lambda: isinstance(pilot.app.screen, OrderDialog))
        assert "mlcockpit handoff offer H5 inc/42 " == pilot.app.screen.query_one(Input).value


async def test_gaps_are_listed_and_lead_to_the_lineage(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "exclamation_mark")
        await until(pilot, lambda: "Missing links" in text_of(pilot))
        await press(pilot, "enter")
        here = desk(pilot).history.here
        assert here is not None
        assert "lineage" == here.screen


async def test_what_is_shown_is_written_into_a_file_that_is_named(running: Running, tmp_path: Path) -> None:
    root, home = a_project_of_the_story(tmp_path)
    for place in ("incidents", "runs"):
        async with running(place, opener=lambda: opened(root, home)) as pilot:
            for style in ("md", "csv", "json"):
                await press(pilot, "e")
                await press(pilot, *style, "enter")
                await settled(pilot)
    written = sorted((root / ".mlcockpit" / "reports").iterdir())
    assert ["csv", "json", "md"] * 2 == [path.suffix[1:] for path in written]
    assert "inc/42" == json.loads(written[1].read_text())["sections"][0]["rows"][0]["id"]
    assert written[0].read_text().startswith("incident,") or "INC-42" in written[0].read_text()


def a_project_of_the_story(tmp_path: Path) -> tuple[Path, Path]:
    """Return a folder and a home of its own, for a test that writes."""
    from tests.tui.runs import a_tracker, mirror

    root, home = tmp_path / "own", tmp_path / "home"
    root.mkdir()
    cockpit: Cockpit = opened(root, home)
    (root / "mlcockpit.toml").write_text('[project]\nkey = "churn"\n', encoding="utf-8")
    fill(cockpit, a_story())
    mirror(cockpit.mirror_path, a_tracker())
    cockpit.close()
    return root, home
