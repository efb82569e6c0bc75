"""Where a value in a program comes from can be told without running it: a constant, a flag or a position of argv."""

import ast
from dataclasses import dataclass

from mlcockpit.reproduction.source.fold import CASTS, DEEPEST, Constant, Folding
from mlcockpit.reproduction.source.names import Scope, called, own_nodes
from mlcockpit.reproduction.source.program import Function, Module

LIKELY_NAMESPACES = frozenset(
    {"args", "arg", "arguments", "opt", "opts", "options", "flags", "FLAGS", "hparams", "config", "cfg", "conf"}
    | {"ns", "namespace", "params", "cli_args", "parsed_args"}
)
"""Names that hold parsed flags in most programs."""


@dataclass(frozen=True)
class FromFlag:
    """A parsed flag, by its dest."""

    dest: str


@dataclass(frozen=True)
class FromArgv:
    """A position of sys.argv, with the constant that is used when it is not there."""

    position: int
    default: object = None
    optional: bool = False


@dataclass(frozen=True)
class FromEnvironment:
    """A variable of the environment, with the constant that is used where it is not set."""

    name: str
    default: object = None
    optional: bool = False


Origin = Constant | FromFlag | FromArgv | FromEnvironment | None


@dataclass
class Flow(Folding):
    """Follows values through one program."""

    dests: frozenset[str] = frozenset()
    """The dests of the flags that the program declares."""
    commands: frozenset[int] = frozenset()
    """Functions, by identity of their syntax, whose parameters are flags."""

    def origin(self, expression: ast.expr, scope: Scope, depth: int = 0) -> Origin:
        """Return where the value of `expression` comes from; None where that cannot be told."""
        if depth > DEEPEST:
            return None
        if (dest := self._flag(expression, scope, depth)) is not None:
            return FromFlag(dest)
        if (position := _argv_position(expression)) is not None:
            return FromArgv(position)
        if (variable := self._variable(expression, scope, depth)) is not None:
            return variable
        if isinstance(expression, ast.IfExp):
            return self._choice(expression, scope, depth)
        if isinstance(expression, ast.BoolOp) and expression.values:
            return self.origin(expression.values[0], scope, depth + 1)
        if isinstance(expression, ast.Call) and called(expression) in CASTS and expression.args:
            inner = self.origin(expression.args[0], scope, depth + 1)
            if not isinstance(inner, Constant):
                return inner
        folded = self.fold(expression, scope, depth + 1)
        if folded is not None:
            return folded
        for other in self.bound(expression, scope):
            return self.origin(other[0], other[1], depth + 1)
        return None

    def is_namespace(self, expression: ast.expr, scope: Scope, depth: int = 0) -> bool:
        """Tell whether `expression` holds the parsed flags, as an object or as a dict."""
        if depth > DEEPEST:
            return False
        if (
            isinstance(expression, ast.Name)
            and self._is_command(scope)
            and scope.function is not None
            and scope.function.args.kwarg
        ):
            return scope.function.args.kwarg.arg == expression.id
        if isinstance(expression, ast.Call):
            name = called(expression)
            if name == "locals" and self._is_command(scope):
                return True
            if name in {"parse_args", "parse_intermixed_args"}:
                return True
            if name in {"vars", "dict", "asdict", "deepcopy", "Namespace", "copy"} and expression.args:
                return self.is_namespace(expression.args[0], scope, depth + 1)
            return any(
                self._returns_namespace(module, function, depth)
                for module, function in self.program.functions.get(name, [])
            )
        if isinstance(expression, ast.Attribute) and expression.attr == "__dict__":
            return self.is_namespace(expression.value, scope, depth + 1)
        if isinstance(expression, ast.Subscript) and isinstance(expression.value, ast.Call):
            return called(expression.value) == "parse_known_args"
        if isinstance(expression, ast.Dict):
            spread = [value for key, value in zip(expression.keys, expression.values, strict=True) if key is None]
            return any(self.is_namespace(value, scope, depth + 1) for value in spread)
        if isinstance(expression, ast.DictComp):
            source = expression.generators[0].iter
            items = isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute)
            return items and self.is_namespace(source.func.value, scope, depth + 1)  # type: ignore[attr-defined]
        found = self.bound(expression, scope)
        if found:
            return any(self.is_namespace(value, where, depth + 1) for value, where in found)
        name = (
            expression.id
            if isinstance(expression, ast.Name)
            else expression.attr
            if isinstance(expression, ast.Attribute)
            else ""
        )
        return name in LIKELY_NAMESPACES

    def _is_command(self, scope: Scope) -> bool:
        return scope.function is not None and id(scope.function) in self.commands

    def _passed(self, name: str, scope: Scope) -> list[tuple[ast.expr, Scope]] | None:
        """What a command's function gets is typed and not known from its default."""
        found = super()._passed(name, scope)
        return [] if found is not None and self._is_command(scope) else found

    def _flag(self, expression: ast.expr, scope: Scope, depth: int) -> str | None:
        if isinstance(expression, ast.Name) and expression.id in self.dests and self._is_command(scope):
            assert scope.function is not None
            return None if expression.id in self.assigned(scope.function) else expression.id
        if isinstance(expression, ast.Attribute) and expression.attr in self.dests:
            return expression.attr if self.is_namespace(expression.value, scope, depth + 1) else None
        if isinstance(expression, ast.Subscript) and isinstance(expression.slice, ast.Constant):
            key = expression.slice.value
            return (
                key
                if isinstance(key, str) and key in self.dests and self.is_namespace(expression.value, scope, depth + 1)
                else None
            )
        if isinstance(expression, ast.Call) and len(expression.args) >= 1:
            name, arguments = called(expression), expression.args
            if (
                name == "getattr"
                and len(arguments) >= 2
                and isinstance(arguments[1], ast.Constant)
                and arguments[1].value in self.dests
            ):
                return str(arguments[1].value) if self.is_namespace(arguments[0], scope, depth + 1) else None
            if name == "get" and isinstance(expression.func, ast.Attribute) and isinstance(arguments[0], ast.Constant):
                key = arguments[0].value
                return (
                    str(key)
                    if key in self.dests and self.is_namespace(expression.func.value, scope, depth + 1)
                    else None
                )
        return None

    def _variable(self, expression: ast.expr, scope: Scope, depth: int) -> FromEnvironment | None:
        """Return the variable that `os.environ[…]`, `os.environ.get(…)` or `os.getenv(…)` reads."""
        if isinstance(expression, ast.Subscript) and _ends(expression.value, "environ"):
            key = self.fold(expression.slice, scope, depth + 1)
            return FromEnvironment(key.value) if key is not None and isinstance(key.value, str) else None
        if not isinstance(expression, ast.Call) or not expression.args:
            return None
        gets = called(expression) == "get" and isinstance(expression.func, ast.Attribute)
        if called(expression) != "getenv" and not (gets and _ends(expression.func.value, "environ")):  # type: ignore[attr-defined]
            return None
        key = self.fold(expression.args[0], scope, depth + 1)
        given = [*expression.args[1:2], *(one.value for one in expression.keywords if one.arg == "default")]
        default = self.fold(given[0], scope, depth + 1) if given else Constant(None)
        if key is None or not isinstance(key.value, str):
            return None
        return FromEnvironment(key.value, default.value if default else None, optional=True)

    def _choice(self, expression: ast.IfExp, scope: Scope, depth: int) -> Origin:
        first, second = self.origin(expression.body, scope, depth + 1), self.origin(expression.orelse, scope, depth + 1)
        for chosen, other in ((first, second), (second, first)):
            if isinstance(chosen, FromArgv):
                return FromArgv(chosen.position, other.value if isinstance(other, Constant) else None, optional=True)
            if isinstance(chosen, FromFlag):
                return chosen
        return first if first == second else None

    def _returns_namespace(self, module: Module, function: Function, depth: int) -> bool:
        returned = [
            node.value for node in own_nodes(function) if isinstance(node, ast.Return) and node.value is not None
        ]
        plain = [value for value in returned if not isinstance(value, ast.Tuple)]
        return any(self.is_namespace(value, Scope(module, function), depth + 2) for value in plain)


def _ends(expression: ast.expr, name: str) -> bool:
    return (isinstance(expression, ast.Attribute) and expression.attr == name) or (
        isinstance(expression, ast.Name) and expression.id == name
    )


def _argv_position(expression: ast.expr) -> int | None:
    if not isinstance(expression, ast.Subscript) or not isinstance(expression.slice, ast.Constant):
        return None
    base, position = expression.value, expression.slice.value
    name = base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
    return position if name == "argv" and isinstance(position, int) else None
