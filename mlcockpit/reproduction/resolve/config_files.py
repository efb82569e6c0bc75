"""Which configuration file a program was given is told by the logged parameters that stand in it."""

import json
import posixpath
import re
import tomllib
from collections.abc import Mapping, Sequence

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.reproduction.resolve.plain_yaml import flat, read_yaml
from mlcockpit.reproduction.source.program import CodeTree

ENDING = re.compile(r"\.(ya?ml|json|toml)$", re.IGNORECASE)
NOT_ONE = re.compile(
    r"(^|/)(package(-lock)?\.json|pyproject\.toml|dvc\.yaml|conda\.ya?ml|environment\.ya?ml|\..*)$|(^|/)\."
)
"""Files with such endings that configure a tool and no training."""
FLAG = re.compile(
    r"(^|_)(config|configs|configuration|cfg|conf|settings|hparams|params|experiment|yaml|json|toml)(_|$)"
)
"""Names of flags that take a configuration file."""
MOST = 60
"""Files that are read."""


def read_config(path: str, data: bytes | None) -> Mapping[str, object]:
    """Return the dotted names and values of a configuration file; empty where it holds none."""
    try:
        if path.lower().endswith(".toml"):
            return flat(tomllib.loads((data or b"").decode("utf-8", "replace")))
        if path.lower().endswith(".json"):
            return flat(json.loads(data or b"{}"))
    except (ValueError, RecursionError):
        return {}
    return flat(read_yaml(data))


def takes_config(name: str, default: object) -> bool:
    """Tell whether a flag of this name and default names a configuration file."""
    return bool(FLAG.search(name)) or (isinstance(default, str) and bool(ENDING.search(default)))


def likely_config(run: RunRecord, tree: CodeTree, cwd: str, default: object = None) -> tuple[str, str] | None:
    """Return the file whose entries were logged, as it is typed in `cwd`, and how that is known.

    None where no file fits, several fit as well, or the default fits no worse.
    """
    paths = [path for path in tree.files() if ENDING.search(path) and not NOT_ONE.search(path)][:MOST]
    points = {path: _likeness(read_config(path, tree.read(path)), run.params) for path in paths}
    usual = _meant(default, paths, cwd)
    best = max(points.values(), default=0)
    fitting = [path for path in paths if points[path] == best]
    if best <= 0 or len(fitting) != 1 or fitting[0] == usual or (usual and points[usual] >= best):
        return None
    typed = posixpath.relpath(fitting[0], cwd or ".")
    if isinstance(default, str) and default and not ENDING.search(default) and usual:
        typed = typed.removeprefix(posixpath.dirname(posixpath.relpath(usual, cwd or ".")) + "/")
        typed = ENDING.sub("", typed)
    return typed, f"{fitting[0]} holds what was logged, more than any other configuration file"


def _likeness(entries: Mapping[str, object], params: Mapping[str, str]) -> int:
    """Return how many logged parameters stand in a configuration, less those that stand there with another value."""
    ends: dict[str, list[str]] = {}
    for key, value in entries.items():
        for name in {key, key.replace(".", "_"), key.replace(".", "/"), key.rpartition(".")[2]}:
            ends.setdefault(name, []).append(str(value))
    known = {name: values for name, values in ends.items() if name in params}
    return sum(1 if _same(params[name], values) else -1 for name, values in known.items())


def _same(logged: str, values: Sequence[str]) -> bool:
    if logged in values:
        return True
    try:
        return float(logged) in {float(value) for value in values}
    except ValueError:
        return False


def _meant(default: object, paths: Sequence[str], cwd: str) -> str:
    """Return the file that a default names, by its path or by its name alone; empty where it names none."""
    if not isinstance(default, str) or not default:
        return ""
    path = posixpath.normpath(posixpath.join(cwd or ".", default))
    if path in paths:
        return path
    alike = [one for one in paths if ENDING.sub("", one) == path or ENDING.sub("", one).endswith("/" + default)]
    return alike[0] if len(alike) == 1 else ""
