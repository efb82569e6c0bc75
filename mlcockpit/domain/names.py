"""Every entity has one short name, the same on screens, in commands and in reports: run/9be0, inc/42, data/flights@v3."""

import re

FILE_NAME = "mlcockpit.toml"
"""What marks the folder of a project."""

KINDS = (
    "run",
    "data",
    "model",
    "deploy",
    "inc",
    "ho",
    "metric",
    "person",
    "goal",
    "env",
    "monitor",
    "decision",
    "promo",
    "alert",
)
"""The first part of a name."""

_TICKET = {"INC": "inc", "DEP": "deploy", "HO": "ho", "PR": "promo", "DEC": "decision"}
_NAME = re.compile(rf"^({'|'.join(KINDS)})/\S+$")
_TICKET_NAME = re.compile(rf"^({'|'.join(_TICKET)})-(\d+)$", re.IGNORECASE)


def looks_like_a_name(word: str) -> bool:
    """Tell whether `word` names an entity rather than a command."""
    return bool(_NAME.match(word) or _TICKET_NAME.match(word))


def canonical(word: str) -> str:
    """Return the name as events and links store it: INC-42 becomes inc/42, anything else stays."""
    match = _TICKET_NAME.match(word)
    return f"{_TICKET[match[1].upper()]}/{int(match[2])}" if match else word


def parts(name: str) -> tuple[str, str, str]:
    """Return kind, key and version of a name: data/flights@v3 is ("data", "flights", "v3"); a part may be empty."""
    kind, _, rest = canonical(name).partition("/")
    key, _, version = rest.partition("@")
    return (kind, key, version) if rest else ("", kind, "")
