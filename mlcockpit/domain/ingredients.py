"""What an ingredient of a recipe may be found to be: an environment that is there, bytes that were published."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ExistingEnvironment:
    """A python environment that is already on this machine."""

    python: str
    """The interpreter's path."""
    version: str
    packages: Mapping[str, str]
    """Normalised name → version."""
    installed_ms: Mapping[str, int] = field(default_factory=dict)
    """Normalised name → when it was installed."""
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Normalised name → what it needs; read only where something was installed late."""
    label: str = ""
    """What it is, in words, such as the project's .venv."""

    def behind(self, names: Collection[str]) -> frozenset[str]:
        """Return `names` and everything installed that they need."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found and name in self.packages:
                found.add(name)
                waiting.extend(self.requires.get(name, ()))
        return frozenset(found)

    def changed_since(self, instant_ms: int) -> frozenset[str]:
        """Return the packages that were installed after an instant."""
        return frozenset(name for name, installed in self.installed_ms.items() if installed > instant_ms)


@dataclass(frozen=True)
class KnownData:
    """One published state of a dataset: which bytes a short digest meant at that time."""

    name: str
    path: str
    """Below the project's top folder."""
    sha256: str
    content_sha256: str = ""
    """Of the ordered rows, whatever the file format; empty where it was not taken."""
    mlflow_digests: tuple[str, ...] = ()
    version: str = ""
    published_ms: int = 0
    owner: str = ""
    state: str = "published"
    """published, deprecated or withdrawn."""
