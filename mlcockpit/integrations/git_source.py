"""A git repository is read as it is: commits, people by .mailmap, trees and tags, and nothing it configures runs."""

import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import GitFailed
from mlcockpit.integrations.git_log import LOG, commits_in
from mlcockpit.integrations.git_process import run_git
from mlcockpit.ports import Commit, Tag

_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NONE = 128
"""How git ends when what was named is not there."""
_LFS = {b"git-lfs clean -- %f", b"git-lfs smudge -- %f", b"git-lfs filter-process"}
_TAG_FORMAT = "%00".join(
    f"%({field})"
    for field in (
        "objecttype",
        "*objecttype",
        "objectname",
        "*objectname",
        "creatordate:unix",
        "taggername",
        "refname:strip=2",
    )
)


def open_repository(start: Path) -> "GitSource | None":
    """Return the repository whose work tree holds `start`, None where there is none; raises GitFailed if it refuses."""
    start = start.absolute()
    if not any((folder / ".git").exists() for folder in (start, *start.parents)):
        return None
    top = run_git(["rev-parse", "--show-toplevel"], cwd=start)
    return GitSource(Path(os.fsdecode(top.removesuffix(b"\n"))))


class GitSource:
    """ports.SourceControl on one repository with a work tree."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def head(self) -> str | None:
        """Return the full id of HEAD; None in a repository without commits."""
        return self._git("rev-parse", "--verify", "--quiet", "HEAD^{commit}", accept=(0, 1)).decode().strip() or None

    def branch(self) -> str | None:
        """Return the branch that is checked out; None when detached."""
        name = self._git("symbolic-ref", "--quiet", "--short", "HEAD", accept=(0, 1))
        return _text(name).rstrip("\n") or None

    def remote_url(self) -> str | None:
        """Return the URL of origin without credentials; None where there is none."""
        url = _text(self._git("config", "--get", "remote.origin.url", accept=(0, 1))).rstrip("\n")
        return without_credentials(url) if url else None

    def is_shallow(self) -> bool:
        """Tell whether the history was cut off when this repository was cloned."""
        return self._git("rev-parse", "--is-shallow-repository").strip() == b"true"

    def commits(
        self, *, since: datetime | None = None, paths: bool = False, after: str | None = None
    ) -> Iterator[Commit]:
        """Yield the commits of HEAD's history, newest first; only those that `after` does not reach where it is given."""
        if self.head() is None:
            return
        names = ["--name-only"] if paths else []
        limit = [f"--since={since.astimezone(UTC):%Y-%m-%dT%H:%M:%S+00:00}"] if since else []
        known = [f"^{_checked(after)}"] if after else []
        yield from commits_in(self._git("log", *LOG, *names, *limit, "HEAD", *known, "--"))

    def tags(self) -> Sequence[Tag]:
        """Return every tag of a commit, oldest first."""
        lines = _text(self._git("for-each-ref", "--sort=creatordate", f"--format={_TAG_FORMAT}", "refs/tags"))
        return [tag for line in lines.split("\n") if line and (tag := _tag(*line.split("\0")))]

    def missing(self, commit: str) -> Sequence[str]:
        """Return the ids of the trees and blobs of `commit` that are not here; the commit's own id where that is gone."""
        try:
            listed = self._git(
                "rev-list", "--objects", "--missing=print", "--no-walk", "--end-of-options", _checked(commit), "--"
            )
        except GitFailed as failed:
            if failed.status != _NONE:
                raise
            return [commit]
        return [line[1:].decode() for line in listed.splitlines() if line.startswith(b"?")]

    def exists(self, commit: str) -> bool:
        """Tell whether `commit` and all its trees and blobs are here."""
        return bool(_ID.fullmatch(commit)) and not self.missing(commit)

    def read(self, commit: str, path: str) -> bytes | None:
        """Return a file's bytes at a commit; None where it is not there."""
        # GitPython costs a tenth of a second to import; history and status never need it
        from mlcockpit.integrations.git_objects import read

        return read(self.root, _checked(commit), path)

    def blame(self, commit: str, path: str) -> dict[str, int]:
        """Return how many lines of a file each author's address answers for at a commit; empty where it is not there."""
        from mlcockpit.integrations.git_objects import lines_by_author

        return lines_by_author(self.root, _checked(commit), path)

    def files(self, commit: str) -> Sequence[str]:
        """Return every path at a commit."""
        listed = self._git("ls-tree", "-r", "-z", "--name-only", "--full-tree", _checked(commit), "--")
        return [_text(path) for path in listed.split(b"\0") if path]

    def is_dirty(self) -> bool:
        """Tell whether tracked files differ from HEAD or untracked ones are there that nothing ignores."""
        filters = self._filters()
        return bool(
            run_git(["status", "--porcelain", "-z", "--ignore-submodules=dirty"], cwd=self.root, config=filters)
        )

    def _filters(self) -> list[tuple[str, str]]:
        """Return configuration that turns off every content filter of the repository but Git LFS: they are commands."""
        listed = self._git("config", "-z", "--get-regexp", r"^filter\..*\.(clean|smudge|process)$", accept=(0, 1))
        pairs = [entry.partition(b"\n") for entry in listed.split(b"\0") if entry]
        return [(_text(key), "") for key, _, command in pairs if command not in _LFS]

    def _git(self, *args: str, accept: Sequence[int] = (0,)) -> bytes:
        return run_git(args, cwd=self.root, accept=accept)


def without_credentials(url: str) -> str:
    """Return `url` without user, password, query and fragment; the user of an ssh address stays, for it is no secret."""
    parts = urlsplit(url)
    if not parts.scheme or not parts.netloc:
        return url
    user, _, host = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    kept = f"{name}@{host}" if name and parts.scheme in ("ssh", "git+ssh") else host
    return urlunsplit((parts.scheme, kept, parts.path, "", ""))


def _checked(commit: str) -> str:
    """Return `commit`; raise GitFailed unless it is a full id: what a stranger recorded must not reach git as an option."""
    if not _ID.fullmatch(commit):
        raise GitFailed(f"{clean(commit, 80)} is not a commit id", hint="a commit is 40 or 64 hexadecimal digits")
    return commit


def _tag(kind: str, peeled_kind: str, target: str, peeled: str, at: str, by: str, name: str) -> Tag | None:
    """Return the tag; None where it names a tree or a file."""
    if "commit" not in (kind, peeled_kind):
        return None
    return Tag(name, peeled or target, datetime.fromtimestamp(int(at or 0), UTC), by)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
