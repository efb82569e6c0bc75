"""The environment ingredient: python and packages, from the best evidence there is, each lower rung a deviation."""

import hashlib
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mlcockpit.domain.ingredients import ExistingEnvironment
from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.import_names import distributions
from mlcockpit.reproduction.resolve.project_requirements import (
    CONDA,
    conda_lines,
    conda_python,
    declared_requirements,
    requires_python,
)
from mlcockpit.reproduction.resolve.requirement_lines import (
    Requirements,
    from_text,
    normal,
    pins_of,
    read_requirements,
)
from mlcockpit.reproduction.resolve.tool_locks import ToolLock, read_tool_lock
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
CAPTURE = "capture the next run with `mlcockpit run -- …`, or commit a lock (uv lock, pip freeze > requirements.lock)"


@dataclass(frozen=True)
class _Evidence:
    """What is known before a rung of the ladder is chosen."""

    model: Requirements | None
    files: tuple[Requirements, ...]
    lock: Requirements | None
    tool_lock: str
    python: str
    python_from: str
    as_of: str
    requires_python: str = ""


OURS = "mlcockpit"
"""The package that watched the launch is no part of what ran."""


def resolve_environment(facts: RunFacts, tree: CodeTree | None, reading: Reading | None, cwd: str = "") -> Ingredient:
    """Return the environment: captured, locked, pinned, as an existing one, or as packages were on the run's date."""
    captured = _captured(facts)
    if captured is not None:
        return captured
    evidence = _gather(facts, tree, reading, cwd)
    if evidence.lock is not None:
        return _locked(evidence, evidence.lock, facts)
    locked = _tool_locked(evidence, facts, tree) if evidence.tool_lock and tree is not None else None
    if locked is not None:
        return locked
    return _existing(facts, evidence, reading) or _completed(evidence, reading)


def _captured(facts: RunFacts) -> Ingredient | None:
    recorded = facts.launch.environment if facts.launch is not None else None
    if recorded is None or not recorded.packages:
        return None
    packages = {normal(name): version for name, version in recorded.packages.items() if normal(name) != OURS}
    lines = [f"{name}=={version}" for name, version in sorted(packages.items()) if name not in recorded.sources]
    value = _value("captured", "", lines, recorded.python, None)
    fitting = _fitting(facts.environments, packages, recorded.python)
    elsewhere = tuple(f"{name} came from {url}, not from an index" for name, url in sorted(recorded.sources.items()))
    return Ingredient(
        "environment",
        Standing.RECORDED,
        value | _existing_entry(fitting),
        f"captured launch: python {recorded.python} and {len(packages)} packages",
        deviations=() if fitting else elsewhere,
    )


def _gather(facts: RunFacts, tree: CodeTree | None, reading: Reading | None, cwd: str) -> _Evidence:
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
    lock = next((one for one in read if one.pinned and (posixpath.basename(one.path) in LOCKS or one.generated)), None)
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
    return _Evidence(model, plain, lock, tool, python, where, as_of, allowed)


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


def _locked(evidence: _Evidence, lock: Requirements, facts: RunFacts) -> Ingredient:
    lines = [*lock.options, *(one.line for one in lock.wanted)]
    pins = pins_of(lock.wanted)
    deviations = _disagreements(pins, evidence.model)
    fitting = _fitting(facts.environments, pins, evidence.python)
    value = _value("lock", lock.path, lines, evidence.python, None) | _existing_entry(fitting)
    return Ingredient(
        "environment",
        Standing.RECORDED,
        value,
        f"{lock.path} at the commit: {len(lock.wanted)} exact pins" + _python_evidence(evidence),
        deviations=(*deviations, *_mended(lock)),
    )


def _tool_locked(evidence: _Evidence, facts: RunFacts, tree: CodeTree) -> Ingredient | None:
    """Return what poetry, pdm, pipenv or uv locked; None where the lock cannot be read."""
    name, data = posixpath.basename(evidence.tool_lock), tree.read(evidence.tool_lock) or b""
    if name == "uv.lock":
        value = _value(name, evidence.tool_lock, [], evidence.python, None) | {
            "lock_sha256": hashlib.sha256(data).hexdigest()
        }
        value = value | _allowed(evidence)
        return Ingredient(
            "environment", Standing.RECORDED, value, f"{evidence.tool_lock} at the commit" + _python_evidence(evidence)
        )
    lock = read_tool_lock(name, data)
    if lock is None or not lock.lines:
        return None
    known = _with_python(evidence, lock)
    found = _locked(known, from_text("\n".join(lock.lines), evidence.tool_lock), facts)
    assert isinstance(found.value, Mapping)
    left = tuple(f"{one} came from a repository or folder and is left out" for one in lock.left_out)
    return replace(found, value={**found.value, **_allowed(known)}, deviations=(*found.deviations, *left))


def _with_python(evidence: _Evidence, lock: ToolLock) -> _Evidence:
    python, where = (evidence.python, evidence.python_from) if evidence.python else (lock.python, evidence.tool_lock)
    return replace(
        evidence, python=python, python_from=where, requires_python=lock.requires_python or evidence.requires_python
    )


