"""Evidence on a command line is written N=TEXT: the number of a criterion or check, and what shows that it holds."""

from collections.abc import Sequence

from mlcockpit.errors import UsageError


def parse_evidence(words: Sequence[str]) -> dict[int, str]:
    """Return number → evidence; raises UsageError for a word that is not N=TEXT."""
    found = {}
    for word in words:
        number, sign, text = word.partition("=")
        if not sign or not number.strip().isdigit() or not text.strip():
            raise UsageError(f"{word!r} is no evidence", hint="write N=TEXT, such as 2='runs/9be0 reproduced'")
        found[int(number)] = text.strip()
    return found
