from mlcockpit.domain.run_facts import CodeEvidence
from mlcockpit.rules.training.commit_lie import CommitLie
from tests.builders import a_project, a_run
from tests.rules.found import found

GOOD = CodeEvidence(commit_exists=True, script_exists=True)


def test_is_silent_when_the_commit_holds_the_script() -> None:
    assert found(CommitLie, a_project(runs={"r1": a_run("r1", code=GOOD)})) == []


def test_fires_when_a_run_names_no_commit() -> None:
    assert found(CommitLie, a_project(runs={"r1": a_run("r1", commit=None)})) == ["M01 run/r1: names no commit"]


def test_fires_when_git_does_not_have_the_commit() -> None:
    run = a_run("r1", code=CodeEvidence(commit_exists=False, script_exists=None))
    assert found(CommitLie, a_project(runs={"r1": run})) == [
        "M01 run/r1: names commit aaaaaaaa, which git does not have"
    ]


def test_fires_when_the_script_is_not_in_the_commit() -> None:
    run = a_run("r1", source_name="exp/wide.py", code=CodeEvidence(commit_exists=True, script_exists=False))
    assert found(CommitLie, a_project(runs={"r1": run})) == [
        "M01 run/r1: ran exp/wide.py, which is not in commit aaaaaaaa"
    ]


def test_fires_when_the_source_contradicts_what_was_logged() -> None:
    run = a_run("r1", code=CodeEvidence(True, True, contradiction="it logs depth 6, the source has 5"))
    assert found(CommitLie, a_project(runs={"r1": run})) == [
        "M01 run/r1: was not made by commit aaaaaaaa: it logs depth 6, the source has 5"
    ]


def test_is_silent_about_a_dirty_tree_whose_changes_were_kept() -> None:
    kept = CodeEvidence(True, False, dirty=True, snapshot="b" * 40)
    lost = CodeEvidence(True, True, dirty=True)
    runs = {"r1": a_run("r1", code=kept), "r2": a_run("r2", code=lost)}
    assert found(CommitLie, a_project(runs=runs)) == [
        "M01 run/r2: ran with uncommitted changes on aaaaaaaa that nobody kept"
    ]


def test_does_not_speak_of_deleted_runs() -> None:
    assert found(CommitLie, a_project(runs={"r1": a_run("r1", commit=None, deleted=True)})) == []
