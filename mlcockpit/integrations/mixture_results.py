"""What came of a mixture is kept below the person's own folder, by the digest of all that decides it."""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class KeptResult:
    """One mixture that was run to its end."""

    metrics: Mapping[str, float]
    """Empty where it could not be run."""
    reason: str = ""
    """Why there is no number; empty where it ran well."""
    python: str = ""
    """The interpreter of the environment it ran in, which names the environment."""
    log: str = ""
    rests_on: Mapping[str, str] = field(default_factory=dict)
    """Absolute path → sha-256 of files whose bytes nothing recorded: another content makes this worthless."""


class MixtureResults:
    """One small file for each mixture, written whole or not at all."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "explain" / "results"

    def get(self, trust_id: str, digest: Callable[[Path], str]) -> KeptResult | None:
        """Return what came of a mixture; None where it was not run, or rested on files that changed since."""
        try:
            kept = json.loads(self._path(trust_id).read_text("utf-8"))
            found = KeptResult(**{name: kept[name] for name in KeptResult.__dataclass_fields__})
        except (OSError, ValueError, KeyError, TypeError):
            return None
        for path, wanted in found.rests_on.items():
            place = Path(path)
            if not place.exists() or digest(place) != wanted:
                return None
        return found

    def put(self, trust_id: str, result: KeptResult) -> None:
        """Keep a result."""
        path = self._path(trust_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                json.dump(asdict(result), out)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def forget(self, trust_id: str) -> None:
        """Throw a result away."""
        self._path(trust_id).unlink(missing_ok=True)

    def _path(self, trust_id: str) -> Path:
        return self.folder / f"{trust_id}.json"
