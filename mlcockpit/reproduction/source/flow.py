"""Where a value in a program comes from can be told without running it: a constant, a flag or a position of argv."""

import ast
import posixpath
from dataclasses import dataclass, field

from mlcockpit.reproduction.source.program import Function, Module, Program

DEEPEST = 12
"""Steps of indirection that are followed."""

LIKELY_NAMESPACES = frozenset(
    ["args", "opt", "opts", "options", "flags", "hparams", "config", "cfg", "FLAGS", "ns", "namespace", "arguments", "arg", "conf", "params", "cli_args", "parsed_args"]
)
"""Names that hold parsed flags in most programs."""

CASTS = frozenset(["int", "float", "str", "bool", "Path", "PurePath", "list", "tuple", "abspath", "expanduser", "realpath", "fspath"])
"""Calls that hand their first argument on."""

REPOSITORY = "//top//"
"""Begins a folded path that hangs on `__file__` and so does not depend on the working directory."""


@dataclass(frozen=True)
class Constant:
    """A value written in the source."""

    value: object


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


Origin = Constant | FromFlag | FromArgv | None


@dataclass(frozen=True)
class Scope:
    """A module, and the function inside it where the expression stands."""

    module: Module
    function: Function | None = None


@dataclass
class Flow:
    """Follows values through one program."""

    program: Program
    dests: frozenset[str] = frozenset()
    """The dests of the flags that the program declares."""
    _assigned: dict[int, dict[str, list[ast.expr]]] = field(default_factory=dict)
    _calls: dict[str, list[tuple[Scope, ast.Call]]] | None = None

    def origin(self, expression: ast.expr, scope: Scope, depth: int = 0) -> Origin:
        """Return where the value of `expression` comes from; None where that cannot be told."""
        if depth > DEEPEST:
            return None
        if (dest := self._flag(expression, scope, depth)) is not None:
            return FromFlag(dest)
        if (position := _argv_position(expression)) is not None:
            return FromArgv(position)
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

    def fold(self, expression: ast.expr, scope: Scope, depth: int = 0) -> Constant | None:
        """Return the constant that `expression` always is; None where it is none."""
        if depth > DEEPEST:
            return None
        try:
            return Constant(ast.literal_eval(expression))
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            pass
        if isinstance(expression, ast.Name | ast.Attribute | ast.Subscript):
            return self._fold_name(expression, scope, depth)
        if isinstance(expression, ast.BinOp):
            return self._fold_operation(expression, scope, depth)
        if isinstance(expression, ast.JoinedStr):
            return self._fold_text(expression, scope, depth)
        if isinstance(expression, ast.Call):
            return self._fold_call(expression, scope, depth)
        return None

    def bound(self, expression: ast.expr, scope: Scope) -> list[tuple[ast.expr, Scope]]:
        """Return the only expression that a name stands for, with its scope; empty where there are none or several."""
        if isinstance(expression, ast.Attribute):
            return self._bound_elsewhere(expression.attr, expression)
        if not isinstance(expression, ast.Name):
            return []
        if scope.function is not None:
            own = self.assigned(scope.function).get(expression.id, [])
            if own:
                return [(own[0], scope)] if len(own) == 1 else []
            passed = self._passed(expression.id, scope)
            if passed is not None:
                return passed
        top = self.assigned(scope.module.syntax).get(expression.id, [])
        if top:
            return [(top[0], Scope(scope.module))] if len(top) == 1 else []
        return self._bound_elsewhere(expression.id, expression) if self._imports(expression.id, scope.module) else []

    def assigned(self, body: ast.Module | Function) -> dict[str, list[ast.expr]]:
        """Return what each name is assigned in a module's or function's own body; a loop variable counts as several."""
        known = self._assigned.get(id(body))
        if known is None:
            known = self._assigned[id(body)] = {}
            for node in _own_nodes(body):
                _note_assignment(node, known)
        return known

    def is_namespace(self, expression: ast.expr, scope: Scope, depth: int = 0) -> bool:
        """Tell whether `expression` holds the parsed flags, as an object or as a dict."""
        if depth > DEEPEST:
            return False
        if isinstance(expression, ast.Call):
            name = called(expression)
            if name in {"parse_args", "parse_intermixed_args"}:
                return True
            if name in {"vars", "dict", "asdict", "deepcopy", "Namespace", "copy"} and expression.args:
                return self.is_namespace(expression.args[0], scope, depth + 1)
            return any(self._returns_namespace(module, function, depth) for module, function in self.program.functions.get(name, []))
        if isinstance(expression, ast.Attribute) and expression.attr == "__dict__":
            return self.is_namespace(expression.value, scope, depth + 1)
        if isinstance(expression, ast.Subscript) and isinstance(expression.value, ast.Call):
            return called(expression.value) == "parse_known_args"
        if isinstance(expression, ast.Dict):
            spread = [value for key, value in zip(expression.keys, expression.values, strict=True) if key is None]
            return any(self.is_namespace(value, scope, depth + 1) for value in spread)
        if isinstance(expression, ast.DictComp):
            source = expression.generators[0].iter
            return isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute) and self.is_namespace(source.func.value, scope, depth + 1)
        found = self.bound(expression, scope)
        if found:
            return any(self.is_namespace(value, where, depth + 1) for value, where in found)
        name = expression.id if isinstance(expression, ast.Name) else expression.attr if isinstance(expression, ast.Attribute) else ""
        return name in LIKELY_NAMESPACES

    def calls(self) -> dict[str, list[tuple[Scope, ast.Call]]]:
        """Return every call by the last part of the called name, with the scope it stands in."""
        if self._calls is None:
            self._calls = {}
            for module in self.program.modules:
                for scope, call in _calls_in(module):
                    self._calls.setdefault(called(call), []).append((scope, call))
        return self._calls

    def _flag(self, expression: ast.expr, scope: Scope, depth: int) -> str | None:
        if isinstance(expression, ast.Attribute) and expression.attr in self.dests:
            return expression.attr if self.is_namespace(expression.value, scope, depth + 1) else None
        if isinstance(expression, ast.Subscript) and isinstance(expression.slice, ast.Constant):
            key = expression.slice.value
            return key if isinstance(key, str) and key in self.dests and self.is_namespace(expression.value, scope, depth + 1) else None
        if isinstance(expression, ast.Call) and len(expression.args) >= 1:
            name, arguments = called(expression), expression.args
            if name == "getattr" and len(arguments) >= 2 and isinstance(arguments[1], ast.Constant) and arguments[1].value in self.dests:
                return str(arguments[1].value) if self.is_namespace(arguments[0], scope, depth + 1) else None
            if name == "get" and isinstance(expression.func, ast.Attribute) and isinstance(arguments[0], ast.Constant):
                key = arguments[0].value
                return str(key) if key in self.dests and self.is_namespace(expression.func.value, scope, depth + 1) else None
        return None

    def _choice(self, expression: ast.IfExp, scope: Scope, depth: int) -> Origin:
        first, second = self.origin(expression.body, scope, depth + 1), self.origin(expression.orelse, scope, depth + 1)
        for chosen, other in ((first, second), (second, first)):
            if isinstance(chosen, FromArgv):
                return FromArgv(chosen.position, other.value if isinstance(other, Constant) else None, optional=True)
            if isinstance(chosen, FromFlag):
                return chosen
        return first if first == second else None

    def _passed(self, name: str, scope: Scope) -> list[tuple[ast.expr, Scope]] | None:
        """Return what callers hand to a parameter; None where `name` is no parameter of the function."""
        function = scope.function
        assert function is not None
        names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        keyword_only = [argument.arg for argument in function.args.kwonlyargs]
        if name not in names and name not in keyword_only:
            return None
        shift = 1 if names[:1] in (["self"], ["cls"]) else 0
        called_name = function.name
        found: list[tuple[ast.expr, Scope]] = []
        for where, call in self.calls().get(called_name, []):
            given = [keyword.value for keyword in call.keywords if keyword.arg == name]
            place = names.index(name) - shift if name in names else -1
            if not given and 0 <= place < len(call.args):
                given = [call.args[place]]
            found.extend((value, where) for value in given)
        if not found:
            default = _default_of(function, name)
            return [(default, Scope(scope.module))] if default is not None else []
        return found if len({ast.dump(value) for value, _ in found}) == 1 else []

    def _bound_elsewhere(self, name: str, expression: ast.expr) -> list[tuple[ast.expr, Scope]]:
        if isinstance(expression, ast.Attribute):
            base = expression.value
            if not isinstance(base, ast.Name):
                return []
            stems = {base.id}
            modules = [m for m in self.program.modules if m.path.removesuffix(".py").split("/")[-1] in stems]
        else:
            modules = list(self.program.modules)
        found = [(values[0], Scope(m)) for m in modules if len(values := self.assigned(m.syntax).get(name, [])) == 1]
        return found if len(found) == 1 else []

    def _imports(self, name: str, module: Module) -> bool:
        return any(
            isinstance(node, ast.ImportFrom) and any((alias.asname or alias.name) == name for alias in node.names)
            for node in module.nodes
        )

    def _returns_namespace(self, module: Module, function: Function, depth: int) -> bool:
        returned = [node.value for node in _own_nodes(function) if isinstance(node, ast.Return) and node.value is not None]
        return any(self.is_namespace(value, Scope(module, function), depth + 2) for value in returned if not isinstance(value, ast.Tuple))

    def _fold_name(self, expression: ast.expr, scope: Scope, depth: int) -> Constant | None:
        if isinstance(expression, ast.Name) and expression.id == "__file__":
            return Constant(REPOSITORY + scope.module.path)
        if isinstance(expression, ast.Attribute) and expression.attr == "parent":
            inner = self.fold(expression.value, scope, depth + 1)
            return Constant(posixpath.dirname(inner.value)) if inner and isinstance(inner.value, str) else None
        if isinstance(expression, ast.Subscript):
            return self._fold_entry(expression, scope, depth)
        found = self.bound(expression, scope)
        return self.fold(found[0][0], found[0][1], depth + 1) if len(found) >= 1 else None

    def _fold_entry(self, expression: ast.Subscript, scope: Scope, depth: int) -> Constant | None:
        inner, key = self.fold(expression.value, scope, depth + 1), self.fold(expression.slice, scope, depth + 1)
        if inner is None or key is None:
            return None
        if isinstance(expression.value, ast.Attribute) and expression.value.attr == "parents" and isinstance(key.value, int):
            return None
        try:
            return Constant(inner.value[key.value])  # type: ignore[index]
        except (TypeError, KeyError, IndexError):
            return None

    def _fold_operation(self, expression: ast.BinOp, scope: Scope, depth: int) -> Constant | None:
        left, right = self.fold(expression.left, scope, depth + 1), self.fold(expression.right, scope, depth + 1)
        if left is None or right is None:
            return None
        a, b = left.value, right.value
        if isinstance(a, str) and isinstance(b, str):
            if isinstance(expression.op, ast.Div):
                return Constant(posixpath.join(a, b))
            return Constant(a + b) if isinstance(expression.op, ast.Add) else None
        if isinstance(a, int | float) and isinstance(b, int | float) and abs(a) < 1e12 and abs(b) < 1e12:
            return _arithmetic(expression.op, a, b)
        return None

    def _fold_text(self, expression: ast.JoinedStr, scope: Scope, depth: int) -> Constant | None:
        parts = []
        for value in expression.values:
            inner = value.value if isinstance(value, ast.FormattedValue) else value
            if isinstance(value, ast.FormattedValue) and value.format_spec is not None:
                return None
            folded = self.fold(inner, scope, depth + 1)
            if folded is None:
                return None
            parts.append(str(folded.value))
        return Constant("".join(parts))

    def _fold_call(self, expression: ast.Call, scope: Scope, depth: int) -> Constant | None:
        name = called(expression)
        inside = [self.fold(argument, scope, depth + 1) for argument in expression.args]
        values = [one.value for one in inside if one is not None]
        if len(values) != len(inside):
            return None
        if name in {"join", "joinpath", "Path", "PurePath"} and (texts := [value for value in values if isinstance(value, str)]) == values:
            if name == "joinpath" and isinstance(expression.func, ast.Attribute):
                base = self.fold(expression.func.value, scope, depth + 1)
                return Constant(posixpath.join(base.value, *texts)) if base and isinstance(base.value, str) else None
            return Constant(posixpath.join(*texts)) if texts else None
        if name == "dirname" and isinstance(values[:1], list) and values and isinstance(values[0], str):
            return Constant(posixpath.dirname(values[0]))
        if name in {"resolve", "absolute", "as_posix", "expanduser"} and isinstance(expression.func, ast.Attribute) and not values:
            return self.fold(expression.func.value, scope, depth + 1)
        if name in CASTS and len(values) == 1:
            return _cast(name, values[0])
        return None


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""


