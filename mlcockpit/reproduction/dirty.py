"""Traces of uncommitted work: files that still differ from the recorded commit, and did when the run started."""

from datetime import UTC, datetime

from mlcockpit.reproduction.facts import ProjectFolder
from mlcockpit.reproduction.source.program import CodeTree, Program


def dirty_hints(
    program: Program | None, tree: CodeTree | None, folder: ProjectFolder | None, start_ms: int
) -> tuple[str, ...]:
    """Return a sentence for each module whose work tree version differs from the commit and is older than the run."""
    if program is None or tree is None or folder is None:
        return ()
    found = []
    for module in program.modules:
        changed = folder.modified_ms(module.path)
        if changed is None or changed > start_ms or folder.read(module.path) == tree.read(module.path):
            continue
        day = datetime.fromtimestamp(changed / 1000, UTC).strftime("%Y-%m-%d %H:%M")
        found.append(f"{module.path} differs from the commit and was last changed on {day} UTC, before the run started")
    return tuple(found)
