"""A script that stops in a rerun until the test lets it go, and tells the test that it is there."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

WAITS = """
if "MLCOCKPIT_ATTEMPT" in __import__("os").environ:
    with __import__("socket").create_connection(("127.0.0.1", {port})) as told:
        told.recv(1)
"""
"""A rerun shares no file with the test, but the loopback."""


@dataclass
class Door:
    """Where reruns knock."""

    listening: socket.socket
    stays: bool = True

    @property
    def script(self) -> str:
        """Return the lines that knock and wait."""
        return WAITS.format(port=self.listening.getsockname()[1])

    def knocked(self) -> socket.socket:
        """Wait for a rerun to come; it goes on when the answer is closed."""
        return self.listening.accept()[0]


@contextmanager
def a_door() -> Iterator[Door]:
    """Yield a door on the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(60)
        yield Door(listening)


def rerunning(home: str) -> list[int]:
    """Return the processes whose environment says that they belong to an attempt below `home`."""
    found = []
    for one in psutil.process_iter():
        try:
            if one.status() != psutil.STATUS_ZOMBIE and home in one.environ().get("MLCOCKPIT_GUARD_TRACKING_URI", ""):
                found.append(one.pid)
        except psutil.Error:
            continue
    return found
