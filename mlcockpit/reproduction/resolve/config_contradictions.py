"""A logged parameter that the configuration file of the commit holds with another value proves uncommitted changes."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.reproduction.resolve.config_files import ENDING, read_config, takes_config
from mlcockpit.reproduction.resolve.values import same
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import Reading


def config_contradictions(
    reading: Reading, run: RunRecord, tree: CodeTree, cwd: str, argv: Sequence[str], typed: Mapping[str, str]
) -> tuple[str, ...]:
    """Return a sentence for each logged parameter that a configuration file contradicts.

    Only names that stand once in the file count, and only where another logged parameter agrees with the file: then the
    program logs what it reads there. What was `typed`, or comes from a flag or a constant, says nothing of the file.
    """
    other = {sink.key for sink in reading.sinks.of("param") if sink.origin is not None} | set(typed)
    found: list[str] = []
    for path in dict.fromkeys(_paths(reading, tree, cwd, argv)):
        entries = _by_name(read_config(path, tree.read(path)))
        logged = {name: entries[name] for name in run.params if name in entries and name not in other}
        wrong = [name for name, value in logged.items() if not same(value, run.params[name])]
        if len(wrong) < len(logged):
            found += [
                f"{name} was logged as {run.params[name]}, but {path} at this commit says {logged[name]}"
                for name in sorted(wrong)
            ]
    return tuple(found)


def _by_name(entries: Mapping[str, object]) -> dict[str, object]:
    """Return the plain values whose last name stands only once in the file."""
    found: dict[str, list[object]] = {}
    for key, value in entries.items():
        found.setdefault(key.rpartition(".")[2], []).append(value)
        if "." in key:
            found.setdefault(key, []).append(value)
    plain = (int, float, str, bool)
    return {name: values[0] for name, values in found.items() if len(values) == 1 and isinstance(values[0], plain)}


def _paths(reading: Reading, tree: CodeTree, cwd: str, argv: Sequence[str]) -> Iterator[str]:
    """Yield the configuration files that the command names, that are its flags' defaults, or that the source reads."""
    known = frozenset(tree.files())
    words = [word.partition("=")[2] or word for word in argv]
    named = {flag.dest for flag in reading.flags if any(word.split("=")[0] in flag.options for word in argv)}
    usual = [
        str(flag.default) for flag in reading.flags if flag.dest not in named and takes_config(flag.dest, flag.default)
    ]
    for word in (*words, *usual, *(use.path for use in reading.paths if use.read and not use.anchored)):
        path = posixpath.normpath(posixpath.join(cwd or ".", word))
        if ENDING.search(path) and path in known:
            yield path
    yield from (use.path for use in reading.paths if use.read and use.anchored and use.path in known)
