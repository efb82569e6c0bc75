"""Words of one discipline in plain words for the others; a report carries those that occur in it."""

import re
from collections.abc import Iterable, Mapping

from mlcockpit.views.table import Chart, Section, Table

WORDS: Mapping[str, str] = {
    "gate": "what must hold before a model version may reach users",
    "alias": "a name in the model registry, such as champion, that points at one version",
    "baseline": "a simple reference that a model must beat",
    "guardrail": "a metric that must not get worse while another gets better",
    "canary": "a small share of users gets the new version first",
    "shadow": "the version scores real traffic, but nobody sees its answers",
    "rollback": "bringing back the version before",
    "reproduced": "the training run was executed again from its record and compared",
    "identical": "rerun and original agree to the last bit",
    "equivalent": "rerun and original agree within tolerance",
    "diverged": "rerun and original differ, and the report says where",
    "incomplete": "something needed to rebuild the run is missing",
    "handoff": "a package of work from one discipline to another, with criteria for taking it over",
    "mitigated": "users are fine again; the cause may remain",
    "resolved": "the cause is gone",
    "monitor": "a rule that watches a value while a model serves",
    "run": "one execution of a training program",
    "model version": "a registered, numbered trained model",
    "dataset version": "one state of a dataset, named by its content",
    "evaluation metric": "a score of a model on held-out data, before users see it",
    "lead time": "how long work takes to reach users",
    "change-fail rate": "the share of deployments that hurt users",
    "rework rate": "the share of deployments that nobody had planned",
    "gap": "distance to the target or bound; below zero is short of it",
    "n": "how many cases a number rests on",
    "unknown": "nobody measured it lately; it is neither good nor bad",
}


def words_in(sections: Iterable[Section]) -> dict[str, str]:
    """Return the glossary's words that occur in `sections`, in alphabetical order."""
    text = " ".join(_texts(sections)).lower()
    return {word: WORDS[word] for word in sorted(WORDS) if re.search(rf"\b{re.escape(word)}s?\b", text)}


def _texts(sections: Iterable[Section]) -> Iterable[str]:
    for section in sections:
        yield section.title
        if isinstance(section, Table):
            yield section.note
            yield from (column.title for column in section.columns)
            yield from (cell.text for line in section.rows for cell in line.cells)
        elif isinstance(section, Chart):
            yield section.note
        else:
            yield from section.lines
