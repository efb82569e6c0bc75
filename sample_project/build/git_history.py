"""The sample's commits are real ones, made by git with the story's authors and dates."""

import os
import shutil
import subprocess
from pathlib import Path

from .story import PEOPLE, Commit

SOURCE = Path(__file__).parents[1]
PERSON = {person.handle: person for person in PEOPLE}
PLAIN_GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
"""Nobody's settings, hooks or signing keys take part."""


def start(repository: Path) -> None:
    """Make an empty repository whose branch is main."""
    _git(repository, "init", "--quiet", "--initial-branch=main", f"--template={os.devnull}")
    _git(repository, "config", "core.autocrlf", "false")
    _git(repository, "config", "gc.auto", "0")


def commit(repository: Path, made: Commit, lock: str) -> str:
    """Write the commit's files and commit them; return its id."""
    if made.branch != "main":
        _git(repository, "switch", "--quiet", "--create", made.branch)
    for path in made.files:
        target = repository / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path == "requirements.lock":
            target.write_text(lock, encoding="utf-8")
        else:
            shutil.copyfile(source_of(made, path), target)
    _git(repository, "add", "--", *made.files)
    author, stamp = PERSON[made.by], made.at.isoformat()
    identity = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", author.name), ("EMAIL", author.email), ("DATE", stamp))
    }
    _git(repository, "commit", "--quiet", "--message", message(made), extra=identity)
    sha = _git(repository, "rev-parse", "HEAD")
    if made.branch != "main":
        _git(repository, "switch", "--quiet", "main")
    return sha


def message(made: Commit) -> str:
    """Return the commit's message with its trailer."""
    if not made.reviewed_by:
        return made.message
    reviewer = PERSON[made.reviewed_by]
    return f"{made.message}\n\nReviewed-by: {reviewer.name} <{reviewer.email}>"


def source_of(made: Commit, path: str) -> Path:
    """Return where the sample keeps this state of a file."""
    kept = SOURCE / "history" / made.key / path.replace(".gitignore", "gitignore")
    return kept if kept.exists() else SOURCE / path


def _git(repository: Path, *argv: str, extra: dict[str, str] | None = None) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | PLAIN_GIT | (extra or {})
    done = subprocess.run(["git", *argv], cwd=repository, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()
