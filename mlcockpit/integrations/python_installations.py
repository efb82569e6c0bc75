"""Interpreters and environments on this machine are known by looking at files, without starting any of them."""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mlcockpit.domain.ingredients import ExistingEnvironment

DIST = re.compile(r"^(?P<name>.+)-(?P<version>[^-]+)\.dist-info$")
REQUIRES = re.compile(r"^Requires-Dist:\s*([A-Za-z0-9._-]+)(.*)$", re.MULTILINE)
FOLDERS = (".venv", "venv", "env", ".env")
"""Where projects keep their own environment."""


def existing_environments(
    project: Path, environ: Mapping[str, str], also: Sequence[str] = (), *, since_ms: int = 0
) -> list[ExistingEnvironment]:
    """Return the project's own environment, the active one and ours, as far as they are there, best first.

    What each package needs is read only where one was installed after `since_ms`.
    """
    places = [(Path(python), "the interpreter of the launch") for python in also if python]
    places += [(project / folder / "bin" / "python", f"the project's {folder}") for folder in FOLDERS]
    if environ.get("VIRTUAL_ENV"):
        places.append((Path(environ["VIRTUAL_ENV"]) / "bin" / "python", "the active environment"))
    places.append((Path(sys.executable), "the environment that mlcockpit runs in"))
    found: dict[str, ExistingEnvironment] = {}
    for python, label in places:
        known = read_environment(python, label, since_ms=since_ms)
        if known is not None:
            found.setdefault(str(python.parent.resolve()), known)
    return list(found.values())


def read_environment(python: Path, label: str = "", *, since_ms: int | None = None) -> ExistingEnvironment | None:
    """Return what is installed beside an interpreter; None where there is none."""
    if not python.exists():
        return None
    top = python.parent.parent
    sites = sorted(top.glob("lib/python3*/site-packages"))
    version = _version(python, top)
    if not sites or not version:
        return None
    site = next((one for one in sites if one.parent.name == "python" + ".".join(version.split(".")[:2])), sites[0])
    folders = _distributions(site)
    packages = {name: found[1] for name, found in folders.items()}
    installed = {name: int(found[2] * 1000) for name, found in folders.items()}
    late = since_ms is not None and any(when > since_ms for when in installed.values())
    requires = {name: _requires(site / found[0]) for name, found in folders.items()} if late else {}
    return ExistingEnvironment(str(python), version, packages, installed, requires, label)


def interpreters(environ: Mapping[str, str]) -> dict[str, str]:
    """Return full version → interpreter for every python 3 that can be found without starting one."""
    found: dict[str, str] = {}
    for python, version in _installed(environ):
        found.setdefault(version, python)
    return found


def nearest(wanted: str, available: Mapping[str, str], allowed: str = "") -> tuple[str, str, str] | None:
    """Return (version, interpreter, deviation) of the python that is closest to `wanted`; None where there is none.

    `allowed` is a range such as `>=3.9,<3.12` that counts where no version is wanted.
    """
    if not available:
        return None
    if not wanted and allowed:
        available = _within(allowed, available) or available
    ours = ".".join(map(str, sys.version_info[:3]))
    if not wanted:
        version = ours if ours in available else max(available, key=_numbers)
        return version, available[version], f"the python version was not recorded: {version} is used"
    exact = next((version for version in available if version == wanted or version.startswith(wanted + ".")), None)
    if exact is not None:
        return exact, available[exact], ""
    goal = _numbers(wanted)
    version = min(available, key=lambda one: (*_gap(_numbers(one), goal), one))
    return version, available[version], f"python {version} instead of {wanted}, which is not installed"


def _within(allowed: str, available: Mapping[str, str]) -> Mapping[str, str]:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        range_ = SpecifierSet(allowed)
    except InvalidSpecifier:
        return available
    return {version: python for version, python in available.items() if version in range_}


def _numbers(version: str) -> tuple[int, int, int]:
    major, minor, patch = ([int(part) for part in re.findall(r"\d+", version)] + [0, 0, 0])[:3]
    return major, minor, patch


def _gap(have: tuple[int, int, int], goal: tuple[int, int, int]) -> tuple[int, int]:
    return abs(have[1] - goal[1]) + 100 * abs(have[0] - goal[0]), abs(have[2] - goal[2])


def normal(name: str) -> str:
    """Return a distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    if base.exists():
        yield str(base), ".".join(map(str, sys.version_info[:3]))
    home = Path(environ.get("HOME") or os.path.expanduser("~"))
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    managed = Path(environ.get("UV_PYTHON_INSTALL_DIR") or home / ".local" / "share" / "uv" / "python")
    for folder in [*sorted(pyenv.glob("3.*"), reverse=True), *sorted(managed.glob("cpython-3.*"), reverse=True)]:
        match = re.search(r"(3\.\d+\.\d+)", folder.name)
        python = folder / "bin" / "python3"
        if match and python.exists():
            yield str(python), match[1]
    for folder in (Path("/usr/local/bin"), Path("/usr/bin"), Path("/opt/homebrew/bin")):
        for python in sorted(folder.glob("python3.*")):
            if re.fullmatch(r"python3\.\d+", python.name):
                yield str(python), python.name.removeprefix("python")


def _version(python: Path, top: Path) -> str:
    settings = top / "pyvenv.cfg"
    if settings.exists():
        match = re.search(
            r"^version(?:_info)?\s*=\s*(\d+\.\d+\.\d+)", settings.read_text(errors="replace"), re.MULTILINE
        )
        if match:
            return match[1]
    if python.exists() and os.path.samefile(python, sys.executable):
        return ".".join(map(str, sys.version_info[:3]))
    match = re.search(r"(3\.\d+\.\d+)", str(python.resolve()))
    return match[1] if match else ""


def _distributions(site: Path) -> dict[str, tuple[str, str, float]]:
    """Return normalised name → (folder, version, when it was installed)."""
    found = {}
    with os.scandir(site) as entries:
        for entry in entries:
            match = DIST.match(entry.name)
            if match:
                found[normal(match["name"])] = (entry.name, match["version"], entry.stat().st_mtime)
    return found


def _requires(folder: Path) -> tuple[str, ...]:
    try:
        text = (folder / "METADATA").read_text("utf-8", "replace").split("\n\n", 1)[0]
    except OSError:
        return ()
    return tuple(normal(name) for name, rest in REQUIRES.findall(text) if "extra ==" not in rest)
