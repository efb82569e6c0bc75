"""The project's folder of state is private and never enters the user's repository."""

from pathlib import Path

from mlcockpit.errors import SourceFailed


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
