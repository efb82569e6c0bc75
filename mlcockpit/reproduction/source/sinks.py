"""What a program hands to the tracker under which name can be read off its calls: params, keywords, run and experiment names."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlcockpit.reproduction.source.flow import Flow, Origin
from mlcockpit.reproduction.source.names import Scope

READERS = re.compile(
    r"^(read_.*|open|load.*|genfromtxt|fromfile|scan_.*|glob|iglob|rglob|listdir|iterdir|scandir|safe_load|ImageFolder"
    r"|connect|from_(csv|parquet|json))$"
)
"""Calls that take a path and read it."""

SINGLE = {"log_param": "param", "set_tag": "tag", "log_hyperparameter": "param"}
MANY = {"log_params": "param", "set_tags": "tag", "log_hyperparams": "param"}


@dataclass(frozen=True)
class Sink:
    """One name under which a value is written down."""

    kind: str
    """param, tag, experiment, run_name, keyword (a constructor argument, which autologging writes as a param), or read."""
    key: str
    origin: Origin
    path: str = ""
    line: int = 0


@dataclass(frozen=True)
class Sinks:
    """Everything a program writes down."""

    found: tuple[Sink, ...]
    logs_namespace: bool
    """Whether all parsed flags are logged under their own names."""

    def of(self, *kinds: str) -> tuple[Sink, ...]:
        """Return the sinks of some kinds."""
        return tuple(sink for sink in self.found if sink.kind in kinds)


def read_sinks(flow: Flow) -> Sinks:
    """Return what the program behind `flow` writes down."""
    found: list[Sink] = []
    namespace = False
    for name, pairs in flow.calls().items():
        for scope, call in pairs:
            if name in SINGLE:
                found.extend(_single(SINGLE[name], scope, call, flow))
            elif name in MANY and call.args:
                namespace = namespace or (MANY[name] == "param" and _is_namespace(call.args[0], scope, flow))
                found.extend(_entries(MANY[name], call.args[0], scope, flow))
            elif name == "set_experiment":
                found.extend(_first("experiment", "experiment_name", scope, call, flow))
            elif name == "start_run":
                found.extend(_keyword("run_name", "run_name", scope, call, flow))
            elif READERS.match(name) and call.args:
                found.append(Sink("read", name, flow.origin(call.args[0], scope), scope.module.path, call.lineno))
            found.extend(_keywords(scope, call, flow))
    found.extend(_dict_entries(flow))
    return Sinks(tuple(found), namespace)


def _single(kind: str, scope: Scope, call: ast.Call, flow: Flow) -> Iterator[Sink]:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    # a client's call begins with the run's id
    placed = call.args[1:] if len(call.args) > 2 or (len(call.args) == 2 and "value" in given) else call.args
    key = placed[0] if placed else given.get("key")
    value = placed[1] if len(placed) > 1 else given.get("value")
    folded = flow.fold(key, scope) if key is not None else None
    if value is not None and folded is not None and isinstance(folded.value, str):
        yield Sink(kind, folded.value, flow.origin(value, scope), scope.module.path, call.lineno)


def _is_namespace(expression: ast.expr, scope: Scope, flow: Flow) -> bool:
    if flow.is_namespace(expression, scope):
        return True
    behind = flow.bound(expression, scope)
    return any(_is_namespace(value, where, flow) for value, where in behind if isinstance(value, ast.Name | ast.Call))


def _entries(kind: str, expression: ast.expr, scope: Scope, flow: Flow, depth: int = 0) -> Iterator[Sink]:
    if isinstance(expression, ast.Dict):
        for key, value in zip(expression.keys, expression.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield Sink(kind, key.value, flow.origin(value, scope), scope.module.path, expression.lineno)
            elif key is None and depth < 6:
                yield from _entries(kind, value, scope, flow, depth + 1)
    elif isinstance(expression, ast.Call) and isinstance(expression.func, ast.Name) and expression.func.id == "dict":
        for keyword in expression.keywords:
            if keyword.arg:
                yield Sink(kind, keyword.arg, flow.origin(keyword.value, scope), scope.module.path, expression.lineno)
    elif depth < 6:
        for value, where in flow.bound(expression, scope)[:1]:
            yield from _entries(kind, value, where, flow, depth + 1)


def _first(kind: str, name: str, scope: Scope, call: ast.Call, flow: Flow) -> Iterator[Sink]:
    if call.args:
        yield Sink(kind, "", flow.origin(call.args[0], scope), scope.module.path, call.lineno)
    else:
        yield from _keyword(kind, name, scope, call, flow)


def _keyword(kind: str, name: str, scope: Scope, call: ast.Call, flow: Flow) -> Iterator[Sink]:
    for keyword in call.keywords:
        if keyword.arg == name:
            yield Sink(kind, "", flow.origin(keyword.value, scope), scope.module.path, call.lineno)


def _keywords(scope: Scope, call: ast.Call, flow: Flow) -> Iterator[Sink]:
    if isinstance(call.func, ast.Attribute) and call.func.attr in {"add_argument", "set_defaults", "start_run"}:
        return
    for keyword in call.keywords:
        if keyword.arg:
            origin = flow.origin(keyword.value, scope)
            if origin is not None:
                yield Sink("keyword", keyword.arg, origin, scope.module.path, call.lineno)


def _dict_entries(flow: Flow) -> Iterator[Sink]:
    """Yield entries of dict literals whose values come from flags: they end as keywords by `**`."""
    for module in flow.program.modules:
        scopes = [Scope(module)] + [
            Scope(module, f) for fs in flow.program.functions.values() for m, f in fs if m is module
        ]
        for scope in scopes:
            values = flow.assigned(scope.function or scope.module.syntax).values()
            for expression in (one for ones in values for one in ones if isinstance(one, ast.Dict)):
                yield from _entries("keyword", expression, scope, flow)
