"""The command line that led to logged parameters is put together again from the flags a script declares."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.reproduction.resolve.config_files import likely_config, takes_config
from mlcockpit.reproduction.resolve.input_sources import source_path
from mlcockpit.reproduction.resolve.positions import Typed, positions, variables
from mlcockpit.reproduction.resolve.values import items, named, same
from mlcockpit.reproduction.source.flags import Flag
from mlcockpit.reproduction.source.flow import FromFlag
from mlcockpit.reproduction.source.fold import Constant
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import DATA_LIKE, Reading
from mlcockpit.reproduction.source.sinks import Sink

DATA_FLAG = re.compile(r"(^|_)(data|dataset|csv|input|train|file|path|source)", re.IGNORECASE)
"""Names of flags that take a data file."""

TRUE = frozenset({"true", "1", "yes"})
FALSE = frozenset({"false", "0", "no"})


@dataclass(frozen=True)
class FlagValues:
    """What to type after the script's name, and how it is known."""

    arguments: tuple[str, ...]
    evidence: tuple[str, ...]
    """One sentence for each flag that was matched."""
    params: Mapping[str, str]
    """Logged parameter → the flag it came from."""
    defaults: tuple[str, ...]
    """Flags without a record, which take their default."""
    gaps: tuple[str, ...]
    """Required flags without a record."""
    contradictions: tuple[str, ...]
    """Logged parameters that the code at this commit cannot have logged."""
    guesses: tuple[str, ...] = ()
    """Required flags whose value is only likely, each with the reason."""
    variables: tuple[str, ...] = ()
    """Assignments NAME=value that stood in the environment."""

    @property
    def score(self) -> int:
        """Return how well the script explains the run; higher is better."""
        return 3 * len(self.params) - 4 * len(self.gaps) - 5 * len(self.contradictions)


def match_flags(reading: Reading, run: RunRecord, tree: CodeTree | None = None, cwd: str = "") -> FlagValues:
    """Return the arguments that make `reading`'s script log what `run` logged; `tree` holds the files of the commit."""
    values: dict[str, tuple[str, str, str]] = {}
    guesses = []
    for flag in reading.flags:
        found = _recorded(flag, reading, run)
        if found is None and tree is not None and flag.takes_value and takes_config(flag.dest, flag.default):
            config = likely_config(run, tree, cwd, flag.default)
            found = (config[0], config[1], "") if config else None
        elif found is None and flag.required:
            found = _data_file(flag.dest, reading, run, tree, cwd)
            guesses += [f"{flag.spelling or flag.dest} {found[0]}: {found[1]}"] if found else []
        if found is not None:
            values[flag.dest] = found
    command = _subcommand(reading, run, values)
    arguments: list[str] = []
    evidence: list[str] = []
    defaults: list[str] = []
    gaps: list[str] = []
    for name, word in _levels(command):
        group = [flag for flag in reading.flags if flag.command == name]
        arguments += [word] if word else []
        options: list[str] = []
        places: list[str] = []
        for flag in group:
            if flag.dest not in values:
                (gaps if flag.required else defaults).append(flag.spelling or flag.dest)
                continue
            value, how, _ = values[flag.dest]
            typed = tokens(flag, value)
            (places if flag.positional else options).extend(typed)
            if typed:
                evidence.append(f"{flag.spelling or flag.dest} from {how}")
        arguments += options if not places else [*places, *options]
    placed = _placed(reading, run, tree, cwd) if not reading.flags else Typed()
    shell = variables(reading, run)
    return FlagValues(
        arguments=(*arguments, *placed.arguments),
        evidence=(*evidence, *placed.evidence, *shell.evidence),
        params={**{key: dest for dest, (_, _, key) in values.items() if key}, **placed.params, **shell.params},
        defaults=tuple(defaults),
        gaps=(*gaps, *placed.gaps),
        contradictions=_contradictions(reading, run),
        guesses=tuple(guesses),
        variables=shell.arguments,
    )


def tokens(flag: Flag, value: str) -> list[str]:
    """Return what to type so that `flag` gets `value`; nothing where that is its default."""
    if flag.action in {"store_true", "store_false", "store_const"}:
        meant = {"store_true": TRUE, "store_false": FALSE}.get(flag.action, {str(flag.constant).lower()})
        return [flag.spelling] if value.lower() in meant else []
    if flag.action == "boolean_optional":
        negative = str(flag.constant) if flag.constant else "--no-" + flag.spelling.removeprefix("--")
        return [] if same(flag.default, value) else [flag.spelling if value.lower() in TRUE else negative]
    if flag.action == "count":
        return [flag.spelling] * int(value) if value.isdigit() and not same(flag.default, value) else []
    if (same(flag.default, value) and not flag.required) or value == "None":
        return []
    words = items(value) if flag.nargs not in {"", "?"} or flag.action in {"append", "extend"} else [value]
    if flag.positional:
        return words
    if flag.action == "append" and flag.nargs == "":
        return [token for word in words for token in _option(flag, [word])]
    return _option(flag, words)


