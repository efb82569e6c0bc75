"""The lines that the watched processes left say what a launch read, reached, seeded and logged."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_EPHEMERAL_PORT = 32768
_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")  # noqa: S104  (compared, never bound)
_MOST_PLACES = 200


@dataclass(frozen=True)
class Start:
    """One Python process."""

    pid: int
    executable: str
    prefix: str
    base_prefix: str
    version: str
    implementation: str
    platform: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Opened:
    """A file as it was when it was first opened for reading."""

    size: int
    """-1: a folder or a pattern that a reader was given."""
    mtime_ns: int
    seen: str = "python"
    """`python`: a Python process of the launch read it; `folder`: some process did while the launch ran."""


@dataclass
class Reads:
    """Everything that the processes of a launch noted."""

    starts: list[Start] = field(default_factory=list)
    read: dict[str, Opened] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    network: set[str] = field(default_factory=set)
    seeds: list[str] = field(default_factory=list)
    run_ids: list[str] = field(default_factory=list)
    logging_pids: set[int] = field(default_factory=set)
    """Processes that started a run; their environment is the launch's."""
    is_cut: bool = False
    """Whether a process had more to say than is kept."""


def collect(folder: Path) -> Reads:
    """Return what the files in `folder` say, in the order of the processes' starts; half a line is no line."""
    reads = Reads()
    names: set[str] = set()
    addresses: set[str] = set()
    for path in sorted(folder.glob("*.jsonl"), key=lambda each: (each.name.partition("-")[2], each.name)):
        for line in _lines(path):
            event, pid = line.get("event"), int(line.get("pid") or 0)
            if event == "start":
                reads.starts.append(_start(line, pid))
            elif event == "read":
                opened = Opened(int(line.get("size", -1)), int(line.get("mtime_ns", 0)))
                reads.read.setdefault(str(line["path"]), opened)
            elif event == "write":
                reads.written.add(str(line["path"]))
            elif event == "net":
                {"name": names, "address": addresses}.get(str(line["kind"]), reads.network).add(str(line["target"]))
            elif event == "seed" and line["call"] not in reads.seeds:
                reads.seeds.append(str(line["call"]))
            elif event == "run":
                reads.logging_pids.add(pid)
                if line["run_id"] not in reads.run_ids:
                    reads.run_ids.append(str(line["run_id"]))
            elif event == "full":
                reads.is_cut = True
    reads.network |= _hosts(names, addresses)
    return reads


def main_process(reads: Reads) -> Start | None:
    """Return the process whose environment the launch is about: the one that logged a run, else the first."""
    logging = [start for start in reads.starts if start.pid in reads.logging_pids]
    return next(iter(logging or reads.starts), None)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for raw in file:
            try:
                line = json.loads(raw)
            except ValueError:
                continue
            if isinstance(line, dict):
                yield line


def _start(line: dict[str, Any], pid: int) -> Start:
    def text(key: str) -> str:
        return str(line.get(key) or "")

    path = tuple(str(entry) for entry in line.get("path") or ())
    return Start(
        pid, text("executable"), text("prefix"), text("base_prefix"), text("version"), text("implementation"),
        text("platform"), path,
    )  # fmt: skip


def _hosts(names: set[str], addresses: set[str]) -> set[str]:
    """Return host:port by name; an address only where no name has its port; no private ports of this machine."""
    ports = {name.rpartition(":")[2] for name in names}
    found = names | {address for address in addresses if address.rpartition(":")[2] not in ports}
    return set(sorted(place for place in found if not _is_private(place))[:_MOST_PLACES])


def _is_private(place: str) -> bool:
    host, _, port = place.rpartition(":")
    if "mlflow-telemetry" in host or not host:
        return True
    return host.startswith(_LOOPBACK) and (not port.isdigit() or int(port) >= _EPHEMERAL_PORT)
