"""What an ingredient of a recipe may be found to be: an environment that is there, bytes that were published."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ExistingEnvironment:
    """A python environment that is already on this machine."""

    python: str
    """The interpreter's path."""
    version: str
    packages: Mapping[str, str]
    """Normalised name → version."""
    newest_ms: int
    """When a package was last installed."""
    label: str = ""
    """What it is, in words, such as the project's .venv."""


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
