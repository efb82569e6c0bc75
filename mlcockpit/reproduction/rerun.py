"""The command is run in its worktree with an environment of our making, as often as a missing file can be placed."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.launch import Launcher
from mlcockpit.errors import EvidenceMissing
from mlcockpit.ports import Finished, Room
from mlcockpit.reproduction.child_environment import AUDIT
from mlcockpit.reproduction.data_bytes import DataFinding, own_parents
from mlcockpit.reproduction.heard import heard, wall_note
from mlcockpit.reproduction.notebook_run import prepare
from mlcockpit.reproduction.order import Course, Order, Tools
from mlcockpit.reproduction.pairing import pair
from mlcockpit.reproduction.room import data_places, link_notes, links_outside, own_homes, room_of
from mlcockpit.reproduction.surroundings import child_environment, guard_notes

MOST_RETRIES = 3
"""How often a command is started again after a file that it asked for was placed."""

PLACED = " was placed because the command asked for it"
"""What a note about such a file ends with; before it stands the path."""

READS = "reads"
"""The folder of an attempt that says which files a changed recipe read."""

NOT_FOUND = re.compile(
    r"No such file or directory: '([^'\n]{1,400})'|(?:file|path) '?([^'\n\s]{1,400})'? (?:does not exist|not found)",
    re.IGNORECASE,
)


def run(order: Order, course: Course, tools: Tools, *, log: str, store: Path) -> Finished:
    """Run the command; place a file that it misses and the project has, and run again."""
    attempt = course.attempt
    recipe = order.recipe
    assert course.environment is not None
    guard = tools.child_files(attempt.place("guard"))
    env = child_environment(recipe, attempt, course.environment, tools.environ, store, guard, order.roots)
    if order.change is not None:
        env[AUDIT] = str(attempt.place(READS))
    argv = command_here(recipe.command, course.environment.python, [(root, str(attempt.code)) for root in order.roots])
    cwd = _inside(attempt.code, recipe.cwd)
    room = _room(order, course, tools, store)
    if recipe["command"].text("launcher") == Launcher.NOTEBOOK:
        argv, kernels = prepare(argv, attempt, course.environment.python, cwd)
        env |= kernels
    for _ in range(MOST_RETRIES):
        tools.progress.step("run", " ".join(recipe.command))
        tools.stores.begin(course.environment, store)
        done = tools.runner.run(
            argv,
            cwd=cwd,
            env=env,
            log=attempt.log(log),
            timeout_s=order.timeout_s,
            memory_bytes=order.memory_bytes,
            room=room,
        )
        stopped = done.exit_status == 0 or done.timed_out or done.filled
        placed = "" if stopped else _place_missing(order, course, attempt.log(log), cwd)
        if not placed:
            tools.stores.keep(course.environment, store)
            course.note(*heard(guard_notes(store)))
            return done
        course.notes.append(placed + PLACED)
        attempt.log(log).unlink()
        for one in store.parent.glob(f"{store.name}*"):
            one.unlink()
    return done


def _room(order: Order, course: Course, tools: Tools, store: Path) -> Room:
    """Return the room of the command, and note which wall it has and what of the person's is read through it."""
    assert course.environment is not None
    wall, links = tools.runner.wall(), links_outside(course.attempt.code)
    course.wall = wall.name
    course.note(wall_note(wall, network=order.network))
    course.note(*link_notes(links, own_homes(tools.environ), walled=wall.name != "none"))
    return room_of(
        course.attempt,
        course.environment,
        project=order.project,
        writable=(course.attempt.code, store.parent, *([] if order.change is None else [course.attempt.place(READS)])),
        readable=[*data_places(order.recipe["data"]), *(real for _, real in links)],
        environ=tools.environ,
        network=order.network,
        disk_bytes=order.disk_bytes,
    )


def _inside(code: Path, below: str) -> Path:
    """Return a folder of the worktree; raises EvidenceMissing for one that is not there or leads out of it."""
    folder = code / below
    if not folder.resolve().is_relative_to(code.resolve()):
        raise EvidenceMissing(f"the working directory {clean(below)} lies outside of the repository")
    if not folder.is_dir():
        raise EvidenceMissing(
            f"the working directory {clean(below)} is not in the commit", hint="name another with --cwd DIR"
        )
    return folder


def command_here(argv: Sequence[str], python: str, roots: Sequence[tuple[str, str]]) -> list[str]:
    """Return an argument list with the environment's own programs, and paths of the old tree in the worktree."""
    moved = []
    for word in argv:
        for old, new in roots:
            if word.startswith(old.rstrip("/") + "/"):
                word = new + word[len(old.rstrip("/")) :]
        moved.append(word)
    program = os.path.basename(argv[0])
    if re.fullmatch(r"python(\d+(\.\d+)?)?", program):
        return [python, *moved[1:]]
    own = os.path.join(os.path.dirname(python), program)
    return [own if os.path.exists(own) else moved[0], *moved[1:]]


def repeat(order: Order, course: Course, tools: Tools) -> tuple[Mapping[str, float], ...]:
    """Run again and return the metrics of the run that pairs with the original, once for each repeat."""
    found = []
    for number in range(1, order.repeat + 1):
        store = course.attempt.store.with_name(f"repeat-{number}.db")
        run(order, course, tools, log=f"repeat-{number}", store=store)
        if store.exists():
            opened = tools.open_store(store)
            paired = pair([order.original, *order.siblings], [opened.read(one) for one in opened.run_ids()])
            if order.original.run_id in paired:
                found.append(paired[order.original.run_id].metrics)
    return tuple(found)


def _place_missing(order: Order, course: Course, log: Path, cwd: Path) -> str:
    """Bring a file or folder that the command did not find and the user's tree has; return its path, empty where none."""
    for match in reversed(list(NOT_FOUND.finditer(_tail(log, 20_000)))):
        asked = Path(os.path.normpath(cwd / (match[1] or match[2])))
        top = next((one for one in (course.attempt.code, order.project) if asked.is_relative_to(one)), None)
        if top is None or asked == top:
            continue
        inside = asked.relative_to(top)
        asked, source = course.attempt.code / inside, order.project / inside
        if source.exists() and not source.is_symlink() and not asked.exists():
            own_parents(asked, course.attempt.code)
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, asked)
            course.data = (
                *course.data,
                DataFinding(str(inside), "unchecked", detail="bytes of today: nothing recorded their digest"),
            )
            return str(inside)
    return ""


def last_line(log: Path) -> str:
    """Return the last thing that a command said."""
    lines = [line.strip() for line in _tail(log, 4000).splitlines() if line.strip()]
    return clean(lines[-1], 300) if lines else ""


def _tail(path: Path, size: int) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as source:
        source.seek(max(0, path.stat().st_size - size))
        return source.read().decode("utf-8", "replace")