def _allowed(evidence: _Evidence) -> dict[str, Json]:
    return {"requires_python": evidence.requires_python} if evidence.requires_python and not evidence.python else {}


def _existing(facts: RunFacts, evidence: _Evidence, reading: Reading | None) -> Ingredient | None:
    """Return an environment that has stood unchanged since before the run and holds all that was recorded."""
    pins = _recorded_pins(evidence)
    needed = {one.name for group in evidence.files for one in group.wanted if not one.marked}
    needed |= {normal(name) for name in distributions(reading.program.packages)} if reading else set()
    for one in facts.environments:
        changed = one.changed_since(facts.run.start_ms)
        unchanged = not changed & one.behind(needed | set(pins))
        holds = bool(needed or pins) and all(one.packages.get(name) == version for name, version in pins.items())
        if unchanged and holds and needed <= set(one.packages) and _same_python(evidence.python, one.version):
            lines = [f"{name}=={version}" for name, version in sorted(one.packages.items()) if name != OURS]
            known = f"holds all {len(pins)} recorded pins" if pins else "holds every package the script imports"
            return Ingredient(
                "environment",
                Standing.INFERRED if pins else Standing.ASSUMED,
                _value("existing", "", lines, one.version, None) | _existing_entry(one),
                f"{one.label} {known} and none of what they need was installed after the run started",
                raise_by=CAPTURE,
            )
    return None


def _completed(evidence: _Evidence, reading: Reading | None) -> Ingredient:
    pins = _recorded_pins(evidence)
    lines: dict[str, str] = {}
    for group in evidence.files:
        lines |= {one.name: one.line for one in group.wanted}
    lines |= {name: f"{name}=={version}" for name, version in pins.items()}
    sources = [group.path for group in ((evidence.model,) if evidence.model else ()) + evidence.files]
    known = bool(lines)
    missing = [name for name in distributions(reading.program.packages) if normal(name) not in lines] if reading else []
    lines |= {normal(name): name for name in missing}
    options = [option for group in evidence.files for option in group.options]
    if not lines:
        return Ingredient(
            "environment", Standing.MISSING, None, "nothing says which packages the run used", raise_by=CAPTURE
        )
    value = _value(
        "as-of", "", [*options, *(lines[name] for name in sorted(lines))], evidence.python, evidence.as_of
    ) | _allowed(evidence)
    day = evidence.as_of[:10] or "today"
    deviations = [f"completed with the packages of {day}: versions of unpinned packages are derived, not recorded"]
    if missing:
        deviations.append(f"no file names {', '.join(missing)}: taken from the imports, as of {day}")
    for group in evidence.files:
        deviations.extend(_mended(group))
        deviations.extend(_disagreements(pins_of(group.wanted), evidence.model))
    return Ingredient(
        "environment",
        Standing.INFERRED if known else Standing.ASSUMED,
        value,
        (f"{' and '.join(sources)}, {len(pins)} exact pins" if sources else "the script's imports")
        + _python_evidence(evidence),
        deviations=tuple(deviations),
        raise_by=CAPTURE,
    )


def _recorded_pins(evidence: _Evidence) -> dict[str, str]:
    """Return the exact pins; those the model recorded at run time win over the repository's."""
    pins: dict[str, str] = {}
    for group in (*evidence.files, *((evidence.model,) if evidence.model else ())):
        pins |= pins_of(group.wanted)
    return pins


def _disagreements(pins: Mapping[str, str], model: Requirements | None) -> tuple[str, ...]:
    recorded = pins_of(model.wanted) if model else {}
    return tuple(
        f"the commit pins {name} {version}, the model recorded {recorded[name]}"
        for name, version in sorted(pins.items())
        if name in recorded and recorded[name] != version
    )


def _mended(group: Requirements) -> tuple[str, ...]:
    return tuple(f"{group.path} asks for {name} twice: the last line counts" for name in group.doubles)


def _fitting(
    environments: Sequence[ExistingEnvironment], pins: Mapping[str, str], python: str
) -> ExistingEnvironment | None:
    for one in environments:
        if _same_python(python, one.version) and all(
            one.packages.get(name) == version for name, version in pins.items()
        ):
            return one
    return None


def _same_python(wanted: str, have: str) -> bool:
    return not wanted or have == wanted or have.startswith(wanted + ".")


def _existing_entry(one: ExistingEnvironment | None) -> dict[str, Json]:
    return {} if one is None else {"existing": one.python, "existing_label": one.label}


def _value(kind: str, path: str, lines: Sequence[str], python: str, as_of: str | None) -> dict[str, Json]:
    digest = hashlib.sha256("\n".join([python, as_of or "", *lines]).encode()).hexdigest()
    return {
        "kind": kind,
        "path": path,
        "python": python,
        "as_of": as_of,
        "requirements": list(lines),
        "lock_sha256": digest,
    }


def _python_evidence(evidence: _Evidence) -> str:
    return (
        f"; python {evidence.python} from {evidence.python_from}"
        if evidence.python
        else "; the python version was not recorded"
    )
