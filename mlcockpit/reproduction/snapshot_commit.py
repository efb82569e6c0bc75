"""Uncommitted work becomes a commit of our own, made through a private index and a private object store."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.redaction import SECRET_FILE, Redaction, fingerprint, redact
from mlcockpit.ports import GitProcess

MOST_BYTES_OF_A_FILE = 10_000_000
MOST_BYTES = 100_000_000
IDENTITY = {
    f"GIT_{who}_{what}": value
    for what, value in {
        "NAME": "mlcockpit",
        "EMAIL": "snapshot@mlcockpit.invalid",
        "DATE": "2000-01-01T00:00:00Z",
    }.items()
    for who in ("AUTHOR", "COMMITTER")
}
"""The same for every snapshot, so that the same state is the same commit."""


@dataclass(frozen=True)
class Snapshots:
    """Where snapshots are kept, and the salt of what is masked in them."""

    store: Path
    """A bare repository of ours, made on first use."""
    salt: bytes


@dataclass(frozen=True)
class Change:
    """One path that differs from HEAD."""

    path: str
    tracked: bool


@dataclass(frozen=True)
class Written:
    """A snapshot that was kept."""

    commit: str
    patch_sha256: str
    kept: tuple[str, ...]
    redacted: tuple[Redaction, ...]
    partial: tuple[str, ...]


class _Run(Protocol):
    """Git with the private index and store."""

    def __call__(self, args: Sequence[str], stdin: bytes | None = None) -> bytes:
        """Return stdout."""


@dataclass(frozen=True)
class _Store:
    write: _Run
    """Puts objects into the private store, and sees no other."""
    read: _Run
    """Sees the user's objects too."""
    salt: bytes


@dataclass
class _Draft:
    entries: list[bytes] = field(default_factory=list)
    """Lines for `update-index --index-info`."""
    plain: list[tuple[str, str]] = field(default_factory=list)
    """(mode, path) of files that are kept as they are."""
    kept: list[str] = field(default_factory=list)
    redacted: list[Redaction] = field(default_factory=list)
    partial: list[str] = field(default_factory=list)
    size: int = 0


