"""`mlcockpit reproduce RUN`."""

import re
import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mlcockpit.cli.command import Answer, Command
from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.recipe import Recipe
from mlcockpit.errors import UsageError
from mlcockpit.services.cockpit import Cockpit

if TYPE_CHECKING:
    from mlcockpit.services.gather_run import Given

TRUST_ID = re.compile(r"^(sha256:)?[0-9a-f]{64}$")


class Reproduce(Command):
    """Rebuild a run away from your tree, run it, compare, and say the verdict.

    Any MLflow run: its recipe is derived from what the tracker, git and the model's files say. Nothing runs before you
    approved the recipe: at the question, or with --trust. Your tree, store and registry are never touched.
    Exit code 0: identical or equivalent; 1: diverged; 3: incomplete; 4: failed; 5: not trusted.
    """

    examples = (
        "mlcockpit reproduce 9be0",
        "mlcockpit reproduce 9be0 --trust --json",
        "mlcockpit reproduce 9be0 --plan",
    )
    needs_project = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the runs and how far to go."""
        parser.add_argument("runs", nargs="*", metavar="RUN", help="a run's id, the beginning of its id, or its name")
        parser.add_argument("--plan", action="store_true", help="show the recipe and what is missing; run nothing")
        parser.add_argument(
            "--audit", action="store_true", help="check every run without running anything; goes on where it stopped"
        )
        parser.add_argument(
            "--script", metavar="DIR", help="write reproduce.sh, its lock and patch into DIR; run nothing"
        )
        parser.add_argument(
            "--trust", nargs="?", const="", metavar="ID", help="approve the recipe as resolved now, or exactly ID"
        )
        parser.add_argument("--timeout", type=float, metavar="S", help="kill the command after S seconds")
        parser.add_argument("--memory", type=float, metavar="GB", help="the most memory that the command may take")
        parser.add_argument("--disk", type=float, metavar="GB", help="the most that the command may write (20)")
        parser.add_argument("--no-network", action="store_true", help="keep the command from every network")
        parser.add_argument(
            "--repeat", type=int, default=1, metavar="N", help="run again N times where results diverge (1)"
        )
        parser.add_argument("--command", default="", metavar="LINE", help="the command line, where nothing recorded it")
        parser.add_argument("--cwd", default="", metavar="DIR", help="its working directory below the top of the code")
        parser.add_argument("--commit", default="", metavar="SHA", help="the commit, where nothing recorded it")
        parser.add_argument(
            "--map", action="append", default=[], metavar="OLD=NEW", help="an absolute folder that moved"
        )

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Reproduce each run in turn; the worst verdict is the exit code."""
        if options.audit:
            return _audit(cockpit)
        _sort_words(options)
        if options.plan:
            return _plan(cockpit, options)
        if options.script:
            return _script(cockpit, options)
        from mlcockpit.services.reproduce import DISK_BYTES, Wishes, reproduce
        from mlcockpit.views.recipe_view import result_sections

        wishes = Wishes(
            trust=options.trust,
            timeout_s=options.timeout,
            memory_bytes=_bytes("--memory", options.memory),
            disk_bytes=_bytes("--disk", options.disk) or DISK_BYTES,
            network=not options.no_network,
            repeat=options.repeat,
            given=_given(options),
            yes=options.yes,
        )
        ask, choose = (_ask_with(_wall(cockpit, options)), _choose) if _is_asking(options) else (None, None)
        results = [reproduce(cockpit, run, wishes, ask=ask, choose=choose) for run in options.runs]
        sections = [section for one in results for section in result_sections(one)]
        data = [one.to_json() for one in results]
        return Answer(
            sections, data=data[0] if len(data) == 1 else data, exit_code=max(one.exit_code for one in results)
        )


def _sort_words(options: Namespace) -> None:
    """Give a run back that stands after --trust, where an id could stand."""
    if options.trust and not TRUST_ID.match(options.trust):
        options.runs.append(options.trust)
        options.trust = ""
    if not options.runs:
        raise UsageError("no run was named", hint="mlcockpit reproduce RUN; `mlcockpit runs` lists them")


