"""The files of one commit are read from the object database, many in one process."""

import posixpath
from collections.abc import Sequence
from pathlib import Path

from mlcockpit.errors import GitFailed
from mlcockpit.integrations.git_process import run_git

MOST_AT_ONCE = 400
"""Python files that are fetched together when the first of them is asked for."""


class CommitTree:
    """reproduction.source.program.CodeTree on one commit of a repository."""

    def __init__(self, root: Path, commit: str, *, git_dir: Path | None = None) -> None:
        self.root = root
        self.git_dir = git_dir
        """A bare repository that holds the commit; None: the one around `root`."""
        self.commit = commit
        self._paths: dict[str, str] | None = None
        self._read: dict[str, bytes | None] = {}
        self._folders: frozenset[str] | None = None
        self._names: tuple[str, ...] | None = None
        self.readings: dict[object, object] = {}
        """What was understood of scripts of this commit, so that each is read once."""

    def files(self) -> Sequence[str]:
        """Return every path, sorted; symbolic links and submodules are left out."""
        if self._names is None:
            self._names = tuple(self._objects())
        return self._names

    def has(self, path: str) -> bool:
        """Tell whether a file or folder of that path is there."""
        if self._folders is None:
            self._folders = frozenset(parent for path in self._objects() for parent in _parents(path))
        return path in self._objects() or path in self._folders

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes; None where it is not there."""
        objects = self._objects()
        if path not in objects:
            return None
        if path not in self._read:
            self._fetch(self._together(path))
        return self._read.get(path)

    def _objects(self) -> dict[str, str]:
        if self._paths is None:
            listed = run_git(
                ["ls-tree", "-r", "-z", "--full-tree", self.commit, "--"], cwd=self.root, git_dir=self.git_dir
            )
            entries = (entry.partition(b"\t") for entry in listed.split(b"\0") if entry)
            found = {
                path.decode("utf-8", "surrogateescape"): meta.split()[2].decode()
                for meta, _, path in entries
                if meta.startswith(b"100")
            }
            self._paths = dict(sorted(found.items()))
        return self._paths

    def _together(self, path: str) -> list[str]:
        if not path.endswith(".py"):
            return [path]
        python = [one for one in self._objects() if one.endswith(".py") and one not in self._read]
        return python if len(python) <= MOST_AT_ONCE else [path]

    def _fetch(self, paths: Sequence[str]) -> None:
        objects = self._objects()
        asked = "".join(f"{objects[path]}\n" for path in paths).encode()
        answer = run_git(["cat-file", "--batch"], cwd=self.root, git_dir=self.git_dir, stdin=asked)
        place = 0
        for path in paths:
            end = answer.index(b"\n", place)
            head = answer[place:end].split()
            if len(head) != 3:
                raise GitFailed(f"{path} of commit {self.commit[:12]} is not in the object database")
            size = int(head[2])
            self._read[path] = answer[end + 1 : end + 1 + size]
            place = end + 1 + size + 1


def _parents(path: str) -> list[str]:
    found = []
    while path := posixpath.dirname(path):
        found.append(path)
    return found
