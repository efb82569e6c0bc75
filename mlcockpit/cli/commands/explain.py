"""`mlcockpit explain RUN_A RUN_B`."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from mlcockpit.cli.command import Answer, Command
from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.explanation import Explanation
from mlcockpit.errors import UsageError
from mlcockpit.services.cockpit import Cockpit


class Explain(Command):
    """Say why two runs differ: run mixtures of their recipes and give each ingredient its share of the change.

    The ingredients are code, environment, data, parameters and seed; those that are equal are skipped. Each mixture runs
    away from your tree and is kept, so that a second time nothing runs twice. Shares are Shapley values: the mean of what
    an ingredient changes over all orderings; where mixtures cannot run, over the orderings that can, and it says so.
    Exit code 0: explained; 1: the reruns do not give what was recorded; 3: an ingredient has no share of its own;
    4: a run fails when it is run again; 5: not trusted.
    """

    examples = (
        "mlcockpit explain 9be0 4c1d",
        "mlcockpit explain 9be0 4c1d --metric auc --plan",
        "mlcockpit explain 9be0 4c1d --trust --json",
    )
    needs_project = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the two runs and how far to go."""
        parser.add_argument("run_a", metavar="RUN_A", help="a run's id, the beginning of its id, or its name")
        parser.add_argument("run_b", metavar="RUN_B", help="the run it is compared with")
        parser.add_argument(
            "--metric", default="", metavar="M", help="the metric to explain (the one that changed most)"
        )
        parser.add_argument("--plan", action="store_true", help="show what differs and what would run; run nothing")
        parser.add_argument(
            "--trust", nargs="?", const="", metavar="ID", help="approve every mixture of the plan, or exactly ID"
        )
        parser.add_argument("--timeout", type=float, metavar="S", help="kill each command after S seconds")
        parser.add_argument("--memory", type=float, metavar="GB", help="the most memory that each command may take")
        parser.add_argument("--fresh", action="store_true", help="run again what was run before")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Explain, or show the plan."""
        from mlcockpit.services.explain import ExplainWishes, explain, plan_of
        from mlcockpit.views.explain_view import explain_sections

        for name, value in (("--timeout", options.timeout), ("--memory", options.memory)):
            if value is not None and not value > 0:
                raise UsageError(f"{name} {value:g} is no limit", hint="write a number above 0")
        wishes = ExplainWishes(
            metric=options.metric,
            trust=options.trust,
            timeout_s=options.timeout,
            memory_bytes=int(options.memory * 2**30) if options.memory else None,
            fresh=options.fresh,
        )
        if options.plan:
            found = plan_of(cockpit, options.run_a, options.run_b, wishes)
            note = f"nothing was run; trust id {found.trust_id}" if found.trust_id else "there is nothing to run"
            return Answer(explain_sections(found), data=found.to_json(), notes=[note])
        found = explain(cockpit, options.run_a, options.run_b, wishes, ask=_asking(options))
        return Answer(explain_sections(found), data=found.to_json(), exit_code=found.exit_code)


def _asking(options: Namespace) -> Callable[[Explanation], bool] | None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or options.json:
        return None
    return _ask


def _ask(found: Explanation) -> bool:
    from mlcockpit.views.explain_view import plan_lines

    lines = plan_lines(found)
    sys.stderr.write(
        f"\nexplaining would execute {len(lines)} commands, each in a folder of its own and without your credentials:\n"
    )
    sys.stderr.writelines(f"  {clean(line, 400)}\n" for line in lines)
    sys.stderr.write("run them? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
