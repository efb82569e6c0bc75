"""What the README says of rules, screens and commands is what the code has."""

import re
from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path

import pytest

from mlcockpit.cli import catalogue
from mlcockpit.rules.registry import all_rules

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PICTURES = {
    "overview-120x36": "What is red, since when, and whose turn it is.",
    "runs-compare-120x36": "Three runs side by side, only what differs.",
    "lineage-120x36": "From the product metric that is missed to the data it comes from.",
}
OPTIONS_ONLY = {"", "[COMMAND", "COMMAND"}


def rules_table() -> str:
    lines = ["| rule | name | whose | severity | what is wrong |", "|---|---|---|---|---|"]
    for rule in all_rules():
        first = cleandoc(type(rule).__doc__ or "").splitlines()[0]
        name = rule.slug().partition("/")[2]
        lines.append(f"| {rule.code} | {name} | {rule.discipline()} | {rule.severity.value} | {first} |")
    return "\n".join(lines)


def filled(text: str, part: str, content: str) -> str:
    return re.sub(
        rf"(<!-- {part} -->\n).*?(<!-- /{part} -->)",
        lambda found: f"{found[1]}{content}\n{found[2]}",
        text,
        flags=re.DOTALL,
    )


def test_the_rules_table_is_the_registry(golden: Callable[[Path, str], None]) -> None:
    golden(README, filled(README.read_text(encoding="utf-8"), "rules", rules_table()))


def screens_shown() -> str:
    lines = []
    for name, says in PICTURES.items():
        assert (ROOT / "screens" / f"{name}.svg").exists()
        lines += [says, "", f"![{says}](screens/{name}.svg)", ""]
    return "\n".join([*lines, "All of them: [screens/](screens/README.md)."])


def test_the_readme_shows_three_screens_that_are_drawn(golden: Callable[[Path, str], None]) -> None:
    golden(README, filled(README.read_text(encoding="utf-8"), "screens", screens_shown()))


def commands_named(text: str) -> list[str]:
    return sorted(set(re.findall(r"mlcockpit ([a-z][a-z-]*)", text)))


@pytest.mark.parametrize("name", commands_named(README.read_text(encoding="utf-8")))
def test_every_command_that_the_readme_names_exists(name: str) -> None:
    assert name in catalogue.names()


def test_ci_runs_the_test_command_that_the_readme_gives() -> None:
    (command,) = re.findall(
        r"^(\.venv/bin/pip install -q '\.\[test\]' && .*)$", README.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
