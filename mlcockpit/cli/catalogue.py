"""The commands are the files under commands/; a folder is a group such as `handoff offer`."""

import importlib
import os
from difflib import get_close_matches

from mlcockpit.cli.command import Command
from mlcockpit.errors import UsageError

_ROOT = os.path.join(os.path.dirname(__file__), "commands")


def names(group: str = "") -> list[str]:
    """Return the commands of `group` (empty: the top level, groups included) in alphabetical order."""
    folder = os.path.join(_ROOT, group.replace("-", "_"))
    found = []
    for entry in os.listdir(folder):
        stem, ending = os.path.splitext(entry)
        is_group = not ending and os.path.exists(os.path.join(folder, entry, "__init__.py"))
        if (ending == ".py" or is_group) and not stem.startswith("_"):
            found.append(stem.replace("_", "-"))
    return sorted(found)


def is_group(name: str) -> bool:
    """Tell whether `name` holds further commands."""
    return bool(name) and os.path.isdir(os.path.join(_ROOT, name.replace("-", "_"))) and name in names()


def load(path: tuple[str, ...]) -> Command:
    """Return the command at `path`, such as ("handoff", "offer"); importing it imports nothing heavy."""
    dotted = ".".join(part.replace("-", "_") for part in path)
    module = importlib.import_module(f"mlcockpit.cli.commands.{dotted}")
    classes = [
        item
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, Command) and item.__module__ == module.__name__
    ]
    (command,) = classes
    return command()


def find(argv: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Return the command's path and the words after it; raises UsageError with the nearest names."""
    first, rest = argv[0], argv[1:]
    if first not in names():
        raise UsageError(f"{first!r} is no command", hint=_nearest(first, names(), "mlcockpit --help"))
    if not is_group(first):
        return (first,), rest
    members = names(first)
    if not rest or rest[0] in ("-h", "--help"):
        return (first,), rest
    if rest[0] not in members:
        raise UsageError(
            f"{first} has no command {rest[0]!r}", hint=_nearest(rest[0], members, f"mlcockpit {first} --help")
        )
    return (first, rest[0]), rest[1:]


def _nearest(word: str, known: list[str], otherwise: str) -> str:
    close = get_close_matches(word, known, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(close)}?" if close else f"see {otherwise}"
