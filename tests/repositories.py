"""Real git repositories and real child processes for tests of capture."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run_plain_git(folder: Path, *args: str) -> str:
    """Run git as a user would and return its stdout."""
    return subprocess.run(["git", "-C", str(folder), *args], check=True, capture_output=True, text=True).stdout.strip()


def a_repository(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    """Return a repository of Ana's with one commit that holds `files`."""
    folder.mkdir(parents=True, exist_ok=True)
    run_plain_git(folder, "init", "-q", "-b", "main")
    run_plain_git(folder, "config", "user.name", "Ana")
    run_plain_git(folder, "config", "user.email", "ana@example.org")
    write(folder, files or {"train.py": "print(1)\n"})
    run_plain_git(folder, "add", "-A")
    run_plain_git(folder, "commit", "-q", "-m", "first")
    return folder


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write text files, folders included."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def digest_of_folder(folder: Path) -> str:
    """Return one digest of every path, mode, time and byte under a folder."""
    sha256 = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        state = path.lstat()
        data = path.read_bytes() if path.is_file() else b""
        sha256.update(f"{path.relative_to(folder)} {state.st_mode} {state.st_mtime_ns} {len(data)}".encode() + data)
    return sha256.hexdigest()


def run_python(
    *args: str, cwd: Path, env: Mapping[str, str] | None = None, python: str = sys.executable
) -> "subprocess.CompletedProcess[str]":
    """Run a Python of its own that finds this package."""
    path = os.pathsep.join(part for part in (str(ROOT), (env or {}).get("PYTHONPATH", "")) if part)
    full = {**os.environ, **(env or {}), "PYTHONPATH": path}
    return subprocess.run([python, *args], cwd=cwd, env=full, capture_output=True, text=True, check=False)
