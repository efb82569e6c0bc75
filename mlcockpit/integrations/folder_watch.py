"""Files that any program opens for reading below some folders are noted by the kernel, also where no Python is involved.

inotify tells which file was closed after reading, not who read it: what is noted here was opened by some process while the
command ran. Linux only; elsewhere, and where folders are too many, `partial` says what was not watched.
"""

import ctypes
import os
import select
import struct
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from mlcockpit.domain.cleaning import clean

MOST_FOLDERS = 2000
MOST_FILES = 20_000
NOT_WATCHED = {
    *(".git", ".hg", ".svn", ".mlcockpit", ".dvc", "mlruns", "mlartifacts", "__pycache__", "node_modules", ".venv"),
    *("site-packages", ".tox", ".nox", ".ipynb_checkpoints", ".mypy_cache", ".ruff_cache", ".pytest_cache"),
}
_CLOSE_NOWRITE, _ONLYDIR, _ISDIR, _OVERFLOW = 0x10, 0x01000000, 0x40000000, 0x4000
_HEADER = struct.Struct("iIII")


class FolderWatch:
    """Notes what is read below `folders`, best first, from entering to leaving."""

    def __init__(self, folders: Sequence[Path], *, most: int = MOST_FOLDERS) -> None:
        self.opened: dict[str, tuple[int, int]] = {}
        """Path → size and modification time (ns) when it was first seen to be read."""
        self.partial: list[str] = []
        self._folders, self._most = folders, most
        self._names: dict[int, str] = {}
        self._handle = -1

    def __enter__(self) -> Self:
        libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(libc, "inotify_init1"):
            self.partial.append("data: reads of programs other than Python are not seen on this system")
            return self
        self._handle = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if self._handle < 0:
            self._refused("watching")
            return self
        self._stop, self._stopping = os.pipe()
        self._add_all(libc)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._handle < 0:
            return
        os.close(self._stopping)
        self._thread.join()
        for handle in (self._handle, self._stop):
            os.close(handle)

    def _add_all(self, libc: ctypes.CDLL) -> None:
        for number, folder in enumerate(_below(self._folders)):
            if number >= self._most:
                self.partial.append(
                    f"data: only {self._most} folders are watched; reads of programs other than Python are not seen "
                    f"from {clean(folder)} on"
                )
                return
            watch = libc.inotify_add_watch(self._handle, os.fsencode(folder), _CLOSE_NOWRITE | _ONLYDIR)
            if watch >= 0:
                self._names[watch] = folder
            elif ctypes.get_errno() not in (2, 13, 20):  # gone, not ours, no folder any more
                self._refused(f"{clean(folder)} and what follows")
                return

    def _refused(self, what: str) -> None:
        why = os.strerror(ctypes.get_errno())
        self.partial.append(f"data: {what} cannot be watched ({why}); reads of programs other than Python are not seen")

    def _listen(self) -> None:
        stopped = False
        while not stopped:
            ready, _, _ = select.select([self._handle, self._stop], [], [])
            stopped = self._stop in ready
            try:
                while found := os.read(self._handle, 1 << 16):
                    self._note(found)
            except BlockingIOError:
                continue

    def _note(self, found: bytes) -> None:
        place = 0
        while place < len(found):
            watch, mask, _, size = _HEADER.unpack_from(found, place)
            name = found[place + _HEADER.size : place + _HEADER.size + size].rstrip(b"\0")
            place += _HEADER.size + size
            if mask & _OVERFLOW and len(self.partial) < 10:
                self.partial.append("data: more files were read at once than the kernel remembers; some are not noted")
            folder = self._names.get(watch)
            if mask & _ISDIR or folder is None or not name or len(self.opened) >= MOST_FILES:
                continue
            path = os.path.join(folder, os.fsdecode(name))
            if path in self.opened:
                continue
            try:
                state = os.stat(path)
            except OSError:
                continue
            self.opened[path] = (state.st_size, state.st_mtime_ns)


def _below(folders: Sequence[Path]) -> Iterator[str]:
    """Yield each folder and those below it once, level by level; links to folders are followed, environments are not."""
    seen: set[tuple[int, int]] = set()
    waiting = [str(folder) for folder in folders]
    for top in waiting:
        try:
            state = os.stat(top)
            entries = sorted(os.scandir(top), key=lambda entry: entry.name)
        except OSError:
            continue
        if (state.st_dev, state.st_ino) in seen or any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        seen.add((state.st_dev, state.st_ino))
        yield top
        waiting.extend(entry.path for entry in entries if entry.name not in NOT_WATCHED and entry.is_dir())
