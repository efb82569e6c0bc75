"""Runs of the sample get the verdicts that its story expects, each naming its reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.recipe import recipe
from mlcockpit.services.reproduce import Wishes, reproduce
from sample_project.build.builder import Built
from tests.gatewise import copied

pytestmark = pytest.mark.ci


@pytest.fixture
def copy(gatewise: Built, tmp_path: Path) -> Iterator[Cockpit]:
    """Return a copy that verdicts may be recorded in."""
    opened = open_cockpit(copied(gatewise, tmp_path / "gatewise").folder, progress=Silent(), actor="test")
    yield opened
    opened.close()


def test_the_live_models_run_comes_out_again(gatewise: Built, copy: Cockpit) -> None:
    result = reproduce(copy, gatewise.run("v1"), Wishes(trust=""))
    assert result.verdict in (Verdict.IDENTICAL, Verdict.EQUIVALENT), result.reason


def test_a_run_whose_data_was_replaced_is_incomplete(gatewise: Built, copy: Cockpit) -> None:
    result = reproduce(copy, gatewise.run("v6"), Wishes(trust=""))
    assert (Verdict.INCOMPLETE, "data", 3) == (result.verdict, result.first_difference, result.exit_code)
    assert "flights-2013-10" in result.reason
    assert ("tomas owns it" in result.reason, 0.0) == (True, result.seconds["run"]), result.reason


def test_a_dirty_run_that_nobody_captured_diverges_and_code_is_named(gatewise: Built, copy: Cockpit) -> None:
    result = reproduce(copy, gatewise.run("dirty"), Wishes(trust=""))
    assert (Verdict.DIVERGED, "code", 1) == (result.verdict, result.first_difference, result.exit_code)
    assert "MLflow does not record uncommitted changes" in result.reason


def test_a_dirty_run_that_was_captured_is_identical(gatewise: Built, copy: Cockpit) -> None:
    result = reproduce(copy, gatewise.run("captured"), Wishes(trust=""))
    code = next(one for one in result.ingredients if one.name == "code")
    assert (Verdict.IDENTICAL, Standing.RECORDED) == (result.verdict, code.standing), result.reason
    assert "snapshot commit" in code.evidence


def test_a_run_of_a_script_that_no_commit_holds_is_incomplete_before_anything_runs(
    gatewise: Built, copy: Cockpit
) -> None:
    assert "yesterday.py is not in the commit" in recipe(copy, gatewise.run("uncommitted"))["command"].evidence
    result = reproduce(copy, gatewise.run("uncommitted"), Wishes(trust=None))
    assert (Verdict.INCOMPLETE, 3, 0.0) == (result.verdict, result.exit_code, result.seconds["run"])
