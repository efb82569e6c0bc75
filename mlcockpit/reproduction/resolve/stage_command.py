"""A script that a stage of dvc.yaml starts is started as the stage says, with the parameters of the commit."""

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlcockpit.domain.recipe import Ingredient
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.command import CAPTURE, Command, command_value
from mlcockpit.reproduction.resolve.flag_values import match_flags
from mlcockpit.reproduction.resolve.plain_yaml import flat, mapping, read_yaml
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import read_script

SHELL = re.compile(r"[|&;<>`\n]|\$\(")
"""Signs that only a shell understands."""


@dataclass(frozen=True)
class Stage:
    """One stage of a dvc.yaml."""

    name: str
    file: str
    folder: str
    """Where its command runs, below the top."""
    command: str


def dvc_stage(facts: RunFacts, tree: CodeTree) -> Command | None:
    """Return the command of the one stage that starts the run's script; None where there is none."""
    source = facts.run.tag("mlflow.source.name").strip().replace("\\", "/")
    if not source.endswith(".py"):
        return None
    fitting = [(stage, script) for stage in stages(tree) if (script := _starts(stage, source, tree, facts))]
    if not fitting:
        return None
    stage, script = max(fitting, key=lambda pair: _likeness(pair[0], facts))
    reading = read_script(tree, script, stage.folder)
    if reading is not None and not set(match_flags(reading, facts.run).arguments) <= set(
        re.split(r"[\s=]+", stage.command)
    ):
        return None
    words = ["bash", "-c", stage.command] if SHELL.search(stage.command) else shlex.split(stage.command)
    others = tuple(f"(dvc stage {one.name}) {one.command}" for one, _ in fitting) if len(fitting) > 1 else ()
    ingredient = Ingredient(
        "command",
        Standing.INFERRED,
        command_value(words, stage.folder or ".", "dvc", script) | {"stage": stage.name},
        f"stage {stage.name} of {stage.file} starts {source}: its command is run in the worktree",
        candidates=others,
        raise_by=CAPTURE,
    )
    return Command(ingredient, reading)


def stages(tree: CodeTree) -> Iterator[Stage]:
    """Yield every stage of every dvc.yaml of the commit, with the parameters put in."""
    for path in tree.files():
        if posixpath.basename(path) != "dvc.yaml":
            continue
        folder, found = posixpath.dirname(path), read_yaml(tree.read(path))
        known = _variables(tree, folder, found)
        for name, value in mapping(found, "stages").items():
            for label, one, more in _each(name, value):
                command = one.get("cmd")
                text = " && ".join(map(str, command)) if isinstance(command, list) else str(command or "")
                place = posixpath.normpath(posixpath.join(folder, str(one.get("wdir") or "."))).removeprefix(".")
                yield Stage(label, path, place.strip("/"), _filled(" ".join(text.split()), {**known, **more}))


def _each(name: str, value: object) -> Iterator[tuple[str, Mapping[str, object], Mapping[str, object]]]:
    """Yield a stage, or each of a `foreach` or `matrix` over a list."""
    if not isinstance(value, Mapping):
        return
    inner, items = value.get("do"), value.get("foreach")
    if isinstance(inner, Mapping) and isinstance(items, list | dict):
        listed = [(item if isinstance(item, str) else place, item) for place, item in enumerate(items)]
        for key, item in items.items() if isinstance(items, dict) else listed:
            yield f"{name}@{key}", inner, {"key": key, "item": item, **flat(item, "item")}
    else:
        yield name, value, {}


def _variables(tree: CodeTree, folder: str, found: Mapping[str, object]) -> dict[str, object]:
    known = flat(read_yaml(tree.read(posixpath.join(folder, "params.yaml"))))
    named = found.get("vars")
    for one in named if isinstance(named, list) else ():
        known |= flat(read_yaml(tree.read(posixpath.join(folder, one.split(":")[0]))) if isinstance(one, str) else one)
    return known


def _filled(command: str, known: Mapping[str, object]) -> str:
    return re.sub(r"\$\{\s*([\w.@-]+)\s*\}", lambda match: str(known.get(match[1], match[0])), command)


def _starts(stage: Stage, source: str, tree: CodeTree, facts: RunFacts) -> str:
    """Return the script's path where the stage starts it; empty where it does not."""
    inside = next(
        (source[len(root) :].strip("/") for root in facts.roots if source.startswith(root.rstrip("/") + "/")), ""
    )
    for word in re.findall(r"[^\s'\"]+\.py\b", stage.command):
        path = posixpath.normpath(posixpath.join(stage.folder, word))
        if path in tree.files() and (posixpath.normpath(word) == posixpath.normpath(source) or path == inside):
            return path
    module = re.search(r"-m\s+([\w.]+)", stage.command)
    path = posixpath.join(stage.folder, module[1].replace(".", "/") + ".py") if module else ""
    return path if path and path in tree.files() and (path == inside or source.endswith("/" + path)) else ""


def _likeness(stage: Stage, facts: RunFacts) -> int:
    """Return how many logged values a stage's command names."""
    words = set(re.split(r"[\s=]+", stage.command))
    return sum(1 for value in facts.run.params.values() if value in words)
