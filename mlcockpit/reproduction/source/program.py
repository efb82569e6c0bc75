"""A training program is read, never run: its script and the project's own modules that it imports, as syntax trees."""

import ast
import posixpath
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from mlcockpit.reproduction.source.notebook import code_of

MOST_FILES = 60
"""Modules read of one program; larger ones are rare and cost time."""

LARGEST = 1_000_000
"""Bytes of the largest module that is read."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class CodeTree(Protocol):
    """The files of a project at one commit."""

    def files(self) -> Sequence[str]:
        """Return every path, sorted."""

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes; None where it is not there."""


@dataclass(frozen=True)
class Module:
    """One parsed file."""

    path: str
    syntax: ast.Module
    text: str

    @cached_property
    def folder(self) -> str:
        """Return the folder it lies in, empty at the top."""
        return posixpath.dirname(self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Return every node, outer before inner."""
        return tuple(ast.walk(self.syntax))

    @cached_property
    def imported(self) -> tuple[str, ...]:
        """Return the dotted names of imported modules, as written; relative ones begin with dots."""
        return tuple(_imported(self.nodes))


@dataclass(frozen=True)
class Program:
    """A script and the local modules behind it; the script is first."""

    modules: tuple[Module, ...]

    @property
    def script(self) -> Module:
        """Return the module that is started."""
        return self.modules[0]

    @cached_property
    def functions(self) -> dict[str, list[tuple[Module, Function]]]:
        """Return every function by its bare name."""
        found: dict[str, list[tuple[Module, Function]]] = {}
        for module in self.modules:
            for node in module.nodes:
                if isinstance(node, Function) and id(node) not in self.idle:
                    found.setdefault(node.name, []).append((module, node))
        return found

    @cached_property
    def classes(self) -> dict[str, list[tuple[Module, ast.ClassDef]]]:
        """Return every class by its bare name."""
        found: dict[str, list[tuple[Module, ast.ClassDef]]] = {}
        for module in self.modules:
            for node in module.nodes:
                if isinstance(node, ast.ClassDef):
                    found.setdefault(node.name, []).append((module, node))
        return found

    @cached_property
    def methods(self) -> dict[int, str]:
        """Return the name of the class of every method, by the identity of its syntax."""
        return {
            id(node): name
            for name, found in self.classes.items()
            for _, one in found
            for node in one.body
            if isinstance(node, Function)
        }

    @cached_property
    def idle(self) -> frozenset[int]:
        """Return what never runs when the script is started, by the identity of its syntax.

        In a module that is only imported these are the part under `if __name__ == "__main__"` and the functions that
        nothing else mentions: the main function of another script, with flags of its own.
        """
        found: set[int] = set()
        for module in self.modules[1:]:
            guards = [node for node in module.syntax.body if _is_guard(node)]
            if not guards:
                continue
            found |= {id(node) for node in guards}
            under = {name for guard in guards for name in _mentioned(guard)}
            for node in module.syntax.body:
                if isinstance(node, Function) and node.name in under and not self._mentions(module, node, guards):
                    found.add(id(node))
        return frozenset(found)

    def _mentions(self, home: Module, function: Function, guards: Sequence[ast.stmt]) -> bool:
        """Tell whether anything outside of `guards` and of itself names a function of `home`."""
        if any(
            function.name in _mentioned(node)
            for node in home.syntax.body
            if node not in guards and node is not function
        ):
            return True
        stem = home.path.removesuffix("/__init__.py").removesuffix(".py").split("/")[-1]
        for module in self.modules:
            named = [name.split(".") for name in module.imported if stem in name.split(".")]
            if module is not home and named:
                attributes = {node.attr for node in module.nodes if isinstance(node, ast.Attribute)}
                if function.name in attributes or any(parts[-1] == function.name for parts in named):
                    return True
        return False

    @cached_property
    def packages(self) -> frozenset[str]:
        """Return the top-level names it imports that are not its own files."""
        own = {module.path.removesuffix("/__init__.py").removesuffix(".py").split("/")[-1] for module in self.modules}
        own |= {part for module in self.modules for part in module.folder.split("/")}
        names = {name.split(".")[0] for module in self.modules for name in module.imported if not name.startswith(".")}
        return frozenset(names - own - {""})


def parse(path: str, data: bytes) -> Module | None:
    """Return a parsed module; None where it is not python that this interpreter can read."""
    if len(data) > LARGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Module(path, ast.parse(data), data.decode("utf-8", "replace"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def read_program(tree: CodeTree, script: str, cwd: str = "") -> Program | None:
    """Return the program that starts at `script`; None where the script is not there or cannot be parsed."""
    data = code_of(script, tree.read(script))
    first = parse(script, data) if data is not None else None
    if first is None:
        return None
    files = frozenset(tree.files())
    modules = {script: first}
    waiting = deque([first])
    while waiting and len(modules) < MOST_FILES:
        module = waiting.popleft()
        for path in _local_files(module, files, (first.folder, cwd.strip("./"), "", "src")):
            if path not in modules and (found := parse(path, tree.read(path) or b"")) is not None:
                modules[path] = found
                waiting.append(found)
    return Program(tuple(modules.values()))


def _is_guard(node: ast.stmt) -> bool:
    """Tell whether a statement is `if __name__ == "__main__":`."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    sides = [node.test.left, *node.test.comparators]
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)


def _mentioned(node: ast.AST) -> frozenset[str]:
    return frozenset(one.id for one in ast.walk(node) if isinstance(one, ast.Name))


def _imported(nodes: Sequence[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base
            yield from (f"{base}{'' if base.endswith('.') else '.'}{alias.name}" for alias in node.names)


def _local_files(module: Module, files: frozenset[str], roots: Sequence[str]) -> Iterator[str]:
    for name in module.imported:
        level = len(name) - len(name.lstrip("."))
        parts = [part for part in name.split(".") if part]
        bases: Sequence[str] = roots
        if level:
            folder = module.folder.split("/") if module.folder else []
            bases = ["/".join(folder[: len(folder) - level + 1])]
        for base in bases:
            stem = posixpath.join(base, *parts) if parts else base
            for path in (f"{stem}.py", posixpath.join(stem, "__init__.py")):
                if path in files:
                    yield path
