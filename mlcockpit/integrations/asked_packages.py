"""The text that uv is asked to resolve says what is wanted, and in lines of its own what only bounds a version."""

from collections.abc import Mapping

BOUND = "#: "
"""Begins a line that bounds a version without asking for the package; uv itself reads it as a comment."""


def asked_lines(wanted: Mapping[str, object]) -> str:
    """Return the lines of an environment ingredient's value: its requirements, its tools, its bounds."""
    return "".join(f"{line}\n" for line in (*_texts(wanted, "requirements"), *_texts(wanted, "tools"))) + "".join(
        f"{BOUND}{line}\n" for line in _texts(wanted, "constraints")
    )


def bounds_of(text: str) -> str:
    """Return the lines that only bound a version, as a constraint file."""
    return "".join(line.removeprefix(BOUND) for line in text.splitlines(keepends=True) if line.startswith(BOUND))


def without_bounds(text: str) -> str:
    """Return the lines that ask for a package."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(BOUND))


def _texts(wanted: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = wanted.get(name)
    return tuple(str(one) for one in found) if isinstance(found, list | tuple) else ()
