"""A rerun sees an environment of our making: its own home, store and path, and no credential of anybody."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

from mlcockpit.domain.recipe import Recipe
from mlcockpit.ports import BuiltEnvironment
from mlcockpit.reproduction.workspace import Attempt

KEPT = (
    "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TERM", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
    "CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH", "NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy",
)  # fmt: skip
"""Variables that are handed on; a proxy's only where it holds no password."""
DECLARED = "MLCOCKPIT_TRACKER"
"""Variable by which the engine is told the tracking server that the project file names."""
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
CAPTURED = re.compile(r"^(PYTHONHASHSEED|[A-Z_]*_THREADS?)$")
"""Recorded variables that are set again."""


def child_environment(
    recipe: Recipe,
    attempt: Attempt,
    environment: BuiltEnvironment,
    environ: Mapping[str, str],
    store: Path,
    guard: Sequence[str],
    roots: Sequence[str] = (),
) -> dict[str, str]:
    """Return exactly the variables that the command gets; `roots` are folders of the user that the worktree stands for."""
    home, tmp = attempt.place("home"), attempt.place("tmp")
    uri = f"sqlite:///{quote(str(store))}"
    python = Path(environment.python)
    kept = {name: environ[name] for name in KEPT if environ.get(name) and "@" not in environ[name]}
    own = [attempt.folder / "own" / name for name in ("packages", "editable")]
    there = [str(folder) for folder in own if folder.is_dir()]
    parts = (str(attempt.code / part) for part in recipe["command"].texts("python_path"))
    paths = [*guard, *(one for one in there[:1] if one.endswith("packages")), *parts]
    programs = "".join(f"{folder}/bin:" for folder in there)
    return {
        **kept,
        "PATH": f"{programs}{python.parent}:{SYSTEM_PATH}",
        "VIRTUAL_ENV": str(python.parent.parent),
        "HOME": str(home),
        "USER": "reproduction",
        "TMPDIR": str(tmp),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(home / ".matplotlib"),
        "PYTHONUNBUFFERED": "1",
        "GIT_PYTHON_REFRESH": "quiet",
        "GIT_TERMINAL_PROMPT": "0",
        "DO_NOT_TRACK": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_TRACKING_URI": uri,
        "MLFLOW_REGISTRY_URI": uri,
        "MLCOCKPIT_GUARD_TRACKING_URI": uri,
        "MLCOCKPIT_GUARD_NOTES": str(guard_notes(store)),
        "MLCOCKPIT_GUARD_DENIED": ",".join(_servers(environ)),
        "MLCOCKPIT_ATTEMPT": attempt.name,
        "MLCOCKPIT_MOVED": json.dumps([[root, str(attempt.code)] for root in roots]),
        "MLCOCKPIT_SITES": ":".join(there),
        **({"PYTHONPATH": ":".join(paths)} if paths else {}),
        **_captured(recipe),
    }


def guard_notes(store: Path) -> Path:
    """Return the file in which the guard notes what the command asked for, beside its private store."""
    return store.with_suffix(".notes")


def _servers(environ: Mapping[str, str]) -> list[str]:
    """Return host:port of the tracking servers that the person's own shell and project name."""
    found = []
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", DECLARED):
        parts = urlsplit(environ.get(name, ""))
        if parts.scheme in {"http", "https"} and parts.hostname:
            found.append(f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}")
    return found


def _captured(recipe: Recipe) -> dict[str, str]:
    value = recipe["seed"].field("environment")
    entries = value if isinstance(value, Mapping) else {}
    return {name: str(text) for name, text in entries.items() if CAPTURED.match(name)}
