"""What a project asks for is read from whichever file says it: conda.yaml, pyproject.toml, setup.cfg or setup.py."""

import ast
import configparser
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import yaml

from mlcockpit.reproduction.resolve.requirement_lines import Requirements, from_text
from mlcockpit.reproduction.resolve.tool_locks import from_caret
from mlcockpit.reproduction.source.program import CodeTree

CONDA = ("conda.yaml", "conda.yml", "environment.yml", "environment.yaml", "conda_env.yaml", "python_env.yaml")
NOT_ON_AN_INDEX = re.compile(
    r"^(pip|python|setuptools|wheel|cudatoolkit|cudnn|cuda.*|mkl.*|blas|libblas|openblas|_.*|gcc.*|gxx.*|libgcc.*|openmp|llvm-openmp"
    r"|nodejs|git|make|cmake|ca-certificates|openssl|ld_impl.*|lib.*|pytorch-cuda|cpuonly|tk|xz|zlib|readline|sqlite|ncurses|bzip2)$"
)
"""Conda packages that are not python distributions."""
ON_AN_INDEX = {
    "pytorch": "torch", "tensorflow-gpu": "tensorflow", "py-xgboost": "xgboost", "opencv": "opencv-python-headless",
    "py-opencv": "opencv-python-headless", "matplotlib-base": "matplotlib", "msgpack-python": "msgpack", "pytables": "tables",
    "seaborn-base": "seaborn", "dask-core": "dask", "python-kaleido": "kaleido", "pytorch-gpu": "torch", "tensorflow-base": "tensorflow",
}  # fmt: skip
"""Conda's name → the package index's name, where they differ."""


def declared_requirements(tree: CodeTree, files: frozenset[str], folders: Sequence[str]) -> tuple[Requirements, ...]:
    """Return what the first of the project's own files asks for; nothing where none says."""
    readers: Sequence[tuple[Sequence[str], Callable[[bytes], list[str]]]] = (
        (("pyproject.toml",), _pyproject),
        (CONDA, conda_lines),
        (("setup.cfg",), _setup_cfg),
        (("setup.py",), _setup_py),
        (("Pipfile",), _pipfile),
    )
    for names, lines_of in readers:
        for folder in folders:
            for path in (posixpath.join(folder, name) for name in names):
                lines = lines_of(tree.read(path) or b"") if path in files else []
                if lines:
                    return (replace(from_text("\n".join(lines), path)),)
    return ()


def conda_lines(data: bytes) -> list[str]:
    """Return conda's requirements as lines for a package index: pip's own, then what an index has of the others."""
    found = _yaml(data)
    entries = found.get("dependencies")
    lines = []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping):
            inner = entry.get("pip")
            lines += [str(line) for line in inner] if isinstance(inner, list) else []
        elif isinstance(entry, str):
            lines += _conda_line(entry.rpartition("::")[2])
    return [line for line in lines if not line.startswith(("-c ", "--constraint"))]


def conda_python(data: bytes) -> str:
    """Return the python version that a conda file or python_env.yaml names; empty where it names none."""
    found = _yaml(data)
    if found.get("python"):
        return str(found["python"])
    entries = found.get("dependencies")
    for entry in entries if isinstance(entries, list) else ():
        match = re.match(r"^python\s*=+\s*(\d+(?:\.\d+)+)", entry) if isinstance(entry, str) else None
        if match:
            return match[1]
    return ""


def requires_python(tree: CodeTree, files: frozenset[str], folders: Sequence[str]) -> str:
    """Return the range of pythons that pyproject.toml allows; empty where it says nothing."""
    for folder in folders:
        path = posixpath.join(folder, "pyproject.toml")
        if path in files:
            found = _toml(tree.read(path) or b"")
            project, poetry = _inner(found, "project"), _inner(found, "tool", "poetry", "dependencies")
            return str(project.get("requires-python") or "") or from_caret(str(poetry.get("python") or ""))
    return ""


def _conda_line(entry: str) -> list[str]:
    match = re.match(r"^([A-Za-z0-9_.-]+)\s*(?:\[[^\]]*\])?\s*(.*)$", entry.strip())
    if match is None or NOT_ON_AN_INDEX.match(match[1].lower()):
        return []
    name, rest = ON_AN_INDEX.get(match[1].lower(), match[1]), match[2].strip()
    exact = re.match(r"^==?\s*([0-9][A-Za-z0-9.!+_]*)(?:=[^,]*)?(\.?\*)?$", rest)
    if exact:
        short = exact[1].count(".") < 2 and not rest.startswith("==")
        return [f"{name}=={exact[1].rstrip('.')}.*" if exact[2] or short else f"{name}=={exact[1]}"]
    return [f"{name}{rest.split()[0] if rest else ''}" if re.match(r"^(?:[<>!~]=?|$)", rest) else name]


def _pyproject(data: bytes) -> list[str]:
    found = _toml(data)
    lines = _inner(found, "project").get("dependencies")
    if isinstance(lines, list) and lines:
        return [str(line) for line in lines]
    return list(_poetry(_inner(found, "tool", "poetry", "dependencies")))


def _poetry(wanted: Mapping[str, object]) -> Iterator[str]:
    for name, value in wanted.items():
        one = value[0] if isinstance(value, list) and value else value
        version = str(one.get("version") or "") if isinstance(one, Mapping) else str(one)
        if name.lower() != "python" and not (
            isinstance(one, Mapping) and (one.get("optional") or one.get("path") or one.get("git"))
        ):
            yield f"{name}{from_caret(version)}"


def _pipfile(data: bytes) -> list[str]:
    return [line.replace("==*", "") for line in _poetry(_inner(_toml(data), "packages"))]


def _setup_cfg(data: bytes) -> list[str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(data.decode("utf-8", "replace"))
    except configparser.Error:
        return []
    return [
        line.strip() for line in parser.get("options", "install_requires", fallback="").splitlines() if line.strip()
    ]


def _setup_py(data: bytes) -> list[str]:
    try:
        syntax = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError):
        return []
    named = {
        t.id: n.value
        for n in ast.walk(syntax)
        if isinstance(n, ast.Assign)
        for t in n.targets
        if isinstance(t, ast.Name)
    }
    for node in ast.walk(syntax):
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            value = named.get(node.value.id, node.value) if isinstance(node.value, ast.Name) else node.value
            if isinstance(value, ast.List | ast.Tuple):
                return [one.value for one in value.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return []


def _toml(data: bytes) -> Mapping[str, object]:
    try:
        return tomllib.loads(data.decode("utf-8", "replace"))
    except tomllib.TOMLDecodeError:
        return {}


def _yaml(data: bytes) -> Mapping[str, object]:
    try:
        found = yaml.safe_load(data) if 0 < len(data) < 200_000 else {}
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _inner(found: Mapping[str, object], *names: str) -> Mapping[str, object]:
    for name in names:
        value = found.get(name)
        found = value if isinstance(value, Mapping) else {}
    return found
