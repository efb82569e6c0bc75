"""The exact pins of a lock that poetry, pdm or pipenv wrote are read without that tool."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlcockpit.reproduction.resolve.requirement_lines import normal

ELSEWHERE = re.compile(
    r"^(pywin32|pywinpty|pypiwin32|pyobjc.*|appnope|macholib|win32-setctime|windows-curses|comtypes)$"
)
"""Distributions of other systems, which locks without markers list for everybody."""


@dataclass(frozen=True)
class ToolLock:
    """What a lock pins."""

    lines: tuple[str, ...]
    python: str = ""
    """An exact version, where the lock names one."""
    requires_python: str = ""
    left_out: tuple[str, ...] = ()
    """Packages that come from a repository or folder and not from an index."""


def read_tool_lock(name: str, data: bytes) -> ToolLock | None:
    """Return the pins of a poetry.lock, pdm.lock or Pipfile.lock; None where it cannot be read."""
    try:
        if name == "Pipfile.lock":
            return _pipenv(json.loads(data))
        return _packages(tomllib.loads(data.decode("utf-8", "replace")))
    except (ValueError, AttributeError, TypeError, KeyError):
        return None


def _pipenv(lock: Mapping[str, object]) -> ToolLock:
    lines, left_out = [], []
    default = lock.get("default")
    for name, one in sorted(default.items()) if isinstance(default, dict) else ():
        version = str(one.get("version") or "")
        if not version.startswith("=="):
            left_out.append(name)
            continue
        lines.append(_line(name, version.removeprefix("=="), str(one.get("markers") or "")))
    meta = lock.get("_meta")
    requires = meta.get("requires", {}) if isinstance(meta, dict) else {}
    return ToolLock(
        tuple(lines),
        str(requires.get("python_full_version") or requires.get("python_version") or ""),
        "",
        tuple(left_out),
    )


def _packages(lock: Mapping[str, object]) -> ToolLock:
    found = lock.get("package")
    lines: dict[str, str] = {}
    left_out = []
    for one in found if isinstance(found, list) else ():
        name, source = str(one["name"]), one.get("source")
        if not _is_main(one) or ELSEWHERE.match(normal(name)):
            continue
        foreign = isinstance(source, dict) and source.get("type") in {"git", "directory", "file", "url"}
        if foreign or any(one.get(key) for key in ("git", "path", "url")):
            left_out.append(name)
            continue
        lines.setdefault(name, _line(name, str(one["version"]), _marker(one)))
    requires = "".join(_requires(lock))
    return ToolLock(tuple(lines[name] for name in sorted(lines)), "", requires, tuple(left_out))


def _is_main(one: Mapping[str, object]) -> bool:
    groups = one.get("groups")
    if isinstance(groups, list):
        return not groups or bool({"main", "default"} & set(groups))
    return one.get("category", "main") == "main" and not (one.get("optional") is True and "groups" not in one)


def _marker(one: Mapping[str, object]) -> str:
    marker = one.get("markers") or one.get("marker") or ""
    if isinstance(marker, dict):
        marker = marker.get("main") or next(iter(marker.values()), "")
    return str(marker)


def _requires(lock: Mapping[str, object]) -> Iterator[str]:
    meta = lock.get("metadata")
    if isinstance(meta, dict):
        text = str(meta.get("python-versions") or meta.get("requires_python") or "")
        yield from_caret(text)


def from_caret(text: str) -> str:
    """Return poetry's `^1.2` and `~1.2` as ranges that every tool reads."""
    parts = []
    for part in re.split(r"\s*,\s*|\s+(?=[<>=!~^])", text.strip()):
        match = re.match(r"^([\^~])\s*(\d+(?:\.\d+)*)$", part)
        if match is None:
            parts.append("" if part == "*" else f"=={part}" if re.match(r"^\d", part) else part)
            continue
        numbers = [int(number) for number in match[2].split(".")]
        place = 0 if match[1] == "^" else min(1, len(numbers) - 1)
        while match[1] == "^" and place < len(numbers) - 1 and numbers[place] == 0:
            place += 1
        above = [*numbers[:place], numbers[place] + 1]
        parts.append(f">={match[2]},<{'.'.join(map(str, above))}")
    return ",".join(part for part in parts if part)


def _line(name: str, version: str, marker: str) -> str:
    return f"{name}=={version}" + (f" ; {marker}" if marker else "")
