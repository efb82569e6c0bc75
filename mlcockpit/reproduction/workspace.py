"""An attempt has a folder of its own with a lease, done-markers and logs; the next start clears what a dead one left."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mlcockpit.errors import StageFailed

LEAST_FREE = 500 * 2**20
"""Bytes that must be free before an attempt starts."""

LONGEST_LOG = 8 * 2**20
LARGEST_KEPT = 2**30
"""Bytes of a private database that is kept after its attempt."""


@dataclass
class Attempt:
    """One attempt to reproduce a run."""

    folder: Path
    lease: IO[str]

    @property
    def name(self) -> str:
        """Return the id of the reproduction."""
        return self.folder.name

    @property
    def code(self) -> Path:
        """Return where the worktree is checked out."""
        return self.folder / "code"

    @property
    def branch(self) -> str:
        """Return the temporary branch of the worktree."""
        return f"reproduce/{self.name}"

    @property
    def store(self) -> Path:
        """Return the private tracking database."""
        return self.place("store") / "tracking.db"

    @property
    def logs(self) -> Path:
        """Return where the output of every stage is kept."""
        return self.folder / "logs"

    def log(self, stage: str) -> Path:
        """Return the log of one stage."""
        return self.logs / f"{stage}.log"

    def place(self, name: str) -> Path:
        """Return a private folder such as home or tmp, made when it is first asked for."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def done(self, stage: str, facts: Mapping[str, object]) -> None:
        """Mark a stage as finished, so that a reader of the folder knows how far it came."""
        text = json.dumps(dict(facts), sort_keys=True, default=str)
        line = json.dumps(
            {"stage": stage, "facts": facts, "sha256": hashlib.sha256(text.encode()).hexdigest()}, default=str
        )
        part = self.folder / f"{stage}.part"
        with part.open("w") as out:
            out.write(line)
            out.flush()
            os.fsync(out.fileno())
        part.replace(self.folder / f"{stage}.done")

    def facts(self, stage: str) -> dict[str, str]:
        """Return the texts among the facts with which a stage was marked as finished; empty where it was not."""
        marker = self.folder / f"{stage}.done"
        found = json.loads(marker.read_text())["facts"] if marker.exists() else {}
        return {name: value for name, value in found.items() if isinstance(value, str)}

    def close(self) -> None:
        """Keep logs, markers and databases of a sensible size, drop the rest, and give the lease back."""
        for one in self.folder.iterdir():
            if one.name not in {"code", "logs", "store", "lease"} and one.suffix != ".done":
                _drop(one)
        for one in (self.folder / "store").glob("*"):
            if one.suffix not in {".db", ".notes"} or not one.is_file() or one.stat().st_size > LARGEST_KEPT:
                _drop(one)
        for one in self.logs.glob("*"):
            _shorten(one)
        with contextlib.suppress(OSError):
            (self.folder / "finished").touch()
        self.lease.close()


def _drop(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _shorten(log: Path) -> None:
    """Keep the beginning and the end of a log that is too long to keep."""
    size = log.lstat().st_size
    if log.is_symlink() or not log.is_file() or size <= LONGEST_LOG:
        return
    half = LONGEST_LOG // 2
    with log.open("r+b") as file:
        file.seek(size - half)
        end = file.read()
        file.seek(half)
        file.write(f"\n… {size - 2 * half} bytes are left out here …\n".encode() + end)
        file.truncate()


def open_attempt(home: Path, run_id: str) -> Attempt:
    """Return a new attempt whose lease this process holds."""
    attempts = home / "attempts"
    attempts.mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(attempts).free
    if free < LEAST_FREE:
        raise StageFailed(
            f"only {free // 2**20} MB are free under {attempts}", hint="free some space, or move it with MLCOCKPIT_HOME"
        )
    folder = Path(tempfile.mkdtemp(prefix=f"{_slug(run_id)[:8]}-", dir=attempts))
    lease = (folder / "lease").open("w")
    fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    (folder / "logs").mkdir()
    return Attempt(folder, lease)


def clear_dead(home: Path, *, remove_code: Callable[[Path, str], None], end_left_over: Callable[[Path], None]) -> int:
    """Remove every attempt whose process is gone and that never finished; return how many there were."""
    cleared = 0
    for folder in _attempts(home):
        if (folder / "finished").exists():
            continue
        with _dead(folder) as is_dead:
            if not is_dead:
                continue
            for noted in (folder / "logs").glob("*.pid"):
                end_left_over(noted)
            remove_code(folder / "code", f"reproduce/{folder.name}")
            shutil.rmtree(folder, ignore_errors=True)
            cleared += 1
    return cleared


def _attempts(home: Path) -> list[Path]:
    folder = home / "attempts"
    if not folder.is_dir():
        return []
    return [
        one for one in sorted(folder.iterdir()) if one.is_dir() and not one.is_symlink() and (one / "lease").exists()
    ]


@contextlib.contextmanager
def _dead(folder: Path) -> Iterator[bool]:
    try:
        with (folder / "lease").open("r+") as lease:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield True
    except (BlockingIOError, FileNotFoundError):
        yield False


def _slug(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum()) or "run"
