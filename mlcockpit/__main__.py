"""`mlcockpit` and `python -m mlcockpit` start here; `--version` answers before anything else is imported."""

import gc
import sys

ALLOCATIONS = 50_000
"""How many new objects start a collection: importing makes many and drops none, and the default looks at them 300 times."""


def main() -> int:
    """Run the command line and return its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from mlcockpit.version import VERSION

        sys.stdout.write(f"mlcockpit {VERSION}\n")
        return 0
    gc.set_threshold(ALLOCATIONS, 10, 10)
    try:
        from mlcockpit.cli.main import main as run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("mlcockpit: interrupted\n")
        return 130
    finally:
        gc.freeze()  # leaving would look at every object of every library three times more, a third of what starting costs


if __name__ == "__main__":
    raise SystemExit(main())
