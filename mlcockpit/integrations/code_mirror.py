"""Old code is checked out of a bare mirror of ours, so that the user's repository is never written and configures nothing."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlcockpit.errors import EvidenceMissing, GitFailed
from mlcockpit.integrations.git_process import run_git
from mlcockpit.integrations.git_source import GitSource

CLONE_S = 900.0


class CodeMirror:
    """ports.CodeStore: one bare clone for each of the user's repositories, below the user's own folder."""

    def __init__(self, home: Path, source: Path) -> None:
        self.source = source
        name = hashlib.sha256(str(source.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:20]
        self.path = home / "mirrors" / f"{name}.git"

    def check_out(self, commit: str, folder: Path, branch: str, *, store: str = "") -> None:
        """Make `folder` a worktree of `commit` on a new `branch`; `store` is another repository that may hold it."""
        with self._locked():
            self._ensure()
            self._bring(commit, store)
            self._git("worktree", "add", "--quiet", "-b", branch, "--", str(folder), commit)

    def apply(self, folder: Path, patch: str) -> None:
        """Apply uncommitted changes to a worktree; git itself refuses paths outside of it."""
        try:
            run_git(["apply", "--whitespace=nowarn", "-"], cwd=folder, stdin=patch.encode("utf-8", "surrogateescape"))
        except GitFailed as failed:
            raise EvidenceMissing(f"the recorded changes do not fit the commit: {failed}") from failed

    def remove(self, folder: Path, branch: str) -> None:
        """Take a worktree and its branch away, whatever state a crash left them in."""
        if not self.path.exists():
            shutil.rmtree(folder, ignore_errors=True)
            return
        with self._locked():
            self._try("worktree", "unlock", str(folder))
            self._try("worktree", "remove", "--force", "--force", str(folder))
            shutil.rmtree(folder, ignore_errors=True)
            self._try("worktree", "prune")
            self._try("branch", "-D", "--quiet", "--", branch)

    def blobs_of(self, path: str) -> Iterator[bytes]:
        """Yield every version that the history holds of a file, newest first."""
        with self._locked():
            self._ensure()
            listed = self._git("log", "--all", "--format=%H", "--max-count=200", "--", path).decode().split()
        for commit in listed:
            try:
                yield self._git("cat-file", "blob", f"{commit}:{path}")
            except GitFailed:
                continue

    def _ensure(self) -> None:
        if (self.path / "complete").exists():
            return
        shutil.rmtree(self.path, ignore_errors=True)
        run_git(
            ["clone", "--quiet", "--bare", "--no-local", "--", str(self.source), str(self.path)],
            cwd=self.path.parent,
            file_protocol=True,
            timeout_s=CLONE_S,
        )
        self._git("config", "remote.origin.url", GitSource(self.source).remote_url() or str(self.source))
        (self.path / "complete").touch()

    def _bring(self, commit: str, store: str) -> None:
        if self._has(commit):
            return
        for place in [store] * bool(store) + [str(self.source)]:
            for wanted in ([commit], ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]):
                self._try("fetch", "--quiet", "--no-write-fetch-head", "--end-of-options", place, *wanted)
                if self._has(commit):
                    return
        raise EvidenceMissing(
            f"commit {commit[:12]} cannot be brought from {self.source}", hint="is part of its history missing?"
        )

    def _has(self, commit: str) -> bool:
        listed = self._try("rev-list", "--objects", "--missing=print", "--no-walk", commit, "--")
        return listed is not None and b"?" not in listed.split(b"\n", 1)[0] and b"\n?" not in listed

    def _git(self, *args: str) -> bytes:
        return run_git(args, git_dir=self.path, cwd=self.path.parent, file_protocol=True, timeout_s=CLONE_S)

    def _try(self, *args: str) -> bytes | None:
        try:
            return self._git(*args)
        except GitFailed:
            return None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
