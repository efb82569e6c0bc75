"""An upgraded environment begins with the lock of the old one: what is not asked for stays where it fits."""

import re
from collections.abc import Mapping

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import StageFailed
from mlcockpit.integrations.nearest_pins import PINNED
from mlcockpit.integrations.python_installations import normal

BEFORE = "before.lock"
"""The old lock, beside the log of the environment's stage."""


def upgraded(before: str, wanted: Mapping[str, object]) -> tuple[str, str]:
    """Return the requirement lines of an upgrade, and the pins that are kept where they fit."""
    raised, kept = wanted.get("raise"), wanted.get("keep")
    asked = {str(name): str(version) for name, version in raised.items()} if isinstance(raised, Mapping) else {}
    stays = {str(name) for name in kept} if isinstance(kept, list | tuple) else set()
    lines = [line for line in before.splitlines() if line.startswith("-")]
    pins = pins_in(before)
    for name, version in asked.items():
        low = f">={pins[name]}" if name in pins and re.match(r"^[0-9.]+$", pins[name]) else ""
        lines.append(f"{name}=={version}" if version else f"{name}{low}")
    lines += [f"{name}=={pins[name]}" if name in pins else name for name in sorted(stays)]
    others = [name for name in pins if name not in asked and name not in stays]
    if wanted.get("whole"):
        marks = _marks(before)
        lines += [f"{name}{marks.get(name, '')}" for name in others]
    rest = [f"{name}=={pins[name]}" for name in others]
    return "\n".join(lines) + "\n", "\n".join(rest) + "\n"


def _marks(lock: str) -> dict[str, str]:
    """Return normalised name → extras and marker, such as `[sql]; sys_platform == 'win32'`."""
    found = (PINNED.match(line.strip()) for line in lock.splitlines())
    return {normal(match[1]): f"{match[2] or ''}{match[4] or ''}" for match in found if match}


def pins_in(lock: str) -> dict[str, str]:
    """Return normalised name → exact version."""
    found = (PINNED.match(line.strip()) for line in lock.splitlines())
    return {normal(match[1]): match[3] for match in found if match}


def require_asked(lock: str, wanted: Mapping[str, object]) -> None:
    """Raise StageFailed where a version that was asked for is not the one that fits."""
    raised, pins = wanted.get("raise"), pins_in(lock)
    for name, version in raised.items() if isinstance(raised, Mapping) else ():
        if version and pins.get(str(name), version) != version:
            raise StageFailed(
                f"{clean(name)} {clean(version)} cannot be had together with the other packages",
                hint=f"{pins[str(name)]} is the nearest that fits",
            )
