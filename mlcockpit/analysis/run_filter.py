"""The words of a run filter have one meaning everywhere: word, "phrase", field:pattern, comparisons, has:, -, or."""

import re
from dataclasses import dataclass
from enum import StrEnum

from mlcockpit.errors import UsageError

_BARE = re.compile(r'([^\s"=<>!:]+)(!=|>=|<=|=|>|<|:)')
_OPERATOR = re.compile(r"!=|>=|<=|=|>|<|:")
_BARE_VALUE = re.compile(r'[^\s"]*\Z')
_OR = re.compile(r"or(?=\s|\Z)", re.IGNORECASE)
_PLAIN = re.compile(r'[^\s"=<>!:\-][^\s"=<>!:]*\Z')


class Op(StrEnum):
    """How a field is compared."""

    MATCH = ":"
    EQUAL = "="
    UNEQUAL = "!="
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="

    @property
    def is_order(self) -> bool:
        """Tell whether it needs numbers or instants."""
        return self in (Op.ABOVE, Op.AT_LEAST, Op.BELOW, Op.AT_MOST)


@dataclass(frozen=True)
class Word:
    """A text that some shown part of the run contains."""

    text: str

    def __str__(self) -> str:
        return self.text if _PLAIN.match(self.text) and self.text.lower() != "or" else quoted(self.text)


@dataclass(frozen=True)
class Compare:
    """A field, how it is compared, and with what."""

    field: str
    op: Op
    value: str

    def __str__(self) -> str:
        field = self.field if _PLAIN.match(self.field) else quoted(self.field)
        is_bare = _BARE_VALUE.match(self.value) and not self.value.startswith("=")
        value = self.value if is_bare else quoted(self.value)
        return f"{field}{self.op.value}{value}"


@dataclass(frozen=True)
class Term:
    """One condition, or its opposite."""

    what: Word | Compare
    negated: bool = False

    def __str__(self) -> str:
        return f"-{self.what}" if self.negated else str(self.what)


@dataclass(frozen=True)
class RunFilter:
    """Alternatives, each of them terms that all hold; no alternative means every run."""

    alternatives: tuple[tuple[Term, ...], ...] = ()

    def __str__(self) -> str:
        return " or ".join(" ".join(map(str, terms)) for terms in self.alternatives)

    @property
    def terms(self) -> tuple[Term, ...]:
        """Return every term of every alternative."""
        return tuple(term for terms in self.alternatives for term in terms)


def parse(text: str) -> RunFilter:
    """Return the filter that `text` says; raises UsageError with the place where it stops making sense."""
    alternatives: list[tuple[Term, ...]] = []
    terms: list[Term] = []
    place = 0
    expects = False
    while (place := _skip_space(text, place)) < len(text):
        if _OR.match(text, place):
            if not terms:
                raise UsageError(f"`or` at {place + 1} has nothing before it", hint="write: status:FAILED or auc>0.9")
            alternatives.append(tuple(terms))
            terms, expects, place = [], True, place + 2
            continue
        term, place = _term(text, place)
        terms.append(term)
        expects = False
    if expects:
        raise UsageError("`or` at the end has nothing after it", hint="write: status:FAILED or auc>0.9")
    return RunFilter((*alternatives, tuple(terms)) if terms else ())


def quoted(text: str) -> str:
    """Return `text` in quotes, as the filter reads it back."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _term(text: str, start: int) -> tuple[Term, int]:
    place = start
    negated = text[place] == "-" and place + 1 < len(text) and not text[place + 1].isspace()
    place += negated
    if text[place] == '"':
        words, place = _phrase(text, place)
        operator = _OPERATOR.match(text, place)
        if operator is None:
            return Term(Word(words), negated), place
        field, op, place = words, Op(operator[0]), operator.end()
    else:
        bare = _BARE.match(text, place)
        if bare is None:
            word, place = _run_of_text(text, place)
            return Term(Word(word), negated), place
        field, op, place = bare[1], Op(bare[2]), bare.end()
    value, end = _value(text, place)
    if not value and op is not Op.MATCH:
        raise UsageError(f"{field}{op} at {start + 1} has no value", hint=f"write {field}{op}1")
    return Term(Compare(field, op, value), negated), end


def _value(text: str, place: int) -> tuple[str, int]:
    if place < len(text) and text[place] == '"':
        return _phrase(text, place)
    return _run_of_text(text, place)


def _run_of_text(text: str, place: int) -> tuple[str, int]:
    end = place
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[place:end], end


def _phrase(text: str, start: int) -> tuple[str, int]:
    found = []
    place = start + 1
    while place < len(text):
        if text[place] == "\\" and place + 1 < len(text) and text[place + 1] in '"\\':
            found.append(text[place + 1])
            place += 2
        elif text[place] == '"':
            return "".join(found), place + 1
        else:
            found.append(text[place])
            place += 1
    raise UsageError(f"the quote at {start + 1} is not closed", hint='end it with "')
