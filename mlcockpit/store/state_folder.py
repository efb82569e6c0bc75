"""The project's folder of state is private and never enters the user's repository."""

import stat
from pathlib import Path

from mlcockpit.errors import Refused, SourceFailed


def make_state_folder(folder: Path) -> None:
    """Make `folder` for its owner only, with a .gitignore of its own."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise SourceFailed(
            f"{folder} cannot be made ({error.strerror})", hint="is the project's folder yours to write in?"
        ) from error


def refuse_if_others_can_write(folder: Path) -> None:
    """Raise Refused where other accounts may have changed what `folder` holds; a missing one is fine."""
    try:
        mode = stat.S_IMODE(folder.stat().st_mode)
    except OSError:
        return
    if mode & (stat.S_IWGRP | stat.S_IWOTH) and folder.is_dir():
        raise Refused(
            f"{folder} can be changed by other accounts (mode {mode:04o})",
            hint=f"chmod 700 {folder}, and think about who may have changed it",
        )
