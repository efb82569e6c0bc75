"""YAML from a repository is read as plain values, small and without tags."""

from collections.abc import Mapping

import yaml

LARGEST = 500_000


def read_yaml(data: bytes | None) -> Mapping[str, object]:
    """Return a YAML file's mapping; empty where it is none."""
    if not data or len(data) > LARGEST:
        return {}
    try:
        found = yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        return {}
    return {str(key): value for key, value in found.items()} if isinstance(found, Mapping) else {}


def mapping(found: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Return an entry that is a mapping; empty where it is none."""
    value = found.get(name)
    return {str(key): one for key, one in value.items()} if isinstance(value, Mapping) else {}


def entry(found: Mapping[str, object], name: str) -> str:
    """Return an entry that is a text; empty where it is none."""
    value = found.get(name)
    return value if isinstance(value, str) else ""


def flat(found: object, prefix: str = "") -> dict[str, object]:
    """Return dotted name → value of nested mappings."""
    if not isinstance(found, Mapping):
        return {prefix: found} if prefix else {}
    flattened: dict[str, object] = {}
    for key, value in found.items():
        flattened |= flat(value, f"{prefix}.{key}" if prefix else str(key))
    return flattened
