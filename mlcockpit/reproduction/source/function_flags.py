"""The flags of click, typer, fire and absl are known by reading the functions and calls that declare them."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlcockpit.reproduction.source.commands import command_functions
from mlcockpit.reproduction.source.flags import UNKNOWN, Flag
from mlcockpit.reproduction.source.flow import Flow
from mlcockpit.reproduction.source.fold import Constant
from mlcockpit.reproduction.source.names import Scope, called
from mlcockpit.reproduction.source.program import Function, Program

ABSL = {
    "DEFINE_string": "str", "DEFINE_integer": "int", "DEFINE_float": "float", "DEFINE_boolean": "bool", "DEFINE_bool": "bool",
    "DEFINE_enum": "str", "DEFINE_list": "list",
}  # fmt: skip


@dataclass(frozen=True)
class FunctionFlags:
    """The command line that functions declare."""

    flags: tuple[Flag, ...] = ()
    subcommands: tuple[str, ...] = ()
    """Names to type first; empty where there is one command only."""
    functions: frozenset[int] = frozenset()
    """The functions (by identity of their syntax) whose parameters are flags."""


def read_function_flags(program: Program) -> FunctionFlags:
    """Return the flags of the program's click, typer or fire commands, or of absl."""
    flow = Flow(program)
    commands = command_functions(program, flow)
    flags: list[Flag] = []
    for one in commands:
        scope = Scope(one.module)
        flags += (
            _click(one.function, scope, flow, one.path)
            if one.kind == "click"
            else _typed(one.function, scope, flow, one.path, one.kind)
        )
    flags += _absl(flow)
    names = tuple(dict.fromkeys(one.path for one in commands if one.path and not one.is_group))
    return FunctionFlags(tuple(flags), names, frozenset(id(one.function) for one in commands))


def _click(function: Function, scope: Scope, flow: Flow, command: str) -> Iterator[Flag]:
    for one in function.decorator_list:
        if not isinstance(one, ast.Call) or called(one) not in {"option", "argument"}:
            continue
        words = [_text(argument, scope, flow) for argument in one.args]
        given = {keyword.arg: keyword.value for keyword in one.keywords if keyword.arg}
        spelled = [word for word in words if word.startswith("-")]
        dest = next((word for word in words if word.isidentifier()), "")
        if called(one) == "argument":
            if dest:
                optional = "default" in given or _value(given.get("required"), scope, flow) is False
                default = _value(given.get("default"), scope, flow)
                yield Flag(dest, default=default, nargs=_nargs(given), required=not optional, command=command)
            continue
        if not spelled:
            continue
        yes = [word.split("/")[0].strip() for word in spelled]
        no = next((word.split("/")[1].strip() for word in spelled if "/" in word), "")
        long = sorted(yes, key=lambda word: (word.startswith("--"), len(word)))[-1]
        yield Flag(
            dest or long.lstrip("-").replace("-", "_").lower(),
            tuple(yes),
            action=_click_action(given, no, scope, flow),
            type=_type(given.get("type")),
            default=_value(given["default"], scope, flow)
            if "default" in given
            else (False if "is_flag" in given or no else None),
            nargs=_nargs(given),
            required=_value(given.get("required"), scope, flow) is True or "prompt" in given,
            constant=no or None,
            command=command,
        )


def _click_action(given: dict[str, ast.expr], no: str, scope: Scope, flow: Flow) -> str:
    if no:
        return "boolean_optional"
    if _value(given.get("is_flag"), scope, flow) is True:
        return "store_const" if "flag_value" in given else "store_true"
    if _value(given.get("count"), scope, flow) is True:
        return "count"
    return "append" if _value(given.get("multiple"), scope, flow) is True else "store"


def _typed(function: Function, scope: Scope, flow: Flow, command: str, kind: str) -> Iterator[Flag]:
    """Yield a flag for each parameter, as typer (and fire) do."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    defaults: Sequence[ast.expr | None] = [None] * (len(arguments) - len(function.args.defaults)) + list(
        function.args.defaults
    )
    pairs = [
        *zip(arguments, defaults, strict=True),
        *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        note = argument.annotation
        if argument.arg in {"self", "cls"} or _type(note) == "context":
            continue
        inside = [
            one
            for one in (default, *_annotated(note))
            if isinstance(one, ast.Call) and called(one) in {"Option", "Argument"}
        ]
        told = inside[0] if inside else None
        positional = called(told) == "Argument" if told is not None else default is None
        if called_default := (told is not None and told is default):
            default = (
                next(iter([*told.args[:1], *(k.value for k in told.keywords if k.arg == "default")]), None)
                if told
                else None
            )
        required = default is None or (isinstance(default, ast.Constant) and default.value is Ellipsis)
        words = (
            [_text(word, scope, flow) for word in (told.args[1:] if called_default else told.args)]
            if told is not None
            else []
        )
        name = "--" + (argument.arg if kind == "fire" else argument.arg.replace("_", "-"))
        boolean = _type(note) == "bool" and kind == "typer"
        options = (
            ()
            if positional and kind == "typer"
            else tuple(word.split("/")[0] for word in words if word.startswith("-")) or (name,)
        )
        yield Flag(
            argument.arg,
            options,
            action="boolean_optional" if boolean and options else "store",
            type=_type(note),
            default=None if required or default is None else _value(default, scope, flow),
            required=required,
            command=command,
        )


def _annotated(note: ast.expr | None) -> Sequence[ast.expr]:
    inner = note.slice if isinstance(note, ast.Subscript) else None
    return inner.elts if isinstance(inner, ast.Tuple) else ()


def _absl(flow: Flow) -> Iterator[Flag]:
    for name, type_ in ABSL.items():
        for scope, call in flow.calls().get(name, []):
            dest = _text(call.args[0], scope, flow) if call.args else ""
            default = (
                call.args[1]
                if len(call.args) > 1
                else next((k.value for k in call.keywords if k.arg == "default"), None)
            )
            if dest:
                action = "boolean_optional" if type_ == "bool" else "store"
                no = f"--no{dest}" if type_ == "bool" else None
                yield Flag(
                    dest, (f"--{dest}",), action=action, type=type_, default=_value(default, scope, flow), constant=no
                )


def _type(expression: ast.expr | None) -> str:
    if isinstance(expression, ast.Subscript) and isinstance(expression.slice, ast.Tuple) and expression.slice.elts:
        return _type(expression.slice.elts[0])
    if isinstance(expression, ast.Attribute):
        return expression.attr.lower()
    return expression.id.lower() if isinstance(expression, ast.Name) else ""


def _nargs(given: dict[str, ast.expr]) -> str:
    value = given.get("nargs")
    if isinstance(value, ast.UnaryOp):
        return "*"
    return str(value.value) if isinstance(value, ast.Constant) and value.value not in (None, 1) else ""


def _text(expression: ast.expr | None, scope: Scope, flow: Flow) -> str:
    folded = flow.fold(expression, scope) if expression is not None else None
    return folded.value if isinstance(folded, Constant) and isinstance(folded.value, str) else ""


def _value(expression: ast.expr | None, scope: Scope, flow: Flow) -> object:
    if expression is None:
        return None
    folded = flow.fold(expression, scope)
    return folded.value if folded is not None else UNKNOWN