def _argv_position(expression: ast.expr) -> int | None:
    if not (isinstance(expression, ast.Subscript) and isinstance(expression.slice, ast.Constant) and isinstance(expression.slice.value, int)):
        return None
    base = expression.value
    is_argv = (isinstance(base, ast.Attribute) and base.attr == "argv") or (isinstance(base, ast.Name) and base.id == "argv")
    return expression.slice.value if is_argv else None


def _own_nodes(body: ast.Module | Function) -> list[ast.AST]:
    found: list[ast.AST] = []
    waiting: list[ast.AST] = list(body.body)
    while waiting:
        node = waiting.pop(0)
        found.append(node)
        if not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
    return found


def _note_assignment(node: ast.AST, known: dict[str, list[ast.expr]]) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _note_target(target, node.value, known)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        _note_target(node.target, node.value, known)
    elif isinstance(node, ast.AugAssign | ast.For | ast.AsyncFor | ast.comprehension):
        for inner in ast.walk(node.target):
            if isinstance(inner, ast.Name):
                known.setdefault(inner.id, []).extend([ast.Name("?"), ast.Name("?")])


def _note_target(target: ast.expr, value: ast.expr, known: dict[str, list[ast.expr]]) -> None:
    if isinstance(target, ast.Name):
        known.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, part in zip(target.elts, value.elts, strict=True):
            _note_target(one, part, known)
    elif isinstance(target, ast.Tuple):
        for place, one in enumerate(target.elts):
            _note_target(one, ast.Subscript(value, ast.Constant(place)), known)


