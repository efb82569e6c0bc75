"""The project's own packages are installed from a worktree into a folder of the attempt, beside the shared environment."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.ports import Finished

PLAIN, EDITABLE = "packages", "editable"
"""Folders below the given one: copies, and links into the worktree."""


def install_own(
    uv: Callable[[Sequence[str], Path], Finished],
    python: str,
    own: Sequence[str],
    *,
    code: Path,
    into: Path,
    log: Path,
) -> tuple[str, ...]:
    """Install folders and archives of the worktree `code`; return what could not be, each with the reason.

    An entry that begins with `-e ` is linked, any other copied. Nothing outside of the worktree is installed.
    """
    odd = []
    for entry in own:
        editable, path = entry.startswith("-e "), code / entry.removeprefix("-e ")
        if not path.resolve().is_relative_to(code.resolve()) or not path.exists():
            odd.append(f"{entry} is not in the commit and was not installed")
            continue
        target = into / (EDITABLE if editable else PLAIN)
        words = ["pip", "install", "--quiet", "--no-deps", "--python", python, "--target", str(target)]
        done = uv([*words, *(["-e"] if editable else []), str(path)], log)
        if done.exit_status != 0:
            odd.append(f"{entry} could not be installed from the commit ({_reason(log)}): its folders are on the path")
    return tuple(odd)


def _reason(log: Path) -> str:
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    told = [line for line in lines if line.lower().startswith(("error", "×", "cause", "modulenotfound"))]
    return clean((told or lines or ["uv said nothing"])[-1], 160)
