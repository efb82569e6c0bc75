"""The user's repository answers what a recipe asks of it; it is only ever read."""

from datetime import UTC, datetime
from pathlib import Path

from mlcockpit.errors import GitFailed
from mlcockpit.integrations.commit_tree import CommitTree
from mlcockpit.integrations.git_process import run_git
from mlcockpit.integrations.git_source import GitSource, open_repository

MOST_LATER = 3
"""Commits after a run's own that may hold what it had not committed."""


class ProjectRepository:
    """reproduction.facts.Repository on a work tree, and on the store of snapshots beside it."""

    def __init__(self, source: GitSource, snapshots: Path | None = None) -> None:
        self.source = source
        self.snapshots = snapshots
        self.root = source.root
        self._trees: dict[str, CommitTree] = {}
        self._known: dict[str, bool] = {}
        self._name = ""

    def exists(self, commit: str) -> bool:
        """Tell whether the commit with all its trees and files is here."""
        if commit not in self._known:
            self._known[commit] = self.source.exists(commit) or self._is_snapshot(commit)
        return self._known[commit]

    def at(self, commit: str) -> CommitTree:
        """Return the files at a commit."""
        if commit not in self._trees:
            place = None if self.source.exists(commit) else self.snapshots
            self._trees[commit] = CommitTree(self.root, commit, git_dir=place)
        return self._trees[commit]

    def before(self, instant_ms: int) -> str | None:
        """Return the newest commit of HEAD's history made before an instant; None where there is none."""
        if not 0 < instant_ms < 4_000_000_000_000:
            return self.source.head()
        day = datetime.fromtimestamp(instant_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
        try:
            found = run_git(["rev-list", "-1", f"--before={day}", "HEAD", "--"], cwd=self.root)
        except GitFailed:
            return None
        return found.decode().strip() or None

    def after(self, commit: str) -> tuple[str, ...]:
        """Return the few commits of HEAD's history that came next after a commit, oldest first."""
        try:
            found = run_git(
                ["rev-list", "--ancestry-path", "--topo-order", "--reverse", f"{commit}..HEAD", "--"], cwd=self.root
            )
        except GitFailed:
            return ()
        return tuple(found.decode().split()[:MOST_LATER])

    def _is_snapshot(self, commit: str) -> bool:
        if self.snapshots is None or not (self.snapshots / "HEAD").exists():
            return False
        try:
            run_git(["cat-file", "-e", f"{commit}^{{tree}}"], git_dir=self.snapshots, cwd=self.root)
        except GitFailed:
            return False
        return True

    def name(self) -> str:
        """Return the remote's URL without credentials, or the folder."""
        if not self._name:
            self._name = self.source.remote_url() or str(self.root)
        return self._name


def open_project_repository(folder: Path, snapshots: Path | None = None) -> ProjectRepository | None:
    """Return the repository that holds `folder`; None where there is none."""
    found = open_repository(folder)
    return None if found is None else ProjectRepository(found, snapshots)
