"""Which packages an upgrade moves, and which stay as they were, follows from the recipe and from what a person named."""

import hashlib
import json
import posixpath
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from mlcockpit.domain.changed_result import Swap
from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.errors import UsageError
from mlcockpit.reproduction.resolve.environment import OURS
from mlcockpit.reproduction.resolve.environment_evidence import PLAIN
from mlcockpit.reproduction.resolve.import_names import distributions
from mlcockpit.reproduction.resolve.project_requirements import declared_requirements
from mlcockpit.reproduction.resolve.requirement_lines import from_text, normal, pins_of, read_requirements
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import Reading

TRACKER = frozenset({"mlflow", "mlflow-skinny", "mlflow-tracing"})
"""MLflow is part of the recorded environment and decides how a store looks: it moves only when it is named."""


@dataclass(frozen=True)
class Wanted:
    """What a person wants moved."""

    packages: Mapping[str, str]
    """Normalised name → version; empty text: the newest."""
    python: str = ""
    """Such as 3.12; empty: as it was."""
    everything: bool = False
    """Whether MLflow moves with the others."""

    @property
    def by_default(self) -> bool:
        """Tell whether every direct requirement moves."""
        return not self.packages and (self.everything or not self.python)


def parse_packages(words: Sequence[str]) -> dict[str, str]:
    """Return name → version from NAME or NAME==VERSION; raises UsageError."""
    found = {}
    for word in words:
        name, _, version = word.partition("==")
        if not normal(name).replace("-", "").isalnum() or any(sign in version for sign in " ;,<>=[]@/"):
            raise UsageError(f"{word!r} names no package", hint="write --package NAME or --package NAME==VERSION")
        found[normal(name)] = version
    return found


def direct_requirements(
    environment: Ingredient, tree: CodeTree | None, reading: Reading | None, cwd: str
) -> tuple[tuple[str, ...], str]:
    """Return the packages that the project asks for by name, and where that is written."""
    known = [one.name for one in from_text("\n".join(environment.texts("requirements")), "recipe").wanted]
    if environment.text("kind") == "as-of":
        return tuple(sorted({*known} - {OURS})), "the requirements of the recipe"
    names, where = _declared(environment.text("path"), tree, cwd)
    imported = {normal(name) for name in distributions(reading.program.packages)} if reading else set()
    direct = ({*names} | imported) & ({*known} or {*names} | imported)
    if direct:
        said = [*where, "the script's imports"] if imported else where
        return tuple(sorted(direct - {OURS})), " and ".join(said)
    return tuple(sorted({*known} - {OURS})), "every package: nothing tells which are asked for directly"


def _declared(lock: str, tree: CodeTree | None, cwd: str) -> tuple[list[str], list[str]]:
    files = frozenset(tree.files()) if tree is not None else frozenset()
    folders = list(dict.fromkeys([posixpath.dirname(lock), "" if cwd == "." else cwd, ""]))
    places = [posixpath.join(folder, name) for name in PLAIN for folder in folders]
    found = [read_requirements(tree, path) for path in dict.fromkeys(places) if path in files and path != lock and tree]
    found += declared_requirements(tree, files, folders) if tree is not None else ()
    return [one.name for group in found for one in group.wanted], [group.path for group in found]


def swap_environment(
    environment: Ingredient, direct: Collection[str], wanted: Wanted, *, today: str, where: str
) -> tuple[Ingredient, tuple[Swap, ...]]:
    """Return the environment to build, and what is asked of it; raises UsageError where nothing would move."""
    raised: dict[str, str] = dict(wanted.packages)
    if wanted.by_default:
        raised = {name: "" for name in direct if wanted.everything or name not in TRACKER}
    if not raised and not wanted.python:
        raise UsageError("the recipe asks for no package that could move", hint="name one with --package NAME")
    kept = sorted(set(direct) - set(raised))
    value: dict[str, Json] = {
        "kind": "upgrade",
        "path": f"upgraded from {environment.text('path') or environment.text('kind')}",
        "before": _without_existing(environment),
        "raise": dict(sorted(raised.items())),
        "keep": list(kept),
        "python": wanted.python or environment.text("python"),
        "whole": environment.text("kind") not in {"as-of", "existing"},
        "asked_on": today,
    }
    if not wanted.python and environment.text("requires_python"):
        value["requires_python"] = environment.text("requires_python")
    value["lock_sha256"] = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
    pins = pins_of(from_text("\n".join(environment.texts("requirements")), "recipe").wanted)
    swaps = [
        Swap("environment", name, pins.get(name, ""), version or "the newest", "asked for")
        for name, version in raised.items()
    ]
    if wanted.python:
        swaps.append(Swap("environment", "python", environment.text("python"), wanted.python, "asked for"))
    evidence = f"{len(raised)} packages at their newest or named versions of {today} ({where})"
    return replace(environment, value=value, evidence=evidence, deviations=(), candidates=()), tuple(swaps)


def _without_existing(environment: Ingredient) -> Json:
    value = environment.value if isinstance(environment.value, Mapping) else {}
    return {key: item for key, item in value.items() if key not in {"existing", "existing_label"}}


def moved(
    before: Mapping[str, str], after: Mapping[str, str], direct: Collection[str], asked: Collection[str]
) -> tuple[Swap, ...]:
    """Return every package whose version differs, those that were asked for first, then the direct ones.

    What only stood in the old environment and nothing needs is left out.
    """
    found = []
    for name in sorted(set(before) | set(after)):
        old, new = before.get(name, ""), after.get(name, "")
        left_out = not new and name not in {*direct, *asked}
        if old != new and not left_out and name not in {OURS, "pip", "setuptools", "wheel", "uv"}:
            how = "asked for" if name in asked else "direct requirement" if name in direct else "moved along"
            found.append(Swap("environment", name, old, new, how))
    rank = {"asked for": 0, "direct requirement": 1, "moved along": 2}
    return tuple(sorted(found, key=lambda one: (rank[one.how], one.name)))
