"""A script of ours asks questions inside a rebuilt environment: libraries of the run are never loaded by our own process."""

import json
from collections.abc import Sequence
from pathlib import Path

from mlcockpit.reproduction.order import Course, Order, Tools
from mlcockpit.reproduction.rerun import last_line
from mlcockpit.reproduction.room import room_of
from mlcockpit.reproduction.surroundings import child_environment


def ask(
    order: Order,
    course: Course,
    tools: Tools,
    script: Path,
    question: object,
    readable: Sequence[Path],
    *,
    timeout_s: float,
) -> tuple[object, str]:
    """Return what the script answers; None, and its last words, where it could not. It sees the worktree and `readable`."""
    attempt, name = course.attempt, script.stem
    tmp = attempt.place("tmp")
    asked, answer = tmp / f"{name}.json", tmp / f"{name}-answer.json"
    asked.write_text(json.dumps(question))
    assert course.environment is not None
    env = child_environment(order.recipe, attempt, course.environment, tools.environ, attempt.store, (), order.roots)
    env["PYTHONPATH"] = str(attempt.code / order.recipe.cwd)
    ours = attempt.folder.parent.parent
    room = room_of(
        attempt,
        course.environment,
        project=order.project,
        writable=(),
        readable=[path for path in readable if not path.is_relative_to(ours)],
        own=[attempt.code, script.parent, *(path for path in readable if path.is_relative_to(ours))],
        environ=tools.environ,
        network=not tools.runner.wall().closes_network,
        disk_bytes=order.disk_bytes,
    )
    done = tools.runner.run(
        [course.environment.python, str(script), str(asked), str(answer)],
        cwd=tmp,
        env=env,
        log=attempt.log(name),
        timeout_s=timeout_s,
        memory_bytes=order.memory_bytes,
        room=room,
    )
    if done.exit_status != 0 or not answer.is_file() or answer.is_symlink():
        return None, last_line(done.log)
    return json.loads(answer.read_text()), ""
