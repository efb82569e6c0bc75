"""Nothing that looks like a credential is kept: its place is marked and a salted fingerprint shows when it changed."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORDS = (
    r"pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|auth|bearer"
    r"|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|account[_-]?key|encryption[_-]?key|signing[_-]?key"
    r"|connection[_-]?string|webhook[_-]?url|shared[_-]?access[_-]?signature"
)
_NAME = rf"(?:[A-Za-z0-9.]+[_-])*(?:[A-Za-z0-9]*(?:{_WORDS}))(?:[_-]?(?:value|id|base64|b64|prod|dev|test))?"
SECRET_NAME = re.compile(rf"^-{{0,2}}{_NAME}$", re.IGNORECASE)
"""A variable, flag or key of that name holds a credential."""

_FOLDERS = {"PWD", "OLDPWD", "pwd"}

SECRET_FILE = re.compile(
    r"(?:^|/)(?:\.env(?:\..+)?|\.netrc|_netrc|\.pgpass|\.git-credentials|\.databrickscfg|\.pypirc|\.npmrc"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|credentials(?:\.json|\.ini|\.ya?ml|\.toml)?|service[-_]account.*\.json|.+\.(?:pem|key|p12|pfx|jks|keystore|kdbx))$",
    re.IGNORECASE,
)
"""A file of that name is never kept, whatever is in it."""

_SHAPES = (
    ("private-key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"),
    ("url", r"(?<=://)[^\s/@:'\"]*:(?P<value>[^\s/@'\"]+)(?=@)"),
    ("url", r"(?<=://)(?P<value>[A-Za-z0-9_-]{20,})(?=@)"),
    ("aws", r"\b(?:AKIA|ASIA|AGPA|AIDA)[0-9A-Z]{16}\b"),
    ("github", r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})"),
    ("gitlab", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("slack", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/(?P<value>[A-Za-z0-9/]{20,})"),
    ("google", r"\bAIza[0-9A-Za-z_-]{35}|\bya29\.[0-9A-Za-z_-]{20,}"),
    ("stripe", r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,}"),
    ("model-service", r"\bsk-[A-Za-z0-9_-]{20,}|\bhf_[A-Za-z0-9]{30,}"),
    ("databricks", r"\bdapi[0-9a-f]{32}(?:-\d)?\b"),
    ("package-index", r"\bpypi-[A-Za-z0-9_-]{30,}|\bnpm_[A-Za-z0-9]{36}\b"),
    ("mail-service", r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("jwt", r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
    ("header", r"(?i)\b(?:bearer|basic)\s+(?P<value>[A-Za-z0-9+/._~=-]{16,})"),
    ("azure", r"(?i)\b(?:AccountKey|SharedAccessKey|sig)=(?P<value>[A-Za-z0-9+/%]{30,}=*)"),
    ("flag", rf"(?i)(?<![\w-])--{_NAME}(?:[ =]+)(?P<quote>['\"]?)(?P<value>[^\s'\"-][^\s'\"]{{3,}})(?P=quote)"),
    (
        "quoted",
        rf"(?i)(?<![A-Za-z0-9_-]){_NAME}['\"]?\]?\s*(?:=>|:=|=|:)\s*[bru]?"
        r"(?P<quote>['\"])(?P<value>[^'\"\s]{4,})(?P=quote)",
    ),
    (
        "setting",
        rf"(?im)^[ \t]*(?:export\s+|set\s+|-\s+|ENV\s+)?{_NAME}(?:=|:[ \t]+)"
        r"(?P<value>[^\s'\"#()\[\]{},]{4,})[ \t]*$",
    ),
    ("setting", rf"(?im)^[ \t]*{_NAME}[ \t]*=[ \t]*(?=\S*\d)(?P<value>[^\s'\"#()\[\]{{}},.]{{12,}})[ \t]*$"),
    ("inline", rf"(?i)(?<![A-Za-z0-9._-]){_NAME}=(?P<value>[^\s'\"()\[\]{{}},;&]{{6,}})"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _SHAPES)
_PLACEHOLDER = re.compile(
    r"^(?:<.*|\$.*|%.*%|.*\{.*|x{3,}|\*{3,}|\.{3,}|none|null|true|false|str|int|bytes|optional.*|required|your[-_].*"
    r"|changeme|example|placeholder|\[redacted.*|os\.environ.*|os\.getenv.*|secrets\..*|getpass.*|args\..*|self\..*)$",
    re.IGNORECASE,
)
_CODE_NAME = re.compile(r"^[a-z_][a-z_.]*$")


@dataclass(frozen=True)
class Redaction:
    """One credential that was seen and not kept."""

    where: str
    """A file with its line, an argument's number, or the name of a variable."""
    kind: str
    fingerprint: str
    """Equal for equal values on this machine; says nothing about the value."""


def fingerprint(value: str, salt: bytes) -> str:
    """Return twelve hexadecimal characters that identify `value` to whoever holds `salt`."""
    return hmac.new(salt, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:12]


def is_secret_name(name: str) -> bool:
    """Tell whether a variable or flag of that name holds a credential."""
    return name not in _FOLDERS and SECRET_NAME.match(name) is not None


def redact(text: str, *, salt: bytes, where: str) -> tuple[str, tuple[Redaction, ...]]:
    """Return `text` with every credential replaced, and what was replaced; line breaks keep their number."""
    found: list[Redaction] = []
    for kind, pattern in _PATTERNS:
        text = pattern.sub(lambda match, kind=kind: _masked(match, kind, salt, where, found), text)  # type: ignore[misc]
    return text, tuple(found)


def redact_argv(argv: Sequence[str], *, salt: bytes) -> tuple[tuple[str, ...], tuple[Redaction, ...]]:
    """Return the arguments with credentials replaced, also where flag and value are two arguments."""
    kept: list[str] = []
    found: list[Redaction] = []
    for number, word in enumerate(argv):
        where = f"argument {number}"
        before = argv[number - 1] if number else ""
        if before.startswith("-") and is_secret_name(before) and not word.startswith("-"):
            found.append(Redaction(where, "flag", fingerprint(word, salt)))
            kept.append(_mark("flag", found[-1].fingerprint))
            continue
        text, more = redact(word, salt=salt, where=where)
        kept.append(text)
        found.extend(more)
    return tuple(kept), tuple(found)


def without_credentials(url: str) -> str:
    """Return a URL without user, password and query; anything else as it is."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        return url
    place, slash, path = rest.partition("/")
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{path.split('?', 1)[0].split('#', 1)[0]}"


def _masked(match: re.Match[str], kind: str, salt: bytes, where: str, found: list[Redaction]) -> str:
    whole = match.group()
    value = match.groupdict().get("value") or whole
    literal = kind in ("setting", "inline") and bool(_CODE_NAME.match(value)) and not whole.strip()[:1].isupper()
    if literal or _PLACEHOLDER.match(value) or (kind in ("quoted", "inline", "setting", "flag") and value.isdigit()):
        return whole
    at = whole.rfind(value)
    line = match.string.count("\n", 0, match.start()) + 1
    place = f"{where}:{line}" if "\n" in match.string else where
    found.append(Redaction(place, kind, fingerprint(value, salt)))
    breaks = "\n" * value.count("\n")
    return f"{whole[:at]}{_mark(kind, found[-1].fingerprint)}{breaks}{whole[at + len(value) :]}"


def _mark(kind: str, print_: str) -> str:
    return f"[redacted:{kind}:{print_}]"
