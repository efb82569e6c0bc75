"""What commands print with --json is what the shipped schemas say, for real output of a real project."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from mlcockpit.cli import catalogue
from mlcockpit.cli.commands.schema import schema, schema_names
from mlcockpit.domain.recipe import NAMES, Ingredient
from mlcockpit.domain.reproduction_result import ArtifactComparison, MetricComparison, OtherRun, ReproductionResult
from mlcockpit.domain.vocabulary import Outcome, Severity, SourceState, Standing, Verdict
from mlcockpit.views.screens import SCREENS
from tests.cli_runner import mlcockpit
from tests.faults.world import FILES, Product, a_product
from tests.stores.worlds import begin


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """Return a synced product with something of everything."""
    top = tmp_path_factory.mktemp("schemas")
    product = a_product(top / "product", begin(top))
    assert len(FILES) == 3
    for words in (
        ("sync",),
        ("data", "publish", "customers"),
        ("incident", "declare", "share fell", "--severity", "2", "--about", "metric/useful"),
    ):
        assert 0 == mlcockpit(product.folder, *words).code
    return product


def fits(name: str, value: Any) -> None:
    jsonschema.validate(value, schema(name), format_checker=jsonschema.FormatChecker())


SAID: dict[str, list[tuple[str, ...]]] = {
    "runs": [("runs",), ("runs", "auc>100"), ("runs", "--limit", "1")],
    "check": [("check",)],
    "sync": [("sync",)],
    "log": [("log",), ("log", "inc/1")],
    "recipe": [("recipe", "first"), ("reproduce", "--plan", "first", "second")],
    "view": [
        ("status",),
        ("report", "--format", "json"),
        ("report", "--format", "json", "--role", "ops"),
        ("show", "model/churn"),
        ("show", "run/first"),
        ("show", "data/customers"),
        ("show", "inc/1"),
        ("show", "metric/useful"),
        *[("show", each.name) for each in SCREENS],
    ],
    "answer": [
        ("people", "list"),
        ("metric", "list"),
        ("metric", "trend", "useful"),
        ("data", "list"),
        ("incident", "list"),
        ("rule",),
        ("rule", "O02"),
        ("keys",),
        ("data", "verify"),
        ("schema",),
        ("--help",),
    ],
}


@pytest.mark.parametrize("name", SAID)
def test_real_output_fits_its_schema(product: Product, name: str) -> None:
    for words in SAID[name]:
        ran = mlcockpit(product.folder, "--json", *words)
        assert ran.out.startswith(("{", "[")), (words, ran.err)
        fits(name, ran.json)


def test_a_real_reproduction_fits_its_schema(product: Product) -> None:
    ran = mlcockpit(product.folder, "reproduce", "first", "--trust", "--json")
    fits("reproduce", ran.json)
    assert "incomplete" == ran.json["verdict"]


def test_every_verdict_fits_the_schema_of_a_reproduction() -> None:
    metrics = tuple(
        MetricComparison("m", 1.0, None, word) for word in ("equal", "within_tolerance", "different", "excluded")
    )
    artifacts = tuple(
        ArtifactComparison("a", word) for word in ("equal", "equal_content", "only_original", "only_reproduced")
    )
    ingredients = tuple(Ingredient(name, standing, {"a": [1]}, "seen") for name in NAMES for standing in Standing)
    results = [
        ReproductionResult(
            "a" * 32,
            "r1",
            verdict,
            "why",
            "data",
            Standing.RECORDED,
            ingredients,
            metrics,
            artifacts,
            (OtherRun("b", None),),
        ).to_json()
        for verdict in Verdict
    ]
    fits("reproduce", results)
    fits("reproduce", results[0])


def test_a_wrong_value_does_not_fit(product: Product) -> None:
    ran = mlcockpit(product.folder, "--json", "runs")
    wrong = ran.json
    wrong["runs"][0]["reproduction"] = "perhaps"
    with pytest.raises(jsonschema.ValidationError):
        fits("runs", wrong)


@pytest.mark.parametrize("name", schema_names())
def test_every_schema_is_one_and_is_printed_whole(tmp_path: Path, name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))
    for words in (("schema", name), ("schema", name, "--json")):
        assert schema(name) == mlcockpit(tmp_path, *words).json


@pytest.mark.parametrize("words", [Verdict, Standing, SourceState, Severity, Outcome])
def test_closed_sets_are_the_ones_of_the_domain(words: Any) -> None:
    sets = [set(found) for name in schema_names() for found in _enums(schema(name))]
    assert {each.value for each in words} in sets


def _enums(node: Any) -> list[list[str]]:
    if isinstance(node, dict):
        own = [node["enum"]] if "enum" in node else []
        return own + [each for value in node.values() for each in _enums(value)]
    return [each for value in node for each in _enums(value)] if isinstance(node, list) else []


def test_a_schema_of_a_command_is_named_like_it() -> None:
    assert set(schema_names()) - {"view", "answer"} <= set(catalogue.names())


def test_an_unknown_schema_names_the_nearest(tmp_path: Path) -> None:
    ran = mlcockpit(tmp_path, "schema", "run")
    assert (2, "mlcockpit: there is no schema 'run': did you mean runs?\n") == (ran.code, ran.err)


def test_the_list_of_schemas_is_short_and_complete(tmp_path: Path) -> None:
    rows = mlcockpit(tmp_path, "schema", "--json").json["sections"][0]["rows"]
    assert schema_names() == [row["schema"] for row in rows]
    assert json.dumps(rows)
