"""A repository cannot make a git process of ours execute anything, and a failure says what happened."""

import subprocess
from pathlib import Path

import pytest

from mlcockpit.errors import GitFailed
from mlcockpit.integrations.git_process import git_environment, run_git


def a_repository(path: Path) -> Path:
    path.mkdir(parents=True)
    for args in (["init", "-q", "-b", "main"], ["config", "user.name", "ana"], ["config", "user.email", "ana@x.org"]):
        subprocess.run(["git", "-C", str(path), *args], check=True)
    (path / "train.py").write_text("print(1)\n")
    subprocess.run(["git", "-C", str(path), "add", "-A"], check=True)
    subprocess.run(["git", "-C", str(path), "commit", "-q", "-m", "first"], check=True)
    return path


def test_stdout_comes_back_as_bytes(tmp_path: Path) -> None:
    repository = a_repository(tmp_path / "r")
    assert run_git(["rev-parse", "--show-toplevel"], cwd=repository) == f"{repository}\n".encode()


def test_a_failure_names_the_command_and_the_reason(tmp_path: Path) -> None:
    with pytest.raises(GitFailed) as refused:
        run_git(["rev-parse", "HEAD"], cwd=tmp_path)
    assert (refused.value.status, refused.value.exit_code) == (128, 4)
    assert "git rev-parse failed in" in str(refused.value)


def test_an_expected_status_is_no_failure(tmp_path: Path) -> None:
    repository = a_repository(tmp_path / "r")
    assert run_git(["config", "--get", "no.such"], cwd=repository, accept=(0, 1)) == b""


def test_a_process_that_hangs_is_ended_at_the_limit(tmp_path: Path) -> None:
    repository = a_repository(tmp_path / "r")
    with pytest.raises(GitFailed, match=r"took longer than 0\.3 s"):
        run_git(["-c", "alias.hang=!exec tail -f /dev/null", "hang"], cwd=repository, timeout_s=0.3)


def test_hooks_fsmonitor_and_external_diffs_of_a_repository_never_run(tmp_path: Path) -> None:
    repository, marker = a_repository(tmp_path / "r"), tmp_path / "marker"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\necho $0 >> {marker}\n")
    evil.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "core.sshCommand", "core.pager"):
        subprocess.run(["git", "-C", str(repository), "config", key, str(evil)], check=True)
    hook = repository / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(evil.read_text())
    hook.chmod(0o755)
    (repository / "train.py").write_text("print(2)\n")
    run_git(["status", "--porcelain"], cwd=repository)
    run_git(["diff", "--no-ext-diff", "--no-textconv"], cwd=repository)
    run_git(["checkout", "-q", "-b", "other"], cwd=repository)
    assert not marker.exists()


def test_a_local_path_is_a_source_only_where_it_is_allowed(tmp_path: Path) -> None:
    repository = a_repository(tmp_path / "r")
    with pytest.raises(GitFailed, match="not allowed"):
        run_git(["clone", "-q", "--bare", "--no-local", f"file://{repository}", str(tmp_path / "no")])
    run_git(["clone", "-q", "--bare", "--no-local", f"file://{repository}", str(tmp_path / "yes")], file_protocol=True)
    assert run_git(["cat-file", "-t", "HEAD"], git_dir=tmp_path / "yes") == b"commit\n"


def test_inherited_git_variables_do_not_reach_the_process() -> None:
    inherited = {"GIT_DIR": "/elsewhere", "GIT_INDEX_FILE": "/x", "GIT_EXTERNAL_DIFF": "evil", "PATH": "/bin"}
    assert {"GIT_DIR", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF"}.isdisjoint(git_environment(inherited))
