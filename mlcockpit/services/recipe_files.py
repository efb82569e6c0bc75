"""`recipe -o` and `reproduce --script` write a run's recipe down for another machine or for people without mlcockpit."""

import os
from pathlib import Path

from mlcockpit.domain.recipe import Recipe
from mlcockpit.errors import EvidenceMissing, SourceFailed
from mlcockpit.integrations.git_process import run_git
from mlcockpit.reproduction.portable import Portable, read_portable, write_portable
from mlcockpit.reproduction.recipe import resolve
from mlcockpit.reproduction.shell_script import shell_files
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.gather_run import NOTHING, Given, gather_run

LARGEST = 200_000_000
"""Bytes of a recipe file that is read."""


def write_recipe(cockpit: Cockpit, name: str, path: Path, *, given: Given = NOTHING) -> Recipe:
    """Write the portable recipe of the run called `name`; raises UnknownName, EvidenceMissing or SourceFailed."""
    gathered = gather_run(cockpit, name, given=given)
    recipe = resolve(gathered.facts).recipe
    run = gathered.facts.run
    text = write_portable(recipe, run, gathered.runs.histories(run.run_id), patch=_patch(cockpit, recipe))
    _write(path, text)
    return recipe


def write_script(cockpit: Cockpit, name: str, folder: Path, *, given: Given = NOTHING) -> list[Path]:
    """Write reproduce.sh, its lock and its patch into a folder; return the files."""
    recipe = resolve(gather_run(cockpit, name, given=given).facts).recipe
    missing = [
        one.name for one in recipe.ingredients if one.value is None and one.name in {"code", "command", "environment"}
    ]
    if missing:
        raise EvidenceMissing(
            f"no script without the {missing[0]}: {recipe[missing[0]].evidence}", hint=recipe[missing[0]].raise_by
        )
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for file, text in shell_files(recipe, _patch(cockpit, recipe)).items():
        _write(folder / file, text)
        written.append(folder / file)
    os.chmod(folder / "reproduce.sh", 0o700)
    return written


def read_recipe(path: Path) -> Portable:
    """Return what a recipe file holds; raises SourceFailed or UsageError."""
    try:
        if path.stat().st_size > LARGEST:
            raise SourceFailed(f"{path} is larger than {LARGEST // 10**6} MB", hint="is it a recipe file?")
        return read_portable(path.read_text("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise SourceFailed(
            f"{path} cannot be read: {error}", hint="name a file that `mlcockpit recipe RUN -o` wrote"
        ) from error


def _patch(cockpit: Cockpit, recipe: Recipe) -> str:
    """Return what a captured snapshot changed against its base; empty for a clean commit."""
    code = recipe["code"]
    if not code.text("base"):
        return code.text("patch")
    store = Path(code.text("snapshot_store"))
    arguments = [
        "diff",
        "--binary",
        "--full-index",
        "--no-ext-diff",
        "--no-textconv",
        code.text("base"),
        code.text("commit"),
        "--",
    ]
    alternates = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(_objects(cockpit.root))}
    return run_git(arguments, git_dir=store, cwd=cockpit.root, env=alternates).decode("utf-8", "surrogateescape")


def _objects(root: Path) -> Path:
    return Path(run_git(["rev-parse", "--path-format=absolute", "--git-path", "objects"], cwd=root).decode().strip())


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", errors="surrogateescape")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SourceFailed(
            f"{path} cannot be written: {error.strerror}", hint="check the folder and the space on its disk"
        ) from error
