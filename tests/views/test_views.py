"""Every screen and card is drawn from one story and compared with what was read and agreed before."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mlcockpit.cli.command import Answer
from mlcockpit.cli.render import as_json, as_text
from mlcockpit.domain.snapshot import RunCounts, Snapshot
from mlcockpit.domain.source import SourceStatus
from mlcockpit.domain.vocabulary import Source, SourceState
from mlcockpit.services.show import resolve
from mlcockpit.views.lens import LENSES
from mlcockpit.views.look import Look
from mlcockpit.views.screens import CARDS, SCREENS
from mlcockpit.views.status import status
from mlcockpit.views.table import Table, Text, View
from tests.builders import a_project, a_reproduction
from tests.views.drawing import draw
from tests.views.story import a_story

GOLDEN = Path(__file__).parent / "golden"
PURE = [each.name for each in SCREENS if ".views." in each.view]
NAMES = ["metric/recall", "data/customers@v29", "model/churn@13", "inc/42", "ho/17", "person/kai", "deploy/9"]


@pytest.mark.parametrize("name", [*PURE, *NAMES])
def test_a_view_reads_as_agreed(name: str, golden: Callable[[Path, str], None]) -> None:
    shown = draw(a_story(), name)
    golden(
        GOLDEN / f"{name.replace('/', '-').replace('@', '-')}.txt",
        as_text(Answer(shown), width=120, colour=False) + "\n",
    )


@pytest.mark.parametrize("lens", LENSES)
def test_the_status_of_every_lens_fits_a_small_terminal(lens: str, golden: Callable[[Path, str], None]) -> None:
    text = as_text(Answer(status(a_story(), Look(lens))), width=80, colour=False)
    assert len(text.splitlines()) <= 23
    assert max(len(line) for line in text.splitlines()) <= 80
    golden(GOLDEN / f"status-{lens}.txt", text + "\n")


@pytest.mark.parametrize("name", PURE)
def test_a_project_without_anything_is_drawn_and_says_what_to_do(
    name: str, golden: Callable[[Path, str], None]
) -> None:
    text = as_text(Answer(draw(a_project(fresh=()), name)), width=120, colour=False)
    golden(GOLDEN / f"empty-{name}.txt", text + "\n")


def test_nothing_is_called_good_while_its_source_was_not_read() -> None:
    story = a_story()
    unread = a_project(story.file, fresh=(), observations=story.observations, dataset_versions=story.dataset_versions)
    states = [tones(draw(unread, name)) for name in ("overview", "data")]
    assert ["good" in found for found in states] == [False, False]


@pytest.mark.parametrize("lens", LENSES)
def test_no_lens_hides_what_is_red(lens: str) -> None:
    def red(of: str) -> set[str]:
        view = draw(a_story(), "overview", lens=of)
        return {line.key for table in tables(view) for line in table.rows if line.cells[0].tone == "bad"}

    assert red("all") == red(lens)


def test_every_card_has_a_name_that_a_person_can_type() -> None:
    assert {"metric", "data", "model", "run", "deploy", "inc", "ho", "person"} == set(CARDS)
    assert [resolve(name)[1] for name in NAMES] == NAMES
    assert resolve("INC-42")[1] == "inc/42"


@pytest.mark.parametrize("name", [*PURE, *NAMES])
def test_hostile_names_reach_no_terminal(name: str) -> None:
    text = as_text(Answer(draw(hostile(a_story()), name)), width=120, colour=False)
    assert [letter for letter in text if letter != "\n" and (ord(letter) < 32 or 127 <= ord(letter) < 160)] == []
    assert "\u202e" not in text
    assert as_json(Answer(draw(hostile(a_story()), name)))


def hostile(story: Snapshot) -> Snapshot:
    """Put control codes and a right-to-left override into everything a stranger can name."""
    bad = "\x1b]52;c;aGk=\x07\u202eevil\n[link=x]"
    for each in (*story.incidents, *story.handoffs):
        each.title = bad
    for person in story.people:
        person.name = bad
    for note in story.timeline:
        note.text = bad
    for observation in story.observations:
        observation.source = bad
    for version in story.dataset_versions:
        version.path = bad
    return story


def tables(view: View) -> list[Table]:
    return [section for section in view.sections if isinstance(section, Table)]


def tones(view: View) -> set[str]:
    return {cell.tone.value for table in tables(view) for line in table.rows for cell in line.cells}


def next_step(project: Snapshot) -> str:
    return next(one.lines[0] for one in status(project, Look()).sections if isinstance(one, Text) and one.key == "next")


def test_where_nobody_waits_the_next_step_is_what_the_project_lacks() -> None:
    unread = a_project(fresh=())
    assert "mlcockpit sync" == next_step(unread)
    runs = a_project(run_counts=RunCounts(total=3))
    assert next_step(runs).startswith("mlcockpit reproduce --audit ")
    absent = SourceStatus(name=Source.METRICS, state=SourceState.ABSENT)
    nowhere = SourceStatus(name=Source.MLFLOW, state=SourceState.ABSENT)
    assert "[sources]" in next_step(replace(unread, sources={**runs.sources, Source.MLFLOW: nowhere}))
    measured = replace(runs, reproductions=(a_reproduction("r"),))
    assert next_step(replace(measured, sources={**measured.sources, Source.METRICS: absent})).startswith(
        "name a product metric"
    )