def _plan(cockpit: Cockpit, options: Namespace) -> Answer:
    from mlcockpit.services.recipe import recipe
    from mlcockpit.views.recipe_view import recipe_sections

    found = [recipe(cockpit, run, given=_given(options)) for run in options.runs]
    sections = [section for one in found for section in recipe_sections(one)]
    data = [one.to_json() for one in found]
    notes = [f"nothing was run; trust id {one.trust_id}" for one in found]
    notes.append(_wall(cockpit, options))
    return Answer(sections, data=data[0] if len(data) == 1 else data, notes=notes)


def _audit(cockpit: Cockpit) -> Answer:
    from mlcockpit.services.audit import audit
    from mlcockpit.views.audit_view import audit_sections

    found = audit(cockpit)
    ready = found.counts.get("ready", 0)
    notes = [f"{found.resumed} runs taken from an audit that was stopped"] if found.resumed else []
    code = 0 if ready == len(found.runs) else 3
    return Answer(audit_sections(found.runs, found.counts), data=found.to_json(), notes=notes, exit_code=code)


def _script(cockpit: Cockpit, options: Namespace) -> Answer:
    from pathlib import Path

    from mlcockpit.services.recipe_files import write_script

    if len(options.runs) != 1:
        raise UsageError("one script reproduces one run", hint="mlcockpit reproduce RUN --script DIR")
    written = write_script(cockpit, options.runs[0], Path(options.script), given=_given(options))
    shown = "".join(f"{path}\n" for path in written)
    return Answer(shown, data={"schema": 1, "files": [str(path) for path in written]}, notes=["nothing was run"])


def _given(options: Namespace) -> "Given":
    from mlcockpit.services.gather_run import Given
    from mlcockpit.services.reproduce import parse_map

    words = shlex.split(options.command) if options.command else []
    return Given(words, options.cwd, options.commit, [parse_map(text) for text in options.map])


def _bytes(flag: str, gigabytes: float | None) -> int | None:
    if gigabytes is not None and not 0 < gigabytes < 10**6:
        raise UsageError(f"{flag} takes gigabytes above 0, not {gigabytes:g}", hint=f"{flag} 4")
    return None if gigabytes is None else int(gigabytes * 2**30)


def _is_asking(options: Namespace) -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty() and not options.json


def _choose(question: str, candidates: Sequence[str]) -> int | None:
    """Return the place of the candidate that a person names by its number; None for any other answer."""
    sys.stderr.write(f"\n{clean(question)}:\n")
    for number, one in enumerate(candidates, 1):
        sys.stderr.write(f"  {number:>2}  {clean(one, 200)}\n")
    sys.stderr.write(f"which one? [1-{len(candidates)}, enter for none] ")
    sys.stderr.flush()
    answer = sys.stdin.readline().strip()
    return int(answer) - 1 if answer.isdigit() else None


def _ask_with(wall: str) -> Callable[[Recipe], bool]:
    return lambda recipe: _ask(recipe, wall)


def _wall(cockpit: Cockpit, options: Namespace) -> str:
    from mlcockpit.services.reproduce import wall_sentence

    return wall_sentence(cockpit, network=not options.no_network)


def _ask(recipe: Recipe, wall: str) -> bool:
    from mlcockpit.views.recipe_view import command_line

    sys.stderr.write(f"\nrun {recipe.run_id} would execute, in a folder of its own and without your credentials:\n")
    sys.stderr.write(f"  {wall}\n")
    sys.stderr.write(f"  {clean(command_line(recipe.command, recipe.cwd))}\n")
    for one in recipe.ingredients:
        sys.stderr.write(f"  {one.name:<12} {one.standing.value:<9} {clean(one.evidence, 150)}\n")
    sys.stderr.write("run it? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
