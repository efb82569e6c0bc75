"""What a name stands for in a program is found by looking at assignments, parameters and calls."""

import ast
from collections import deque
from dataclasses import dataclass, field

from mlcockpit.reproduction.source.program import Function, Module, Program


@dataclass(frozen=True)
class Scope:
    """A module, and the function inside it where the expression stands."""

    module: Module
    function: Function | None = None


@dataclass
class Names:
    """Follows names through one program."""

    program: Program
    _assigned: dict[int, dict[str, list[ast.expr]]] = field(default_factory=dict)
    _attributes: dict[tuple[str, str], list[tuple[ast.expr, Scope]]] = field(default_factory=dict)
    _calls: dict[str, list[tuple[Scope, ast.Call]]] | None = None

    def bound(self, expression: ast.expr, scope: Scope) -> list[tuple[ast.expr, Scope]]:
        """Return the only expression that a name stands for, with its scope; empty where there are none or several."""
        if isinstance(expression, ast.Attribute):
            return self._bound_elsewhere(expression.attr, expression) or self._attribute(expression, scope)
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
            for node in own_nodes(body):
                _note_assignment(node, known)
        return known

    def calls(self) -> dict[str, list[tuple[Scope, ast.Call]]]:
        """Return every call by the last part of the called name, with the scope it stands in."""
        if self._calls is None:
            self._calls = {}
            for module in self.program.modules:
                for scope, call in _calls_in(module, self.program.idle):
                    self._calls.setdefault(called(call), []).append((scope, call))
        return self._calls

    def _passed(self, name: str, scope: Scope) -> list[tuple[ast.expr, Scope]] | None:
        """Return what callers hand to a parameter; None where `name` is no parameter of the function."""
        function = scope.function
        assert function is not None
        names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        keyword_only = [argument.arg for argument in function.args.kwonlyargs]
        if name not in names and name not in keyword_only:
            return None
        shift = 1 if names[:1] in (["self"], ["cls"]) else 0
        called_name = self._class_of(function) if function.name == "__init__" else function.name
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

    def _attribute(self, expression: ast.Attribute, scope: Scope) -> list[tuple[ast.expr, Scope]]:
        """Return what `self.name`, or `thing.name` of a thing made by a class of the program, is always set to."""
        base = expression.value
        if not isinstance(base, ast.Name):
            return []
        owner = ""
        if base.id == "self" and scope.function is not None:
            owner = self._class_of(scope.function)
        elif made := self.bound(base, scope):
            owner = called(made[0][0]) if isinstance(made[0][0], ast.Call) else ""
        if owner not in self.program.classes:
            return []
        found = self._set_in_class(owner, expression.attr)
        return found[:1] if len({ast.dump(value) for value, _ in found}) == 1 else []

    def _set_in_class(self, owner: str, name: str) -> list[tuple[ast.expr, Scope]]:
        """Return what an attribute is set to: in methods, as a field that callers fill, or in the class's body."""
        known = self._attributes.get((owner, name))
        if known is not None:
            return known
        found: list[tuple[ast.expr, Scope]] = []
        declared: list[tuple[ast.expr, Scope]] = []
        for module, one in self.program.classes[owner]:
            for node in one.body:
                if isinstance(node, Function):
                    found += [(value, Scope(module, node)) for value in _set_on_self(node, name)]
                elif isinstance(node, ast.AnnAssign | ast.Assign) and node.value is not None:
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                        declared.append((node.value, Scope(module)))
            fields = [n.target.id for n in one.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)]
            if name in fields and not any(isinstance(n, Function) and n.name == "__init__" for n in one.body):
                found += self._filled(owner, name, fields.index(name))
        self._attributes[owner, name] = found or declared
        return found or declared

    def _filled(self, owner: str, name: str, place: int) -> list[tuple[ast.expr, Scope]]:
        """Return what callers of a class without `__init__` hand to one of its fields."""
        found = []
        for where, call in self.calls().get(owner, []):
            given = [keyword.value for keyword in call.keywords if keyword.arg == name]
            given = given or ([call.args[place]] if place < len(call.args) else [])
            found += [(value, where) for value in given]
        return found

    def _class_of(self, function: Function) -> str:
        """Return the name of the class that a method belongs to; empty where it is a function of its own."""
        return self.program.methods.get(id(function), "")

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


def _set_on_self(method: Function, name: str) -> list[ast.expr]:
    found = []
    for node in own_nodes(method):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            targets = [node.target]
        for target in targets:
            if (
                isinstance(target, ast.Attribute)
                and target.attr == name
                and isinstance(target.value, ast.Name)
                and target.value.id == "self"
            ):
                value = getattr(node, "value", None)
                found.append(ast.Name("?") if value is None or isinstance(node, ast.AugAssign) else value)
    return found


def called(call: ast.Call) -> str:
    """Return the last part of the called name."""
    return (
        call.func.attr
        if isinstance(call.func, ast.Attribute)
        else call.func.id
        if isinstance(call.func, ast.Name)
        else ""
    )


def own_nodes(body: ast.Module | Function) -> list[ast.AST]:
    """Return the nodes of a body without those of functions and classes inside it."""
    found: list[ast.AST] = []
    waiting: deque[ast.AST] = deque(body.body)
    while waiting:
        node = waiting.popleft()
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


def _calls_in(module: Module, idle: frozenset[int]) -> list[tuple[Scope, ast.Call]]:
    found: list[tuple[Scope, ast.Call]] = []
    waiting: deque[tuple[ast.AST, Function | None]] = deque([(module.syntax, None)])
    while waiting:
        node, function = waiting.popleft()
        if id(node) in idle:
            continue
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
