"""A captured launch says its command itself."""

import posixpath

from mlcockpit.domain.recipe import Ingredient
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.command import Command, command_value
from mlcockpit.reproduction.resolve.console_command import instead_of_tool
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import read_script


def captured(facts: RunFacts, tree: CodeTree) -> Command | None:
    """Return the captured argument list, with paths of the old tree made relative; None without capture."""
    launch = facts.launch
    if launch is None or not launch.argv:
        return None
    root = (launch.code.root or "").rstrip("/")
    cwd = launch.cwd or "."
    if cwd.startswith("/"):
        cwd = posixpath.relpath(cwd, root) if root and (cwd + "/").startswith(root + "/") else "."
    script = next((word for word in launch.argv if word.endswith((".py", ".ipynb"))), "")
    inside = posixpath.relpath(script, root) if root and script.startswith(root + "/") else posixpath.join(cwd, script)
    path = posixpath.normpath(inside)
    reading = read_script(tree, path, cwd) if script else None
    words, root_of_tool = instead_of_tool(launch.argv, tree, facts.prefix) or (list(launch.argv), "")
    hidden = tuple(str(one.where) for one in launch.redacted)
    ingredient = Ingredient(
        "command",
        Standing.RECORDED,
        command_value(words, cwd, launch.launcher.value, path if reading else "")
        | ({"python_path": [root_of_tool]} if root_of_tool else {}),
        "captured launch: argv and working directory",
        deviations=(f"values that look like secrets were not kept: {', '.join(hidden)}",) if hidden else (),
    )
    return Command(ingredient, reading)
