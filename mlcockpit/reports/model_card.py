"""A model card is Markdown in two kinds of sections: generated ones, made anew each time, and human ones, never touched."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mlcockpit.domain.names import parts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.reports.render.markdown import escape, section_lines
from mlcockpit.views.look import Look
from mlcockpit.views.model_card import model_card
from mlcockpit.views.phrases import minute
from mlcockpit.views.product import suspects_section

HUMAN: Mapping[str, str] = {
    "intended-use": "Who uses the model, for which decisions?",
    "out-of-scope": "What must it not be used for?",
    "limitations": "Where does it fail, and for whom?",
    "trade-offs": "What was given up for what, and who decided?",
    "fairness": "Which groups were looked at, and what was found?",
}
"""The five sections that only people can write, with the question each answers."""

NOT_WRITTEN = "*Not written yet.*"
_BLOCK = re.compile(r"<!-- human:([a-z-]+) -->\n(.*?)\n?<!-- /human -->", re.DOTALL)


@dataclass(frozen=True)
class ModelCard:
    """One card and how much of it people have written."""

    name: str
    """Such as model/churn@14."""
    text: str
    written: int
    """How many of the human sections hold words."""


def make_card(project: Snapshot, name: str, earlier: str = "") -> ModelCard:
    """Return the card of a model version; human sections come from `earlier` (a card before), else the project file."""
    view = model_card(project, Look(focus=name))
    _, key, _ = parts(name)
    words = human_words(project, key, earlier)
    generated: list[str] = []
    for section in view.sections:
        generated += [*section_lines(section), ""]
    declared = project.file.models.get(key)
    for metric in declared.metrics if declared else ():
        if metric in project.file.metrics and project.observations_of.get(metric):
            generated += [*section_lines(suspects_section(project, metric)), ""]
    lines = [f"# {escape(view.title)}", "", f"Generated from the project as of {escape(minute(view.as_of))} UTC.", ""]
    for place, question in HUMAN.items():
        title = place.replace("-", " ")
        lines += [f"## {title[:1].upper()}{title[1:]}", "", f"<!-- {question} -->"]
        lines += [f"<!-- human:{place} -->", words.get(place) or NOT_WRITTEN, "<!-- /human -->", ""]
    written = sum(bool(words.get(place)) for place in HUMAN)
    lines += ["---", "", *generated, f"People have written {written} of {len(HUMAN)} sections."]
    return ModelCard(view.name, "\n".join(lines) + "\n", written)


def human_words(project: Snapshot, key: str, earlier: str) -> dict[str, str]:
    """Return what people wrote: in the card before, and for what is missing there in the project file."""
    declared = project.file.models.get(key)
    words = {}
    if declared is not None:
        told = {
            "intended-use": declared.intended_use,
            "out-of-scope": declared.out_of_scope,
            "limitations": declared.limitations,
        }
        words = {place: escape(text, 4000) for place, text in told.items() if text}
    kept = {place: text.strip() for place, text in _BLOCK.findall(earlier.replace("\r\n", "\n"))}
    return words | {place: text for place, text in kept.items() if text and text != NOT_WRITTEN}
