"""Old code is checked out of a bare mirror of ours, so that the user's repository is never written and configures nothing."""

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import EvidenceMissing, GitFailed
from mlcockpit.integrations.commit_parts import Submodule, common_folder, fill_large_files, named_submodules
from mlcockpit.integrations.git_process import run_git
from mlcockpit.integrations.git_source import GitSource

CLONE_S = 900.0
NO_FILTER = (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))


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
            filters = self._no_filters()
            self._git("worktree", "add", "--quiet", "-b", branch, "--", str(folder), commit, config=filters)

    def fill(self, folder: Path, commit: str, *, store: str = "") -> tuple[str, ...]:
        """Bring submodules and large files from what lies beside the user's repository; return what could not be had.

        Raises EvidenceMissing for a submodule that was checked out here and whose commit is gone.
        """
        listed = self._git("ls-tree", "-r", "-z", commit).decode("utf-8", "surrogateescape").split("\0")
        lacking = []
        if any(line.endswith(".gitattributes") for line in listed):
            lacking += fill_large_files(folder, common_folder(self.source) / "lfs" / "objects")
        for one in self._submodules(commit, [line for line in listed if line.startswith("160000 ")]):
            source = common_folder(self.source) / "modules" / one.name
            if not (source / "HEAD").is_file():
                source = self.source / one.path
            if not (source / "HEAD").is_file() and not (source / ".git").exists():
                lacking.append(f"submodule {clean(one.path)} was never checked out here and stays empty")
                continue
            inner = CodeMirror(self.path.parent.parent, source)
            try:
                inner.spread(one.commit, folder / one.path, store=store)
            except EvidenceMissing as missing:
                raise EvidenceMissing(
                    f"submodule {clean(one.path)}: commit {one.commit[:12]} is gone from {source}",
                    hint=f"fetch it: git -C {clean(one.path)} fetch origin {one.commit}",
                ) from missing
            lacking += [f"{clean(one.path)}/{line}" for line in inner.fill(folder / one.path, one.commit, store=store)]
        return tuple(lacking)

    def spread(self, commit: str, folder: Path, *, store: str = "") -> None:
        """Write the files of `commit` into `folder`, without a repository."""
        with self._locked(), tempfile.TemporaryDirectory(prefix="mlcockpit-index-") as private:
            self._ensure()
            self._bring(commit, store)
            folder.mkdir(parents=True, exist_ok=True)
            env = {"GIT_INDEX_FILE": str(Path(private) / "index"), "GIT_WORK_TREE": str(folder)}
            self._git("read-tree", commit, env=env)
            self._git("checkout-index", "--all", "--force", "--quiet", env=env, config=self._no_filters())

    def _submodules(self, commit: str, links: Sequence[str]) -> list[Submodule]:
        text = self._try("config", "--null", "--blob", f"{commit}:.gitmodules", "--list") if links else None
        return named_submodules(links, (text or b"").decode("utf-8", "surrogateescape"))

    def _no_filters(self) -> list[tuple[str, str]]:
        """Return configuration that takes the commands of every filter out: large files are filled in without them."""
        listed = self._try("config", "--null", "--name-only", "--get-regexp", r"^filter\.") or b""
        names = {name.rpartition(".")[0] for name in listed.decode("utf-8", "replace").split("\0") if name}
        return [(f"{name}.{key}", value) for name in sorted(names) for key, value in NO_FILTER]

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

    def _git(self, *args: str, env: Mapping[str, str] | None = None, config: Sequence[tuple[str, str]] = ()) -> bytes:
        return run_git(
            args,
            git_dir=self.path,
            cwd=self.path.parent,
            env=env,
            config=config,
            file_protocol=True,
            timeout_s=CLONE_S,
        )

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
