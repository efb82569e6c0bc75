"""A repository in memory: ports.SourceControl for tests that need history and no git."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from mlcockpit.ports import Commit, Tag


@dataclass
class FakeRepository:
    """Commits in one line, each a whole tree; `work` is the work tree."""

    root: Path = Path("/repository")
    remote: str | None = None
    name: str | None = "main"
    shallow: bool = False
    history: list[Commit] = field(default_factory=list)
    trees: dict[str, dict[str, bytes]] = field(default_factory=dict)
    made: list[Tag] = field(default_factory=list)
    gone: dict[str, list[str]] = field(default_factory=dict)
    """Commit → ids of its objects that are lost."""
    work: dict[str, bytes] = field(default_factory=dict)

    def commit(self, files: Mapping[str, bytes], *, by: str, email: str, at: datetime, subject: str) -> str:
        """Record a commit that writes `files`; return its id."""
        before = self.trees[self.history[-1].sha] if self.history else {}
        sha = hashlib.sha1(f"{len(self.history)} {subject}".encode()).hexdigest()
        parents = (self.history[-1].sha,) if self.history else ()
        paths = tuple(sorted(path for path in files if before.get(path) != files[path]))
        self.history.append(Commit(sha, by, email, at, at, subject, parents, paths))
        self.trees[sha] = {**before, **files}
        self.work = dict(self.trees[sha])
        return sha

    def head(self) -> str | None:
        return self.history[-1].sha if self.history else None

    def branch(self) -> str | None:
        return self.name

    def remote_url(self) -> str | None:
        return self.remote

    def is_shallow(self) -> bool:
        return self.shallow

    def commits(
        self, *, since: datetime | None = None, paths: bool = False, after: str | None = None
    ) -> Iterator[Commit]:
        for commit in reversed(self.history):
            if commit.sha == after or (since and commit.committed_at < since):
                return
            yield commit if paths else replace(commit, paths=())

    def tags(self) -> Sequence[Tag]:
        return sorted(self.made, key=lambda tag: tag.at)

    def missing(self, commit: str) -> Sequence[str]:
        return self.gone.get(commit, []) if commit in self.trees else [commit]

    def exists(self, commit: str) -> bool:
        return not self.missing(commit)

    def read(self, commit: str, path: str) -> bytes | None:
        return self.trees.get(commit, {}).get(path)

    def blame(self, commit: str, path: str) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for number, line in enumerate((self.read(commit, path) or b"").splitlines()):
            counts[self._writer(commit, path, number, line)] += 1
        return dict(counts)

    def _writer(self, commit: str, path: str, number: int, line: bytes) -> str:
        writer = ""
        for each in reversed(self.history[: [past.sha for past in self.history].index(commit) + 1]):
            lines = self.trees[each.sha].get(path, b"").splitlines()
            if lines[number : number + 1] != [line]:
                return writer
            writer = each.author_email
        return writer

    def files(self, commit: str) -> Sequence[str]:
        return sorted(self.trees[commit])

    def is_dirty(self) -> bool:
        return self.work != (self.trees[self.history[-1].sha] if self.history else {})
