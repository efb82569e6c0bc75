"""What the run's model, its commit and its date say about packages is gathered before any of it is chosen."""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.own_packages import own_packages
from mlcockpit.reproduction.resolve.project_requirements import (
    CONDA,
    conda_lines,
    conda_python,
    declared_requirements,
    requires_python,
)
from mlcockpit.reproduction.resolve.requirement_lines import Requirements, from_text, read_requirements
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import Reading

LOCKS = (
    "requirements.lock",
    "requirements-lock.txt",
    "requirements.lock.txt",
    "requirements_lock.txt",
    "constraints.lock",
)
TOOL_LOCKS = ("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock")
PLAIN = (
    "requirements.txt",
    "requirements/train.txt",
    "requirements/base.txt",
    "requirements/requirements.txt",
    "requirements/prod.txt",
)


@dataclass(frozen=True)
class Evidence:
    """What is known before a rung of the ladder is chosen."""

    model: Requirements | None
    files: tuple[Requirements, ...]
    lock: Requirements | None
    tool_lock: str
    python: str
    python_from: str
    as_of: str
    requires_python: str = ""
    own: tuple[str, ...] = ()
    """What is installed from the project itself, below the top; `-e ` before what is editable."""
    foreign: tuple[str, ...] = ()
    """Folders outside of the project that were installed."""
    constraints: tuple[str, ...] = ()
    mlflow: str = ""
    """The version that wrote the model; empty where no model says."""
    mlflow_below: str = ""
    """A version that is too new to have written the store."""

    def fits_mlflow(self, packages: Mapping[str, str]) -> bool:
        """Tell whether an environment's MLflow can be the one that logged the run."""
        have = packages.get("mlflow") or packages.get("mlflow-skinny") or ""
        if not have or not (self.mlflow or self.mlflow_below):
            return True
        return have == self.mlflow if self.mlflow else _numbers(have) < _numbers(self.mlflow_below)


def gather(facts: RunFacts, tree: CodeTree | None, reading: Reading | None, cwd: str) -> Evidence:
    """Return what the model, the commit and the run's date say of its environment."""
    model_text = facts.model_files.get("requirements.txt", b"").decode("utf-8", "replace")
    model = from_text(model_text, "the model's requirements.txt") if model_text else None
    conda = conda_lines(facts.model_files.get("conda.yaml", b""))
    model = from_text("\n".join(conda), "the model's conda.yaml") if model is None and conda else model
    files = frozenset(tree.files()) if tree is not None else frozenset()
    folders = list(
        dict.fromkeys(
            [posixpath.dirname(reading.script) if reading else "", cwd if cwd != "." else "", facts.prefix, ""]
        )
    )
    found = [
        posixpath.join(folder, name)
        for name in (*LOCKS, *PLAIN)
        for folder in folders
        if posixpath.join(folder, name) in files
    ]
    read = [read_requirements(tree, path) for path in dict.fromkeys(found)] if tree is not None else []
    lock = next((one for one in read if one.pinned and _is_lock(one)), None)
    tool = next(
        (posixpath.join(f, name) for name in TOOL_LOCKS for f in folders if posixpath.join(f, name) in files), ""
    )
    python, where = _python(facts, tree, files, folders)
    plain = tuple(one for one in read if one is not lock) or (
        declared_requirements(tree, files, folders) if tree is not None else ()
    )
    as_of = (
        datetime.fromtimestamp(facts.run.start_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if 0 < facts.run.start_ms < 4e12
        else ""
    )
    allowed = requires_python(tree, files, folders) if tree is not None and not python else ""
    known = (*plain, *((lock,) if lock else ()))
    declared = own_packages(tree, plain, lock, tool, folders) if tree is not None else ()
    return Evidence(
        model,
        plain,
        lock,
        tool,
        python,
        where,
        as_of,
        allowed,
        own=declared,
        foreign=tuple(dict.fromkeys(path for one in known for path in one.foreign)),
        constraints=tuple(dict.fromkeys(line for one in known for line in one.constraints)),
        mlflow=_version_of_model(facts),
        mlflow_below=facts.mlflow_below,
    )


def _version_of_model(facts: RunFacts) -> str:
    text = facts.model_files.get("MLmodel", b"").decode("utf-8", "replace")
    match = re.search(r"^mlflow_version:\s*['\"]?(\d+\.\d+\.\d+)['\"]?\s*$", text, re.MULTILINE)
    return match[1] if match else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _is_lock(one: Requirements) -> bool:
    return posixpath.basename(one.path) in LOCKS or one.generated or one.frozen


def _python(facts: RunFacts, tree: CodeTree | None, files: frozenset[str], folders: Sequence[str]) -> tuple[str, str]:
    text = facts.model_files.get("python_env.yaml", b"").decode("utf-8", "replace")
    if match := re.search(r"^python:\s*['\"]?(\d+\.\d+(?:\.\d+)?)", text, re.MULTILINE):
        return match[1], "the model's python_env.yaml"
    text = facts.model_files.get("conda.yaml", b"").decode("utf-8", "replace")
    if match := re.search(r"^-\s*python=+(\d+\.\d+(?:\.\d+)?)", text, re.MULTILINE):
        return match[1], "the model's conda.yaml"
    text = facts.model_files.get("MLmodel", b"").decode("utf-8", "replace")
    if match := re.search(r"^\s*python_version:\s*['\"]?(\d+\.\d+(?:\.\d+)?)", text, re.MULTILINE):
        return match[1], "MLmodel"
    for path in (
        posixpath.join(folder, name) for folder in folders for name in (".python-version", *CONDA, "runtime.txt")
    ):
        data = tree.read(path) or b"" if tree is not None and path in files else b""
        version = conda_python(data) if path.endswith(("yaml", "yml")) else data.decode("utf-8", "replace")
        if match := re.search(r"(\d+\.\d+(?:\.\d+)?)", version):
            return match[1], path
    return "", ""
