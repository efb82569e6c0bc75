"""One set of facts makes every role's report, in every format, and no stranger's word becomes markup in any of them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import html5lib
import pytest

from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.reports.render.html import html
from mlcockpit.reports.render.json_report import json_report, report_json
from mlcockpit.reports.render.markdown import escape, markdown
from mlcockpit.reports.report import Report
from mlcockpit.reports.role_report import role_report
from mlcockpit.views.lens import LENSES
from mlcockpit.views.look import Look
from tests.builders import a_project
from tests.views.story import a_story

GOLDEN = Path(__file__).parent / "golden"
HEAD = "4:" + "f" * 64
XSS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "![x](http://evil.example/p.png)",
    "<a href=javascript:alert(1)>x</a>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<iframe src=//evil.example>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "{{ 7*7 }}{% raw %}",
    "--><script>alert(1)</script><!--",
    "&lt;script&gt;&#x3c;script&#x3e;",
    "\x1b]52;c;aGk=\x07\u202e\u2028<script>",
    "| a | b |\n|---|---|\n# head",
    "url(http://evil.example) expression(alert(1))",
    '<!--<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
)


def a_report(project: Snapshot | None = None, role: str = "product") -> Report:
    return role_report(project or a_story(), Look(role), HEAD)


def poisoned(payload: str) -> Snapshot:
    """Put `payload` wherever somebody outside the team, or a careless one inside, can write."""
    story = a_story()
    for each in (*story.incidents, *story.handoffs):
        each.title = payload
    for incident in story.incidents:
        incident.impact = incident.detected_via = payload
    for note in story.timeline:
        note.text = note.author = payload
    for person in story.people:
        person.name = payload
    for observation in story.observations:
        observation.source = payload
    for version in story.dataset_versions:
        version.path = version.reason = payload
    for deployment in story.deployments:
        deployment.reason = deployment.actor = payload
    for attempt in story.reproductions:
        attempt.reason = payload
    for event in story.events:
        event.reason = event.actor = payload
    for criterion in story.criteria:
        criterion.text = criterion.evidence = payload
    project = story.file.project.model_copy(update={"name": payload, "mission": payload})
    metrics = {
        key: metric.model_copy(update={"definition": payload, "unit": payload})
        for key, metric in story.file.metrics.items()
    }
    object.__setattr__(story, "file", story.file.model_copy(update={"project": project, "metrics": metrics}))
    return story


@pytest.mark.parametrize("role", LENSES)
def test_a_report_reads_as_agreed(role: str, golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / f"{role}.md", markdown(a_report(role=role)))


@pytest.mark.parametrize("payload", XSS)
@pytest.mark.parametrize("role", LENSES)
def test_no_field_of_any_report_can_carry_code_or_fetch_anything(role: str, payload: str) -> None:
    page = html(a_report(poisoned(payload), role))
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    dangerous = [
        node.tag
        for node in tree.iter()
        if node.tag in ("script", "iframe", "object", "embed", "link", "img", "base", "form")
    ]
    handlers = [name for node in tree.iter() for name in node.attrib if str(name).lower().startswith("on")]
    places = [
        value
        for node in tree.iter()
        for name, value in node.attrib.items()
        if str(name).rpartition("}")[2] in ("href", "src", "action", "data", "srcset") and not value.startswith("#")
    ]
    style = "".join(node.text or "" for node in tree.iter("style"))
    assert (dangerous, handlers, places) == ([], [], [])
    assert len(list(tree.iter("style"))) == 1
    assert not re.search(r"url\(|@import|expression", style)
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_the_page_forbids_scripts_and_everything_remote_by_itself() -> None:
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in html(a_report())


@pytest.mark.parametrize("payload", XSS)
def test_no_cell_of_a_markdown_report_breaks_its_table_or_links_anywhere(payload: str) -> None:
    text = markdown(a_report(poisoned(payload), "ops"))
    clean = [line for line in markdown(a_report(role="ops")).splitlines() if line.startswith("|")]
    assert len(clean) == len([line for line in text.splitlines() if line.startswith("|")])
    assert not re.search(r"(?<!\\)<[a-zA-Z/!]", text)
    assert not re.search(r"(?<!\\)\]\(", text)
    assert "http://" not in text
    assert "\x1b" not in text


def test_markdown_keeps_plain_words_and_numbers_as_they_are() -> None:
    assert escape("recall 0.71, 12 of 14 (2 open) - data/churn@v3") == "recall 0.71, 12 of 14 (2 open) - data/churn@v3"
    assert escape("- item") == "\\- item"
    assert escape("1. item") == "1\\. item"
    assert escape("@everybody and #12") == "&#64;everybody and &#35;12"


def test_every_role_is_told_the_same_facts() -> None:
    reports = [a_report(role=role) for role in LENSES]
    red = [next(section for section in report.sections if section.key == "red") for report in reports]
    assert len({str(report.counts) for report in reports}) == 1
    assert len({str(table) for table in red}) == 1


def test_the_digest_of_a_report_changes_with_what_it_says_and_with_nothing_else() -> None:
    assert a_report().content_sha256 == role_report(a_story(), Look("product"), "9:" + "0" * 64).content_sha256
    story = a_story()
    story.incidents[0].severity = 1
    assert a_report().content_sha256 != a_report(story).content_sha256


def test_json_holds_the_view_that_the_page_draws() -> None:
    said = json.loads(json_report(a_report()))
    assert (said["schema"], said["role"], said["head"]) == (1, "product", HEAD)
    assert report_json(a_report())["sections"] == said["sections"]
    assert {"decide", "red", "since", "metrics"} <= {section["key"] for section in said["sections"]}


@pytest.mark.parametrize("role", LENSES)
def test_a_project_without_anything_gives_a_report_that_calls_nothing_good(role: str) -> None:
    report = role_report(a_project(fresh=()), Look(role), HEAD)
    page = html(report)
    assert "t-good" not in page.partition("</style>")[2]
    assert "unknown" in report.verdict[1]
