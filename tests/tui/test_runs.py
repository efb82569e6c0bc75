"""Runs: pages come as they are looked at, filters say their mistakes, marked runs stand side by side."""

import subprocess
import sys
from pathlib import Path

from mlcockpit.tui.place import Place
from mlcockpit.tui.widgets.paged_table import KEPT, PAGE, PagedTable
from tests.tui.conftest import Running, desk, opened, press, settled, text_of, until
from tests.tui.runs import many_runs


async def test_a_hundred_thousand_runs_are_read_a_page_at_a_time(running: Running, tmp_path: Path) -> None:
    cockpit = opened(tmp_path, tmp_path / "home")
    many_runs(cockpit.mirror_path, 100_000)
    async with running("runs", opener=lambda: cockpit) as pilot:
        table = pilot.app.screen.query_one(PagedTable)
        assert 100_000 == table.count
        await press(pilot, "G")
        assert "run-1 " in text_of(pilot)
        assert "row 100,000 of 100,000" in text_of(pilot)
        for _ in range(3 * KEPT):
            table.go(table.cursor - PAGE)
            await settled(pilot)
        assert len(table.rows_seen()) <= KEPT * PAGE


async def test_an_unknown_field_is_named_beside_the_filter_and_the_rows_stay(running: Running) -> None:
    async with running("runs") as pilot:
        await press(pilot, "slash", *"akc>0.9")
        await until(pilot, lambda: "auc" in text_of(pilot).splitlines()[1])
        assert "sweep-31" in text_of(pilot)
        await press(pilot, "escape")
        assert "24 of 24" in text_of(pilot)


async def test_a_filter_is_applied_once_the_typing_stops(running: Running) -> None:
    async with running("runs") as pilot:
        await press(pilot, "slash", *"auc>0.9", "enter")
        await until(pilot, lambda: "of 24 runs" in text_of(pilot).splitlines()[1])
        assert 0 < pilot.app.screen.query_one(PagedTable).count < 24


async def test_no_run_that_fits_is_said_in_words(running: Running) -> None:
    async with running("runs") as pilot:
        await press(pilot, "slash", *"auc>2", "enter")
        await until(pilot, lambda: "none of 24 runs fits; esc shows all" in text_of(pilot))


async def test_sorting_twice_turns_the_order_round(running: Running) -> None:
    async with running("runs") as pilot:
        for wanted in (("auc", True), ("auc", False)):
            await press(pilot, "s")
            await press(pilot, *"auc", "enter")
            await until(pilot, lambda wanted=wanted: wanted == pilot.app.screen.query_one(PagedTable).sorted_by)


async def test_marked_runs_stand_side_by_side_and_equal_rows_can_be_left_out(running: Running) -> None:
    async with running("runs") as pilot:
        await press(pilot, "space", "space", "c")
        await until(pilot, lambda: "Compare 2: " in text_of(pilot))
        assert "data customers" in text_of(pilot)
        await press(pilot, "x")
        await until(pilot, lambda: "data customers" not in text_of(pilot))
        await press(pilot, "c")
        assert "Compare 2: " not in text_of(pilot)


async def test_the_card_follows_the_cursor(running: Running) -> None:
    async with running("runs") as pilot:
        await press(pilot, "j")
        await until(pilot, lambda: "run 9be0111 train-099" in text_of(pilot))


async def test_capital_r_opens_the_plan_of_the_run_under_the_cursor(running: Running) -> None:
    async with running("runs") as pilot:
        await press(pilot, "j", "R")
        assert Place("reproduce", "run/9be0" + "1" * 28) == desk(pilot).history.here
        await press(pilot, "escape")
        assert Place("runs") == desk(pilot).history.here


async def test_without_a_mirror_the_next_step_is_named(running: Running, tmp_path: Path) -> None:
    async with running("runs", opener=lambda: opened(tmp_path, tmp_path / "home")) as pilot:
        assert "mlcockpit sync reads them" in text_of(pilot)


def test_the_first_frame_imports_nothing_heavy() -> None:
    code = (
        "import sys, mlcockpit.cli.commands.open, mlcockpit.tui.app, mlcockpit.tui.screens.view_screen,"
        " mlcockpit.tui.screens.runs\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set() == set(done.stdout.split()) & {
        "sqlmodel",
        "sqlalchemy",
        "pydantic",
        "mlflow",
        "pandas",
        "numpy",
        "git",
    }
