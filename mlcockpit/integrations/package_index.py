"""Where packages come from is taken from pip's own settings when uv has none, so that both see the same packages."""

import configparser
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

UV_OWN = ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_CONFIG_FILE")
"""Variables with which a person told uv itself."""
NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
}
"""pip's option → uv's variable."""
SECRET = re.compile(r"://[^/\s@]*@")


def index_settings(environ: Mapping[str, str], *, credentials: bool) -> dict[str, str]:
    """Return uv's variables for the indexes that pip is configured for; addresses with a password only where wanted."""
    if any(environ.get(name) for name in UV_OWN) or any(path.exists() for path in _uv_files(environ)):
        return {}
    found: dict[str, str] = {}
    for option, variable in NAMES.items():
        value = environ.get("PIP_" + option.upper().replace("-", "_")) or _configured(environ, option)
        words = [word for word in value.split() if credentials or not SECRET.search(word)]
        if words:
            found[variable] = ("," if option == "find-links" else " ").join(words)
    if "UV_INDEX" in found:
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    certificate = environ.get("PIP_CERT") or _configured(environ, "cert")
    if certificate and Path(certificate).exists():
        found["SSL_CERT_FILE"] = certificate
    return found


def _configured(environ: Mapping[str, str], option: str) -> str:
    """Return an option of pip's configuration files; the most personal one counts."""
    value = ""
    for path in _pip_files(environ):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
        for section in ("global", "install"):
            value = parser.get(section, option, fallback=value)
    return value


def _pip_files(environ: Mapping[str, str]) -> Iterator[Path]:
    home = Path(environ.get("HOME") or "/nonexistent")
    yield Path("/etc/xdg/pip/pip.conf")
    yield Path("/etc/pip.conf")
    yield home / ".pip" / "pip.conf"
    yield home / "Library" / "Application Support" / "pip" / "pip.conf"
    yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    if environ.get("VIRTUAL_ENV"):
        yield Path(environ["VIRTUAL_ENV"]) / "pip.conf"
    if environ.get("PIP_CONFIG_FILE"):
        yield Path(environ["PIP_CONFIG_FILE"])


def _uv_files(environ: Mapping[str, str]) -> Iterator[Path]:
    home = Path(environ.get("HOME") or "/nonexistent")
    yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "uv" / "uv.toml"
    yield Path("/etc/uv/uv.toml")
