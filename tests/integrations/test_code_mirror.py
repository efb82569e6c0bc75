"""Old code comes back whole from what lies on this machine, and nothing that a repository configures is ever run."""

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from mlcockpit.errors import EvidenceMissing
from mlcockpit.integrations.code_mirror import CodeMirror
from tests.repositories import ROOT, run_plain_git, write

IDENTITY = (("user.name", "Ana"), ("user.email", "ana@example.org"), ("protocol.file.allow", "always"))


def git(folder: Path, *words: str) -> str:
    settings = [part for key, value in IDENTITY for part in ("-c", f"{key}={value}")]
    done = subprocess.run(["git", *settings, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def a_repository(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True)
    write(folder, files)
    run_plain_git(folder, "init", "-q", "-b", "main")
    return folder


def committed(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "change")
    return git(folder, "rev-parse", "HEAD")


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(one): (one.read_bytes(), one.stat().st_mtime_ns)
        for one in folder.rglob("*")
        if one.is_file() and not one.is_symlink()
    }


def checked_out(top: Path, source: Path, commit: str) -> tuple[Path, tuple[str, ...]]:
    mirror, code = CodeMirror(top / "home", source), top / "code"
    mirror.check_out(commit, code, "reproduce/x")
    return code, mirror.fill(code, commit)


def test_submodules_come_from_the_local_modules_at_their_commits_without_a_network(tmp_path: Path) -> None:
    inner = a_repository(tmp_path / "far" / "inner", {"deep.py": "DEEP = 1\n"})
    committed(inner)
    library = a_repository(tmp_path / "far" / "library", {"lib.py": "V = 1\n"})
    git(library, "submodule", "--quiet", "add", str(inner), "inner")
    committed(library)
    project = a_repository(tmp_path / "project", {"train.py": "import libs.lib\n"})
    git(project, "submodule", "--quiet", "add", "--name", "the library", str(library), "libs/lib")
    git(project, "submodule", "--quiet", "update", "--init", "--recursive")
    then = committed(project)
    (project / "libs" / "lib" / "lib.py").write_text("V = 2\n")
    committed(project / "libs" / "lib")
    committed(project)
    (tmp_path / "far").rename(tmp_path / "nowhere")
    before = everything(project)
    code, lacking = checked_out(tmp_path, project, then)
    assert ((), "V = 1\n") == (lacking, (code / "libs" / "lib" / "lib.py").read_text())
    assert "DEEP = 1\n" == (code / "libs" / "lib" / "inner" / "deep.py").read_text()
    assert before == everything(project)


def test_a_submodule_whose_commit_is_gone_is_named_and_one_never_checked_out_stays_empty(tmp_path: Path) -> None:
    library = a_repository(tmp_path / "library", {"lib.py": "V = 1\n"})
    committed(library)
    project = a_repository(tmp_path / "project", {"train.py": "pass\n"})
    git(project, "submodule", "--quiet", "add", str(library), "lib")
    committed(project)
    git(project, "update-index", "--cacheinfo", f"160000,{'5' * 40},lib")
    git(project, "commit", "-q", "-m", "a commit that nobody pushed")
    with pytest.raises(EvidenceMissing) as gone:
        checked_out(tmp_path, project, git(project, "rev-parse", "HEAD"))
    assert f"submodule lib: commit {'5' * 12} is gone" in str(gone.value)
    fresh = tmp_path / "fresh"
    git(tmp_path, "clone", "-q", str(project), str(fresh))
    code, lacking = checked_out(tmp_path / "again", fresh, git(fresh, "rev-parse", "HEAD"))
    assert ("submodule lib was never checked out here and stays empty",) == lacking
    assert [] == list((code / "lib").iterdir())


def pointer(data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n"


def test_large_files_come_from_the_local_lfs_objects_and_others_are_named(tmp_path: Path) -> None:
    here, gone, broken = b"weights" * 99, b"lost", b"bits"
    files = {"w.bin": pointer(here), "deep/gone.bin": pointer(gone), "broken.bin": pointer(broken)}
    project = a_repository(tmp_path / "project", {**files, ".gitattributes": "*.bin filter=lfs diff=lfs -text\n"})
    commit = committed(project)
    for data, kept in ((here, here), (broken, b"rotten")):
        digest = hashlib.sha256(data).hexdigest()
        place = project / ".git" / "lfs" / "objects" / digest[:2] / digest[2:4] / digest
        place.parent.mkdir(parents=True)
        place.write_bytes(kept)
    code, lacking = checked_out(tmp_path, project, commit)
    assert here == (code / "w.bin").read_bytes()
    assert pointer(gone) == (code / "deep" / "gone.bin").read_text()
    assert 2 == len(lacking)
    assert any(line.startswith("deep/gone.bin is only a Git LFS pointer: object ") for line in lacking)
    assert any(line.startswith("broken.bin is only a Git LFS pointer: the bytes kept") for line in lacking)


def test_no_hook_filter_or_monitor_of_a_repository_or_a_person_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker, home = tmp_path / "ran", tmp_path / "ana"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    run = f"sh -c 'echo ran >> {marker}; cat'"
    project = a_repository(tmp_path / "project", {"a.bin": "a\n", "b.txt": "b\n"})
    (project / ".gitattributes").write_text("*.bin filter=lfs\n*.txt filter=own\n")
    commit = committed(project)
    (home / ".gitconfig").write_text(f'[filter "lfs"]\n\tsmudge = "{run}"\n\trequired = true\n')
    for key, value in {"filter.own.smudge": run, "core.fsmonitor": run, "core.sshCommand": run}.items():
        git(project, "config", key, value)
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        hook = project / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\necho {name} >> {marker}\n")
        hook.chmod(0o755)
    before = everything(project)
    code, _ = checked_out(tmp_path, project, commit)
    CodeMirror(tmp_path / "home", project).remove(code, "reproduce/x")
    assert not marker.exists()
    assert before == everything(project)


@pytest.mark.ci
def test_five_thousand_files_are_checked_out_and_removed_in_a_moment(tmp_path: Path) -> None:
    files = {f"pkg{n % 50}/module{n}.py": f"N = {n}\n" for n in range(5000)}
    project = a_repository(tmp_path / "project", files)
    commit = committed(project)
    mirror = CodeMirror(tmp_path / "home", project)
    mirror.check_out(commit, tmp_path / "first", "reproduce/first")
    started = time.process_time() + os.times().children_user
    mirror.check_out(commit, tmp_path / "code", "reproduce/x")
    assert () == mirror.fill(tmp_path / "code", commit)
    assert time.process_time() + os.times().children_user - started < 3
    assert 5000 == sum(1 for one in (tmp_path / "code").rglob("*.py"))
    mirror.remove(tmp_path / "code", "reproduce/x")
    assert not (tmp_path / "code").exists()


CHECKS_OUT = """
import sys
from pathlib import Path
from mlcockpit.integrations.code_mirror import CodeMirror
home, source, commit, code = sys.argv[1:]
CodeMirror(Path(home), Path(source)).check_out(commit, Path(code), "reproduce/x")
"""


def killed_when(place: Path, home: Path, source: Path, commit: str, code: Path) -> None:
    """Check a commit out in a process that dies, its git with it, as soon as `place` is there."""
    argv = [sys.executable, "-c", CHECKS_OUT, str(home), str(source), commit, str(code)]
    child = subprocess.Popen(argv, env={**os.environ, "PYTHONPATH": str(ROOT)})
    while child.poll() is None and not place.exists():
        pass
    tree = psutil.Process(child.pid).children(recursive=True) if child.poll() is None else []
    child.kill()
    for one in tree:
        with contextlib.suppress(psutil.Error):
            one.kill()
    child.wait()


@pytest.mark.ci
def test_a_checkout_that_was_killed_at_any_moment_is_taken_away_and_made_again(tmp_path: Path) -> None:
    project = a_repository(tmp_path / "project", {f"m{n}.py": f"N = {n}\n" * 50 for n in range(1500)})
    commit, home, code = committed(project), tmp_path / "home", tmp_path / "code"
    mirror = CodeMirror(home, project)
    for place in (mirror.path, mirror.path / "objects", mirror.path / "complete", code, code / "m100.py"):
        killed_when(place, home, project, commit, code)
        mirror.remove(code, "reproduce/x")
        assert not code.exists()
        mirror.check_out(commit, code, "reproduce/x")
        assert 1500 == len(list(code.glob("m*.py")))
        mirror.remove(code, "reproduce/x")
        told = subprocess.run(
            ["git", f"--git-dir={mirror.path}", "worktree", "list"], capture_output=True, text=True, check=True
        )
        assert 1 == len(told.stdout.splitlines())
