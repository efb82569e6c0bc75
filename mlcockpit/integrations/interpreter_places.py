"""An interpreter works in a room only with everything that it stands on."""

import os
import re
from collections.abc import Iterator
from pathlib import Path


def stands_on(interpreter: str) -> Iterator[Path]:
    """Yield an interpreter's environment, what that stands on, and the folders of its editable installations."""
    python = Path(interpreter)
    yield python.parent.parent
    yield Path(os.path.realpath(python)).parent.parent
    config = python.parent.parent / "pyvenv.cfg"
    if config.is_file():
        home = re.search(r"(?m)^home\s*=\s*(/.*)$", config.read_text("utf-8", "replace"))
        if home:
            yield Path(home[1].strip()) / python.name
            yield Path(home[1].strip()).parent
    for site in python.parent.parent.glob("lib/python*/site-packages"):
        yield from _editable(site)


def _editable(site: Path) -> Iterator[Path]:
    for path in site.glob("*.pth"):
        for line in path.read_text("utf-8", "replace").splitlines():
            if line.startswith("/"):
                yield Path(line.strip())
    for path in site.glob("*.dist-info/direct_url.json"):
        found = re.search(r'"url":\s*"file://(/[^"]+)"', path.read_text("utf-8", "replace"))
        if found and '"editable": true' in path.read_text("utf-8", "replace").replace('":true', '": true'):
            yield Path(found[1])
