"""Of all files that a launch opened, these are data; each is known by the sha-256 of its bytes."""

import glob
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.launch import DataRead
from mlcockpit.domain.redaction import SECRET_FILE
from mlcockpit.reproduction.reads import Opened

_CODE = {
    *(".py", ".pyi", ".pyx", ".ipynb", ".r", ".jl", ".sh", ".toml", ".cfg", ".ini", ".yaml", ".yml"),
    *(".md", ".rst", ".lock", ".in", ".typed"),
}
_PROGRAM = {".py", ".pyi", ".pyx", ".ipynb", ".r", ".jl", ".sh"}
_CODE_NAMES = {"MLproject", "Makefile", "Dockerfile", "Pipfile", "conda.yaml", "requirements.txt", "LICENSE"}
_OUTPUT_FOLDERS = {"mlruns", "mlartifacts", "__pycache__", ".mlcockpit", ".git", ".ipynb_checkpoints"}
_HOME_NOISE = (".config/", ".local/", ".cache/matplotlib", ".cache/fontconfig", ".cache/uv", ".cache/pip", ".ssh/")
_MOST_OF_A_FOLDER = 10_000


@dataclass(frozen=True)
class Place:
    """Where a launch ran, as far as it decides what is data."""

    root: Path
    """Top of the work tree, or the working directory outside of one."""
    tracked: frozenset[str]
    """Paths that the commit holds."""
    kept: frozenset[str]
    """Uncommitted paths that the snapshot holds."""
    started_ns: int
    ignored: tuple[str, ...] = ()
    """Folders whose files are no data: the interpreter's, editable installations."""


@dataclass
class SeenData:
    """What was read, sorted into data and code."""

    data: list[DataRead] = field(default_factory=list)
    untracked: list[str] = field(default_factory=list)
    """Code that no commit holds and that was read."""
    partial: list[str] = field(default_factory=list)


def sort_reads(reads: Mapping[str, Opened], place: Place, step: Callable[[str], None] = lambda path: None) -> SeenData:
    """Return the data among the files read, with digests; a file that changed since it was opened has none."""
    seen = SeenData()
    for path, opened in sorted(_expanded(reads).items()):
        if _is_no_input(path, opened, place):
            continue
        inside = _inside(path, place.root)
        if inside is not None and inside not in place.tracked and _is_code(path):
            seen.untracked.append(inside)
        if _is_code(path) and (inside is None or inside in place.tracked or inside in place.kept):
            if inside is None and opened.seen == "python" and Path(path).suffix.lower() in _PROGRAM:
                seen.partial.append(f"code: {clean(path)} was read and is in no repository that is kept")
            continue
        step(path)
        sha256 = _digest(path, opened)
        if sha256 is None and opened.seen == "folder":
            continue  # something that the launch made or changed
        if sha256 is None:
            seen.partial.append(f"data: {clean(path)} changed or vanished after it was read")
        if inside is not None and _is_code(path):
            seen.partial.append(f"code: {clean(inside)} is ignored by git; only its digest is kept")
        seen.data.append(DataRead(inside or path, path, sha256, opened.size, inside in place.tracked, opened.seen))
    return seen


def _expanded(reads: Mapping[str, Opened]) -> dict[str, Opened]:
    found: dict[str, Opened] = {}
    for path, opened in reads.items():
        if opened.size >= 0:
            found[path] = opened
            continue
        for each in _members(path):
            try:
                state = os.stat(each)
            except OSError:
                continue
            found.setdefault(each, Opened(state.st_size, state.st_mtime_ns))
    return found


def _members(path: str) -> Iterator[str]:
    """Yield the files of a folder or pattern that a reader was given."""
    names = glob.iglob(f"{glob.escape(path)}/**" if os.path.isdir(path) else path, recursive=True)
    for number, name in enumerate(names):
        if number >= _MOST_OF_A_FOLDER:
            return
        if os.path.isfile(name):
            yield name


def _is_no_input(path: str, opened: Opened, place: Place) -> bool:
    """Tell whether the launch made the file itself, or a program reads it whatever it computes."""
    if opened.mtime_ns >= place.started_ns or SECRET_FILE.search(path):
        return True
    if _OUTPUT_FOLDERS & set(Path(path).parts) or path.startswith(place.ignored):
        return True
    home = _inside(path, Path.home())
    if home is not None and home.startswith(_HOME_NOISE) and _inside(path, place.root) is None:
        return True
    return _is_tracking_store(path)


def _is_code(path: str) -> bool:
    name = Path(path)
    return name.suffix.lower() in _CODE or name.name in _CODE_NAMES


def _is_tracking_store(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            if not file.read(16).startswith(b"SQLite format 3"):
                return False
        uri = f"{Path(path).absolute().as_uri()}?mode=ro"
        with sqlite3.connect(uri, uri=True, timeout=1) as database:
            names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        database.close()
    except (OSError, sqlite3.Error):
        return False
    return {"alembic_version", "experiments", "runs"} <= names


def _inside(path: str, root: Path) -> str | None:
    """Return the path relative to root; None where it is outside."""
    top = f"{root}{os.sep}"
    return path[len(top) :] if path.startswith(top) else None


def _digest(path: str, opened: Opened) -> str | None:
    try:
        with open(path, "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            state = os.fstat(file.fileno())
    except OSError:
        return None
    return sha256 if (state.st_size, state.st_mtime_ns) == (opened.size, opened.mtime_ns) else None
