"""What one Python process reads is on disk line by line, as JSON, in the folder that MLCOCKPIT_AUDIT_DIR names.

Standard library only, python 3.8 syntax, imports nothing of ours. Lines: start, read, write, net, seed, run.
The hook never raises, keeps no file open over a fork and costs a set look-up for everything that it has seen.
"""

import os
import sys

try:
    from _json import encode_basestring_ascii as _quoted
except ImportError:
    from json.encoder import encode_basestring_ascii as _quoted

from _thread import get_ident

MOST_LINES = 20000
_SKIPPED = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/lib", "/bin/", "/run/")
_SITE = os.sep + "site-packages" + os.sep
_PACKAGES = (_SITE, os.sep + "dist-packages" + os.sep, os.sep + ".git" + os.sep)
_NOISE = (".so", ".pth", ".dist-info", ".ttf", ".afm", ".mplstyle", ".pyd", ".dll")
_WRITES = os.O_WRONLY | os.O_RDWR

_folder = ""
_stdlib = ()
_seen = set()
_busy = set()
_waiting = []
_out = {"pid": 0, "fd": -1, "lines": 0}


def start():
    """Begin to note, in this process and in those it forks; without a folder lines wait for `write_into`."""
    global _folder, _stdlib
    _folder = os.environ.get("MLCOCKPIT_AUDIT_DIR", "")
    _stdlib = (os.path.dirname(os.__file__) + os.sep, os.path.dirname(os.path.abspath(__file__)) + os.sep)
    _stdlib += (_folder,) if _folder else ()
    name = os.uname() if hasattr(os, "uname") else None
    emit(
        "start",
        ppid=os.getppid(),
        executable=sys.executable or "",
        prefix=sys.prefix,
        base_prefix=sys.base_prefix,
        version=".".join(str(part) for part in sys.version_info[:3]),
        implementation=sys.implementation.name,
        platform="-".join((sys.platform, name.machine, name.release)) if name else sys.platform,
        path=[entry for entry in sys.path if entry],
    )
    sys.addaudithook(_hook)


def emit(event, **fields):
    """Append one line; silent where the folder is gone, the disk full or the line one too many."""
    try:
        pid = os.getpid()
        if _folder and _out["pid"] != pid:
            name = "%d-%d.jsonl" % (pid, _started_ns())
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
            _out.update(pid=pid, fd=os.open(os.path.join(_folder, name), flags, 0o600), lines=0)
        _out["lines"] += 1
        if _out["lines"] >= MOST_LINES:
            if _out["lines"] > MOST_LINES:
                return
            event, fields = "full", {}
        if not _folder:
            _waiting.append((event, fields))
            return
        fields["pid"] = pid
        body = ",".join([_quoted(key) + ":" + _json(value) for key, value in fields.items()])
        os.write(_out["fd"], ('{"event":%s,%s}\n' % (_quoted(event), body)).encode("ascii"))
    except Exception:
        return


def write_into(folder):
    """Write the lines that waited, and all that follow, into `folder`; processes that start later do the same."""
    global _folder, _stdlib
    _folder = os.environ["MLCOCKPIT_AUDIT_DIR"] = folder
    _stdlib += (folder,)
    for event, fields in _waiting:
        emit(event, **fields)
    del _waiting[:]


def _started_ns():
    import time

    return time.time_ns()


def _json(value):
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([_json(item) for item in value]) + "]"
    return "null"


def _hook(event, args):
    note = _EVENTS.get(event)
    if note is None:
        return
    me = get_ident()
    if me in _busy:
        return
    _busy.add(me)
    try:
        note(args)
    except Exception:
        return
    finally:
        _busy.discard(me)


def _on_open(args):
    path, mode, flags = args
    if isinstance(path, int):
        return
    if isinstance(mode, str):
        writes = "w" in mode or "a" in mode or "x" in mode or "+" in mode
    else:
        writes = bool((flags or 0) & _WRITES)
    note_path(path, writes)


def note_path(path, writes=False):
    """Note that a file (or, from a reader, a folder or a pattern) is opened."""
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    elif not isinstance(path, str):
        path = os.fspath(path)
    if path.startswith(_stdlib) or _SITE in path or (path, writes) in _seen:
        return
    full = os.path.abspath(path)
    if full.endswith(".pyc"):
        full = _source_of(full)
    if full.startswith(_SKIPPED) or full.endswith(_NOISE) or full.startswith(_stdlib):
        return
    if any(part in full for part in _PACKAGES) or (full, writes) in _seen:
        return
    try:
        state = os.stat(full)
    except OSError:
        state = None
    if writes:
        _seen.add((full, True))
        emit("write", path=full)
    elif state is not None and (state.st_mode & 0o170000) == 0o100000:
        _seen.update(((path, False), (full, False)) if os.path.isabs(path) else ((full, False),))
        emit("read", path=full, size=state.st_size, mtime_ns=state.st_mtime_ns)


def _source_of(full):
    folder, name = os.path.split(full)
    parent, cache = os.path.split(folder)
    if cache != "__pycache__":
        return full[:-1]
    return os.path.join(parent, name.split(".", 1)[0] + ".py")


def _on_sqlite(args):
    database = args[0]
    if isinstance(database, (str, bytes)) and database not in (":memory:", b":memory:", "", b""):
        text = os.fsdecode(database)
        note_path(text[5:].split("?", 1)[0] if text.startswith("file:") else text)


def _on_connect(args):
    address = args[1]
    if isinstance(address, tuple) and len(address) > 1:
        once("net", kind="address", target="%s:%s" % (address[0], address[1]))


def _on_name(args):
    if args[0]:
        host = args[0].decode("ascii", "replace") if isinstance(args[0], bytes) else str(args[0])
        once("net", kind="name", target="%s:%s" % (host.rpartition("@")[2], args[1] or ""))


def _on_url(args):
    note_url(str(args[0]))


def note_url(url):
    """Note a URL without credentials, query and fragment."""
    scheme, _, rest = url.partition("://")
    place = rest.split("?", 1)[0].split("#", 1)[0]
    host, slash, path = place.partition("/")
    once("net", kind="url", target=scheme + "://" + host.rpartition("@")[2] + slash + path)


def once(event, **fields):
    """Append a line unless the same was said before."""
    key = (event, tuple(sorted(fields.items())))
    if key not in _seen:
        _seen.add(key)
        emit(event, **fields)


_EVENTS = {
    "open": _on_open,
    "sqlite3.connect": _on_sqlite,
    "socket.connect": _on_connect,
    "socket.getaddrinfo": _on_name,
    "urllib.Request": _on_url,
}
