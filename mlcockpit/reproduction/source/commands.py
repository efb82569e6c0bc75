"""Which functions of a click, typer or fire program are commands, and by which words each is called, is known by reading it."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlcockpit.reproduction.source.flow import Flow
from mlcockpit.reproduction.source.fold import Constant
from mlcockpit.reproduction.source.names import Scope, called
from mlcockpit.reproduction.source.program import Function, Module, Program

CLICK = frozenset({"click", "rich_click", "asyncclick", "cloup"})
DEEPEST = 4
"""Groups in groups that are followed."""


@dataclass(frozen=True)
class CommandFunction:
    """One function whose parameters are typed on the command line."""

    path: str
    """The words before its options, with spaces between; empty where none are typed."""
    module: Module
    function: Function
    kind: str
    """click, typer or fire."""
    is_group: bool = False
    """Whether it only takes options that stand before a command's own."""


def command_functions(program: Program, flow: Flow) -> tuple[CommandFunction, ...]:
    """Return every function that the program's command line calls."""
    found: list[CommandFunction] = []
    if CLICK & program.packages:
        found += _clicks(program, flow)
    if "typer" in program.packages:
        found += _typers(program, flow)
    if "fire" in program.packages:
        found += _fires(program, flow)
    return tuple(found)


def _clicks(program: Program, flow: Flow) -> Iterator[CommandFunction]:
    groups = {f.name: (m, f) for m, f in _functions(program) if _decorator(f, "group") is not None}
    added = {
        call.args[0].id: (call.func.value.id, _given(call, 1, "name", flow, scope))
        for scope, call in flow.calls().get("add_command", [])
        if call.args and isinstance(call.args[0], ast.Name) and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
    }  # fmt: skip

    def path(module: Module, function: Function, word: str, depth: int = 0) -> str | None:
        """Return the words that call a function; None where it is in no group."""
        given, name = added.get(function.name, ("", ""))
        owner = _owner(function, word) if _owner(function, word) in groups else given
        if owner not in groups or depth > DEEPEST:
            return None
        above = path(*groups[owner], "group", depth + 1) or ""
        return f"{above} {name or _name(function, word, flow, Scope(module))}".strip()

    for module, function in groups.values():
        yield CommandFunction(path(module, function, "group") or "", module, function, "click", is_group=True)
    alone = []
    for module, function in _functions(program):
        if _decorator(function, "command") is not None and not _is_typer(function, program, flow):
            words = path(module, function, "command")
            if words is None:
                alone.append((module, function))
            else:
                yield CommandFunction(words, module, function, "click")
    if not groups or any(module is program.script for module, _ in alone):
        yield from _standing_alone(alone, program, flow)


def _standing_alone(alone: list[tuple[Module, Function]], program: Program, flow: Flow) -> Iterator[CommandFunction]:
    """Yield the command that the script calls, where there are several and it calls only one."""
    started = {call.func.id for scope, calls in _top_calls(flow) for call in calls if isinstance(call.func, ast.Name)}
    chosen = (
        [pair for pair in alone if pair[1].name in started] or [p for p in alone if p[0] is program.script] or alone
    )
    for module, function in chosen[:1]:
        yield CommandFunction("", module, function, "click")


def _typers(program: Program, flow: Flow) -> Iterator[CommandFunction]:
    above: dict[str, tuple[str, str]] = {}
    for scope, call in flow.calls().get("add_typer", []):
        if call.args and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            above[_last(call.args[0])] = (call.func.value.id, _given(call, 9, "name", flow, scope))
    commands = [(m, f) for m, f in _functions(program) if _is_typer(f, program, flow)]
    callbacks = [(m, f) for m, f in _functions(program) if _decorator(f, "callback") is not None]
    several = len(commands) > 1 or bool(above) or bool(callbacks)
    for module, function in commands:
        name = _name(function, "command", flow, Scope(module))
        path = f"{_prefix(_owner(function, 'command'), above)} {name}".strip()
        yield CommandFunction(path if several else "", module, function, "typer")
    for module, function in callbacks:
        yield CommandFunction(_prefix(_owner(function, "callback"), above), module, function, "typer", is_group=True)
    started = {
        argument.id
        for _, call in flow.calls().get("run", [])
        for argument in call.args[:1]
        if isinstance(argument, ast.Name)
    }
    for module, function in _functions(program):
        if function.name in started and not commands:
            yield CommandFunction("", module, function, "typer")


