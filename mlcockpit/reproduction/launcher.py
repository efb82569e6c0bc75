"""How a command line starts its program can be told from its words, and which interpreter will run it."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlcockpit.domain.launch import Launcher

_PYTHON = re.compile(r"^(?:python|pypy)[0-9.]*(?:\.exe)?$")
_WRAPPERS = {"uv": "run", "poetry": "run", "pipenv": "run", "hatch": "run", "pdm": "run", "conda": "run", "rye": "run"}
_PLAIN_WRAPPERS = {"env", "time", "nice", "nohup", "stdbuf", "ionice", "taskset", "xvfb-run"}
_NOTEBOOKS = {"papermill", "jupyter", "jupyter-nbconvert", "jupyter-execute", "nbconvert"}
_FLAGS_WITH_VALUE = {"-W", "-X"}
_SHELLS = {"bash", "sh", "zsh", "dash", "fish", "make", "srun", "docker"}


def launcher_of(argv: Sequence[str]) -> Launcher:
    """Return the kind of launch, seen through `uv run`, `env A=B` and the like."""
    words = _unwrapped(argv)
    if not words:
        return Launcher.OTHER
    name = Path(words[0]).name
    if _PYTHON.match(name):
        return _python_launcher(words[1:])
    if name.endswith(".py"):
        return Launcher.SCRIPT
    return Launcher.OTHER if name in _SHELLS else _named(name, words[1:])


def interpreter_of(argv: Sequence[str], environ: Mapping[str, str]) -> Path | None:
    """Return the Python that will run the command where its words say so: by name, or by a script's first line."""
    words = _unwrapped(argv)
    found = shutil.which(words[0], path=environ.get("PATH")) if words else None
    if found is None:
        return None
    if _PYTHON.match(Path(words[0]).name):
        return Path(os.path.abspath(found))
    try:
        with open(found, "rb") as file:
            first = file.readline(512)
    except OSError:
        return None
    named = first[2:].decode("utf-8", "replace").split() if first.startswith(b"#!") else []
    if len(named) > 1 and Path(named[0]).name == "env":
        named = [shutil.which(named[1], path=environ.get("PATH")) or ""]
    return Path(named[0]) if named and _PYTHON.match(Path(named[0]).name) else None


def _unwrapped(argv: Sequence[str]) -> Sequence[str]:
    words = list(argv)
    while words:
        name = Path(words[0]).name
        if _WRAPPERS.get(name) == (words[1] if len(words) > 1 else ""):
            words = _after_options(words[2:])
        elif name in _PLAIN_WRAPPERS:
            words = _after_options(words[1:])
        else:
            break
    return words


def _after_options(words: list[str]) -> list[str]:
    while words and (words[0].startswith("-") or re.match(r"^[A-Za-z_]\w*=", words[0])):
        words = words[1:]
    return words


def _python_launcher(words: Sequence[str]) -> Launcher:
    place = 0
    while place < len(words):
        word = words[place]
        if word == "-m":
            module = words[place + 1] if place + 1 < len(words) else ""
            named = _named(module, words[place + 2 :])
            return Launcher.MODULE if named is Launcher.CONSOLE else named
        if word == "-c" or word == "-":
            return Launcher.OTHER
        if not word.startswith("-"):
            return Launcher.SCRIPT
        place += 2 if word in _FLAGS_WITH_VALUE else 1
    return Launcher.OTHER


def _named(name: str, rest: Sequence[str]) -> Launcher:
    verb = next((word for word in rest if not word.startswith("-")), "")
    if name == "mlflow" and verb == "run":
        return Launcher.MLFLOW
    if name == "dvc" and verb in ("repro", "exp", "stage"):
        return Launcher.DVC
    if name in _NOTEBOOKS and (name != "jupyter" or verb in ("nbconvert", "execute")):
        return Launcher.NOTEBOOK
    return Launcher.CONSOLE
