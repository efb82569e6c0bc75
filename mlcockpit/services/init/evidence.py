"""What a repository shows of itself before anybody declared anything: people, store, data, and what was not found."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.code_owners import CodeOwners, read_code_owners
from mlcockpit.integrations.git_source import open_repository
from mlcockpit.integrations.mlflow_tracker import without_credentials
from mlcockpit.integrations.tracking_store import StoreContents, contents_of, find_store
from mlcockpit.ports import Commit, SourceControl
from mlcockpit.services.init.data import FoundData, datasets_of
from mlcockpit.services.init.people import Found, people_of, person_of, slug

_CREDENTIALS = re.compile(r"//[^/\s]*@")

LONGEST_KEY = 32
"""A heading that makes a longer key is a sentence: the folder's name is easier to type."""


@dataclass(frozen=True)
class Evidence:
    """Everything that the first project file rests on."""

    key: str
    name: str
    today: datetime
    people: Sequence[Found] = ()
    owners: CodeOwners | None = None
    prefix: str = ""
    """The project's folder inside its repository, ending in a slash; empty at the top."""
    store: str | None = None
    contents: StoreContents = field(default_factory=StoreContents)
    datasets: Sequence[FoundData] = ()
    missing: Sequence[str] = ()
    """One line for each source that was not found or could not be read."""

    def owner_of(self, path: str) -> Found | None:
        """Return who CODEOWNERS says answers for a path of the project; None where nobody or only a team does."""
        for owner in self.owners.of(self.prefix + path) if self.owners else ():
            person = person_of(owner, self.people)
            if person is not None:
                return person
        return None


def gather(root: Path, today: datetime) -> Evidence:
    """Read what is there; a source that is absent or broken becomes a line of `missing` and stops nothing."""
    missing: list[str] = []
    git, commits = _history(root, missing)
    owners = read_code_owners(git.root if git else root)
    people = people_of(commits, owners.everybody() if owners else ())
    store, contents = _store(root, missing)
    for user in contents.users:
        person = person_of(user, people)
        if person is not None:
            person.mlflow_users.append(user)
    datasets = datasets_of(root)
    if not datasets:
        missing.append("data files: no CSV or parquet file in a data folder, and no .dvc file")
    name = _title(root) or (git.root.name if git and git.root == root else root.name)
    name = clean(name, 60)
    prefix = (
        f"{root.relative_to(git.root).as_posix()}/"
        if git and root != git.root and root.is_relative_to(git.root)
        else ""
    )
    key = slug(name, "product")
    key = key if len(key) <= LONGEST_KEY else slug(root.name, "product")
    return Evidence(key, name, today, people, owners, prefix, store, contents, datasets, missing)


def _history(root: Path, missing: list[str]) -> tuple[SourceControl | None, list[Commit]]:
    try:
        git = open_repository(root)
        commits = list(git.commits(paths=True)) if git else []
    except SourceFailed as error:
        missing.append(f"git: {error}")
        return None, []
    if git is None:
        missing.append("git: this folder lies in no repository; `git init` starts one")
    elif not commits:
        missing.append("git: the repository has no commit yet")
    elif git.is_shallow():
        missing.append("git: the history is cut off (shallow clone); `git fetch --unshallow` brings the rest")
    return git, commits


def _store(root: Path, missing: list[str]) -> tuple[str | None, StoreContents]:
    uri = find_store(root, os.environ)
    if uri is None:
        missing.append("MLflow: no MLFLOW_TRACKING_URI, SQLite store or ./mlruns here")
        return None, StoreContents()
    shown = without_credentials(uri)
    try:
        return shown, contents_of(uri, root)
    except SourceFailed as error:
        missing.append(f"MLflow: {_CREDENTIALS.sub('//', str(error))}")
        return shown, StoreContents()


def _title(root: Path) -> str:
    """Return the first heading of the README without its decoration; empty where there is none."""
    for name in ("README.md", "README.rst", "README.txt", "README"):
        try:
            text = (root / name).read_bytes()[:20_000].decode("utf-8", "replace")
        except OSError:
            continue
        heading = re.search(r"^#\s+(.+?)\s*#*\s*$", text, re.MULTILINE) if name.endswith(".md") else None
        if heading:
            plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)|[`*_]|<[^>]+>|:[a-z_]+:", r"\1", heading[1]).strip()
            if slug(plain, ""):
                return clean(plain, 60)
    return ""
