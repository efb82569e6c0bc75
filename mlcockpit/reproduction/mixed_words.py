"""A captured argument list is read as settings, so that another run's settings can be put into it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mlcockpit.reproduction.resolve.flag_values import tokens
from mlcockpit.reproduction.source.flags import Flag

NUMBER = re.compile(r"^-(\d|\.\d)")
ENTRY = re.compile(r"^[A-Za-z_+~][\w./+~-]*=")
"""A hydra override such as model.depth=3."""


@dataclass(frozen=True)
class Setting:
    """One thing that an argument list sets."""

    name: str
    """The flag's destination, the entry's key, or `argument 2`."""
    tokens: tuple[str, ...]
    """As typed."""
    value: str
    flag: Flag | None = None
    """The flag as the script declares it; None where it cannot be read."""


@dataclass(frozen=True)
class Words:
    """An argument list: the program, then what is set."""

    head: tuple[str, ...]
    settings: tuple[Setting, ...]

    @property
    def argv(self) -> list[str]:
        """Return the argument list again."""
        return [*self.head, *(token for one in self.settings for token in one.tokens)]

    def get(self, name: str) -> Setting | None:
        """Return a setting by its name; None where it is not typed."""
        return next((one for one in self.settings if one.name == name), None)

    def with_setting(self, name: str, wanted: Setting | None, known: Mapping[str, Flag]) -> "Words | None":
        """Return the list with one setting as `wanted` has it (None: not typed); None where the script cannot take it.

        `known` holds the flags that the script declares, by the names of settings; empty where it cannot be read.
        """
        if wanted is None:
            return replace(self, settings=tuple(one for one in self.settings if one.name != name))
        mine, flag = self.get(name), known.get(name)
        typed = _typed(wanted, mine, flag, is_read=bool(known))
        if typed is None:
            return None
        if mine is None:
            return replace(self, settings=(*self.settings, replace(wanted, tokens=typed)))
        swapped = replace(mine, tokens=typed, value=wanted.value)
        return replace(self, settings=tuple(swapped if one.name == name else one for one in self.settings))


def _typed(wanted: Setting, mine: Setting | None, flag: Flag | None, *, is_read: bool) -> tuple[str, ...] | None:
    """Return what to type so that a script takes `wanted`; None where it has no place for it."""
    spelled = wanted.tokens[0].partition("=")[0] if wanted.tokens else ""
    if flag is not None:
        as_it_was = flag.positional or spelled in flag.options
        return wanted.tokens if wanted.tokens and as_it_was else tuple(tokens(flag, wanted.value))
    if wanted.tokens and (mine is not None or not is_read or ENTRY.match(wanted.tokens[0])):
        return wanted.tokens
    if mine is None or not mine.tokens:
        return None
    first, equals, _ = mine.tokens[0].partition("=")
    if equals:
        return (f"{first}={wanted.value}",)
    return (first, wanted.value) if _is_option(first) else (wanted.value,)


def read_words(argv: Sequence[str], flags: Sequence[Flag], names: Mapping[str, str]) -> Words:
    """Return what an argument list sets; `names` says under which name a flag's destination is known."""
    start = _head(argv)
    spelled = {option: flag for flag in flags for option in flag.options}
    places = [flag for flag in flags if flag.positional]
    found: dict[str, Setting] = {}
    rest, index, position = list(argv[start:]), 0, 0
    while index < len(rest):
        size = _size(rest, index, spelled)
        typed = tuple(rest[index : index + size])
        index += size
        option, equals, value = typed[0].partition("=")
        flag = spelled.get(option)
        if _is_option(typed[0]):
            name = flag.dest if flag else option.lstrip("-").replace("-", "_")
            value = value if equals else " ".join(typed[1:]) or "True"
            if option in {"-P", "-p", "--param-list"} and "=" in value and flag is None:
                name, _, value = value.partition("=")
        elif ENTRY.match(typed[0]) and not places:
            name = option
        else:
            flag = places[position] if position < len(places) else None
            position += 1
            name, value = (flag.dest if flag else f"argument {position}"), typed[0]
        name = names.get(name, name)
        before = found.get(name)
        if before is not None:
            typed, value = before.tokens + typed, f"{before.value} {value}"
        found[name] = Setting(name, typed, value, flag)
    return Words(tuple(argv[:start]), tuple(found.values()))


def _head(argv: Sequence[str]) -> int:
    """Return how many words name the program."""
    for place, word in enumerate(argv):
        if word == "-m" and place + 1 < len(argv):
            return place + 2
        if word.endswith((".py", ".ipynb")):
            return place + 1
    if argv and argv[0].rpartition("/")[2] in {"mlflow", "dvc", "papermill"}:
        return min(3, len(argv))
    return min(1, len(argv))


def _is_option(word: str) -> bool:
    return word.startswith("-") and len(word) > 1 and not NUMBER.match(word)


def _size(rest: Sequence[str], index: int, spelled: Mapping[str, Flag]) -> int:
    """Return how many words belong to the one at `index`."""
    word = rest[index]
    if not _is_option(word) or "=" in word:
        return 1
    flag = spelled.get(word)
    if flag is not None and not flag.takes_value:
        return 1
    end = index + 1
    most = len(rest) if flag is not None and flag.nargs in {"+", "*"} else end + 1
    if flag is not None and flag.nargs.isdigit():
        most = end + int(flag.nargs)
    while end < min(most, len(rest)) and not _is_option(rest[end]):
        end += 1
    return end - index
