"""A command can change and read only the files that it was given, where the kernel's Landlock is all there is.

Run as `python -I -S landlock.py RIGHTS COMMAND…`; RIGHTS is JSON: folders to "read", to "write", "devices" and their
"folders". Standard library only, python 3.8 syntax. Ends with 126 where the kernel cannot do it.
"""

import ctypes
import json
import os
import sys

CREATE, ADD, RESTRICT = 444, 445, 446
NO_NEW_PRIVS = 38
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
REMOVE, MAKE = 16 | 32, 0x1FC0
REFER, TRUNCATE = 1 << 13, 1 << 14
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
READS = EXECUTE | READ_FILE | READ_DIR


class Rules(ctypes.Structure):
    """struct landlock_ruleset_attr up to ABI 6: rights over files and network that are handled, and scopes."""

    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class Beneath(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def restrict(rights):
    """Give up every right over files but `rights`, for this process and all that it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        raise OSError(ctypes.get_errno(), "the kernel offers no Landlock")
    handled = READS | WRITE_FILE | REMOVE | MAKE
    handled |= (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    rules = Rules(handled, 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    handle = _checked(libc.syscall(CREATE, ctypes.byref(rules), ctypes.c_size_t(size), 0))
    for path in rights.get("read", ()):
        _allow(libc, handle, path, READS & handled)
    for path in list(rights.get("write", ())) + list(rights.get("folders", ())):
        _allow(libc, handle, path, handled)
    for path in rights.get("devices", ()):
        _allow(libc, handle, path, handled if os.path.isdir(path) else (WRITE_FILE | READ_FILE))
    _checked(libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(libc.syscall(RESTRICT, handle, 0))
    os.close(handle)


def _allow(libc, handle, path, rights):
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rule = Beneath(rights if os.path.isdir(path) else rights & OF_FILES, place)
    libc.syscall(ADD, handle, 1, ctypes.byref(rule), 0)
    os.close(place)


def _checked(answer):
    if answer < 0:
        raise OSError(ctypes.get_errno(), "Landlock cannot be set up")
    return answer


def main(argv):
    """Restrict this process and become the command."""
    os.get_exec_path()  # imports what execvp needs while it can still be read
    try:
        restrict(json.loads(argv[1]))
    except OSError as error:
        sys.stderr.write("mlcockpit: %s\n" % error)
        os._exit(126)
    try:
        os.execvp(argv[2], argv[2:])
    except OSError as error:
        sys.stderr.write("mlcockpit: %s could not be started: %s\n" % (argv[2], error))
        os._exit(127)


if __name__ == "__main__":
    main(sys.argv)
