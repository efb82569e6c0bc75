"""A console script is started by its function, so that the project need not be installed for it."""

import ast
import configparser
import posixpath
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence

from mlcockpit.domain.recipe import Ingredient
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.command import CAPTURE, Command, command_value, missing
from mlcockpit.reproduction.resolve.flag_values import match_flags
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import read_script

START = "import sys; from {module} import {name}; sys.argv[0] = {tool!r}; sys.exit({call}())"


def console(facts: RunFacts, tree: CodeTree) -> Command | None:
    """Return the command of a run whose source name is one of the project's console scripts; None where it is none."""
    tool = posixpath.basename(facts.run.tag("mlflow.source.name").strip())
    target = console_scripts(tree, facts.prefix).get(tool, "") if tool and not tool.endswith(".py") else ""
    start = start_of(tool, target)
    path, root = _module(tree, target, facts.prefix)
    reading = read_script(tree, path, facts.prefix) if path else None
    if start is None or reading is None:
        return None
    flags = match_flags(reading, facts.run, tree, facts.prefix)
    value = command_value(["python", "-c", start, *flags.arguments], facts.prefix or ".", "console", path) | {
        "python_path": [root]
    }
    if flags.gaps:
        return missing(
            f"{tool} needs {', '.join(flags.gaps)}, and no logged parameter says what it was", "give it with --command"
        )
    said = "; ".join([f"console script {tool} is {target}", *flags.evidence])
    return Command(Ingredient("command", Standing.INFERRED, value, said, raise_by=CAPTURE), reading, flags)


def instead_of_tool(argv: Sequence[str], tree: CodeTree, prefix: str) -> tuple[list[str], str] | None:
    """Return an argument list that starts a console script's function, and its root; None where it is no script of the project."""
    tool = posixpath.basename(argv[0])
    target = console_scripts(tree, prefix).get(tool, "")
    start, (path, root) = start_of(tool, target), _module(tree, target, prefix)
    return (["python", "-c", start, *argv[1:]], root) if start is not None and path else None


def console_scripts(tree: CodeTree, prefix: str) -> Mapping[str, str]:
    """Return console script → `module:function` of the project's own packaging files."""
    found: dict[str, str] = {}
    for folder in dict.fromkeys((prefix, "")):
        found |= _setup_py(tree.read(posixpath.join(folder, "setup.py")))
        found |= _setup_cfg(tree.read(posixpath.join(folder, "setup.cfg")))
        found |= _pyproject(tree.read(posixpath.join(folder, "pyproject.toml")))
    return found


def start_of(tool: str, target: str) -> str | None:
    """Return the program that starts `module:function`; None where that is no such name."""
    match = re.fullmatch(r"([\w.]+):(\w+)((?:\.\w+)*)(?:\s*\[.*\])?", target.strip())
    return START.format(module=match[1], name=match[2], tool=tool, call=match[2] + match[3]) if match else None


def _module(tree: CodeTree, target: str, prefix: str) -> tuple[str, str]:
    """Return the file of a target's module and the folder that must be on the path."""
    stem, files = target.partition(":")[0].strip().replace(".", "/"), frozenset(tree.files())
    for root in (prefix, posixpath.join(prefix, "src"), "", "src"):
        for path in (posixpath.join(root, f"{stem}.py"), posixpath.join(root, stem, "__init__.py")):
            if stem and path in files:
                return path, root or "."
    return "", ""


def _pyproject(data: bytes | None) -> dict[str, str]:
    try:
        found = tomllib.loads((data or b"").decode("utf-8", "replace"))
    except tomllib.TOMLDecodeError:
        return {}
    project, tool = found.get("project", {}), found.get("tool", {})
    poetry = tool.get("poetry", {}) if isinstance(tool, dict) else {}
    named = {**(poetry.get("scripts") or {}), **(project.get("scripts") or {})}
    return {str(name): value for name, value in named.items() if isinstance(value, str)}


def _setup_cfg(data: bytes | None) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string((data or b"").decode("utf-8", "replace"))
    except configparser.Error:
        return {}
    return _lines(parser.get("options.entry_points", "console_scripts", fallback="").splitlines())


def _setup_py(data: bytes | None) -> dict[str, str]:
    try:
        syntax = ast.parse(data or b"")
    except (SyntaxError, ValueError, RecursionError):
        return {}
    texts = [node.value for node in ast.walk(syntax) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return _lines(line for text in texts for line in text.splitlines()) if b"console_scripts" in (data or b"") else {}


def _lines(lines: Iterable[str]) -> dict[str, str]:
    pairs = (re.fullmatch(r"\s*([\w.-]+)\s*=\s*([\w.]+:[\w.]+)\s*", line) for line in lines)
    return {match[1]: match[2] for match in pairs if match}
