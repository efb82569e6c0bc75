"""Files and their authors at a commit are read by GitPython, whose git processes get the protected configuration too."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # else a machine without git cannot even import GitPython

import git

from mlcockpit.integrations.git_process import git_environment


def read(root: Path, commit: str, path: str) -> bytes | None:
    """Return the bytes of `path` at `commit`; None where it is no file there."""
    with _opened(root) as repository:
        try:
            found = repository.commit(commit).tree / path
            return bytes(found.data_stream.read()) if isinstance(found, git.Blob) else None
        except (KeyError, ValueError, git.exc.ODBError, git.exc.GitCommandError):
            return None


def lines_by_author(root: Path, commit: str, path: str) -> dict[str, int]:
    """Return address → lines of `path` that it wrote last; empty where there is no such file."""
    with _opened(root) as repository:
        try:
            found = repository.blame(commit, path, no_textconv=True)
        except git.exc.GitCommandError:
            return {}
        counts: Counter[str] = Counter()
        for author, lines in found or ():
            counts[author.author.email or ""] += len(lines)
        return dict(counts)


@contextmanager
def _opened(root: Path) -> Iterator[git.Repo]:
    with git.Repo(root) as repository:
        repository.git.update_environment(**git_environment())
        yield repository
