"""A launch is one command that was started with capture: what it was, what it read and which runs it left."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Self, Union, get_args, get_origin, get_type_hints

from mlcockpit.domain.redaction import Redaction
from mlcockpit.errors import SourceFailed

SCHEMA = 1


class Launcher(StrEnum):
    """How a command starts its program."""

    SCRIPT = "script"
    MODULE = "module"
    CONSOLE = "console"
    MLFLOW = "mlflow"
    DVC = "dvc"
    NOTEBOOK = "notebook"
    OTHER = "other"


@dataclass(frozen=True)
class CodeState:
    """One repository beside the main one: an editable installation or a submodule."""

    name: str
    path: str
    """Absolute for an installation, relative to the main repository for a submodule."""
    commit: str | None = None
    """None where the folder is no repository or has no commit."""
    dirty: bool = False
    snapshot_commit: str | None = None


@dataclass(frozen=True)
class Code:
    """The repository that the command ran in; every field empty outside of one."""

    repository: str | None = None
    """URL of origin without credentials; None where there is no remote."""
    root: str | None = None
    """Absolute folder of the work tree."""
    commit: str | None = None
    branch: str | None = None
    dirty: bool = False
    snapshot_commit: str | None = None
    """A commit that holds the tree as it was, untracked files included; None for a clean tree."""
    snapshot_store: str | None = None
    """Absolute folder of the bare repository that holds the snapshot."""
    patch_sha256: str | None = None
    untracked: tuple[str, ...] = ()
    """Files that no commit holds and the command read, relative to the root."""
    editable: tuple[CodeState, ...] = ()
    submodules: tuple[CodeState, ...] = ()


@dataclass(frozen=True)
class Environment:
    """The interpreter that ran the command and everything installed in it."""

    python: str = ""
    implementation: str = ""
    platform: str = ""
    executable: str = ""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Normalised name → version."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Normalised name → URL, for what came from no index; credentials removed."""


@dataclass(frozen=True)
class DataRead:
    """One data file that the command read."""

    path: str
    """Relative to the root of the code where it is inside, else absolute."""
    absolute: str
    sha256: str | None
    """None where the file was gone or changed before it could be read; `partial` says which."""
    size: int
    tracked: bool
    """Whether the commit holds a file of that path."""
    seen: str = "python"
    """`python`: a Python process of the launch read it; `folder`: some process did while the launch ran."""


@dataclass(frozen=True)
class Seeds:
    """What was done for determinism."""

    calls: tuple[str, ...] = ()
    python_hash_seed: str | None = None


@dataclass(frozen=True)
class Launch:
    """One captured command."""

    launch_id: str
    argv: tuple[str, ...]
    cwd: str
    """Relative to the root of the code; absolute outside of one."""
    launcher: Launcher
    started_at: datetime
    ended_at: datetime | None = None
    """None while it runs, and for good where its capture was killed."""
    seconds: float | None = None
    exit_status: int | None = None
    """Negative: the signal that ended it."""
    peak_memory_bytes: int | None = None
    code: Code = field(default_factory=Code)
    environment: Environment = field(default_factory=Environment)
    data: tuple[DataRead, ...] = ()
    network: tuple[str, ...] = ()
    seeds: Seeds = field(default_factory=Seeds)
    threads: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables that are known to be harmless and to matter, such as PYTHONPATH and TZ."""
    run_ids: tuple[str, ...] = ()
    redacted: tuple[Redaction, ...] = ()
    partial: tuple[str, ...] = ()
    """What could not be captured and why; empty when all of it was."""

    @property
    def is_finished(self) -> bool:
        """Tell whether the capture saw the command's end."""
        return self.ended_at is not None

    @property
    def capture_digest(self) -> str:
        """Return the sha-256 of what was known at the start."""
        known = (self.argv, self.cwd, self.launcher, self.threads, self.variables, self.seeds.python_hash_seed)
        code = replace(self.code, untracked=(), editable=())
        return hashlib.sha256(canonical_json([_plain(known), _plain(code)])).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a JSON file."""
        return {"schema": SCHEMA, **_plain(self)}

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Return the launch that plain values describe; raise SourceFailed naming the first key that does not hold."""
        if not isinstance(value, dict) or value.get("schema") != SCHEMA:
            found = value.get("schema") if isinstance(value, dict) else type(value).__name__
            raise SourceFailed(f"this is no launch of schema {SCHEMA} but {found!r}", hint="update mlcockpit")
        decoded = _decode(cls, value, "launch")
        assert isinstance(decoded, cls)
        return decoded


def canonical_json(value: object) -> bytes:
    """Return the one JSON text of plain values: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


_NAMES = {"python_hash_seed": "PYTHONHASHSEED"}


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {_NAMES.get(each.name, each.name): _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, StrEnum) else value


def _decode(kind: Any, value: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if value is None and NoneType in get_args(kind):
            return None
        return _decode(next(each for each in get_args(kind) if each is not NoneType), value, where)
    if origin is tuple:
        _require(isinstance(value, list), where, "a list", value)
        return tuple(_decode(get_args(kind)[0], item, f"{where}[{number}]") for number, item in enumerate(value))
    if origin is not None:
        _require(isinstance(value, dict), where, "an object", value)
        return {key: _decode(get_args(kind)[1], item, f"{where}.{key}") for key, item in value.items()}
    if is_dataclass(kind):
        return _decode_record(kind, value, where)
    return _decode_plain(kind, value, where)


def _decode_record(kind: Any, value: Any, where: str) -> Any:
    _require(isinstance(value, dict), where, "an object", value)
    hints = get_type_hints(kind)
    keys = {each.name: _NAMES.get(each.name, each.name) for each in fields(kind)}
    decoded = {name: _decode(hints[name], value[key], f"{where}.{key}") for name, key in keys.items() if key in value}
    try:
        return kind(**decoded)
    except TypeError as missing:
        raise SourceFailed(f"{where} lacks a key ({missing})", hint="capture the command again") from None


def _decode_plain(kind: Any, value: Any, where: str) -> Any:
    if kind is datetime or issubclass(kind, StrEnum):
        _require(isinstance(value, str), where, "a text", value)
        try:
            return datetime.fromisoformat(value) if kind is datetime else kind(value)
        except ValueError:
            _require(False, where, "a time" if kind is datetime else f"one of {', '.join(kind)}", value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    _require(isinstance(value, kind) and (kind is bool or not isinstance(value, bool)), where, kind.__name__, value)
    return value


def _require(holds: bool, where: str, wanted: str, value: object) -> None:
    if not holds:
        raise SourceFailed(f"{where} must be {wanted}, not {str(value)[:60]!r}", hint="capture the command again")
