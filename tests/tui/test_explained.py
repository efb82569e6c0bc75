"""A person marks two runs, reads what differs, approves, and sees each ingredient's share."""

from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.services.cockpit import Cockpit
from tests.cli_runner import mlcockpit
from tests.reproduction.explained import a_project, train
from tests.reproduction.world import World
from tests.tui.conftest import Running, desk, press, text_of, until

PATIENCE = 1500


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a project with two runs that differ in their data, which has a name full of signs."""
    world = a_project(tmp_path_factory.mktemp("explained") / "project")
    train(world)
    world.put("data/[b]more[/].csv", "x\n1\n2\n10\n")
    world.commit("More data")
    run = train(world, "--data", "data/[b]more[/].csv")
    world.sql("UPDATE runs SET name = '[red]bold[/]', start_time = start_time + 1000 WHERE run_uuid = ?", run)
    assert 0 == mlcockpit(world.top, "sync").code
    return world


def opener(world: World) -> Cockpit:
    return open_cockpit(world.top, progress=Silent(), actor="ana")


async def test_two_marked_runs_are_asked_about_and_nothing_runs_before_a_yes(running: Running, world: World) -> None:
    async with running("runs", opener=lambda: opener(world)) as pilot:
        await until(pilot, lambda: "2 of 2" in text_of(pilot))
        await press(pilot, "w")
        assert "Why: mark exactly two runs with space; none are marked" in text_of(pilot)
        await press(pilot, "space", "space", "w")
        await until(pilot, lambda: "Mixtures" in text_of(pilot))
        shown = text_of(pilot)
        assert "enter or a runs 2 of 2 mixtures" in shown
        assert "data/[b]more[/].csv differs between the commits" in shown
        assert "python train.py --data 'data/[b]more[/].csv'" in shown
        assert [] == list(desk(pilot).jobs.running)
        await press(pilot, "X")
        assert "nothing runs here" in text_of(pilot)
        await press(pilot, "escape")
        await until(pilot, lambda: "2 of 2" in text_of(pilot))


@pytest.mark.ci
async def test_after_a_yes_the_shares_are_shown_as_bars(running: Running, world: World, tmp_path: Path) -> None:
    async with running("runs", opener=lambda: opener(world), size=(80, 24)) as pilot:
        await until(pilot, lambda: "2 of 2" in text_of(pilot))
        await press(pilot, "space", "space", "w")
        await until(pilot, lambda: "enter or a runs 2 of 2 mixtures" in text_of(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: "explaining" in text_of(pilot) or "█" in text_of(pilot), tries=PATIENCE)
        await until(pilot, lambda: "100.0%" in text_of(pilot), tries=PATIENCE)
        line = next(line for line in text_of(pilot).splitlines() if "100.0%" in line)
        assert ["data", "-10", "100.0%"] == line.replace("│", " ").replace("›", " ").split()[:3]
        assert "▒" * 20 in line
        await press(pilot, "enter")
        assert "there is nothing left to run" in text_of(pilot)
