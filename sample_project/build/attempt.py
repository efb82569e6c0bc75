"""A build that was killed leaves a marker, and the next one ends its leftovers and begins anew: nothing else is touched."""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

MADE = (
    *(".git", ".gitignore", ".mlcockpit", "__pycache__", "CODEOWNERS", "README.md", "mlcockpit.toml", "requirements.lock"),
    *("data", "docs", "scratch", "scoring", "serving", "metrics", "reports", "mlruns"),
    *("mlflow.db", "mlflow.db-wal", "mlflow.db-shm", "mlflow.db-journal"),
    *("features.py", "train.py", "score.py", "release.py", "observe.py", "thresholds.py", "yesterday.py"),
)
"""All that a build puts into its folder, besides its own one."""


class BuildFailed(Exception):
    """The sample could not be built; the message says which step, why, and what to do."""


class Attempt:
    """The notes of one build in DIR/.gatewise-build: its lock, its children, its logs, its result."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = folder / ".gatewise-build"
        self.logs = self.notes / "logs"

    @contextmanager
    def held(self, *, wait: bool) -> Iterator[None]:
        """Hold the folder against a second build at the same time; wait for that one, or refuse."""
        if self.folder.exists() and not self.notes.exists() and any(self.folder.iterdir()):
            raise BuildFailed(f"{self.folder} is not empty and was not made by this build: choose another folder")
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.notes / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                raise BuildFailed(f"another build is at work in {self.folder}: wait for it") from None
            yield

    def result(self, stage: str, content: str) -> dict[str, dict[str, list[str]]] | None:
        """Return what a finished stage of the same content wrote down; None where there is none."""
        path = self.notes / f"{stage}.json"
        if not path.exists():
            return None
        built = json.loads(path.read_text(encoding="utf-8"))
        return built["result"] if built["content"] == content else None

    def finish(self, stage: str, content: str, result: dict[str, dict[str, list[str]]]) -> None:
        """Write down that a stage is complete."""
        text = json.dumps({"content": content, "result": result}, indent=1)
        part = self.notes / f"{stage}.json.part"
        part.write_text(text, encoding="utf-8")
        part.replace(self.notes / f"{stage}.json")

    def end_children(self) -> None:
        """End what a killed build has left running."""
        for note in self.notes.glob("child-*"):
            pid, _, started = note.read_text(encoding="utf-8").partition(" ")
            if pid.isdigit() and started:
                _end(int(pid), float(started))
            note.unlink()

    def clear(self) -> None:
        """End children of a killed build and remove what it had made."""
        self.end_children()
        for stage in ("built", "trained"):
            (self.notes / f"{stage}.json").unlink(missing_ok=True)
        for name in MADE:
            path = self.folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def note_child(self, pid: int) -> None:
        """Write a child down, so that the next build can end it should this one be killed."""
        started = psutil.Process(pid).create_time()
        (self.notes / f"child-{pid}").write_text(f"{pid} {started}", encoding="utf-8")

    def forget_child(self, pid: int) -> None:
        """Strike out a child that has ended."""
        (self.notes / f"child-{pid}").unlink(missing_ok=True)


AFTER_TRAINING = ("README.md", "build/life.py", "build/record.py")
"""Files that no training depends on."""


def content_of(source: Path, lock: str, *, without: Sequence[str] = ()) -> str:
    """Return the digest of all that a build is made from: the sample's files and the packages it runs with."""
    found = hashlib.sha256(lock.encode())
    left_out = {source / name for name in without}
    for path in sorted(p for p in source.rglob("*") if p.is_file() and "__pycache__" not in p.parts and p not in left_out):
        found.update(f"{path.relative_to(source).as_posix()}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _end(pid: int, started: float) -> None:
    try:
        child = psutil.Process(pid)
        if abs(child.create_time() - started) < 0.01:
            child.kill()
            child.wait(10)
    except psutil.NoSuchProcess:
        return
