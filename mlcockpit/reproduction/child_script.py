"""A script of ours asks questions inside a rebuilt environment: libraries of the run are never loaded by our own process."""

import json
from pathlib import Path

from mlcockpit.reproduction.order import Course, Order, Tools
from mlcockpit.reproduction.rerun import last_line
from mlcockpit.reproduction.surroundings import child_environment


def ask(
    order: Order, course: Course, tools: Tools, script: Path, question: object, *, timeout_s: float
) -> tuple[object, str]:
    """Return what the script answers; None, and its last words, where it could not."""
    attempt, name = course.attempt, script.stem
    asked, answer = attempt.folder / f"{name}.json", attempt.folder / f"{name}-answer.json"
    asked.write_text(json.dumps(question))
    assert course.environment is not None
    env = child_environment(order.recipe, attempt, course.environment, tools.environ, attempt.store, ())
    env["PYTHONPATH"] = str(attempt.code / order.recipe.cwd)
    done = tools.runner.run(
        [course.environment.python, str(script), str(asked), str(answer)],
        cwd=attempt.place("tmp"),
        env=env,
        log=attempt.log(name),
        timeout_s=timeout_s,
    )
    if done.exit_status != 0 or not answer.exists():
        return None, last_line(done.log)
    return json.loads(answer.read_text()), ""
