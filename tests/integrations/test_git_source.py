"""Git itself, with everything that real repositories do: mailmaps, tags, lost objects, hostile configuration."""

import os
import subprocess
from pathlib import Path

import pytest

from mlcockpit.errors import GitFailed
from mlcockpit.integrations.git_source import GitSource, open_repository, without_credentials


def git(root: Path, *args: str, **env: str) -> str:
    done = subprocess.run(
        ["git", *args], cwd=root, env={**os.environ, **env}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def a_repository(root: Path) -> Path:
    root.mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "Ana")
    git(root, "config", "user.email", "ana@old.org")
    (root / "train.py").write_text("print(1)\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return a_repository(tmp_path / "r")


def test_a_folder_in_no_repository_has_none(tmp_path: Path) -> None:
    assert open_repository(tmp_path) is None
    assert open_repository(tmp_path / "nowhere") is None


def test_a_repository_is_found_from_below(root: Path) -> None:
    (root / "src").mkdir()
    found = open_repository(root / "src")
    assert found is not None
    assert found.root == root


def test_a_repository_that_git_refuses_says_why(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(GitFailed, match="not a git repository"):
        open_repository(tmp_path)


def test_the_mailmap_merges_the_names_of_a_person(root: Path) -> None:
    (root / ".mailmap").write_text("Ana Maria <ana@new.org> <ana@old.org>\n")
    commit = next(GitSource(root).commits())
    assert (commit.author_name, commit.author_email) == ("Ana Maria", "ana@new.org")
    assert GitSource(root).blame(commit.sha, "train.py") == {"ana@new.org": 1}


def test_tags_have_their_commit_date_and_maker_and_tags_of_trees_are_left_out(root: Path) -> None:
    head = git(root, "rev-parse", "HEAD")
    git(root, "tag", "light")
    git(root, "tag", "-a", "v1", "-m", "one", GIT_COMMITTER_DATE="2030-05-01T00:00:00+00:00")
    git(root, "tag", "tree", "HEAD^{tree}")
    tags = GitSource(root).tags()
    assert [("light", head), ("v1", head)] == [(tag.name, tag.commit) for tag in tags]
    assert ("2030-05-01", "Ana") == (f"{tags[1].at:%Y-%m-%d}", tags[1].by)


def test_author_and_committer_dates_are_kept_apart(root: Path) -> None:
    git(
        root, "commit", "-q", "--allow-empty", "-m", "x",
        GIT_AUTHOR_DATE="2013-01-01T10:00:00+02:00", GIT_COMMITTER_DATE="2013-02-01T00:00:00+00:00",
    )  # fmt: skip
    commit = next(GitSource(root).commits())
    assert ("2013-01-01T08:00", "2013-02-01T00:00") == (
        f"{commit.authored_at:%FT%H:%M}",
        f"{commit.committed_at:%FT%H:%M}",
    )


def test_odd_names_of_files_and_people_survive(root: Path) -> None:
    (root / "a\nb \x1e.txt").write_text("x")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "s", GIT_AUTHOR_NAME="E\x1b]0;x\x07vil\x1f")
    commit = next(GitSource(root).commits(paths=True))
    assert (("a\nb \x1e.txt",), "E\x1b]0;x\x07vil") == (commit.paths, commit.author_name.rstrip("\x1f"))


def test_a_merge_has_two_parents_and_no_paths_of_its_own(root: Path) -> None:
    git(root, "checkout", "-q", "-b", "side")
    (root / "side.py").write_text("1\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "side")
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "--no-ff", "side", "-m", "merge")
    merge, side, _ = GitSource(root).commits(paths=True)
    assert (2, (), ("side.py",)) == (len(merge.parents), merge.paths, side.paths)


def test_a_detached_head_has_no_branch(root: Path) -> None:
    git(root, "checkout", "-q", "--detach")
    assert GitSource(root).branch() is None


def test_a_lost_blob_is_missing_although_the_commit_is_there(root: Path) -> None:
    blob, head = git(root, "rev-parse", "HEAD:train.py"), git(root, "rev-parse", "HEAD")
    (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    source = GitSource(root)
    assert ([blob], False, None) == (source.missing(head), source.exists(head), source.read(head, "train.py"))


def test_a_lost_tree_is_missing_too(root: Path) -> None:
    tree, head = git(root, "rev-parse", "HEAD^{tree}"), git(root, "rev-parse", "HEAD")
    (root / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    assert not GitSource(root).exists(head)
    assert GitSource(root).read(head, "train.py") is None


def test_a_shallow_clone_says_so(root: Path, tmp_path: Path) -> None:
    git(root, "commit", "-q", "--allow-empty", "-m", "second")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "shallow")
    shallow = GitSource(tmp_path / "shallow")
    assert (True, 1, False) == (shallow.is_shallow(), len(list(shallow.commits())), GitSource(root).is_shallow())


def test_a_linked_worktree_reads_the_same_history(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    linked = open_repository(tmp_path / "linked")
    assert linked is not None
    assert ("other", GitSource(root).head()) == (linked.branch(), linked.head())
    assert linked.read(linked.head() or "", "train.py") == b"print(1)\n"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ana:hunter2@host.org/x/y.git", "https://host.org/x/y.git"),
        ("https://token@host.org:8443/x.git?token=s#f", "https://host.org:8443/x.git"),
        ("ssh://git:secret@host.org:22/x.git", "ssh://git@host.org:22/x.git"),
        ("git@host.org:x/y.git", "git@host.org:x/y.git"),
        ("/srv/git/x.git", "/srv/git/x.git"),
    ],
)
def test_a_remote_is_told_without_credentials(root: Path, url: str, shown: str) -> None:
    git(root, "remote", "add", "origin", url)
    assert (shown, shown) == (GitSource(root).remote_url(), without_credentials(url))


@pytest.mark.parametrize("commit", ["--output=/tmp/x", "HEAD", "main", "", "f" * 39, "F" * 40, "--upload-pack=x"])
def test_what_is_no_full_id_never_reaches_git(root: Path, commit: str) -> None:
    source = GitSource(root)
    assert not source.exists(commit)
    for ask in (lambda: source.missing(commit), lambda: source.files(commit), lambda: source.read(commit, "train.py"),
                lambda: source.blame(commit, "train.py")):  # fmt: skip
        with pytest.raises(GitFailed, match="is not a commit id"):
            ask()


def test_nothing_that_a_repository_configures_runs(root: Path, tmp_path: Path) -> None:
    marker, evil = tmp_path / "marker", tmp_path / "evil.sh"
    evil.write_text(f'#!/bin/sh\necho "$0 $*" >> {marker}\ncat "$1" 2>/dev/null || cat\n')
    evil.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "diff.evil.textconv", "diff.evil.command", "gpg.program",
                "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "core.pager", "core.editor"):  # fmt: skip
        git(root, "config", key, str(evil))
    git(root, "config", "log.showSignature", "true")
    (root / ".gitattributes").write_text("*.py diff=evil filter=evil\n")
    (root / "train.py").write_text("print(2)\n")
    source, head = GitSource(root), git(root, "rev-parse", "HEAD")
    assert source.is_dirty()
    assert 1 == len(list(source.commits(paths=True)))
    assert (b"print(1)\n", {"ana@old.org": 1}) == (source.read(head, "train.py"), source.blame(head, "train.py"))
    assert (["train.py"], [], True) == (source.files(head), source.tags(), source.exists(head))
    assert not marker.exists(), marker.read_text()


def test_reading_leaves_the_repository_as_it_was(root: Path) -> None:
    (root / "train.py").touch()
    before = {path: path.stat().st_mtime_ns for path in (root / ".git").rglob("*")}
    source, head = GitSource(root), git(root, "rev-parse", "HEAD")
    source.is_dirty(), list(source.commits(paths=True)), source.blame(head, "train.py"), source.missing(head)
    assert before == {path: path.stat().st_mtime_ns for path in (root / ".git").rglob("*")}


def test_a_variable_that_a_hook_inherited_does_not_lead_elsewhere(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(root, "commit", "-q", "--allow-empty", "-m", "only here")
    other = a_repository(tmp_path / "other")
    (other / "only_here.py").write_text("1\n")
    git(other, "add", "-A")
    git(other, "commit", "-q", "-m", "elsewhere")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    source = open_repository(root)
    assert source is not None
    head = source.head() or ""
    assert (root, ["train.py"], False) == (source.root, source.files(head), source.is_dirty())
    assert (b"print(1)\n", {"ana@old.org": 1}) == (source.read(head, "train.py"), source.blame(head, "train.py"))
