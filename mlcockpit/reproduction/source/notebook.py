"""A notebook is read as the program that its code cells are, one after the other, without running it."""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

ENDING = ".ipynb"
MAGIC = re.compile(r"^(\s*)([%!?]|[\w., ]+=\s*[%!])")
"""Lines that only IPython understands."""
LARGEST = 20_000_000


@dataclass(frozen=True)
class Notebook:
    """The code of a notebook."""

    code: str
    parameters: Mapping[str, object]
    """Name → constant of the cell that papermill replaces; empty where no cell has its tag."""
    kernel: str
    """The name of its kernel; empty where it names none."""
    is_python: bool


def read_notebook(data: bytes | None) -> Notebook | None:
    """Return the code of a notebook; None where it is none."""
    try:
        found = json.loads(data or b"") if len(data or b"") <= LARGEST else None
    except (ValueError, RecursionError):
        return None
    cells = found.get("cells") if isinstance(found, dict) else None
    if not isinstance(cells, list):
        return None
    texts: list[str] = []
    parameters: dict[str, object] = {}
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        text = _plain(cell.get("source"))
        texts.append(text)
        tags = _entry(cell, "metadata", "tags")
        if isinstance(tags, list) and "parameters" in tags:
            parameters |= _constants(text)
    language = str(_entry(found, "metadata", "kernelspec", "language") or "python")
    kernel = str(_entry(found, "metadata", "kernelspec", "name") or "")
    return Notebook("\n".join(texts) + "\n", parameters, kernel, language.lower() in {"python", "python3"})


def code_of(path: str, data: bytes | None) -> bytes | None:
    """Return the python source behind a file: a notebook's cells, or the file itself."""
    if not path.endswith(ENDING) or data is None:
        return data
    found = read_notebook(data)
    return found.code.encode("utf-8", "replace") if found is not None and found.is_python else None


def _plain(source: object) -> str:
    text = "".join(map(str, source)) if isinstance(source, list) else str(source or "")
    if text.lstrip().startswith("%%"):
        return ""
    return "\n".join(MAGIC.sub(r"\1pass  # \2", line) if MAGIC.match(line) else line for line in text.splitlines())


def _constants(text: str) -> dict[str, object]:
    found: dict[str, object] = {}
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return {}
    for node in body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            value = getattr(node, "value", None)
            if isinstance(target, ast.Name) and isinstance(value, ast.expr):
                try:
                    found[target.id] = ast.literal_eval(value)
                except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                    continue
    return found


def _entry(found: object, *names: str) -> object:
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found
