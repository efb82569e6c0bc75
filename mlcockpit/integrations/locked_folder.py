"""A folder that several processes may build is built by one of them, and a file appears whole or not at all."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def publish(path: Path, text: str) -> None:
    """Write a file so that no reader sees half of it."""
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(text)
    part.replace(path)


@contextmanager
def locked(top: Path) -> Iterator[None]:
    """Hold the lock of a folder, which need not exist."""
    top.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (top.parent / f"{top.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
