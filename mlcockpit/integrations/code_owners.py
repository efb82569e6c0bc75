"""CODEOWNERS says who answers for a path: the last line that matches wins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where hosts look for the file, first found wins."""

_LARGEST = 3 << 20


@dataclass(frozen=True)
class CodeOwners:
    """The lines of one CODEOWNERS file."""

    path: str
    lines: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Pattern → owners as written: @login, @organisation/team or an address."""

    def of(self, path: str) -> Sequence[str]:
        """Return who owns `path` (from the top of the repository, / between folders); empty where nobody does."""
        for pattern, owners in reversed(self.lines):
            if _matches(pattern, path):
                return owners
        return ()

    def everybody(self) -> Sequence[str]:
        """Return every owner once, in the order of the file."""
        return list(dict.fromkeys(owner for _, owners in self.lines for owner in owners))


def read_code_owners(root: Path) -> CodeOwners | None:
    """Return the repository's CODEOWNERS; None where there is none that can be read."""
    for place in PLACES:
        try:
            text = (root / place).read_bytes()[:_LARGEST].decode("utf-8", "replace")
        except OSError:
            continue
        return CodeOwners(place, tuple(_line(line) for line in text.splitlines() if _says_something(line)))
    return None


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(("#", "[", "^["))


def _line(line: str) -> tuple[str, tuple[str, ...]]:
    pattern, *owners = re.split(r"(?<!\\)\s+", re.sub(r"(?<!\\)\s#.*", "", line.strip()))
    return pattern.replace("\\ ", " ").replace("\\#", "#"), tuple(owner for owner in owners if "@" in owner)


def _matches(pattern: str, path: str) -> bool:
    """Tell whether a gitignore-like pattern covers `path`: anchored where it holds a slash, folders with all below."""
    bare = pattern.strip("/")
    anchored = pattern.startswith("/") or "/" in bare
    words = "".join(_translated(part) for part in re.split(r"(\*\*/|/\*\*|\*|\?)", bare))
    below = "(/.*)?" if not pattern.endswith("*") or pattern.endswith("**") or bare == "*" else ""
    if pattern.endswith("/"):
        below = "/.*"
    start = "" if anchored else "(.*/)?"
    return re.fullmatch(f"{start}{words}{below}", path) is not None


def _translated(part: str) -> str:
    known = {"**/": "(.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}
    return known.get(part, re.escape(part))
