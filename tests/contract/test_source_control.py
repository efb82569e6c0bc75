"""What the rest of mlcockpit may expect of a repository, on the fake and on git itself."""

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from mlcockpit.integrations.git_source import GitSource
from mlcockpit.ports import SourceControl
from tests.fakes.source_control import FakeRepository

DAYS = [datetime(2013, 4, day, 9, tzinfo=UTC) for day in range(1, 10)]


class Story(Protocol):
    """A repository that a test may write to."""

    repository: SourceControl

    def commit(self, files: Mapping[str, bytes], *, by: str, email: str, at: datetime, subject: str) -> str: ...

    def write(self, path: str, data: bytes) -> None: ...


class FakeStory:
    def __init__(self, root: Path) -> None:
        self.repository: SourceControl = FakeRepository(root)
        self._fake: FakeRepository = self.repository  # type: ignore[assignment]

    def commit(self, files: Mapping[str, bytes], *, by: str, email: str, at: datetime, subject: str) -> str:
        return self._fake.commit(files, by=by, email=email, at=at, subject=subject)

    def write(self, path: str, data: bytes) -> None:
        self._fake.work[path] = data


class GitStory:
    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._root = root
        self._git("init", "-q", "-b", "main")
        self.repository: SourceControl = GitSource(root)

    def commit(self, files: Mapping[str, bytes], *, by: str, email: str, at: datetime, subject: str) -> str:
        for path, data in files.items():
            self.write(path, data)
        self._git("add", "-A")
        stamp = at.isoformat()
        who = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", by), ("EMAIL", email), ("DATE", stamp))
        }
        self._git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", subject, env=who)
        return self._git("rev-parse", "HEAD").strip()

    def write(self, path: str, data: bytes) -> None:
        (self._root / path).parent.mkdir(parents=True, exist_ok=True)
        (self._root / path).write_bytes(data)

    def _git(self, *args: str, env: Mapping[str, str] | None = None) -> str:
        full = {**os.environ, **(env or {})}
        return subprocess.run(
            ["git", *args], cwd=self._root, env=full, check=True, capture_output=True, text=True
        ).stdout


@pytest.fixture(params=[FakeStory, GitStory], ids=["fake", "git"])
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Story:
    return request.param(tmp_path / "repository")  # type: ignore[no-any-return]


def ana(story: Story, files: Mapping[str, bytes], day: int, subject: str = "work") -> str:
    return story.commit(files, by="Ana", email="ana@x.org", at=DAYS[day], subject=subject)


def kai(story: Story, files: Mapping[str, bytes], day: int, subject: str = "work") -> str:
    return story.commit(files, by="Kai", email="kai@x.org", at=DAYS[day], subject=subject)


def test_a_repository_without_commits_has_no_head_and_no_history(story: Story) -> None:
    repository = story.repository
    assert (repository.head(), repository.branch(), list(repository.commits()), repository.tags()) == (
        None,
        "main",
        [],
        [],
    )


def test_history_is_newest_first_with_people_dates_parents_and_paths(story: Story) -> None:
    first = ana(story, {"train.py": b"1\n", "data/a b.csv": b"x\n"}, 0, "first: ünïcode | pipes\ttabs")
    second = kai(story, {"train.py": b"2\n"}, 1, "second")
    commits = list(story.repository.commits(paths=True))
    assert [second, first] == [commit.sha for commit in commits]
    assert [("train.py",), ("data/a b.csv", "train.py")] == [commit.paths for commit in commits]
    assert [(first,), ()] == [commit.parents for commit in commits]
    assert [("Kai", "kai@x.org", DAYS[1], DAYS[1], "second"), ("Ana", "ana@x.org", DAYS[0], DAYS[0])] == [
        (
            commits[0].author_name,
            commits[0].author_email,
            commits[0].authored_at,
            commits[0].committed_at,
            commits[0].subject,
        ),
        (commits[1].author_name, commits[1].author_email, commits[1].authored_at, commits[1].committed_at),
    ]


def test_paths_are_only_read_when_asked_for(story: Story) -> None:
    ana(story, {"a": b"1"}, 0)
    assert [()] == [commit.paths for commit in story.repository.commits()]


def test_history_can_start_at_a_day_or_behind_a_commit(story: Story) -> None:
    ana(story, {"a": b"1"}, 0)
    second = ana(story, {"a": b"2"}, 2)
    third = ana(story, {"a": b"3"}, 4)
    assert [third, second] == [commit.sha for commit in story.repository.commits(since=DAYS[1])]
    assert [third] == [commit.sha for commit in story.repository.commits(after=second)]
    assert [] == list(story.repository.commits(after=third))


def test_an_empty_commit_with_an_empty_message_is_one_commit(story: Story) -> None:
    ana(story, {"a": b"1"}, 0)
    ana(story, {}, 1, "")
    ana(story, {"b": b"1"}, 2)
    assert [("b",), (), ("a",)] == [commit.paths for commit in story.repository.commits(paths=True)]


def test_files_are_read_as_they_were_at_a_commit(story: Story) -> None:
    first = ana(story, {"train.py": b"1\n", "src/m.py": b"\x00\xff"}, 0)
    ana(story, {"train.py": b"2\n", "new.py": b""}, 1)
    repository = story.repository
    assert ["src/m.py", "train.py"] == list(repository.files(first))
    assert (b"1\n", b"\x00\xff") == (repository.read(first, "train.py"), repository.read(first, "src/m.py"))
    assert (None, None) == (repository.read(first, "new.py"), repository.read(first, "src"))


def test_lines_belong_to_the_last_who_wrote_them(story: Story) -> None:
    ana(story, {"m.py": b"a\nb\nc\n"}, 0)
    head = kai(story, {"m.py": b"a\nB\nc\n"}, 1)
    assert {"ana@x.org": 2, "kai@x.org": 1} == story.repository.blame(head, "m.py")
    assert {} == story.repository.blame(head, "nothing.py")


def test_a_commit_that_nobody_made_does_not_exist(story: Story) -> None:
    head = ana(story, {"a": b"1"}, 0)
    assert (True, False) == (story.repository.exists(head), story.repository.exists("0" * 40))
    assert ([], ["0" * 40]) == (story.repository.missing(head), story.repository.missing("0" * 40))


def test_the_work_tree_is_dirty_once_a_file_differs_or_is_new(story: Story) -> None:
    ana(story, {"a": b"1\n"}, 0)
    assert not story.repository.is_dirty()
    story.write("b", b"new\n")
    assert story.repository.is_dirty()
    ana(story, {"b": b"new\n"}, 1)
    assert not story.repository.is_dirty()
    story.write("a", b"2\n")
    assert story.repository.is_dirty()


def test_without_a_remote_there_is_no_url_and_nothing_is_shallow(story: Story) -> None:
    assert (None, False) == (story.repository.remote_url(), story.repository.is_shallow())
