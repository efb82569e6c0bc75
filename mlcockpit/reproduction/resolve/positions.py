"""What a script reads from sys.argv by position or from its environment by name is put together from what was logged."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.reproduction.resolve.values import named, same
from mlcockpit.reproduction.source.flow import FromArgv, FromEnvironment
from mlcockpit.reproduction.source.reading import Reading
from mlcockpit.reproduction.source.sinks import Sink

NOT_SET = re.compile(
    r"^(MLFLOW_|MLCOCKPIT_|LD_|DYLD_|PYTHON|UV_|PIP_|GIT_|AWS_|(PATH|HOME|USER|SHELL|TMPDIR|VIRTUAL_ENV)$)"
)
"""Variables that belong to the machine or to the rerun, whatever a script reads of them."""


@dataclass(frozen=True)
class Typed:
    """Words of a command line, and how they are known."""

    arguments: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    params: dict[str, str] = field(default_factory=dict)
    """Logged parameter → what it came from."""
    gaps: tuple[str, ...] = ()


def positions(reading: Reading, run: RunRecord, file: Callable[[], tuple[str, str] | None]) -> Typed:
    """Return what to type where a script reads sys.argv by position; `file` guesses the file that a read argument named."""
    places: dict[int, tuple[Sink, FromArgv]] = {}
    for sink in reading.sinks.of("param", "keyword", "experiment", "run_name", "read"):
        known = sink.kind not in {"keyword", "read"} or sink.key in run.params
        if isinstance(sink.origin, FromArgv) and sink.origin.position > 0:
            before = places.get(sink.origin.position)
            if before is None or (before[0].kind == "read" and known):
                places[sink.origin.position] = (sink, sink.origin)
    places = {place: pair for place, pair in places.items() if pair[0].kind != "keyword" or pair[0].key in run.params}
    arguments, evidence, params, gaps = [], [], {}, []
    for position in range(1, max(places, default=0) + 1):
        pair = places.get(position)
        value, how = _value(pair[0], run, file) if pair else ("", "")
        if pair is None or not value:
            gaps += [f"argument {position}"] if pair is None or not pair[1].optional else []
            break
        arguments.append(value)
        evidence.append(f"argument {position} from {how}")
        if pair[0].key in run.params:
            params[pair[0].key] = f"argv[{position}]"
    if all(origin.optional and same(origin.default, run.params.get(sink.key, "")) for sink, origin in places.values()):
        arguments = []
    return Typed(tuple(arguments), tuple(evidence), params, tuple(gaps))


def variables(reading: Reading, run: RunRecord) -> Typed:
    """Return the assignments NAME=value that have the script log what was logged."""
    found: dict[str, tuple[str, str, str]] = {}
    for sink in reading.sinks.of("param", "keyword", "experiment", "run_name"):
        origin = sink.origin
        if not isinstance(origin, FromEnvironment) or NOT_SET.match(origin.name) or origin.name in found:
            continue
        value = run.params.get(sink.key) or (named(sink, run) if sink.kind in {"experiment", "run_name"} else "")
        if value and not same(origin.default, value) and not (origin.optional and value == "None"):
            how = (
                f"variable {origin.name} from {sink.kind} {sink.key}".rstrip() + f", logged at {sink.path}:{sink.line}"
            )
            found[origin.name] = value, how, sink.key
    return Typed(
        tuple(f"{name}={value}" for name, (value, _, _) in found.items()),
        tuple(how for _, how, _ in found.values()),
        {key: f"${name}" for name, (_, _, key) in found.items() if key},
    )


def _value(sink: Sink, run: RunRecord, file: Callable[[], tuple[str, str] | None]) -> tuple[str, str]:
    if sink.kind == "read":
        return file() or ("", "")
    value = run.params.get(sink.key) or named(sink, run)
    return value, f"param {sink.key}, logged at {sink.path}:{sink.line}"
