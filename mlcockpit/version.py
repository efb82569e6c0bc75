"""The version is written down in one place, which costs nothing to import."""

VERSION = "0.1.0"
