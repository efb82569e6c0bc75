"""Who works here is read from git and CODEOWNERS; a discipline is said only where their files say it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.vocabulary import Discipline
from mlcockpit.ports import Commit

MOST = 30
"""People written down; the others are counted."""

QUIET = timedelta(days=180)
"""Who has not committed for so long may have left."""

_ENOUGH = 5
_MOST_OF = 0.6
_BOT = re.compile(r"\[bot\]|\b(dependabot|renovate|github-actions|pre-commit-ci|greenkeeper)\b", re.IGNORECASE)
_NOREPLY = re.compile(r"(?:\d+\+)?([^@]+)@users\.noreply\.github\.com", re.IGNORECASE)
_TRACES: tuple[tuple[Discipline, re.Pattern[str], str], ...] = (
    (Discipline.OPS, re.compile(r"(^|/)(dockerfile|docker-compose|k8s|helm|terraform|deploy|ops|\.github/workflows|monitoring|runbooks?)"
                                r"|\.tf$", re.IGNORECASE), "deployment and monitoring"),
    (Discipline.DATA, re.compile(r"(^|/)(data|datasets|dbt|etl|sql|ingest|pipelines?)/|\.(sql|dvc)$|^dvc\.(yaml|lock)$", re.IGNORECASE),
     "data and SQL"),
    (Discipline.DEV, re.compile(r"(^|/)(serving|serve|api|app|web|frontend|backend|service)[/.]|\.(ts|tsx|js|java|go|rs)$", re.IGNORECASE),
     "serving and application code"),
    (Discipline.PRODUCT, re.compile(r"(^|/)(product|docs|metrics|okrs?)/|(^|/)(roadmap|goals|requirements)\.md$", re.IGNORECASE),
     "product documents"),
    (Discipline.ML, re.compile(r"(^|/)(train|model|feature|experiment|eval|notebook)[^/]*(/|\.py$)|\.ipynb$", re.IGNORECASE),
     "training code"),
)  # fmt: skip


@dataclass
class Found:
    """One person as the evidence shows them."""

    handle: str
    name: str
    emails: list[str] = field(default_factory=list)
    git_names: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    """Names on the host of the repository."""
    mlflow_users: list[str] = field(default_factory=list)
    commits: int = 0
    last: datetime | None = None
    discipline: Discipline = Discipline.ML
    why: str = "a guess: no file says what they do"
    """What the discipline rests on."""


def people_of(commits: Iterable[Commit], owners: Sequence[str] = ()) -> list[Found]:
    """Return everybody who wrote here, most commits first, and then those whom only CODEOWNERS names."""
    people: list[Found] = []
    touched: dict[int, Counter[Discipline]] = {}
    known: dict[str, Found] = {}
    for commit in commits:
        if _BOT.search(f"{commit.author_name} {commit.author_email}"):
            continue
        person = known.get(_address(commit)) or known.get(_called(commit))
        if person is None:
            person = Found("", commit.author_name or commit.author_email)
            people.append(person)
        known[_address(commit)] = known[_called(commit)] = person
        _add(person, commit)
        touched.setdefault(id(person), Counter()).update(_traces(commit.paths))
    people.sort(key=lambda person: -person.commits)
    for person in people:
        _guess(person, touched[id(person)])
    for owner in owners:
        if "/" not in owner and person_of(owner, people) is None:
            people.append(
                Found("", owner.lstrip("@"), why="a guess: only CODEOWNERS names them", logins=[_login(owner)])
            )
    _name_all(people)
    return people


def person_of(owner: str, people: Sequence[Found]) -> Found | None:
    """Return who a CODEOWNERS entry or a login name means: by address, login, handle or the start of an address."""
    word = _login(owner)
    for person in people:
        addresses = [email.lower() for email in person.emails]
        starts = [address.partition("@")[0] for address in addresses]
        if owner.lower() in addresses or word in (person.handle, *map(str.lower, person.logins), *starts):
            return person
    return None


def slug(text: str, otherwise: str) -> str:
    """Return `text` as a key of the project file; `otherwise` where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or otherwise


def _login(owner: str) -> str:
    return owner.lstrip("@").partition("@")[0].lower() if owner.startswith("@") else owner.lower()


def _address(commit: Commit) -> str:
    return f"@{commit.author_email.lower()}" if commit.author_email else _called(commit)


def _called(commit: Commit) -> str:
    return " ".join(commit.author_name.lower().split()) or f"@{commit.author_email.lower()}"


def _add(person: Found, commit: Commit) -> None:
    person.commits += 1
    person.last = max(person.last or commit.committed_at, commit.committed_at)
    if commit.author_email and commit.author_email not in person.emails:
        person.emails.append(commit.author_email)
        login = _NOREPLY.fullmatch(commit.author_email)
        person.logins += [login[1]] if login else []
    if commit.author_name and commit.author_name not in person.git_names:
        person.git_names.append(commit.author_name)


def _traces(paths: Sequence[str]) -> set[Discipline]:
    """Return whose work one commit touches: a commit of a thousand files says no more than one of one."""
    firsts = (next((who for who, pattern, _ in _TRACES if pattern.search(path)), None) for path in paths)
    return {who for who in firsts if who is not None}


def _guess(person: Found, touched: Counter[Discipline]) -> None:
    total = touched.total()
    if total < _ENOUGH:
        return
    (discipline, count), *_ = touched.most_common(1)
    if count < total * _MOST_OF:
        person.why = "a guess: their commits point several ways"
        return
    words = next(words for who, _, words in _TRACES if who is discipline)
    person.discipline, person.why = discipline, f"{count} of {total} commits that tell touch {words}"


def _name_all(people: Sequence[Found]) -> None:
    taken: set[str] = set()
    for person in people:
        words = slug(clean(person.name), "") or slug((person.emails or [""])[0].partition("@")[0], "person")
        first, *rest = words.split("-")
        choices = [first, *("-".join([first, *rest[: count + 1]]) for count in range(len(rest)))]
        choices += [f"{words}-{number}" for number in range(2, len(people) + 2)]
        person.handle = next(choice for choice in choices if choice not in taken)
        taken.add(person.handle)
