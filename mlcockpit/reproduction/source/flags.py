"""The flags that a script declares with argparse are known by reading it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mlcockpit.reproduction.source.flow import Flow
from mlcockpit.reproduction.source.fold import Constant
from mlcockpit.reproduction.source.names import Scope
from mlcockpit.reproduction.source.parsers import Parsers
from mlcockpit.reproduction.source.program import Program

UNKNOWN = object()
"""The default of a flag whose default cannot be read off the source."""


@dataclass(frozen=True)
class Flag:
    """One argument of a command line parser."""

    dest: str
    options: tuple[str, ...] = ()
    """Spellings such as --depth; empty for a positional argument."""
    action: str = "store"
    type: str = ""
    """int, float, bool, … as named in the source; empty where none is given."""
    default: object = None
    nargs: str = ""
    required: bool = False
    constant: object = None
    command: str = ""
    """The subcommand it belongs to; empty for the main parser."""
    choices: tuple[object, ...] = ()

    @property
    def positional(self) -> bool:
        """Tell whether it is given by place."""
        return not self.options

    @property
    def spelling(self) -> str:
        """Return the option to type: the first long one."""
        long = [option for option in self.options if option.startswith("--")]
        return (long or list(self.options) or [""])[0]

    @property
    def takes_value(self) -> bool:
        """Tell whether a value follows it."""
        return self.action in {"store", "append", "extend"}


def read_flags(program: Program) -> tuple[Flag, ...]:
    """Return every flag that the program's modules add to an argparse parser, in order of the source."""
    flow = Flow(program)
    parsers = Parsers(program, flow)
    found: dict[tuple[str, str], Flag] = {}
    for scope, call in sorted(flow.calls().get("add_argument", []), key=lambda pair: _place(program, pair)):
        flag = _flag(call, scope, flow)
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        for command in parsers.commands_of(owner, scope, call.lineno) if flag is not None else ():
            assert flag is not None
            found.setdefault((command, flag.dest), replace(flag, command=command))
    for dest, value in _set_defaults(flow):
        for key, flag in found.items():
            if flag.dest == dest:
                found[key] = replace(flag, default=value, required=False)
    return tuple(found.values())


def read_subcommands(program: Program) -> tuple[str, tuple[str, ...]]:
    """Return the dest of the subcommand and its names; empty where the program has none."""
    flow = Flow(program)
    names = Parsers(program, flow).names()
    dest = ""
    for scope, call in flow.calls().get("add_subparsers", []):
        dest = next((_text(k.value, scope, flow) for k in call.keywords if k.arg == "dest"), "")
    return dest, names


def _place(program: Program, pair: tuple[Scope, ast.Call]) -> tuple[int, int]:
    return program.modules.index(pair[0].module), pair[1].lineno


def _flag(call: ast.Call, scope: Scope, flow: Flow) -> Flag | None:
    names = [_text(argument, scope, flow) for argument in call.args]
    if not names or not all(names):
        return None
    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    options = tuple(name for name in names if name.startswith("-"))
    action = _action(given.get("action"))
    if action in {"help", "version"}:
        return None
    long = [option for option in options if option.startswith("--")]
    dest = (
        _text(given["dest"], scope, flow)
        if "dest" in given
        else ((long or list(options) or names)[0].lstrip("-").replace("-", "_"))
    )
    nargs = given.get("nargs")
    default = (
        _value(given["default"], scope, flow)
        if "default" in given
        else {"store_true": False, "store_false": True}.get(action)
    )
    choices = _value(given["choices"], scope, flow) if "choices" in given else ()
    nargs_text = str(nargs.value) if isinstance(nargs, ast.Constant) else ("*" if nargs is not None else "")
    required = (
        _value(given["required"], scope, flow) is True
        if "required" in given
        else (not options and nargs_text not in {"?", "*"})
    )
    return Flag(
        dest=dest,
        options=options,
        action=action,
        type=_type_name(given.get("type")),
        default=default,
        nargs=nargs_text,
        required=required,
        constant=_value(given["const"], scope, flow) if "const" in given else None,
        choices=tuple(choices) if isinstance(choices, list | tuple | set | frozenset | range) else (),
    )


def _action(expression: ast.expr | None) -> str:
    if isinstance(expression, ast.Constant):
        return str(expression.value)
    if isinstance(expression, ast.Attribute | ast.Name):
        name = expression.attr if isinstance(expression, ast.Attribute) else expression.id
        return "boolean_optional" if name == "BooleanOptionalAction" else "store"
    return "store"


def _type_name(expression: ast.expr | None) -> str:
    if isinstance(expression, ast.Name):
        return expression.id
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return "" if expression is None else "other"


def _text(expression: ast.expr, scope: Scope, flow: Flow) -> str:
    folded = flow.fold(expression, scope)
    return folded.value if isinstance(folded, Constant) and isinstance(folded.value, str) else ""


def _value(expression: ast.expr, scope: Scope, flow: Flow) -> object:
    folded = flow.fold(expression, scope)
    return folded.value if folded is not None else UNKNOWN


def _set_defaults(flow: Flow) -> Iterator[tuple[str, object]]:
    for scope, call in flow.calls().get("set_defaults", []):
        for keyword in call.keywords:
            if keyword.arg:
                yield keyword.arg, _value(keyword.value, scope, flow)
