"""The sign between the fields of a CSV file is decided once, from its header, and by one function."""

import re

_DELIMITERS = (",", ";", "\t", "|")


def delimiter_of(head: str) -> str:
    """Return the sign that most often separates the names of the first line: a comma where none does."""
    header = next((line for line in head.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", header)
    return max(_DELIMITERS, key=bare.count)
