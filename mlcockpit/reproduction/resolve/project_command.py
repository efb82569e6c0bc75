"""A run that `mlflow run` started is started so again, with only those parameters that its MLproject declares."""

import posixpath
from collections.abc import Mapping

from mlcockpit.domain.recipe import Ingredient
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.command import CAPTURE, Command, command_value, missing
from mlcockpit.reproduction.resolve.plain_yaml import entry, mapping, read_yaml
from mlcockpit.reproduction.resolve.values import same
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import Reading, read_script

FILE = "MLproject"


def mlflow_project(facts: RunFacts, tree: CodeTree) -> Command | None:
    """Return the command of a run whose source is an MLproject; None where it is not."""
    run = facts.run
    if run.tag("mlflow.source.type") != "PROJECT" and not run.tag("mlflow.project.entryPoint"):
        return None
    folder = _folder(run.tag("mlflow.source.name"), facts, tree)
    if folder is None:
        return missing(
            f"{run.tag('mlflow.source.name')} holds no MLproject at the commit", "name the whole command with --command"
        )
    project = read_yaml(tree.read(posixpath.join(folder, FILE) if folder else FILE))
    name = run.tag("mlflow.project.entryPoint") or "main"
    point = mapping(mapping(project, "entry_points"), name)
    declared = mapping(point, "parameters")
    arguments, typed = [], []
    for key, wanted in declared.items():
        if key in run.params and not same(
            wanted.get("default") if isinstance(wanted, Mapping) else None, run.params[key]
        ):
            arguments += ["-P", f"{key}={run.params[key]}"]
            typed.append(key)
    argv = ["mlflow", "run", ".", *(["-e", name] if name != "main" else []), *arguments, "--env-manager", "local"]
    reading = _reading(tree, folder, entry(point, "command"))
    value = command_value(argv, folder or ".", "mlflow", reading.script if reading else "")
    said = f"tags of `mlflow run`: entry point {name}; declared parameters passed back: {', '.join(typed) or 'none'}"
    return Command(Ingredient("command", Standing.INFERRED, value, said, raise_by=CAPTURE), reading)


def _folder(source: str, facts: RunFacts, tree: CodeTree) -> str | None:
    """Return the folder of the MLproject below the top; the part after # names it, else an absolute path's end does."""
    plain, _, below = source.partition("#")
    files = frozenset(tree.files())
    inside = next(
        (plain[len(root) :].strip("/") for root in facts.roots if (plain + "/").startswith(root.rstrip("/") + "/")), ""
    )
    relative = "" if plain.startswith(("/", "http", "git@", "file:")) else posixpath.normpath(plain)
    for folder in (below.strip("/"), inside, relative, facts.prefix, ""):
        tidy = "" if folder in {".", ""} else posixpath.normpath(folder)
        if (posixpath.join(tidy, FILE) if tidy else FILE) in files:
            return tidy
    found = [path for path in files if posixpath.basename(path) == FILE]
    return posixpath.dirname(found[0]) if len(found) == 1 else None


def _reading(tree: CodeTree, folder: str, command: str) -> Reading | None:
    script = next((word for word in command.split() if word.endswith(".py")), "")
    return read_script(tree, posixpath.normpath(posixpath.join(folder, script)), folder) if script else None
