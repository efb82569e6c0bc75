"""What git says of the code that runs name, on real repositories and launches."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from mlcockpit.domain.run_facts import CodeEvidence, RunFacts
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.code_evidence import at_fault, code_evidence, with_contradictions
from mlcockpit.store.facts import NamedCode
from tests.builders import a_run

TRAIN = 'import argparse, mlflow\np = argparse.ArgumentParser()\nDEPTH = 5\nmlflow.log_param("depth", DEPTH)\n'


@pytest.fixture
def commit(cockpit: Cockpit) -> str:
    """Return the id of a commit that holds train.py and deep/model.py."""
    root = cockpit.root
    (root / "deep").mkdir()
    (root / "train.py").write_text(TRAIN)
    (root / "deep/model.py").write_text("print(1)\n")
    (root / ".gitignore").write_text(".mlcockpit/\nhome/\n")
    cockpit.state.mkdir()
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "Begin")):
        person = ["-c", "user.name=Bo", "-c", "user.email=bo@example.com"]
        subprocess.run(["git", *person, *words], cwd=root, check=True, capture_output=True)
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()


def _named(commit: str, source: str = "train.py", *, launch: str = "", run: str = "r1") -> NamedCode:
    return NamedCode(run, commit, source, "LOCAL", launch)


def test_a_script_in_its_commit_is_there(cockpit: Cockpit, commit: str) -> None:
    assert {"r1": CodeEvidence(True, True)} == code_evidence(cockpit, [_named(commit)])


@pytest.mark.parametrize("gone", ["0" * 40, "v1.2", "--upload-pack=x", "a\nb"])
def test_a_commit_that_git_does_not_have_is_at_fault(cockpit: Cockpit, commit: str, gone: str) -> None:
    named = [_named(gone)]
    found = code_evidence(cockpit, named)
    assert ({"r1": CodeEvidence(False, None)}, ["r1"]) == (found, at_fault(named, found))


def test_a_script_that_no_commit_holds_is_at_fault(cockpit: Cockpit, commit: str) -> None:
    named = [_named(commit, "wide.py")]
    found = code_evidence(cockpit, named)
    assert ({"r1": CodeEvidence(True, False)}, ["r1"]) == (found, at_fault(named, found))


def test_a_script_that_was_started_in_another_folder_is_found_there(cockpit: Cockpit, commit: str) -> None:
    assert CodeEvidence(True, True) == code_evidence(cockpit, [_named(commit, "model.py")])["r1"]


def test_an_absolute_path_inside_the_repository_is_the_file(cockpit: Cockpit, commit: str) -> None:
    assert CodeEvidence(True, True) == code_evidence(cockpit, [_named(commit, str(cockpit.root / "train.py"))])["r1"]


@pytest.mark.parametrize("source", ["/usr/bin/train", "ipykernel_launcher", "", "https://example.com/project"])
def test_a_source_that_is_no_file_of_the_project_says_nothing(cockpit: Cockpit, commit: str, source: str) -> None:
    named = [_named(commit, source)]
    found = code_evidence(cockpit, named)
    assert ({"r1": CodeEvidence(True, None)}, []) == (found, at_fault(named, found))


def _launch(cockpit: Cockpit, name: str, **code: object) -> None:
    folder = cockpit.state / "launches"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps({"code": code, "ended_at": "2026-01-01T00:00:00+00:00"}))


def test_uncommitted_work_that_a_launch_kept_is_no_fault(cockpit: Cockpit, commit: str) -> None:
    _launch(cockpit, "kept", dirty=True, snapshot_commit="b" * 40)
    named = [_named(commit, "wide.py", launch="kept")]
    found = code_evidence(cockpit, named)
    assert ({"r1": CodeEvidence(True, False, snapshot="b" * 40, dirty=True)}, []) == (found, at_fault(named, found))


def test_uncommitted_work_that_nobody_kept_is_a_fault(cockpit: Cockpit, commit: str) -> None:
    _launch(cockpit, "lost", dirty=True, snapshot_commit=None)
    named = [_named(commit, launch="lost")]
    assert ["r1"] == at_fault(named, code_evidence(cockpit, named))


def test_a_launch_whose_file_is_gone_says_nothing(cockpit: Cockpit, commit: str) -> None:
    assert CodeEvidence(True, True) == code_evidence(cockpit, [_named(commit, launch="../../etc/passwd")])["r1"]


def test_what_git_had_once_is_not_asked_again(cockpit: Cockpit, commit: str) -> None:
    first = code_evidence(cockpit, [_named(commit)])
    Path(cockpit.root / ".git/objects").rename(cockpit.root / ".git/elsewhere")
    assert first == code_evidence(cockpit, [_named(commit)])


def test_a_broken_memory_is_asked_anew(cockpit: Cockpit, commit: str) -> None:
    (cockpit.state / "code.json").write_text("[1")
    assert CodeEvidence(True, True) == code_evidence(cockpit, [_named(commit)])["r1"]


def test_outside_of_git_nothing_is_known(cockpit: Cockpit) -> None:
    assert {} == code_evidence(cockpit, [_named("a" * 40)])


def test_a_run_that_logged_what_its_source_cannot_log_is_contradicted(cockpit: Cockpit, commit: str) -> None:
    tags = {"mlflow.source.name": "train.py", "mlflow.source.type": "LOCAL"}
    run = a_run("r1", commit=commit, params={"depth": "6"}, tags=tags)
    found = with_contradictions(
        cockpit, {"r1": run, "r2": _honest(run)}, {each: CodeEvidence(True, True) for each in ("r1", "r2")}
    )
    assert ("depth" in (found["r1"].code or CodeEvidence(None, None)).contradiction, CodeEvidence(True, True)) == (
        True,
        found["r2"].code,
    )


def _honest(run: RunFacts) -> RunFacts:
    return replace(run, run_id="r2", params={"depth": "5"})