def _prefix(app: str, above: Mapping[str, tuple[str, str]]) -> str:
    words: list[str] = []
    while app in above and len(words) < DEEPEST:
        app, name = above[app]
        words.insert(0, name)
    return " ".join(word for word in words if word)


def _fires(program: Program, flow: Flow) -> Iterator[CommandFunction]:
    classes = {n.name: (m, n) for m in program.modules for n in m.nodes if isinstance(n, ast.ClassDef)}
    for scope, call in flow.calls().get("Fire", []):
        target = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "component"), None)
        if target is None:
            for node in scope.module.syntax.body:
                if isinstance(node, Function) and not node.name.startswith("_"):
                    yield CommandFunction(node.name, scope.module, node, "fire")
        elif isinstance(target, ast.Dict):
            for key, value in zip(target.keys, target.values, strict=True):
                word = key.value if isinstance(key, ast.Constant) else ""
                for module, function in program.functions.get(_last(value), [])[:1]:
                    yield CommandFunction(str(word), module, function, "fire")
        elif (name := _last(target.func if isinstance(target, ast.Call) else target)) in classes:
            yield from _methods(*classes[name], made=isinstance(target, ast.Call))
        else:
            for module, function in program.functions.get(name, [])[:1]:
                yield CommandFunction("", module, function, "fire")


def _methods(module: Module, node: ast.ClassDef, *, made: bool) -> Iterator[CommandFunction]:
    for one in node.body:
        if isinstance(one, Function) and not one.name.startswith("_"):
            yield CommandFunction(one.name, module, one, "fire")
        elif isinstance(one, Function) and one.name == "__init__" and not made:
            yield CommandFunction("", module, one, "fire", is_group=True)


def _functions(program: Program) -> Iterator[tuple[Module, Function]]:
    for found in program.functions.values():
        yield from found


def _is_typer(function: Function, program: Program, flow: Flow) -> bool:
    """Tell whether a function is decorated by a command of a Typer() of the program."""
    owner = _owner(function, "command")
    if "typer" not in program.packages or not owner or owner in CLICK:
        return False
    made = [value for module in program.modules for value in flow.assigned(module.syntax).get(owner, [])]
    return not made or any(isinstance(value, ast.Call) and called(value) == "Typer" for value in made)


def _decorator(function: Function, word: str) -> ast.expr | None:
    """Return what is called as a decorator of this last name; None where there is none."""
    for one in function.decorator_list:
        target = one.func if isinstance(one, ast.Call) else one
        if _last(target) == word:
            return target
    return None


def _owner(function: Function, word: str) -> str:
    """Return the name before `.command` in a decorator; empty where there is none."""
    target = _decorator(function, word)
    return target.value.id if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) else ""


def _last(expression: ast.expr) -> str:
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


def _name(function: Function, word: str, flow: Flow, scope: Scope) -> str:
    for one in function.decorator_list:
        if isinstance(one, ast.Call) and called(one) == word and (text := _given(one, 0, "name", flow, scope)):
            return text
    return function.name.replace("_", "-")


def _given(call: ast.Call, place: int, name: str, flow: Flow, scope: Scope) -> str:
    values = [*call.args[place : place + 1], *(k.value for k in call.keywords if k.arg == name)]
    folded = flow.fold(values[0], scope) if values else None
    return folded.value if isinstance(folded, Constant) and isinstance(folded.value, str) else ""


def _top_calls(flow: Flow) -> Iterator[tuple[Scope, list[ast.Call]]]:
    for pairs in flow.calls().values():
        for scope, call in pairs:
            if scope.function is None and scope.module is flow.program.script:
                yield scope, [call]
