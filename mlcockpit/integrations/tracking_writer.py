"""Runs are added to a person's tracking store only by an MLflow client that leaves the store's schema as it is."""

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import mlcockpit.child
from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import EvidenceMissing, Refused, SourceFailed
from mlcockpit.integrations.mlflow_tracker import LIMITS, without_credentials
from mlcockpit.integrations.sqlite_file import plainly
from mlcockpit.integrations.tracking_place import USUAL
from mlcockpit.ports import Runner

BUSY_S = 10.0
LOG_S = 600.0
"""How long logging a launch may take."""

LARGEST_MIGRATION = 200_000
REVISION = re.compile(r"^(down_)?revision(?::[^=\n]*)?\s*=\s*(.+)$", re.MULTILINE)
QUOTED = re.compile(r"[\"']([0-9a-f]{8,40})[\"']")


@dataclass(frozen=True)
class Place:
    """A tracking store that runs may be added to."""

    uri: str
    """Absolute, as MLflow's client takes it."""
    database: Path | None = None
    """The file, where the store is a SQLite database."""

    @property
    def shown(self) -> str:
        """Return the address without credentials."""
        return without_credentials(self.uri)


def writing_place(declared: str | None, root: Path, environ: Mapping[str, str]) -> Place:
    """Return the store that the project's runs are in; raises EvidenceMissing where there is none."""
    uri = declared or environ.get("MLFLOW_TRACKING_URI") or ""
    if not uri:
        found = next((root / name for name in USUAL if (root / name).is_file()), None)
        uri = f"sqlite:///{found}" if found else "mlruns" if (root / "mlruns").is_dir() else ""
    parts = urlsplit(uri)
    if parts.scheme == "sqlite":
        path = root / unquote(uri.removeprefix("sqlite:///").split("?")[0])
        return Place(f"sqlite:///{path.absolute()}", path)
    if parts.scheme in {"", "file"} and uri:
        folder = root / (unquote(parts.path) if parts.scheme else uri)
        return Place(folder.absolute().as_uri()) if folder.is_dir() else Place(f"sqlite:///{folder.absolute()}", folder)
    if not uri:
        raise EvidenceMissing(f"no MLflow store was found in {root}", hint="name it in mlcockpit.toml under [sources]")
    return Place(uri)


def client_for(place: Place, pythons: Iterable[str]) -> str:
    """Return the first interpreter whose MLflow writes to `place` without changing its schema; raises Refused."""
    found = {python: head for python in pythons if (head := schema_head(Path(python)))}
    if place.database is None:
        chosen = next(iter(found), "")
    else:
        revision = _revision(place.database)
        chosen = next((python for python, head in found.items() if head == revision), "")
    if chosen:
        return chosen
    if place.database is None:
        raise Refused(f"no MLflow is installed that could write to {place.shown}", hint="install mlflow into .venv")
    have = ", ".join(dict.fromkeys(found.values())) or "none"
    raise Refused(
        f"{place.shown} has schema {clean(revision)} and no MLflow here writes that one (found: {have}); nothing was logged, "
        "for another version would migrate it",
        hint="install the MLflow that made it into the project's .venv, or leave --log out",
    )


def schema_head(python: Path) -> str:
    """Return the schema revision that the MLflow beside an interpreter writes, read off its files; empty without MLflow."""
    made: set[str] = set()
    before: set[str] = set()
    sites = sorted(python.parent.parent.glob("lib/python3*/site-packages"))
    for path in (one for site in sites for one in site.glob("mlflow/store/db_migrations/versions/*.py")):
        if path.stat().st_size <= LARGEST_MIGRATION:
            for down, value in REVISION.findall(path.read_text("utf-8", "replace")):
                (before if down else made).update(QUOTED.findall(value))
    heads = made - before
    return heads.pop() if len(heads) == 1 else ""


def log_runs(
    place: Place,
    python: str,
    experiment: str,
    runs: Sequence[Mapping[str, Any]],
    *,
    runner: Runner,
    folder: Path,
    log: Path,
    root: Path,
) -> dict[str, str]:
    """Add runs to the store and return old id → new id; raises SourceFailed, and then none was added."""
    asked, answer = folder / "log-asked.json", folder / "log-answer.json"
    asked.write_text(json.dumps({"uri": place.uri, "experiment": experiment, "runs": list(runs)}))
    script = Path(mlcockpit.child.__path__[0]) / "log_runs.py"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MLFLOW_RUN"))}
    env |= LIMITS
    try:
        runner.run([python, "-I", str(script), str(asked), str(answer)], cwd=root, env=env, log=log, timeout_s=LOG_S)
        said: dict[str, Any] = {"error": "the client ended without an answer"}
        if answer.is_file():
            said = json.loads(answer.read_text())
    finally:
        asked.unlink(missing_ok=True)
        answer.unlink(missing_ok=True)
    if "error" in said:
        raise SourceFailed(f"nothing was logged to {place.shown}: {clean(said['error'], 300)}", hint=f"see {log}")
    return {str(old): str(new) for old, new in said["runs"].items()}


def _revision(path: Path) -> str:
    if not path.is_file():
        raise SourceFailed(f"there is no MLflow store at {path}", hint="check mlflow under [sources] in mlcockpit.toml")
    with plainly(path, busy_s=BUSY_S) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "alembic_version" not in tables:
            raise SourceFailed(f"{path} is not an MLflow store", hint="check mlflow under [sources] in mlcockpit.toml")
        return " ".join(str(one) for (one,) in database.execute("SELECT version_num FROM alembic_version"))
