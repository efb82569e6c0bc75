"""A command is stopped before it takes more space than it was given, or the last that is free."""

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

LEAST_LEFT = 100 * 2**20
"""Bytes that are left free for everything else on the disk."""
SHORTEST_S, SHARE = 0.5, 50
"""How long is waited between looks: half a second, or fifty times what the last look took."""
BLOCK = 512


class Space:
    """What a few folders hold, beyond what they held at first."""

    def __init__(self, folders: Sequence[Path], most: int) -> None:
        self.folders = _outer(folders)
        self.most = most
        self._pause_s = SHORTEST_S
        self._before = self._held()

    @property
    def pause_s(self) -> float:
        """Return how long to wait before the next look."""
        return self._pause_s

    def trouble(self) -> str:
        """Return in words why the command has to stop; empty where it may go on."""
        taken = self._held() - self._before
        if taken >= self.most:
            return f"it wrote {_gigabytes(taken)} where {_gigabytes(self.most)} were allowed (--disk)"
        free = min((shutil.disk_usage(one).free for one in self.folders), default=self.most)
        if free < LEAST_LEFT and taken > 0:
            return f"it wrote {_gigabytes(taken)} and only {free // 2**20} MB are free on the disk"
        return ""

    def _held(self) -> int:
        started = time.perf_counter()
        held = sum(_size(folder) for folder in self.folders)
        self._pause_s = max(SHORTEST_S, SHARE * (time.perf_counter() - started))
        return held


def _outer(folders: Sequence[Path]) -> list[Path]:
    there = sorted({one.resolve() for one in folders if one.is_dir()})
    return [one for one in there if not any(parent in there for parent in one.parents)]


def _size(folder: Path) -> int:
    """Return the bytes that a folder takes on the disk; a link counts as itself, and what vanishes meanwhile as nothing."""
    held, left = 0, [str(folder)]
    while left:
        try:
            with os.scandir(left.pop()) as entries:
                for entry in entries:
                    try:
                        held += entry.stat(follow_symlinks=False).st_blocks * BLOCK
                        if entry.is_dir(follow_symlinks=False):
                            left.append(entry.path)
                    except OSError:
                        continue
        except OSError:
            continue
    return held


def _gigabytes(size: int) -> str:
    return f"{size / 2**30:.2g} GB" if size >= 2**30 else f"{size // 2**20} MB"
