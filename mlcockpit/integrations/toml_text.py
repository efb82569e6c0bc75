"""What strangers are called stands in a TOML file as text, never as TOML, and shows no hidden characters."""

import re
from collections.abc import Iterable

from mlcockpit.domain.cleaning import clean

_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_UNSAFE = re.compile(r'["\\]')


def toml_string(value: str) -> str:
    """Return a basic string that reads back as `value`; what `clean` would make visible is escaped."""
    return '"' + "".join(_escaped(letter) for letter in value.encode("utf-8", "replace").decode()) + '"'


def toml_list(values: Iterable[str]) -> str:
    """Return an array of strings, on one line while it is short."""
    parts = [toml_string(value) for value in values]
    line = f"[{', '.join(parts)}]"
    return line if len(line) <= 90 else "[\n" + "".join(f"  {part},\n" for part in parts) + "]"


def toml_comment(text: str) -> str:
    """Return `text` as one comment line."""
    return f"# {clean(text, 200)}"


def _escaped(letter: str) -> str:
    if _UNSAFE.match(letter) or letter in _ESCAPED:
        return _ESCAPED[letter]
    if clean(letter) == letter:
        return letter
    code = ord(letter)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
