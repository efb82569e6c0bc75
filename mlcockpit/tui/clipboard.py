"""What is copied travels as OSC 52, which many terminals cut at 74 994 bytes."""

from base64 import b64encode

MOST = 74_994
"""Bytes after encoding that k9s, tmux and friends let through."""


def osc52_fits(text: str) -> bool:
    """Tell whether a terminal will take `text` whole."""
    return 0 < len(b64encode(text.encode("utf-8", "replace"))) <= MOST