def _option(flag: Flag, words: list[str]) -> list[str]:
    if len(words) == 1 and words[0].startswith("-"):
        return [f"{flag.spelling}={words[0]}"] if flag.spelling.startswith("--") else [f"{flag.spelling}{words[0]}"]
    return [flag.spelling, *words]


def _recorded(flag: Flag, reading: Reading, run: RunRecord) -> tuple[str, str, str] | None:
    """Return the value a flag had, the evidence for it, and the parameter that says so."""
    mine = [sink for sink in reading.sinks.found if sink.origin == FromFlag(flag.dest)]
    for sink in (s for s in mine if s.kind == "param" and s.key in run.params):
        return run.params[sink.key], f"param {sink.key}, logged at {sink.path}:{sink.line}", sink.key
    if reading.sinks.logs_namespace and flag.dest in run.params:
        return run.params[flag.dest], f"param {flag.dest}, logged with all flags", flag.dest
    for sink in (s for s in mine if s.kind == "keyword" and s.key in run.params):
        return run.params[sink.key], f"param {sink.key}, set by keyword at {sink.path}:{sink.line}", sink.key
    for sink in (s for s in mine if s.kind == "keyword" and s.key == "source"):
        places = {place for one in run.inputs if (place := source_path(one))}
        if len(places) == 1:
            return places.pop(), f"the source of the logged input, set at {sink.path}:{sink.line}", ""
    for sink in mine:
        text = named(sink, run)
        if text:
            return text, f"{sink.kind.replace('_', ' ')}, set at {sink.path}:{sink.line}", ""
    taken = {sink.key for sink in reading.sinks.of("param") if sink.origin not in (None, FromFlag(flag.dest))}
    for name in run.params:
        if name not in taken and _plain(name) in {_plain(flag.dest), *(_plain(option) for option in flag.options)}:
            return run.params[name], f"param {name}, by its name", name
    return None


def _placed(reading: Reading, run: RunRecord, tree: CodeTree | None, cwd: str) -> Typed:
    """Return what to type where a script reads sys.argv by position."""

    def file() -> tuple[str, str] | None:
        config = likely_config(run, tree, cwd) if tree is not None else None
        data = None if config else _data_file("file", reading, run, tree, cwd)
        return config or (data[:2] if data else None)

    return positions(reading, run, file)


def _data_file(
    dest: str, reading: Reading, run: RunRecord, tree: CodeTree | None, cwd: str
) -> tuple[str, str, str] | None:
    """Return the data file that a required flag most likely named."""
    mine = [sink for sink in reading.sinks.found if sink.origin == FromFlag(dest)]
    if not any(sink.kind == "read" for sink in mine) and not DATA_FLAG.search(dest):
        return None
    logged = {place for one in run.inputs if (place := source_path(one)) and "://" not in place}
    if len(logged) == 1:
        return logged.pop(), "the only file that the run logged as an input", ""
    data = [path for path in tree.files() if DATA_LIKE.search(path)] if tree is not None else []
    below = [posixpath.relpath(path, cwd or ".") for path in data if not cwd or path.startswith(cwd + "/")] or data
    return (below[0], "the only data file of the commit", "") if len(below) == 1 else None


def _levels(command: str) -> list[tuple[str, str]]:
    """Return (command, last word) of the main parser, of each group on the way, and of the command itself."""
    words = command.split()
    return [(" ".join(words[:place]), words[place - 1] if place else "") for place in range(len(words) + 1)]


def _plain(name: str) -> str:
    return name.lstrip("-").replace("-", "_").lower()


def _subcommand(reading: Reading, run: RunRecord, values: Mapping[str, tuple[str, str, str]]) -> str:
    dest, names = reading.subcommand
    if not names:
        return ""
    if dest and run.params.get(dest) in names:
        return run.params[dest]
    covered = {name: sum(1 for flag in reading.flags if flag.command == name and flag.dest in values) for name in names}
    best = max(covered.values())
    favourite = [name for name in names if "train" in name or name.split()[-1] in {"fit", "run"}]
    return next((name for name in [*favourite, *names] if covered[name] == best), names[0])


def _contradictions(reading: Reading, run: RunRecord) -> tuple[str, ...]:
    sinks: dict[str, list[Sink]] = {}
    for sink in reading.sinks.of("param"):
        sinks.setdefault(sink.key, []).append(sink)
    return tuple(
        f"{key} was logged as {run.params[key]}, but {one.path}:{one.line} at this commit logs {one.origin.value}"
        for key, (one, *others) in sinks.items()
        if not others
        and key in run.params
        and isinstance(one.origin, Constant)
        and not same(one.origin.value, run.params[key])
    )
