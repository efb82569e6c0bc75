"""Building a package runs its author's code, so it happens behind the wall and with a cache of its own."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlcockpit.ports import Room

BUILDS = (["pip", "compile"], ["pip", "install"])
TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108
NAMED = (
    "UV_FIND_LINKS",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_EXTRA_INDEX_URL",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
"""Variables that may name folders of packages and certificates."""
LOCAL = re.compile(r"(?<![\w:/])(?:file://)?(/[^\s'\"#;]+)")
"""A place of this machine in a line of requirements, such as after --find-links."""
OF_RUN = tuple(map(Path, ("/run/systemd/resolve", "/run/resolvconf", "/run/connman")))


def may_build(arguments: Sequence[str]) -> bool:
    """Tell whether a uv command may run the code of a package."""
    return list(arguments[:2]) in BUILDS and "--no-build" not in arguments


def build_room(
    environments: Path, arguments: Sequence[str], *, uv: str, writable: Sequence[Path], environ: Mapping[str, str]
) -> tuple[Room, dict[str, str]]:
    """Return the room of a build, and the variables that keep it there.

    It writes its environment, what is `writable` and a cache that only builds use: what a build leaves in it reaches nobody else.
    """
    own = environments.parent / "builds"
    home, tmp, cache = own / "home", own / "tmp", own / "cache"
    for folder in (home, tmp, cache):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    python = Path(arguments[list(arguments).index("--python") + 1])
    top = python.parent.parent
    own_folders = [home, tmp, cache, *writable, *([top] if top.parent == environments else [])]
    homes = [Path(one) for one in (environ.get("HOME", ""), os.path.expanduser("~")) if one.startswith("/")]
    named = [word.removeprefix("file://") for name in NAMED for word in environ.get(name, "").replace(",", " ").split()]
    files = [Path(word) for word in arguments if word.endswith((".in", ".lock", ".txt")) and os.path.isfile(word)]
    for file in files:
        named += [one for one in LOCAL.findall(file.read_text("utf-8", "replace")) if not _private(Path(one), homes)]
    room = Room(
        writable=tuple(own_folders),
        standing=(*((one, home) for one in homes), *((one, tmp) for one in TEMPORARY)),
        hidden=(Path("/run"), environments.parent),
        readable=(Path(uv).parent, *OF_RUN, *(Path(word) for word in named if word.startswith("/"))),
        pythons=(str(python),),
    )
    return room, {"HOME": str(home), "TMPDIR": str(tmp), "UV_CACHE_DIR": str(cache)}


def _private(path: Path, homes: Sequence[Path]) -> bool:
    """Tell whether a place that a stranger's line names is, holds, or lies in what begins with a dot in a home."""
    real = path.resolve()
    for home in (one.resolve() for one in homes):
        if home.is_relative_to(real) or (real.is_relative_to(home) and real.relative_to(home).parts[0].startswith(".")):
            return True
    return False
