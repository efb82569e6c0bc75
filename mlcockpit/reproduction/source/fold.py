"""Constants are computed as far as they can be without running anything: numbers, texts, paths, entries of literals."""

import ast
import posixpath
from dataclasses import dataclass

from mlcockpit.reproduction.source.names import Names, Scope, called

DEEPEST = 12
"""Steps of indirection that are followed."""

CASTS = frozenset(
    ["int", "float", "str", "bool", "Path", "PurePath", "list", "tuple", "abspath", "expanduser", "realpath", "fspath"]
)
"""Calls that hand their first argument on."""

REPOSITORY = "//top//"
"""Begins a folded path that hangs on `__file__` and so does not depend on the working directory."""


@dataclass(frozen=True)
class Constant:
    """A value written in the source."""

    value: object


class Folding(Names):
    """Computes constants."""

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
        if (
            isinstance(expression.value, ast.Attribute)
            and expression.value.attr == "parents"
            and isinstance(key.value, int)
        ):
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
        if (
            name in {"join", "joinpath", "Path", "PurePath"}
            and (texts := [value for value in values if isinstance(value, str)]) == values
        ):
            if name == "joinpath" and isinstance(expression.func, ast.Attribute):
                base = self.fold(expression.func.value, scope, depth + 1)
                return Constant(posixpath.join(base.value, *texts)) if base and isinstance(base.value, str) else None
            return Constant(posixpath.join(*texts)) if texts else None
        if name == "dirname" and isinstance(values[:1], list) and values and isinstance(values[0], str):
            return Constant(posixpath.dirname(values[0]))
        if (
            name in {"resolve", "absolute", "as_posix", "expanduser"}
            and isinstance(expression.func, ast.Attribute)
            and not values
        ):
            return self.fold(expression.func.value, scope, depth + 1)
        if name in CASTS and len(values) == 1:
            return _cast(name, values[0])
        return None


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
