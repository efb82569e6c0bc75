"""`python -m sample_project.build DIR` makes the sample in DIR."""

import argparse
import sys
from pathlib import Path

from .attempt import BuildFailed
from .builder import build


def say(stage: str, detail: str, done: int, total: int) -> None:
    """Print one line of progress."""
    print(f"{done:>2}/{total} {stage:<8} {detail}", file=sys.stderr, flush=True)


def main() -> int:
    """Build, and say where it is."""
    parser = argparse.ArgumentParser(prog="sample_project.build", description=__doc__)
    parser.add_argument("folder", type=Path)
    try:
        built = build(parser.parse_args().folder, say)
    except BuildFailed as failed:
        print(failed, file=sys.stderr)
        return 4
    runs = sum(len(ids) for ids in built.runs.values())
    print(f"{built.folder}: {len(built.commits)} commits, {runs} runs, {built.seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
