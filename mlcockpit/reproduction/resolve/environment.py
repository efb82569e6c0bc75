"""The environment ingredient: python and packages, from the best evidence there is, each lower rung a deviation."""

import hashlib
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlcockpit.domain.ingredients import ExistingEnvironment
from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.environment_evidence import Evidence, gather
from mlcockpit.reproduction.resolve.import_names import distributions, provided
from mlcockpit.reproduction.resolve.own_packages import captured_own
from mlcockpit.reproduction.resolve.requirement_lines import Requirements, from_text, normal, pins_of
from mlcockpit.reproduction.resolve.tool_locks import ToolLock, read_tool_lock
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import Reading

CAPTURE = "capture the next run with `mlcockpit run -- …`, or commit a lock (uv lock, pip freeze > requirements.lock)"


OURS = "mlcockpit"
"""The package that watched the launch is no part of what ran."""


def resolve_environment(facts: RunFacts, tree: CodeTree | None, reading: Reading | None, cwd: str = "") -> Ingredient:
    """Return the environment: captured, locked, pinned, as an existing one, or as packages were on the run's date."""
    captured = _captured(facts)
    if captured is not None:
        return captured
    evidence = gather(facts, tree, reading, cwd)
    if evidence.lock is not None:
        return _with_own(_locked(evidence, evidence.lock, facts), evidence)
    locked = _tool_locked(evidence, facts, tree) if evidence.tool_lock and tree is not None else None
    if locked is not None:
        return _with_own(locked, evidence)
    found = _existing(facts, evidence, reading) or _completed(evidence, reading)
    return _with_own(found, evidence)


def _with_own(found: Ingredient, evidence: Evidence) -> Ingredient:
    """Return the environment with what is installed from the project itself."""
    if not isinstance(found.value, Mapping):
        return found
    said = f"; of the project itself: {', '.join(one.removeprefix('-e ') for one in evidence.own)}" if evidence.own else ""
    return replace(
        found,
        value={**found.value, **_own_entry(evidence.own)},
        evidence=found.evidence + said,
        deviations=(*found.deviations, *_foreign(evidence.foreign)),
    )


def _own_entry(own: Sequence[str]) -> dict[str, Json]:
    return {"own": list(own)} if own else {}