def _calls_in(module: Module) -> list[tuple[Scope, ast.Call]]:
    found: list[tuple[Scope, ast.Call]] = []
    waiting: list[tuple[ast.AST, Function | None]] = [(module.syntax, None)]
    while waiting:
        node, function = waiting.pop(0)
        if isinstance(node, ast.Call):
            found.append((Scope(module, function), node))
        inside = node if isinstance(node, Function) else function
        waiting.extend((child, inside) for child in ast.iter_child_nodes(node))
    return found


def _default_of(function: Function, name: str) -> ast.expr | None:
    positional = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    pairs = dict(zip(reversed(positional), reversed(function.args.defaults), strict=False))
    pairs |= {
        argument.arg: default
        for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        if default is not None
    }
    return pairs.get(name)


def _arithmetic(operator: ast.operator, a: float, b: float) -> Constant | None:
    try:
        if isinstance(operator, ast.Add):
            return Constant(a + b)
        if isinstance(operator, ast.Sub):
            return Constant(a - b)
        if isinstance(operator, ast.Mult):
            return Constant(a * b)
        if isinstance(operator, ast.Div):
            return Constant(a / b)
        return Constant(a**b) if isinstance(operator, ast.Pow) and abs(b) < 64 else None
    except (ArithmeticError, ValueError):
        return None


def _cast(name: str, value: object) -> Constant | None:
    if isinstance(value, str) and name not in {"int", "float", "bool", "list", "tuple"}:
        return Constant(value)
    if name in {"int", "float"} and isinstance(value, int | float | str):
        try:
            return Constant(int(value) if name == "int" else float(value))
        except (ValueError, OverflowError):
            return None
    return Constant(str(value)) if name == "str" else None