def write_snapshot(
    git: GitProcess,
    root: Path,
    head: str | None,
    changes: Sequence[Change],
    *,
    links: Mapping[str, str],
    snapshots: Snapshots,
    objects: Path,
    env: Mapping[str, str],
    config: Sequence[tuple[str, str]],
) -> Written:
    """Keep the tree of `root` as a commit on top of `head`; `links` are submodules and their commits."""
    prepare_store(git, snapshots.store, objects)
    with tempfile.TemporaryDirectory(prefix="incoming-", dir=snapshots.store) as incoming:
        # Without alternates while it writes: git would renew the times of equal objects in the user's store.
        alone = {**env, "GIT_OBJECT_DIRECTORY": incoming}
        joined = {**alone, "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects.absolute())}

        def write(args: Sequence[str], stdin: bytes | None = None) -> bytes:
            return git(args, cwd=root, env=alone, config=config, stdin=stdin)

        def read(args: Sequence[str], stdin: bytes | None = None) -> bytes:
            return git(args, cwd=root, env={**joined, **IDENTITY}, stdin=stdin)

        draft = _Draft([_entry("160000", commit, path) for path, commit in links.items()])
        for change in changes:
            _add(_Store(write, read, snapshots.salt), root, head, change, draft)
        commit = _commit(write, read, head, draft)
        patch = read(
            ["diff-tree", "--root", "-p", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", commit]
        )
        move_objects(Path(incoming), snapshots.store / "objects")
    git(["update-ref", f"refs/snapshots/{commit}", commit], git_dir=snapshots.store)
    digest = hashlib.sha256(patch).hexdigest()
    return Written(commit, digest, tuple(draft.kept), tuple(draft.redacted), tuple(draft.partial))


def _commit(write: _Run, read: _Run, head: str | None, draft: _Draft) -> str:
    if draft.plain:
        paths = "".join(f"{path}\n" for _, path in draft.plain).encode("utf-8", "surrogateescape")
        ids = write(["hash-object", "-w", "--stdin-paths"], paths).decode().split()
        draft.entries += [_entry(mode, each, path) for (mode, path), each in zip(draft.plain, ids, strict=True)]
    write(["update-index", "-z", "--add", "--index-info"], b"".join(draft.entries))
    tree = write(["write-tree", "--missing-ok"]).decode().strip()
    parent = ["-p", head] if head else []
    return read(["commit-tree", tree, *parent, "-m", "mlcockpit snapshot"]).decode().strip()


def move_objects(incoming: Path, objects: Path) -> None:
    """Put loose objects where they belong, one rename each."""
    for path in incoming.glob("??/*"):
        target = objects / path.parent.name / path.name
        target.parent.mkdir(exist_ok=True)
        path.replace(target)


def prepare_store(git: GitProcess, store: Path, objects: Path) -> None:
    """Make `store` a bare repository of ours that also sees the objects of another one."""
    if not (store / "HEAD").exists():
        git(["init", "-q", "--bare", "--template=", str(store)])
        git(["config", "uploadpack.allowAnySHA1InWant", "true"], git_dir=store)
    alternates = store / "objects" / "info" / "alternates"
    alternates.parent.mkdir(exist_ok=True)
    known = alternates.read_text("utf-8", "surrogateescape").splitlines() if alternates.exists() else []
    if str(objects.absolute()) not in known:
        with alternates.open("a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(f"{objects.absolute()}\n")


def _entry(mode: str, object_id: str, path: str) -> bytes:
    return f"{mode} {object_id}\t{path}\0".encode("utf-8", "surrogateescape")


def _gone(path: str) -> bytes:
    return _entry("0", "0" * 40, path)


def _add(store: _Store, root: Path, head: str | None, change: Change, draft: _Draft) -> None:
    path = change.path
    try:
        state = (root / path).lstat()
    except OSError:
        draft.entries.append(_gone(path))
        return
    if stat.S_ISLNK(state.st_mode):
        target = os.fsencode(os.readlink(root / path))
        blob = store.write(["hash-object", "-w", "--stdin"], target).decode().strip()
        draft.entries.append(_entry("120000", blob, path))
        draft.kept.append(path)
    elif stat.S_ISREG(state.st_mode):
        mode = "100755" if state.st_mode & stat.S_IXUSR else "100644"
        _add_file(store, root, head, change, draft, mode=mode, size=state.st_size)


def _add_file(
    store: _Store, root: Path, head: str | None, change: Change, draft: _Draft, *, mode: str, size: int
) -> None:
    path = change.path
    if SECRET_FILE.search(path):
        with open(root / path, "rb") as file:
            print_ = hashlib.sha256(file.read(MOST_BYTES_OF_A_FILE)).hexdigest()
        draft.redacted.append(Redaction(clean(path), "file", fingerprint(print_, store.salt)))
        draft.partial.append(f"code: {clean(path)} looks like a credential file and is not kept")
        return
    if size > MOST_BYTES_OF_A_FILE or draft.size + size > MOST_BYTES:
        state = "changed" if change.tracked else "untracked"
        draft.partial.append(f"code: {clean(path)} ({state}, {size:,} bytes) is too large to keep")
        return
    draft.size += size
    draft.kept.append(path)
    data = (root / path).read_bytes()
    masked, found = _masked(store, head, change, data)
    if found:
        blob = store.write(["hash-object", "-w", "--stdin", f"--path={path}"], masked).decode().strip()
        draft.entries.append(_entry(mode, blob, path))
        draft.redacted += found
    elif "\n" in path or path.startswith('"'):
        blob = store.write(["hash-object", "-w", "--stdin", f"--path={path}"], data).decode().strip()
        draft.entries.append(_entry(mode, blob, path))
    else:
        draft.plain.append((mode, path))


def _masked(store: _Store, head: str | None, change: Change, data: bytes) -> tuple[bytes, tuple[Redaction, ...]]:
    """Return the content with new credentials masked; lines that the commit already holds stay as they are."""
    if b"\0" in data[:8000]:
        return data, ()
    text = data.decode("utf-8", "surrogateescape")
    masked, found = redact(text, salt=store.salt, where=clean(change.path))
    if not found or head is None or not change.tracked:
        return masked.encode("utf-8", "surrogateescape"), found
    before = store.read(["ls-tree", "-z", head, "--", change.path]).split()
    blob = store.read(["cat-file", "blob", before[2].decode()]) if before else b""
    known = frozenset(blob.splitlines())
    old, new = data.split(b"\n"), masked.encode("utf-8", "surrogateescape").split(b"\n")
    committed = {number for number, line in enumerate(old) if line.rstrip(b"\r") in known}
    lines = [old[number] if number in committed else line for number, line in enumerate(new)]
    fresh = tuple(each for each in found if _line(each) - 1 not in committed)
    return b"\n".join(lines), fresh


def _line(found: Redaction) -> int:
    number = found.where.rpartition(":")[2]
    return int(number) if number.isdigit() else 1
