"""`mlcockpit` and `python -m mlcockpit` start here; `--version` answers before anything else is imported."""

import sys


def main() -> int:
    """Run the command line and return its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from mlcockpit.version import VERSION

        sys.stdout.write(f"mlcockpit {VERSION}\n")
        return 0
    try:
        from mlcockpit.cli.main import main as run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("mlcockpit: interrupted\n")
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
