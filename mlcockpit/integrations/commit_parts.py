"""What a commit only points to, submodules and large files, is found beside the user's repository, without a network."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlcockpit.domain.cleaning import clean

POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize (\d+)\n?"
)
LARGEST_POINTER = 1024
SAFE_NAME = re.compile(r"^(?!/)(?!.*(?:^|/)\.\.?(?:/|$))[^\0]+$")


@dataclass(frozen=True)
class Submodule:
    """A repository inside another, at one commit."""

    path: str
    name: str
    """What `.gitmodules` calls it; its path where it is not named there."""
    commit: str


def named_submodules(links: Sequence[str], settings: str) -> list[Submodule]:
    """Return the submodules of `git ls-tree` lines, named by `.gitmodules`; those that would leave the tree are left out."""
    names = {}
    for entry in settings.split("\0"):
        key, _, value = entry.partition("\n")
        if key.startswith("submodule.") and key.endswith(".path"):
            names[value] = key.removeprefix("submodule.").removesuffix(".path")
    found = []
    for line in links:
        described, _, path = line.partition("\t")
        name = names.get(path, path)
        if SAFE_NAME.match(path) and SAFE_NAME.match(name):
            found.append(Submodule(path, name, described.split(" ")[2]))
    return found


def common_folder(repository: Path) -> Path:
    """Return where a repository keeps its objects: its `.git`, the one a worktree points to, or itself where it is bare."""
    git = repository / ".git"
    if git.is_file():
        named = git.read_text("utf-8", "replace").partition("gitdir:")[2].strip()
        git = Path(os.path.normpath(repository / named))
    elif not git.is_dir():
        git = repository
    shared = git / "commondir"
    return Path(os.path.normpath(git / shared.read_text().strip())) if shared.is_file() else git


def fill_large_files(folder: Path, objects: Path) -> list[str]:
    """Put the bytes in place of every Git LFS pointer whose object is here; return a sentence for each other."""
    if not any("lfs" in one.read_text("utf-8", "replace") for one in _attributes(folder)):
        return []
    lacking = []
    for path in _files(folder):
        state = path.lstat()
        pointer = POINTER.fullmatch(path.read_bytes()) if state.st_size <= LARGEST_POINTER else None
        if pointer is None:
            continue
        digest = pointer[1].decode()
        kept = objects / digest[:2] / digest[2:4] / digest
        name = clean(path.relative_to(folder))
        if not kept.is_file():
            lacking.append(
                f"{name} is only a Git LFS pointer: object {digest[:12]} is not here; `git lfs fetch` brings it"
            )
        elif _sha256(kept) != digest:
            lacking.append(f"{name} is only a Git LFS pointer: the bytes kept for {digest[:12]} are other ones")
        else:
            path.unlink()
            shutil.copyfile(kept, path)
            path.chmod(state.st_mode & 0o777)
    return lacking


def _attributes(folder: Path) -> list[Path]:
    return [one for one in _files(folder) if one.name == ".gitattributes"]


def _files(folder: Path) -> Iterator[Path]:
    for top, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            path = Path(top, name)
            if not path.is_symlink() and path.is_file():
                yield path


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
