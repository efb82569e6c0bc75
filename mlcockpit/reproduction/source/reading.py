"""What matters of a script for starting it again is read once: flags, logged names, paths, seeds and stores it sets itself."""

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlcockpit.domain.redaction import masked
from mlcockpit.reproduction.source.flags import Flag, read_flags, read_subcommands
from mlcockpit.reproduction.source.flow import Flow
from mlcockpit.reproduction.source.fold import REPOSITORY, Constant
from mlcockpit.reproduction.source.function_flags import read_function_flags
from mlcockpit.reproduction.source.names import Scope, called
from mlcockpit.reproduction.source.program import CodeTree, Program, read_program
from mlcockpit.reproduction.source.sinks import READERS, Sinks, read_sinks

DATA_ENDING = re.compile(
    r"\.(csv|tsv|parquet|pq|feather|arrow|json|jsonl|txt|npy|npz|pkl|pickle|joblib|xlsx?|h5|hdf5"
    r"|ya?ml|toml|ini|db|sqlite|zip|gz|data|dat|arff|libsvm|svm)$",
    re.IGNORECASE,
)
WRITERS = re.compile(
    r"^(to_(csv|parquet|json|pickle|feather|excel|hdf)|dump|save.*|write.*|log_(artifacts?|dict|text|figure)"
    r"|makedirs|mkdir|set_tracking_uri|export.*)$"
)
DATA_LIKE = re.compile(
    r"\.(csv|tsv|parquet|pq|feather|arrow|jsonl?|npy|npz|pkl|xlsx?|h5|hdf5|db|sqlite|zip|gz|dat|arff)$", re.IGNORECASE
)
"""Endings of files that are data rather than configuration."""
SEED_CALLS = re.compile(
    r"^(seed|manual_seed|manual_seed_all|set_seed|set_random_seed|seed_everything|default_rng|RandomState)$"
)
SEED_KEYWORDS = frozenset({"random_state", "seed", "random_seed", "rng", "global_seed"})


@dataclass(frozen=True)
class PathUse:
    """A path that the source names."""

    path: str
    """As written; below the repository's top where it hangs on `__file__` (then `anchored`)."""
    anchored: bool
    read: bool
    """True where a reading call takes it; False where it is only mentioned."""
    where: str


@dataclass(frozen=True)
class Reading:
    """A script as far as it can be understood without running it."""

    script: str
    program: Program
    flags: tuple[Flag, ...]
    sinks: Sinks
    subcommand: tuple[str, tuple[str, ...]]
    paths: tuple[PathUse, ...]
    seeds: tuple[str, ...]
    """Each seed that is set, with its place."""
    stores: tuple[str, ...]
    """Each tracking or registry store that the code sets itself, with its place."""

    @property
    def uses_mlflow(self) -> bool:
        """Tell whether the program imports mlflow."""
        return "mlflow" in self.program.packages


def read_script(tree: CodeTree, script: str, cwd: str = "") -> Reading | None:
    """Return what can be understood of the program that starts at `script`; None where it cannot be read."""
    kept = getattr(tree, "readings", None)
    if not isinstance(kept, dict):
        return _read(tree, script, cwd)
    if (script, cwd) not in kept:
        kept[script, cwd] = _read(tree, script, cwd)
    found = kept[script, cwd]
    assert found is None or isinstance(found, Reading)
    return found


def _read(tree: CodeTree, script: str, cwd: str) -> Reading | None:
    program = read_program(tree, script, cwd)
    if program is None:
        return None
    declared = read_function_flags(program)
    flags = read_flags(program) + declared.flags
    flow = Flow(program, dests=frozenset(flag.dest for flag in flags), commands=declared.functions)
    return Reading(
        script=script,
        program=program,
        flags=flags,
        sinks=read_sinks(flow),
        subcommand=("", declared.subcommands) if declared.subcommands else read_subcommands(program),
        paths=tuple(_paths(flow)),
        seeds=tuple(_seeds(flow)),
        stores=tuple(_stores(flow)),
    )


def _paths(flow: Flow) -> Iterator[PathUse]:
    seen: dict[tuple[str, bool], PathUse] = {}
    written: set[tuple[str, bool]] = set()
    for name, pairs in flow.calls().items():
        for scope, call in pairs:
            for argument in [*call.args[:2], *(keyword.value for keyword in call.keywords)]:
                folded = flow.fold(argument, scope)
                if folded is None or not isinstance(folded.value, str) or not _is_path(folded.value):
                    continue
                path, anchored = _anchored(folded.value)
                use = PathUse(
                    path,
                    anchored,
                    bool(READERS.match(name)) and not _writes(call),
                    f"{scope.module.path}:{call.lineno}",
                )
                if WRITERS.match(name) or _writes(call):
                    written.add((path, anchored))
                elif (path, anchored) not in seen or use.read:
                    seen[path, anchored] = use
    for module in flow.program.modules:
        for node in module.nodes:
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if isinstance(node, ast.Constant) and 0 < len(text) < 300 and DATA_ENDING.search(text):
                path, anchored = _anchored(text)
                seen.setdefault(
                    (path, anchored), PathUse(path, anchored, read=False, where=f"{module.path}:{node.lineno}")
                )
    yield from (use for key, use in seen.items() if key not in written and "\n" not in use.path)


def _is_path(text: str) -> bool:
    if not 0 < len(text) < 400 or "\n" in text or "://" in text:
        return False
    return "/" in text or DATA_ENDING.search(text) is not None or text.isidentifier()


def _anchored(path: str) -> tuple[str, bool]:
    if path.startswith(REPOSITORY):
        return posixpath.normpath(path.removeprefix(REPOSITORY)), True
    return path, False


def _writes(call: ast.Call) -> bool:
    if called(call) != "open":
        return False
    modes = [*call.args[1:2], *(k.value for k in call.keywords if k.arg == "mode")]
    return any(
        isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) & set("wax")
        for mode in modes
    )


def _seeds(flow: Flow) -> Iterator[str]:
    for name, pairs in flow.calls().items():
        for scope, call in pairs:
            place = f"{scope.module.path}:{call.lineno}"
            if SEED_CALLS.match(name) and call.args:
                yield f"{name}({_shown(flow, call.args[0], scope)}) at {place}"
            for keyword in call.keywords:
                if keyword.arg in SEED_KEYWORDS and name != "add_argument":
                    yield f"{keyword.arg}={_shown(flow, keyword.value, scope)} at {place}"


def _shown(flow: Flow, expression: ast.expr, scope: Scope) -> str:
    origin = flow.origin(expression, scope)
    if isinstance(origin, Constant):
        return repr(origin.value)
    return ast.unparse(expression)[:60]


def _stores(flow: Flow) -> Iterator[str]:
    for name in ("set_tracking_uri", "set_registry_uri", "MlflowClient"):
        for scope, call in flow.calls().get(name, []):
            given = [
                *call.args[:1],
                *(k.value for k in call.keywords if k.arg in {"uri", "tracking_uri", "registry_uri"}),
            ]
            if given:
                yield f"{scope.module.path}:{call.lineno} sets its own store with {name}({masked(ast.unparse(given[0]))[:80]})"
