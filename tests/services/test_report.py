"""A report is written whole, noted once for each content, and knows when its role last read."""

import json
from pathlib import Path

import pytest

from mlcockpit.domain.vocabulary import Discipline
from mlcockpit.errors import SourceFailed, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.log import log
from mlcockpit.services.people_add import add_person
from mlcockpit.services.report import last_written, report
from tests.builders import NOW
from tests.cli_runner import mlcockpit


def events(cockpit: Cockpit) -> list[str]:
    return [line.cells[4].text for line in log(cockpit, None, limit=50).rows]


@pytest.mark.parametrize("ending", ["md", "html", "json", "txt"])
def test_the_ending_of_the_file_chooses_the_format(cockpit: Cockpit, tmp_path: Path, ending: str) -> None:
    written = report(cockpit, path=tmp_path / "out" / f"status.{ending}")
    assert written.format == ending
    assert (tmp_path / "out" / f"status.{ending}").read_text(encoding="utf-8") == written.text


def test_the_same_content_is_noted_once_and_new_content_again(cockpit: Cockpit) -> None:
    first = report(cockpit, role="ops")
    report(cockpit, role="ops")
    assert len(events(cockpit)) == 1
    add_person(cockpit, "ana", name="Ana", discipline=Discipline.DATA)
    second = report(cockpit, role="ops")
    assert first.report.content_sha256 != second.report.content_sha256
    assert len(events(cockpit)) == 3


def test_each_role_has_its_own_last_reading(cockpit: Cockpit) -> None:
    report(cockpit, role="ops")
    assert (last_written(cockpit, "ops"), last_written(cockpit, "data")) == (NOW, None)


def test_an_unknown_format_and_a_place_that_cannot_be_written_are_refused(cockpit: Cockpit, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        report(cockpit, format="pdf")
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceFailed):
        report(cockpit, path=tmp_path / "file" / "status.md")
    assert events(cockpit) == []


def test_show_status_trace_asof_and_report_answer_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "mlcockpit.toml").write_text(
        '[project]\nkey = "churn"\n[metrics.useful]\ntarget = 0.5\n', encoding="utf-8"
    )
    assert mlcockpit(tmp_path, "status").code == 0
    assert "mlcockpit sync" in mlcockpit(tmp_path, "status").out
    assert mlcockpit(tmp_path, "show", "overview", "--lens", "ops", "--json").json["name"] == "overview"
    assert mlcockpit(tmp_path, "trace", "metric/useful", "--up", "--json").json["sections"][0]["key"] == "up"
    assert mlcockpit(tmp_path, "asof", "2026-01-01", "--json").json["name"] == "asof"
    assert json.loads(mlcockpit(tmp_path, "report", "--format", "json").out)["role"] == "all"
    missing = mlcockpit(tmp_path, "show", "metric/usefull")
    assert (missing.code, missing.out) == (2, "")
    assert "metric/useful" in missing.err