def _foreign(folders: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{one} was installed from outside of the repository and is left out" for one in folders)


def _captured(facts: RunFacts) -> Ingredient | None:
    if facts.launch is None or not facts.launch.environment.packages:
        return None
    recorded = facts.launch.environment
    packages = {normal(name): version for name, version in recorded.packages.items() if normal(name) != OURS}
    own, foreign = captured_own(facts.launch)
    local = {*recorded.sources, *(normal(one.name) for one in facts.launch.code.editable)}
    lines = [f"{name}=={version}" for name, version in sorted(packages.items()) if name not in local]
    value = _value("captured", "", lines, recorded.python, None)
    fitting = _fitting(facts.environments, packages, recorded.python)
    elsewhere = tuple(
        f"{name} came from {url}, not from an index" for name, url in sorted(recorded.sources.items()) if url not in own
    )
    return Ingredient(
        "environment",
        Standing.RECORDED,
        value | _existing_entry(fitting) | _own_entry(own),
        f"captured launch: python {recorded.python} and {len(packages)} packages",
        deviations=(
            tuple(f"{one} is used as it is there today" for one in foreign)
            if fitting
            else (*elsewhere, *_foreign(foreign))
        ),
    )


def _locked(evidence: Evidence, lock: Requirements, facts: RunFacts) -> Ingredient:
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


def _tool_locked(evidence: Evidence, facts: RunFacts, tree: CodeTree) -> Ingredient | None:
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


def _with_python(evidence: Evidence, lock: ToolLock) -> Evidence:
    python, where = (evidence.python, evidence.python_from) if evidence.python else (lock.python, evidence.tool_lock)
    return replace(
        evidence, python=python, python_from=where, requires_python=lock.requires_python or evidence.requires_python
    )


def _allowed(evidence: Evidence) -> dict[str, Json]:
    return {"requires_python": evidence.requires_python} if evidence.requires_python and not evidence.python else {}


def _existing(facts: RunFacts, evidence: Evidence, reading: Reading | None) -> Ingredient | None:
    """Return an environment that has stood unchanged since before the run and holds all that was recorded."""
    pins = _recorded_pins(evidence)
    needed = {one.name for group in evidence.files for one in group.wanted if not one.marked}
    needed |= {normal(name) for name in distributions(reading.program.packages)} if reading else set()
    for one in facts.environments:
        changed = one.changed_since(facts.run.start_ms)
        unchanged = not changed & one.behind(needed | set(pins) | {"mlflow-skinny"})
        holds = bool(needed or pins) and all(one.packages.get(name) == version for name, version in pins.items())
        holds = holds and evidence.fits_mlflow(one.packages)
        there = all(provided(name, one.packages.keys()) for name in needed)
        if unchanged and holds and there and _same_python(evidence.python, one.version):
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


def _completed(evidence: Evidence, reading: Reading | None) -> Ingredient:
    pins = _recorded_pins(evidence)
    lines = _wanted_lines(evidence, pins)
    sources = [group.path for group in ((evidence.model,) if evidence.model else ()) + evidence.files]
    known = bool(lines)
    own = {normal(posixpath.basename(one)) for one in evidence.own}
    names = {name.partition(" ")[0] for name in lines}
    missing = [
        name
        for name in (distributions(reading.program.packages) if reading else ())
        if not provided(name, names) and normal(name) not in own
    ]
    lines |= {normal(name): name for name in missing}
    options = [option for group in evidence.files for option in group.options]
    if not lines:
        return Ingredient(
            "environment", Standing.MISSING, None, "nothing says which packages the run used", raise_by=CAPTURE
        )
    value = _value(
        "as-of", "", [*options, *(lines[name] for name in sorted(lines))], evidence.python, evidence.as_of
    ) | _allowed(evidence)
    bounds = [*evidence.constraints, *_mlflow_bounds(evidence, lines)]
    value |= {"constraints": bounds} if bounds else {}
    day = evidence.as_of[:10] or "today"
    deviations = [f"completed with the packages of {day}: versions of unpinned packages are derived, not recorded"]
    if missing:
        deviations.append(f"no file names {', '.join(missing)}: taken from the imports, as of {day}")
    if len(bounds) > len(evidence.constraints):
        deviations.append(f"the version of mlflow was not recorded: {' or '.join(bounds[len(evidence.constraints) :])} made this store")
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


def _mlflow_bounds(evidence: Evidence, lines: Mapping[str, str]) -> list[str]:
    """Return bounds for an MLflow that no line pins, by the model that it wrote or the schema of its store."""
    loose = [name for name in ("mlflow", "mlflow-skinny") if name in lines and "==" not in lines[name]]
    if evidence.mlflow:
        return [f"{name}=={evidence.mlflow}" for name in loose]
    return [f"{name}<{evidence.mlflow_below}" for name in loose] if evidence.mlflow_below else []


def _wanted_lines(evidence: Evidence, pins: Mapping[str, str]) -> dict[str, str]:
    """Return name → line; a recorded pin stands in the place of what a file asks for, and lines with markers stand besides."""
    lines: dict[str, str] = {}
    for group in evidence.files:
        for one in group.wanted:
            if not one.marked:
                lines[one.name] = one.line
            elif one.name not in pins:
                lines[f"{one.name} {one.line}"] = one.line
    for name, version in pins.items():
        line = lines.get(name, "")
        extras = line[line.index("[") : line.index("]") + 1] if "[" in line and "]" in line and "@" not in line else ""
        lines[name] = f"{name}{extras}=={version}"
    return lines


def _recorded_pins(evidence: Evidence) -> dict[str, str]:
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


def _python_evidence(evidence: Evidence) -> str:
    return (
        f"; python {evidence.python} from {evidence.python_from}"
        if evidence.python
        else "; the python version was not recorded"
    )
