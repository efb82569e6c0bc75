"""mlcockpit.toml is read whole or refused with every fault, line and nearest key."""

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.project_file import FILE_NAME, ProjectFile, broken_links
from mlcockpit.errors import BadProjectFile
from mlcockpit.integrations.toml_lines import Place, lines_of

LARGEST = 1 << 20
"""Bytes; a project file is written by people."""

MOST = 10
"""Faults told at once."""

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def read_project_file(path: Path) -> ProjectFile:
    """Return the declared project; raises BadProjectFile with up to ten faults, each with its line."""
    return parse_project_file(_text_of(path), path.name)


def parse_project_file(text: str, name: str = FILE_NAME) -> ProjectFile:
    """Return the project that `text` declares; raises BadProjectFile, whose faults name the file `name`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadProjectFile.of([f"{name}:{_line_of(error, text)}: {_syntax(error)}"]) from None
    except RecursionError:
        raise BadProjectFile.of([f"{name}:1: nested too deeply"]) from None
    try:
        file = ProjectFile.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=True)
        faults = [(_place(detail), _words(detail)) for detail in details]
    else:
        faults = list(_links(file))
        if not faults:
            return file
    lines = lines_of(text)
    told = sorted((_nearest_line(lines, place), _dotted(place), words) for place, words in faults)
    raise BadProjectFile.of([f"{name}:{line}: {where}: {words}" for line, where, words in told], most=MOST)


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise BadProjectFile(f"{path.name} cannot be read", hint=clean(error.strerror or error)) from error
    if len(raw) > LARGEST:
        raise BadProjectFile(f"{path.name} is larger than {LARGEST >> 20} MiB", hint="keep data in files of their own")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadProjectFile.of([f"{path.name}:{line}: is not UTF-8 text"]) from None


def _line_of(error: tomllib.TOMLDecodeError, text: str) -> int:
    match = _AT_LINE.search(str(error))
    return int(match[1]) if match else text.count("\n") + 1


def _syntax(error: tomllib.TOMLDecodeError) -> str:
    words = clean(_AT_LINE.sub("", str(error)))
    return words[:1].lower() + words[1:]


def _place(detail: ErrorDetails) -> Place:
    return tuple(detail["loc"])


def _words(detail: ErrorDetails) -> str:
    place, kind = _place(detail), detail["type"]
    if kind == "extra_forbidden":
        return "unknown key" + _did_you_mean(str(place[-1]), _keys_at(place[:-1]))
    if kind == "missing":
        return "missing"
    if kind == "enum":
        return _none_of(detail["input"], re.findall(r"'([^']*)'", detail["ctx"]["expected"]))
    if kind == "string_pattern_mismatch":
        words = re.fullmatch(r"\^\(([a-z_|]+)\)\$", detail["ctx"]["pattern"])
        if words:
            return _none_of(detail["input"], words[1].split("|"))
        return f"{_shown(detail['input'])} is no key: small letters, digits, _, . and -, at most 64"
    message = detail["msg"]
    return f"{message[:1].lower()}{clean(message[1:])}, not {_shown(detail['input'])}"


def _none_of(value: object, known: list[str]) -> str:
    return f"{_shown(value)} is none of {', '.join(known)}" + _did_you_mean(str(value), known)


def _links(file: ProjectFile) -> Iterator[tuple[Place, str]]:
    for (section, key, field), name, known in broken_links(file):
        value = getattr(getattr(file, section)[key], field)
        place: Place = (section, key, field)
        if isinstance(value, list):
            place = (*place, value.index(name))
        listed = f" (there are {', '.join(map(clean, known[:8]))})" if known else ""
        yield place, f"{_shown(name)} is declared nowhere" + (_did_you_mean(name, known) or listed)


def _keys_at(place: Place) -> list[str]:
    """Return the keys that the table at `place` may have; none where it may have any."""
    kind: object = ProjectFile
    for part in place:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(part))
            kind = field.annotation if field else None
        elif get_origin(kind) in (dict, list):
            kind = get_args(kind)[-1]
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _did_you_mean(word: str, known: list[str]) -> str:
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f", did you mean {clean(near[0])}?" if near else ""


def _nearest_line(lines: dict[Place, int], place: Place) -> int:
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 1


def _dotted(place: Place) -> str:
    shown = ""
    for part in place:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += ("." if shown else "") + (part if _BARE.fullmatch(part) else f'"{clean(part, 80)}"')
    return shown


def _shown(value: object) -> str:
    return f'"{clean(value, 60)}"' if isinstance(value, str) else clean(value, 60)
