"""The command line: find the command, open the project it needs, print one answer, return one exit code."""

import os
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from contextlib import suppress
from inspect import cleandoc
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn, TextIO

from mlcockpit.cli import catalogue
from mlcockpit.cli.command import Answer, Command
from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import CockpitError, SourceFailed, UsageError

_DEFAULTS: dict[str, object] = {
    "directory": None,
    "json": False,
    "csv": False,
    "no_color": False,
    "quiet": False,
    "verbose": False,
    "yes": False,
    "actor": None,
    "at": None,
}


class Parser(ArgumentParser):
    """An argument parser whose complaint is one line and exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the whole usage."""
        raise UsageError(message, hint=f"see {self.prog} --help")


def main(argv: Sequence[str]) -> int:
    """Run one command line; every error becomes one line on stderr."""
    verbose = "--verbose" in argv
    _ready_streams()
    try:
        return _run(list(argv))
    except CockpitError as error:
        return _complain(error.lines, error.exit_code, verbose)
    except KeyboardInterrupt:
        return _complain(("interrupted",), 130, verbose)
    except BrokenPipeError:
        _mute(sys.stdout)
        return 0
    except Exception as error:  # noqa: BLE001  (the border: no bare traceback reaches a person)
        return _complain(
            (f"{type(error).__name__}: {error}: this is a fault of mlcockpit; --verbose shows where",), 4, verbose
        )


def _run(argv: list[str]) -> int:
    common, words = _split(argv)
    if words[:1] in (["--help"], ["-h"], ["help"]):
        return _print(_overview_of_commands(), common)
    if not words or _is_entity(words[0]):
        words = ["open", *words]
    path, rest = catalogue.find(words)
    if catalogue.is_group(path[0]) and len(path) == 1:
        return _print(_overview_of_commands(path[0]), common)
    command = catalogue.load(path)
    options = _parse(command, path, rest, common)
    if command.opens_later:
        return command.start(options)
    from mlcockpit.bootstrap import open_cockpit
    from mlcockpit.cli.progress import progress

    bar = progress(quiet=options.quiet or options.json)
    start = Path(options.directory or os.getcwd())
    cockpit = open_cockpit(
        start,
        actor=options.actor,
        at=options.at,
        progress=bar,
        needs_project=command.needs_project,
        reads_file=command.reads_project_file,
    )
    try:
        answer = command.run(cockpit, options)
    finally:
        bar.close()
        cockpit.close()
    return command.afterwards(options, _deliver(answer, options))


def _split(argv: list[str]) -> tuple[Namespace, list[str]]:
    """Take the common options that stand before the command."""
    starts = [place for place, word in enumerate(argv) if not word.startswith("-") or word in ("-h", "--help")]
    stop = next((place for place in starts if not place or argv[place - 1] not in ("-C", "--as", "--at")), len(argv))
    parser = Parser(prog="mlcockpit", add_help=False)
    _common(parser)
    options = Namespace(**_DEFAULTS)
    _, unknown = parser.parse_known_args(argv[:stop], options)
    if unknown:
        raise UsageError(f"unknown option {unknown[0]}", hint="see mlcockpit --help")
    return options, argv[stop:]


def _common(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("everywhere")
    group.add_argument("-C", dest="directory", metavar="DIR", default=SUPPRESS, help="work in DIR instead of here")
    group.add_argument("--json", action="store_true", default=SUPPRESS, help="print the answer as JSON")
    group.add_argument("--csv", action="store_true", default=SUPPRESS, help="print the answer's table as CSV")
    group.add_argument("--no-color", action="store_true", default=SUPPRESS, help="no colours (also NO_COLOR)")
    group.add_argument("--quiet", action="store_true", default=SUPPRESS, help="no progress, no hints")
    group.add_argument("--verbose", action="store_true", default=SUPPRESS, help="show tracebacks")
    group.add_argument(
        "--yes", action="store_true", default=SUPPRESS, help="answer every question with the best candidate"
    )
    group.add_argument(
        "--as", dest="actor", metavar="PERSON", default=SUPPRESS, help="act as this person of the project"
    )
    group.add_argument(
        "--at", metavar="TIME", default=SUPPRESS, help="date what is written: 2026-03-01, 2026-03-01T09:30Z"
    )


def _parse(command: Command, path: tuple[str, ...], rest: list[str], common: Namespace) -> Namespace:
    text = cleandoc(type(command).__doc__ or "")
    examples = "\n".join(f"  {line}" for line in command.examples)
    parser = Parser(
        prog=f"mlcockpit {' '.join(path)}",
        description=text,
        epilog=f"examples:\n{examples}" if examples else None,
        formatter_class=RawDescriptionHelpFormatter,
    )
    _common(parser)
    command.arguments(parser)
    options = Namespace(**vars(common))
    if command.rest and "--" in rest:
        cut = rest.index("--")
        rest, options.rest = rest[:cut], rest[cut + 1 :]
    elif command.rest:
        options.rest = []
    return parser.parse_args(command.words(rest), options)


def _is_entity(word: str) -> bool:
    from mlcockpit.domain.names import looks_like_a_name

    return word not in catalogue.names() and looks_like_a_name(word)


def _overview_of_commands(group: str = "") -> Answer:
    lines = [
        f"mlcockpit {group} COMMAND" if group else "mlcockpit [COMMAND | NAME]: the life of an ML product on one page",
        "",
    ]
    for name in catalogue.names(group):
        if not group and catalogue.is_group(name):
            lines.append(f"  {name:<14} {' | '.join(catalogue.names(name))}")
        else:
            doc = cleandoc(type(catalogue.load((group, name) if group else (name,))).__doc__ or "").splitlines()[0]
            lines.append(f"  {name:<14} {doc}")
    lines += [
        "",
        f"mlcockpit {group + ' ' if group else ''}COMMAND --help tells more; -C, --json, --csv, --as, --at, --yes work everywhere",
    ]
    return Answer("\n".join(lines))


def _print(answer: Answer, options: Namespace) -> int:
    return _deliver(answer, options)


def _deliver(answer: Answer, options: Namespace) -> int:
    if answer.shown == "" and not options.json:
        return _hint(answer, options)
    from mlcockpit.cli.render import as_csv, as_json, as_text, terminal_width

    if options.json:
        text = as_json(answer)
    elif options.csv:
        text = as_csv(answer)
    else:
        plain = options.no_color or "NO_COLOR" in os.environ or not sys.stdout.isatty()
        text = as_text(answer, width=terminal_width(), colour=not plain)
    if text:
        _say(sys.stdout, text + "\n")
    return _hint(answer, options)


def _hint(answer: Answer, options: Namespace) -> int:
    """Print what is for a person's eyes beside the answer; return the exit code."""
    if not options.quiet and not options.json:
        _say(sys.stderr, "".join(f"{clean(note, 400)}\n" for note in answer.notes))
    return answer.exit_code


def _ready_streams() -> None:
    """Let a closed stream swallow what it is told, and a poor encoding show what it can."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")


def _say(stream: TextIO, text: str) -> None:
    """Write it whole; that nobody listens any more is no fault, a full device is."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _mute(stream)
    except OSError as error:
        _mute(stream)
        raise SourceFailed(f"the answer cannot be written ({error.strerror})", hint="send it elsewhere") from error


def _mute(stream: TextIO) -> None:
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _complain(lines: Sequence[str], code: int, verbose: bool) -> int:
    if verbose:
        import traceback

        traceback.print_exc()
    with suppress(OSError, CockpitError):
        _say(sys.stderr, "".join(f"mlcockpit: {clean(line, 1000)}\n" for line in lines))
    return code
