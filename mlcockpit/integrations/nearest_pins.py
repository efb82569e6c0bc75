"""Where exact versions cannot be had, only those that stand in the way are moved, each to the nearest that can."""

import re
from collections.abc import Callable

from mlcockpit.integrations.asked_packages import spare_of
from mlcockpit.integrations.python_installations import normal

PINNED = re.compile(r"^([A-Za-z0-9._-]+)(\[[^\]]*\])?\s*===?\s*(\d[^;\s]*)\s*(;.*)?$")
BLAMED = re.compile(
    r"(?:no version of|requested|Because|and|that|build|of)\s+`?([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?=="
)
NO_SUCH = re.compile(
    r"(?:no version of)\s*`?([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?=="
    r"|([A-Za-z0-9][A-Za-z0-9._-]*)==\S+ has no (?:usable )?wheels"
    r"|Failed to (?:build|download)(?: and build)? `([A-Za-z0-9][A-Za-z0-9._-]*)==",
)
NOT_HAD = re.compile(
    r"all versions of ([A-Za-z0-9][\w.-]*) have no usable wheels"
    r"|Failed to (?:build|download)(?: and build)? `([A-Za-z0-9][\w.-]*)=="
    r"|([A-Za-z0-9][\w.-]*) was not found in the package registry|there are no versions of ([A-Za-z0-9][\w.-]*)"
)
"""What is said of a package of which no version can be had."""
ONLY = re.compile(r"only ([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?[<>=]")
MOST = 12
"""How often a pin is moved before all are."""

Attempt = Callable[[str, str], str | None]
"""(requirement lines, day) → the versions that were found; None where they do not fit."""


def resolve_pins(text: str, as_of: str, attempt: Attempt, said: Callable[[], str]) -> tuple[str, list[str]] | None:
    """Return the versions for requirement lines and in what they differ; None where none can be had.

    `said` returns what the last attempt complained about. A day of "" stands for today.
    """
    spare = spare_of(text)
    lines = text
    loosened: dict[str, int] = {}
    left: list[str] = []
    for _ in range(MOST):
        found = attempt(lines, as_of)
        if found is not None:
            return found, [*_left_out(left), *(changes(text, found) if loosened else [])]
        complained = said()
        if useless := spare & {
            normal(name) for match in NOT_HAD.finditer(complained) for name in match.groups() if name
        }:
            left += sorted(useless)
            lines, spare = _without(lines, useless), spare - useless
            continue
        if as_of and (found := attempt(lines, "")) is not None:
            told = [f"resolved with the packages of today: those of {as_of[:10]} do not fit together"]
            return found, [*told, *_left_out(left), *(changes(text, found) if loosened else [])]
        blamed = _blamed(complained + said(), lines)
        if not blamed:
            break
        for name in blamed:
            loosened[name] = 4 if re.search(rf"only {re.escape(name)}[<=]", complained) else loosened.get(name, 0) + 1
        lines = _without(_loosened(text, loosened), frozenset(left))
    everything = {normal(match[1]): 2 for line in text.splitlines() if (match := PINNED.match(line))}
    for day in dict.fromkeys([as_of, ""]):
        nearest = attempt(_loosened(text, everything), day)
        if nearest is not None:
            what = f"the pins cannot be installed together: nearest versions of {day[:10] or 'today'} instead"
            return nearest, [what, *changes(text, nearest)]
    return None


def _left_out(names: list[str]) -> list[str]:
    return [f"{name} cannot be had here and is left out: the script imports nothing of it" for name in names]


def _without(text: str, names: frozenset[str]) -> str:
    """Return the lines without those that ask for one of some packages."""
    asked = {line: re.match(r"^([A-Za-z0-9][\w.-]*)", line) for line in text.splitlines()}
    return "".join(f"{line}\n" for line, match in asked.items() if match is None or normal(match[1]) not in names)


def changes(wanted: str, have: str) -> list[str]:
    """Return a sentence for each exact pin of `wanted` that `have` does not meet."""
    new = _pins(have)
    return [
        f"{name} {new.get(name, 'missing')} instead of {v}"
        for name, v in sorted(_pins(wanted).items())
        if new.get(name, v) != v
    ]


def _blamed(complaint: str, lines: str) -> list[str]:
    """Return the pinned packages that a complaint names as not to be had; else all that it names."""
    pinned = {normal(match[1]) for line in lines.splitlines() if (match := re.match(r"^([A-Za-z0-9][\w.-]*)", line))}
    for pattern in (NO_SUCH, ONLY, BLAMED):
        named = {normal(next(group for group in match.groups() if group)) for match in pattern.finditer(complaint)}
        if named & pinned:
            return sorted(named & pinned)
    return []


def _loosened(text: str, steps: dict[str, int]) -> str:
    """Return the lines with some pins turned into ranges: first of the same minor version, then of the same major, then upwards."""
    lines = []
    for line in text.splitlines():
        match = PINNED.match(line)
        step = steps.get(normal(match[1]), 0) if match else 0
        if match is None or not step:
            lines.append(line)
            continue
        numbers = [int(number) for number in re.match(r"^\d+(?:\.\d+)*", match[3])[0].split(".")]  # type: ignore[index]
        major, minor = (*numbers, 0)[:2]
        low = ".".join(map(str, numbers))
        above = {1: f",<{major}.{minor + 1}", 2: f",<{major + 1}"}.get(step, "")
        wanted = f">={low}{above}" if step < 4 else ""
        lines.append(f"{match[1]}{match[2] or ''}{wanted}{' ' + match[4] if match[4] else ''}")
    return "\n".join(lines) + "\n"


def _pins(text: str) -> dict[str, str]:
    found = (PINNED.match(line.strip()) for line in text.splitlines())
    return {normal(match[1]): match[3] for match in found if match}
