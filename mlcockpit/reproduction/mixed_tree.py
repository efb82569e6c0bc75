"""The files of two commits are sorted into code, data, parameters and environment, and mixed into a commit of our own."""

import posixpath
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlcockpit.ports import GitProcess
from mlcockpit.reproduction.snapshot_commit import IDENTITY, move_objects, prepare_store
from mlcockpit.reproduction.source.reading import DATA_LIKE

ENVIRONMENT = re.compile(
    r"(^|/)(requirements[^/]*\.(txt|in|lock)|requirements/[^/]+\.(txt|in)|constraints[^/]*|[^/]+\.lock|Pipfile|setup\.(py|cfg)"
    r"|pyproject\.toml|conda[^/]*\.ya?ml|environment\.ya?ml|python_env\.ya?ml|\.python-version|runtime\.txt)$"
)
"""Files that say which packages there are."""
POINTER = re.compile(r"(\.dvc|(^|/)dvc\.lock)$")
"""Small files that stand for data."""
INERT = re.compile(
    r"((^|/)(\.git(ignore|attributes|modules|keep)|\.editorconfig|LICEN[CS]E[^/]*|NOTICE|CODEOWNERS|mlcockpit\.toml)|\.(md|rst|svg|png|jpe?g))$"
    r"|(^|/)\.(github|gitlab|vscode|idea|mlcockpit)/|(^|/)\.(gitlab-ci|pre-commit-config)\.ya?ml$"
)
"""Files that no training reads."""
CONFIG = re.compile(r"\.(ya?ml|toml|ini|cfg|json)$", re.IGNORECASE)
DATA_FOLDER = re.compile(r"(^|/)(data|dataset|datasets|raw|input|inputs)/", re.IGNORECASE)
NOT_CONFIG = frozenset({"dvc.yaml", "MLproject"})


@dataclass(frozen=True)
class FileChange:
    """One path whose content differs between two commits."""

    path: str
    old: tuple[str, str]
    """Mode and object id at the first commit; zeros where it is not there."""
    new: tuple[str, str]
    cause: str
    """code, environment, data or parameters; empty: nothing that runs reads it."""


@dataclass(frozen=True)
class MixedTrees:
    """A bare repository of ours that sees both commits and holds the mixtures of their trees."""

    git: GitProcess
    store: Path

    def see(self, objects: Sequence[Path]) -> None:
        """Make the store, and let it see the objects of other repositories, which it never writes."""
        self.store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for one in objects:
            prepare_store(self.git, self.store, one)

    def changes(self, first: str, second: str, data: Sequence[str]) -> tuple[FileChange, ...]:
        """Return every path that differs between two commits; `data` are files and folders known as inputs."""
        listed = self.git(
            ["diff-tree", "-r", "-z", "--no-renames", "--full-index", "--raw", first, second, "--"], git_dir=self.store
        )
        return tuple(_changes(listed, frozenset(data)))

    def mix(self, base: str, entries: Mapping[str, tuple[str, str]], note: str) -> str:
        """Return a commit on top of `base` in which `entries` (path → mode and object) stand as given.

        The same mixture is the same commit, whenever and wherever it is made.
        """
        with tempfile.TemporaryDirectory(prefix="mixing-", dir=self.store) as folder:
            incoming = Path(folder) / "objects"
            incoming.mkdir()
            seeing = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            # Alone while trees are written: git would renew the times of equal objects in the user's store.
            alone = {**seeing, "GIT_OBJECT_DIRECTORY": str(incoming)}
            joined = {**alone, "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self.store / "objects"), **IDENTITY}
            self.git(["read-tree", base], git_dir=self.store, env=seeing)
            lines = "".join(f"{mode} {blob}\t{path}\0" for path, (mode, blob) in sorted(entries.items()))
            stdin = lines.encode("utf-8", "surrogateescape")
            self.git(["update-index", "-z", "--index-info"], git_dir=self.store, env=seeing, stdin=stdin)
            tree = self.git(["write-tree", "--missing-ok"], git_dir=self.store, env=alone).decode().strip()
            commit = self.git(["commit-tree", tree, "-p", base, "-m", note], git_dir=self.store, env=joined)
            move_objects(incoming, self.store / "objects")
            shutil.rmtree(incoming, ignore_errors=True)
        return commit.decode().strip()


def cause_of(path: str, data: frozenset[str]) -> str:
    """Return which ingredient a file of the repository belongs to; empty where nothing that runs reads it."""
    name = posixpath.basename(path)
    if POINTER.search(path):
        return "data"
    if ENVIRONMENT.search(path):
        return "environment"
    known = path in data or any(path.startswith(f"{folder}/") for folder in data)
    if CONFIG.search(path) and name not in NOT_CONFIG and not DATA_FOLDER.search(path):
        return "" if INERT.search(path) else "parameters"
    if known or DATA_LIKE.search(path):
        return "data"
    if INERT.search(path):
        return ""
    return "data" if DATA_FOLDER.search(path) and not path.endswith(".py") else "code"


def _changes(listed: bytes, data: frozenset[str]) -> Iterator[FileChange]:
    words = iter(listed.split(b"\0"))
    for meta in words:
        if not meta.startswith(b":"):
            continue
        old_mode, new_mode, old, new, _ = meta[1:].decode().split()
        path = next(words).decode("utf-8", "surrogateescape")
        cause = "code" if "160000" in {old_mode, new_mode} else cause_of(path, data)
        yield FileChange(path, _there(old_mode, old), _there(new_mode, new), cause)


def _there(mode: str, blob: str) -> tuple[str, str]:
    return ("0", blob) if mode == "000000" else (mode, blob)
