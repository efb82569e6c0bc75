"""A person reproduces the live model's run from plan to verdict, on the sample as it was really built."""

import re
from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from sample_project.build.builder import Built
from tests.gatewise import copied
from tests.tui.conftest import Running, desk, press, text_of, until
from tests.tui.gallery import REPRODUCED
from tests.tui.sample_dump import as_text, digest, dump, replacing
from tests.tui.test_gallery import SCREENS

STORED = Path(__file__).parents[1] / "data" / "gatewise.jsonl"
PATIENCE = 6000
AFTER = ("reproduction", "source_status", "event")
"""Tables that go on after the build: what the demo did besides."""


@pytest.mark.ci
async def test_a_run_is_reproduced_from_plan_to_verdict(
    running: Running, gatewise: Built, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = copied(gatewise, tmp_path / "gatewise").folder
    run = f"run/{gatewise.run('v1')}"
    shots = iter(REPRODUCED)

    def draw(text: str, picture: str) -> None:
        name, clean = next(shots).file, replacing(folder)
        if request.config.getoption("--regen"):
            for ending, drawn in ((".txt", text + "\n"), (".svg", picture)):
                steady = re.sub(
                    r"(trust(?: |&#160;)id(?: |&#160;))[0-9a-f]{64}", rf"\g<1>{digest('trust', 64)}", clean(drawn)
                )
                (SCREENS / f"{name}{ending}").write_text(steady, encoding="utf-8")

    def opener() -> object:
        return open_cockpit(folder, progress=Silent(), actor="ines")

    async with running(f"reproduce {run}", opener=opener) as pilot:
        assert "trust id" in text_of(pilot)
        draw(text_of(pilot), pilot.app.export_screenshot(title="mlcockpit", simplify=True))
        await press(pilot, "a")
        await until(pilot, lambda: "Verdict of" in text_of(pilot), tries=PATIENCE)
        assert "identical" in text_of(pilot)
        draw(text_of(pilot), pilot.app.export_screenshot(title="mlcockpit", simplify=True))
        await press(pilot, "colon", *run, "enter")
        await until(pilot, lambda: "identical on" in text_of(pilot))
        await press(pilot, "4", "slash", *"repro:identical", "enter")
        await until(pilot, lambda: "1 of " in text_of(pilot))
        assert [] == list(desk(pilot).jobs.running)


@pytest.mark.ci
def test_a_fresh_build_has_the_facts_of_the_stored_one(gatewise: Built) -> None:
    fresh = dump(gatewise.folder)
    lines = {line for line in as_text(fresh).splitlines() if not any(f'"{table}"' in line[:40] for table in AFTER)}
    stored = STORED.read_text(encoding="utf-8").splitlines()
    kept = {line for line in stored if not any(f'"{table}"' in line[:40] for table in AFTER)}
    assert set() == lines ^ kept
