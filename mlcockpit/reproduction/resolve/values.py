"""A logged text is compared with a value of the source as the tracker would have written it."""

import ast

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.reproduction.source.flags import UNKNOWN
from mlcockpit.reproduction.source.sinks import Sink


def same(default: object, value: str) -> bool:
    """Tell whether a default, as the tracker would have written it, is `value`."""
    if default is UNKNOWN:
        return False
    if str(default) == value:
        return True
    if isinstance(default, int | float | str) and not isinstance(default, bool):
        try:
            return float(default) == float(value)
        except ValueError:
            return False
    if isinstance(default, list | tuple):
        return items(value) == [str(item) for item in default]
    return False


def items(value: str) -> list[str]:
    """Return the parts of a logged list; the text itself where it is none."""
    try:
        parsed = ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value.split() if " " in value else [value]
    return [str(item) for item in parsed] if isinstance(parsed, list | tuple) else [value]


def named(sink: Sink, run: RunRecord) -> str:
    """Return what the run's name, experiment or tag says of a value; empty where it says nothing."""
    if sink.kind == "experiment":
        return run.experiment
    if sink.kind == "run_name":
        return run.name
    return run.tag(sink.key) if sink.kind == "tag" else ""
