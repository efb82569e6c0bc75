"""A rerun changes only its attempt's folders, and of the person's own it reads the environment and the data alone."""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.recipe import Ingredient
from mlcockpit.domain.redaction import SECRET_FILE
from mlcockpit.ports import BuiltEnvironment, Room
from mlcockpit.reproduction.workspace import Attempt

TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108
SOCKETS = (Path("/run"), Path("/var/run"))
PLACES = ("LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables of the command that name files it reads."""
OF_RUN = tuple(
    map(Path, ("/run/opengl-driver", "/run/current-system", "/run/systemd/resolve", "/run/resolvconf", "/run/connman"))
)
"""Parts of /run in which names, drivers and programs are looked up, and no person's socket lies."""
STATES = (".mlcockpit", ".git")
"""Folders of a project that are none of the command's business."""
MOST_SHOWN = 5


def room_of(
    attempt: Attempt,
    environment: BuiltEnvironment,
    *,
    project: Path,
    writable: Sequence[Path],
    readable: Iterable[Path] = (),
    environ: Mapping[str, str],
    network: bool = True,
    disk_bytes: int | None = None,
) -> Room:
    """Return the room of one command of an attempt; `environ` is the person's, `readable` data that lies elsewhere."""
    homes = own_homes(environ)
    home, tmp = attempt.place("home"), attempt.place("tmp")
    given = [Path(word) for name in PLACES for word in environ.get(name, "").split(":") if word.startswith("/")]
    shown = [path for path in (project, *readable) if not is_private(path, homes)]
    standing = [*((place, home) for place in homes), *((place, tmp) for place in TEMPORARY)]
    standing += [(project, attempt.code)] if project in shown else []
    return Room(
        writable=(home, tmp, attempt.place("outputs"), *writable),
        standing=tuple(standing),
        hidden=(*SOCKETS, attempt.folder.parent.parent),
        readable=(
            *shown,
            *given,
            *_mirror(attempt.code),
            *map(attempt.place, ("guard", "own", "jupyter")),
            *OF_RUN,
        ),
        pythons=(environment.python,),
        blank=tuple(_secrets(project)),
        network=network,
        disk_bytes=disk_bytes,
    )


def own_homes(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the person's home folders: the one that the shell names, and the account's."""
    import pwd

    named = [environ.get("HOME", "")]
    with contextlib.suppress(KeyError):
        named.append(pwd.getpwuid(os.getuid()).pw_dir)
    return tuple(dict.fromkeys(Path(one) for one in named if one.startswith("/") and Path(one).is_dir()))


def is_private(path: Path, homes: Sequence[Path]) -> bool:
    """Tell whether a path leads to where programs keep a person's settings and keys: what begins with a dot in a home."""
    real = path.resolve()
    for home in homes:
        top = home.resolve()
        if top.is_relative_to(real):
            return True
        if real.is_relative_to(top) and real.relative_to(top).parts[0].startswith("."):
            return not _is_cache(real.relative_to(top))
    return bool(SECRET_FILE.search(str(real)))


def _is_cache(inside: Path) -> bool:
    return inside.parts[0] == ".cache" and len(inside.parts) > 1


def data_places(ingredient: Ingredient) -> list[Path]:
    """Return the absolute places that a recipe reads its data from."""
    items = ingredient.value if isinstance(ingredient.value, list | tuple) else ()
    named = [str(item.get(key) or "") for item in items if isinstance(item, Mapping) for key in ("path", "absolute")]
    return [Path(name) for name in dict.fromkeys(named) if name.startswith("/")]


def links_outside(code: Path) -> list[tuple[str, Path]]:
    """Return the symbolic links of a worktree that lead out of it, with where they lead."""
    top, found, left = code.resolve(), [], [code]
    while left:
        with os.scandir(left.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    real = Path(os.path.realpath(entry.path))
                    if not real.is_relative_to(top):
                        found.append((os.path.relpath(entry.path, code), real))
                elif entry.is_dir(follow_symlinks=False) and entry.name != ".git":
                    left.append(Path(entry.path))
    return sorted(found)


def link_notes(links: Sequence[tuple[str, Path]], homes: Sequence[Path], *, walled: bool) -> list[str]:
    """Return a sentence for each link out of the worktree: what is read there, and what keeps it from being written."""
    notes = []
    for name, real in links[:MOST_SHOWN]:
        if is_private(real, homes):
            what = "it is not shown to the command" if walled else "nothing keeps the command from following it"
        elif walled:
            what = "read there, never written"
        else:
            what = "read there; nothing keeps the command from writing there"
        notes.append(f"{clean(name)} leads out of the repository to {clean(real)}: {what}")
    more = len(links) - MOST_SHOWN
    return [*notes, *([f"{more} more links lead out of the repository"] if more > 0 else [])]


def _mirror(code: Path) -> Iterator[Path]:
    """Yield the repository of ours that a worktree belongs to, for programs that ask git which commit they run."""
    link = code / ".git"
    if link.is_file():
        found = re.match(r"gitdir: (/.*)/worktrees/[^/\n]+\s*$", link.read_text("utf-8", "replace"))
        if found:
            yield Path(found[1])


def _secrets(project: Path) -> Iterator[Path]:
    yield from (project / name for name in STATES)
    try:
        with os.scandir(project) as entries:
            yield from (Path(entry.path) for entry in entries if entry.is_file() and SECRET_FILE.search(entry.name))
    except OSError:
        return
