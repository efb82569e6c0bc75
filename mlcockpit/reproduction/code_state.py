"""The code that a command runs is known to the byte, uncommitted work included, and its repository is not touched."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.launch import Code, CodeState
from mlcockpit.domain.redaction import Redaction, without_credentials
from mlcockpit.errors import GitFailed
from mlcockpit.ports import GitProcess
from mlcockpit.reproduction.snapshot_commit import Change, Snapshots, Written, write_snapshot

_NOT_CODE = {"mlruns", "mlartifacts", "__pycache__", ".ipynb_checkpoints", ".mlcockpit", "node_modules"}
_STORES = ("mlflow.db", "mlruns.db")
_DEEPEST = 4


@dataclass(frozen=True)
class SeenCode:
    """The state of one repository, and what was noticed while it was read."""

    code: Code
    kept: frozenset[str] = frozenset()
    """Uncommitted files that the snapshot holds, relative to the root."""
    redacted: tuple[Redaction, ...] = ()
    partial: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Status:
    commit: str | None = None
    branch: str | None = None
    changes: tuple[Change, ...] = ()
    nested: tuple[str, ...] = ()


@dataclass
class _Notes:
    redacted: list[Redaction] = field(default_factory=list)
    partial: list[str] = field(default_factory=list)


def read_code(git: GitProcess, folder: Path, *, snapshots: Snapshots, depth: int = 0) -> SeenCode:
    """Return the state of the repository that `folder` lies in, and keep its uncommitted work as a snapshot commit.

    Outside of a repository the code is empty and `partial` says so.
    """
    try:
        places = git(["rev-parse", "--show-toplevel", "--git-path", "index", "--git-path", "objects"], cwd=folder)
    except GitFailed as error:
        return SeenCode(Code(), partial=(f"code: {_why_no_repository(folder, error)}",))
    root_name, index_name, objects_name = places.decode("utf-8", "surrogateescape").splitlines()[:3]
    root, settings = Path(root_name), _settings(git, Path(root_name))
    filters, notes = _without_filters(settings), _Notes()
    with tempfile.TemporaryDirectory(prefix="mlcockpit-index-") as private:
        copy = Path(private) / "index"
        if (folder / index_name).exists():
            shutil.copy2(folder / index_name, copy)  # with its time: git takes files as young as the index for changed
        env = {"GIT_INDEX_FILE": str(copy)}
        status = _status(git, root, env, filters)
        notes.partial += [f"code: {clean(path)} is a repository of its own and is not kept" for path in status.nested]
        submodules, links = _submodules(git, root, env, snapshots, notes, depth=depth)
        code = Code(
            repository=without_credentials(settings["remote.origin.url"]) if "remote.origin.url" in settings else None,
            root=str(root),
            commit=status.commit,
            branch=status.branch,
            submodules=submodules,
        )
        if not status.changes and not links:
            return SeenCode(code, redacted=tuple(notes.redacted), partial=tuple(notes.partial))
        written = write_snapshot(
            git, root, status.commit, status.changes, links=links, snapshots=snapshots, objects=folder / objects_name,
            env=env, config=filters,
        )  # fmt: skip
    return _dirty(code, written, snapshots, notes)


def _dirty(code: Code, written: Written, snapshots: Snapshots, notes: _Notes) -> SeenCode:
    kept = replace(
        code,
        dirty=True,
        snapshot_commit=written.commit,
        snapshot_store=str(snapshots.store),
        patch_sha256=written.patch_sha256,
    )
    redacted, partial = (*notes.redacted, *written.redacted), (*notes.partial, *written.partial)
    return SeenCode(kept, frozenset(written.kept), redacted, partial)


def read_editable(git: GitProcess, name: str, folder: Path, *, snapshots: Snapshots) -> tuple[CodeState, SeenCode]:
    """Return the state of an editable installation's repository."""
    seen = read_code(git, folder, snapshots=snapshots)
    code = seen.code
    state = CodeState(name, str(folder), code.commit, code.dirty, code.snapshot_commit)
    partial = tuple(f"{name} (editable): {line}" for line in seen.partial)
    return state, replace(seen, partial=partial)


def _why_no_repository(folder: Path, error: GitFailed) -> str:
    if error.status == 128 and "not a git repository" in error.what:
        return f"{clean(folder)} is in no git repository, so the code itself is not kept"
    return clean(error.what)


def _settings(git: GitProcess, root: Path) -> dict[str, str]:
    listed = git(["config", "--null", "--list"], cwd=root).decode("utf-8", "surrogateescape")
    return dict(pair.split("\n", 1) for pair in listed.split("\0") if "\n" in pair)


def _without_filters(settings: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return configuration that takes the command out of every clean and smudge filter: they are code too."""
    names = sorted({key.rpartition(".")[0] for key in settings if key.startswith("filter.")})
    return [(f"{name}.{word}", value) for name in names for word, value in _NO_FILTER]


_NO_FILTER = (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))


def _status(git: GitProcess, root: Path, env: Mapping[str, str], config: Sequence[tuple[str, str]]) -> _Status:
    args = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--no-renames"]
    out = git([*args, "--ignore-submodules=all"], cwd=root, env=env, config=config)
    commit, branch, changes, nested = None, None, [], []
    for line in out.decode("utf-8", "surrogateescape").split("\0"):
        kind, _, rest = line.partition(" ")
        if line.startswith("# branch.oid "):
            commit = line[13:] if line[13:] != "(initial)" else None
        elif line.startswith("# branch.head "):
            branch = line[14:] if line[14:] != "(detached)" else None
        elif kind == "1":
            changes.append(Change(rest.split(" ", 7)[7], tracked=True))
        elif kind == "u":
            changes.append(Change(rest.split(" ", 9)[9], tracked=True))
        elif kind == "?" and rest.endswith("/"):
            nested.append(rest)
        elif kind == "?" and not _is_output(rest, root):
            changes.append(Change(rest, tracked=False))
    return _Status(commit, branch, tuple(changes), tuple(nested))


def _is_output(path: str, root: Path) -> bool:
    parts = path.split("/")
    if _NOT_CODE & set(parts[:-1]) or parts[-1].startswith(_STORES):
        return True
    top = root / parts[0]
    return len(parts) > 1 and (top / "pyvenv.cfg").exists()


def _submodules(
    git: GitProcess, root: Path, env: Mapping[str, str], snapshots: Snapshots, notes: _Notes, *, depth: int
) -> tuple[tuple[CodeState, ...], dict[str, str]]:
    """Return every initialised submodule, and path → commit where it is not the one that the index names."""
    if not (root / ".gitmodules").exists() or depth >= _DEEPEST:
        return (), {}
    states, moved = [], {}
    for line in git(["ls-files", "--stage", "-z"], cwd=root, env=env).decode("utf-8", "surrogateescape").split("\0"):
        if not line.startswith("160000 "):
            continue
        named, path = line.split(" ")[1], line.split("\t", 1)[1]
        if not (root / path / ".git").exists():
            notes.partial.append(f"code: submodule {clean(path)} is not checked out")
            continue
        seen = read_code(git, root / path, snapshots=snapshots, depth=depth + 1)
        notes.redacted += seen.redacted
        notes.partial += [f"submodule {clean(path)}: {line}" for line in seen.partial]
        states.append(CodeState(path, path, seen.code.commit, seen.code.dirty, seen.code.snapshot_commit))
        now = seen.code.snapshot_commit or seen.code.commit
        if now and now != named:
            moved[path] = now
    return tuple(states), moved
