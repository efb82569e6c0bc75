"""A captured launch says its command itself."""

import posixpath
from collections.abc import Mapping, Sequence

from mlcockpit.domain.recipe import Ingredient
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.command import Command, command_value
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import read_script


def captured(facts: RunFacts, tree: CodeTree) -> Command | None:
    """Return the captured argument list with paths of the old tree made relative; None without capture."""
    argv = facts.launch.get("argv")
    if not isinstance(argv, Sequence) or isinstance(argv, str) or not argv:
        return None
    code = facts.launch.get("code")
    root = str(code.get("root") or "") if isinstance(code, Mapping) else ""
    cwd = posixpath.relpath(str(facts.launch.get("cwd") or root), root) if root else "."
    words = [str(word) for word in argv]
    launcher = str(facts.launch.get("launcher") or "script")
    script = next((word for word in words[1:] if word.endswith(".py")), "")
    path = posixpath.normpath(posixpath.join(cwd, posixpath.relpath(script, root) if script.startswith("/") and root else script))
    reading = read_script(tree, path, cwd) if script else None
    ingredient = Ingredient(
        "command",
        Standing.RECORDED,
        command_value(words, cwd, launcher, path if reading else ""),
        "captured launch: argv and working directory",
        deviations=("secrets in the command were redacted",) if "<redacted>" in " ".join(words) else (),
    )
    return Command(ingredient, reading)
