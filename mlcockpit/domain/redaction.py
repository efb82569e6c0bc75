"""Nothing that looks like a credential is kept: its place is marked and a salted fingerprint shows when it changed."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

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

_KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)")
_SHAPES = (
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
        r"(?P<value>[^\s'\"#()\[\]{},]{4,})[ \t\r]*$",
    ),
    ("setting", rf"(?im)^[ \t]*{_NAME}[ \t]*=[ \t]*(?=\S*\d)(?P<value>[^\s'\"#()\[\]{{}},.]{{12,}})[ \t\r]*$"),
    ("inline", rf"(?i)(?<![A-Za-z0-9._-]){_NAME}=(?P<value>[^\s'\"()\[\]{{}},;&]{{6,}})"),
)
_ANCHORS = (
    *(
        b"pass",
        b"pwd",
        b"secret",
        b"token",
        b"credential",
        b"auth",
        b"bearer",
        b"basic ",
        b"key",
        b"string",
        b"webhook",
    ),
    *(b"://", b"sig", b"akia", b"asia", b"agpa", b"aida", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"),
    *(
        b"glpat-",
        b"xox",
        b"slack",
        b"aiza",
        b"ya29.",
        b"k_live_",
        b"k_test_",
        b"sk-",
        b"hf_",
        b"dapi",
        b"pypi-",
        b"npm_",
    ),
    *(b"sg.", b"eyj"),
)
"""Every pattern holds one of these, so that only the text around them is searched: 10 MB of numbers cost nothing."""
_BEFORE, _AFTER = 300, 4000
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
    if "PRIVATE KEY-----" in text:
        text = _KEY_BLOCK.sub(lambda match: _masked(match, "private-key", _Place(where, 1, salt), found), text)
    data = text.encode("utf-8", "surrogatepass")
    kept, done, line = [], 0, 1
    for start, end in _segments(data):
        line += data.count(b"\n", done, start)
        part = data[start:end].decode("utf-8", "surrogatepass")
        place = _Place(where if b"\n" not in data else f"{where}:", line, salt)
        for kind, pattern in _patterns():
            part = pattern.sub(lambda match, kind=kind, place=place: _masked(match, kind, place, found), part)  # type: ignore[misc]
        kept += [data[done:start], part.encode("utf-8", "surrogatepass")]
        line += data.count(b"\n", start, end)
        done = end
    return b"".join([*kept, data[done:]]).decode("utf-8", "surrogatepass"), tuple(found)


def masked(text: str) -> str:
    """Return `text` with every credential replaced by a mark that tells its kind and nothing else."""
    return _PRINT.sub("]", redact(text, salt=b"", where="")[0])


def is_masked(value: str) -> bool:
    """Tell whether a value is, or holds, the mark of a credential that was left out."""
    return "[redacted" in value


_PRINT = re.compile(r"(?<=\[redacted)(?::[a-z-]+)?:[0-9a-f]{12}\]")


@dataclass(frozen=True)
class _Place:
    where: str
    """Ends with a colon where a line number follows."""
    line: int
    salt: bytes


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns, compiled when something that may be a credential is seen for the first time."""
    return tuple((kind, re.compile(pattern)) for kind, pattern in _SHAPES)


def _segments(data: bytes) -> list[tuple[int, int]]:
    """Return the parts of lines that lie around anchors, in order and apart."""
    low = data.lower()
    spans = []
    for anchor in _ANCHORS:
        at = low.find(anchor)
        while at >= 0:
            start, end = low.rfind(b"\n", 0, at) + 1, low.find(b"\n", at)
            end = len(low) if end < 0 else end
            if end - start > _BEFORE + _AFTER:
                start, end = _boundary(data, max(start, at - _BEFORE)), _boundary(data, min(end, at + _AFTER))
            spans.append((start, end))
            at = low.find(anchor, max(end - len(anchor), at + 1) if end - at > len(anchor) else at + 1)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _boundary(data: bytes, place: int) -> int:
    while 0 < place < len(data) and data[place] & 0xC0 == 0x80:
        place -= 1
    return place


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


def _masked(match: re.Match[str], kind: str, place: _Place, found: list[Redaction]) -> str:
    whole = match.group()
    value = match.groupdict().get("value") or whole
    literal = kind in ("setting", "inline") and bool(_CODE_NAME.match(value)) and not whole.strip()[:1].isupper()
    if literal or _PLACEHOLDER.match(value) or (kind in ("quoted", "inline", "setting", "flag") and value.isdigit()):
        return whole
    at = whole.rfind(value)
    is_numbered = place.where.endswith(":") or "\n" in match.string
    line = place.line + match.string.count("\n", 0, match.start())
    where = f"{place.where.removesuffix(':')}:{line}" if is_numbered else place.where
    found.append(Redaction(where, kind, fingerprint(value, place.salt)))
    breaks = "\n" * value.count("\n")
    return f"{whole[:at]}{_mark(kind, found[-1].fingerprint)}{breaks}{whole[at + len(value) :]}"


def _mark(kind: str, print_: str) -> str:
    return f"[redacted:{kind}:{print_}]"
