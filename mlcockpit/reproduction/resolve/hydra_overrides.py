"""The overrides of a hydra run are where its logged parameters differ from the configuration at the commit."""

import ast
import posixpath
from collections.abc import Mapping

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.reproduction.resolve.plain_yaml import flat, read_yaml
from mlcockpit.reproduction.resolve.values import same
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import Reading

DEEPEST = 4


def overrides(reading: Reading, run: RunRecord, tree: CodeTree) -> tuple[list[str], list[str]] | None:
    """Return the overrides to type and the evidence for each; None where the script is not hydra's."""
    told = _main(reading)
    if told is None:
        return None
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(reading.script), told[0]))
    config = flat(_composed(tree, folder, told[1], 0))
    arguments, evidence = [], []
    for option, group in _groups(tree, folder, told[1]).items():
        best = _chosen(tree, folder, option, group, run)
        if best != group:
            arguments.append(f"{option}={best}")
            evidence.append(f"{option}={best}: the logged parameters are those of {option}/{best}.yaml")
            config |= flat({option: _composed(tree, posixpath.join(folder, option), best, 1)})
    for name, value in run.params.items():
        key = _key(name, list(config))
        if key and not same(config[key], value) and not str(config[key]).startswith("${"):
            arguments.append(f"{key}={_quoted(value)}")
            evidence.append(f"{key} from param {name}, where the config at the commit says {config[key]}")
    return arguments, evidence


def _key(name: str, keys: list[str]) -> str:
    """Return the entry of the configuration that a parameter is; empty where none or several fit."""
    spelled = [one for one in keys if name in {one, one.replace(".", "_"), one.replace(".", "/")}]
    ends = spelled or [one for one in keys if one.rpartition(".")[2] == name]
    return ends[0] if spelled or len(ends) == 1 else ""


def _main(reading: Reading) -> tuple[str, str] | None:
    """Return config_path and config_name of @hydra.main; None where there is none."""
    functions = [node for node in reading.program.script.nodes if isinstance(node, ast.FunctionDef)]
    for one in (one for function in functions for one in function.decorator_list if isinstance(one, ast.Call)):
        if ast.unparse(one.func) in {"hydra.main", "hydra_main"}:
            given = {
                keyword.arg: keyword.value.value for keyword in one.keywords if isinstance(keyword.value, ast.Constant)
            }
            return str(given.get("config_path") or "."), str(given.get("config_name") or "config").removesuffix(".yaml")
    return None


def _groups(tree: CodeTree, folder: str, name: str) -> dict[str, str]:
    """Return config group → chosen option of the primary config."""
    listed = read_yaml(tree.read(posixpath.join(folder, f"{name}.yaml"))).get("defaults")
    pairs = (
        [next(iter(one.items())) for one in listed if isinstance(one, Mapping) and one]
        if isinstance(listed, list)
        else []
    )
    plain = [(str(group), str(option)) for group, option in pairs]
    return {
        group: option for group, option in plain if not group.startswith(("override", "optional")) and "/" not in group
    }


def _composed(tree: CodeTree, folder: str, name: str, depth: int) -> dict[str, object]:
    found = dict(read_yaml(tree.read(posixpath.join(folder, f"{name}.yaml"))))
    listed = found.pop("defaults", None)
    merged: dict[str, object] = {}
    for one in listed if isinstance(listed, list) and depth < DEEPEST else ():
        if isinstance(one, Mapping):
            for group, option in one.items():
                merged = _merge(
                    merged, {str(group): _composed(tree, posixpath.join(folder, str(group)), str(option), depth + 1)}
                )
        elif isinstance(one, str) and one != "_self_":
            merged = _merge(merged, _composed(tree, folder, one, depth + 1))
    return _merge(merged, found)


def _merge(first: dict[str, object], second: Mapping[str, object]) -> dict[str, object]:
    merged = dict(first)
    for key, value in second.items():
        before = merged.get(key)
        merged[key] = _merge(before, value) if isinstance(before, dict) and isinstance(value, Mapping) else value
    return merged


def _chosen(tree: CodeTree, folder: str, group: str, default: str, run: RunRecord) -> str:
    """Return the option of a group whose values are most like the logged ones; the default where none is more like them."""
    place = posixpath.join(folder, group) + "/"
    options = [
        path[len(place) :].removesuffix(".yaml")
        for path in tree.files()
        if path.startswith(place) and path.endswith(".yaml")
    ]

    def likeness(option: str) -> int:
        values = flat({group: _composed(tree, place, option, 1)})
        logged = {key: run.params.get(key, run.params.get(key.rpartition(".")[2])) for key in values}
        return sum((2 if same(values[key], text) else 0) if text is not None else -1 for key, text in logged.items())

    best = max(options, key=likeness, default=default)
    return best if best != default and likeness(best) > likeness(default) else default


def _quoted(value: str) -> str:
    return value if value and all(sign.isalnum() or sign in "._-+/[]," for sign in value) else f"'{value}'"
