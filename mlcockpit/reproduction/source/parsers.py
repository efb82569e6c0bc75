"""To which subcommands an argument belongs is followed through variables, groups, parents and functions that take a parser."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlcockpit.reproduction.source.flow import Flow
from mlcockpit.reproduction.source.fold import Constant
from mlcockpit.reproduction.source.names import Scope, called
from mlcockpit.reproduction.source.program import Function, Module, Program

GROUPS = frozenset({"add_argument_group", "add_mutually_exclusive_group"})
DEEPEST = 6


@dataclass(frozen=True)
class Made:
    """A variable that was given a value at a line."""

    name: str
    line: int
    function: Function | None
    value: ast.expr


@dataclass
class Parsers:
    """The argparse parsers of a program."""

    program: Program
    flow: Flow
    _made: dict[str, dict[str, list[Made]]] = field(default_factory=dict)

    def commands_of(self, owner: ast.expr | None, scope: Scope, line: int, depth: int = 0) -> tuple[str, ...]:
        """Return the subcommands of the parser that `owner` is at a line; the main parser is the empty one."""
        if owner is None or depth > DEEPEST:
            return ("",)
        if isinstance(owner, ast.Call):
            return self._of_call(owner, scope, line, depth)
        if not isinstance(owner, ast.Name):
            return ("",)
        made = self._latest(owner.id, scope, line)
        if made is not None:
            below = Scope(scope.module, made.function)
            found = (
                self.commands_of(made.value, below, made.line, depth + 1) if isinstance(made.value, ast.Call) else ("",)
            )
            return self._as_parent(owner.id, scope) or found if found == ("",) else found
        return self._handed(owner.id, scope, depth) or ("",)

    def names(self) -> tuple[str, ...]:
        """Return the subcommands in the order of the source."""
        found = [self._text(call, scope) for scope, call in self.flow.calls().get("add_parser", [])]
        return tuple(dict.fromkeys(name for name in found if name))

    def _of_call(self, call: ast.Call, scope: Scope, line: int, depth: int) -> tuple[str, ...]:
        if called(call) == "add_parser":
            return (self._text(call, scope),)
        if called(call) in GROUPS and isinstance(call.func, ast.Attribute):
            return self.commands_of(call.func.value, scope, line, depth + 1)
        return ("",)

    def _as_parent(self, name: str, scope: Scope) -> tuple[str, ...]:
        """Return the subcommands that take over the arguments of the parser called `name`."""
        found = []
        for where, call in self.flow.calls().get("add_parser", []):
            given = next((k.value for k in call.keywords if k.arg == "parents"), None)
            listed = given.elts if isinstance(given, ast.List | ast.Tuple) else []
            if where.module is scope.module and any(isinstance(one, ast.Name) and one.id == name for one in listed):
                found.append(self._text(call, where))
        return tuple(dict.fromkeys(found))

    def _handed(self, name: str, scope: Scope, depth: int) -> tuple[str, ...]:
        """Return the subcommands of the parsers that callers hand to a function's parameter."""
        function = scope.function
        if function is None:
            return ()
        names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        if name not in names:
            return ()
        place = names.index(name) - (1 if names[:1] in (["self"], ["cls"]) else 0)
        found: list[str] = []
        for where, call in self.flow.calls().get(function.name, []):
            given = [*call.args[place : place + 1], *(k.value for k in call.keywords if k.arg == name)]
            found += self.commands_of(given[0], where, call.lineno, depth + 1) if given else []
        return tuple(dict.fromkeys(found))

    def _latest(self, name: str, scope: Scope, line: int) -> Made | None:
        """Return the last assignment before a line in the same function, else one at the top of the module."""
        known = self._assignments(scope.module).get(name, [])
        here = [one for one in known if one.function is scope.function and one.line <= line]
        return max(here or [one for one in known if one.function is None], key=lambda one: one.line, default=None)

    def _assignments(self, module: Module) -> dict[str, list[Made]]:
        if module.path not in self._made:
            found = self._made[module.path] = {}
            for one in _made_in(module):
                found.setdefault(one.name, []).append(one)
        return self._made[module.path]

    def _text(self, call: ast.Call, scope: Scope) -> str:
        folded = self.flow.fold(call.args[0], scope) if call.args else None
        return folded.value if isinstance(folded, Constant) and isinstance(folded.value, str) else ""


def _made_in(module: Module) -> Iterator[Made]:
    waiting: list[tuple[ast.AST, Function | None]] = [(module.syntax, None)]
    while waiting:
        node, function = waiting.pop()
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    yield Made(target.id, node.lineno, function, node.value)
        if isinstance(node, ast.With):
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name):
                    yield Made(item.optional_vars.id, node.lineno, function, item.context_expr)
        inside = node if isinstance(node, Function) else function
        waiting.extend((child, inside) for child in ast.iter_child_nodes(node))
