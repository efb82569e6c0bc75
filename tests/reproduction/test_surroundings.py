"""The guard of a rerun knows every tracking server that is the person's."""

from pathlib import Path

from mlcockpit.domain.recipe import Ingredient, Recipe
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.ports import BuiltEnvironment
from mlcockpit.reproduction.surroundings import DECLARED, child_environment
from mlcockpit.reproduction.workspace import open_attempt


def test_servers_of_the_shell_and_of_the_project_are_closed_to_the_command(tmp_path: Path) -> None:
    recipe = Recipe("r", tuple(Ingredient(name, Standing.RECORDED, {}, "") for name in ("command", "seed")))
    environ = {
        "MLFLOW_TRACKING_URI": "https://ana:secret@mlflow.example.org/a",
        "MLFLOW_REGISTRY_URI": "sqlite:///x.db",
        DECLARED: "http://[::1]:5000",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    attempt = open_attempt(tmp_path, "r")
    built = BuiltEnvironment("/usr/bin/python3", "3.11", {})
    given = child_environment(recipe, attempt, built, environ, attempt.store, ())
    attempt.close()
    assert "mlflow.example.org:443,::1:5000" == given["MLCOCKPIT_GUARD_DENIED"]
    assert "secret" not in "".join(given.values())
    assert f"sqlite:///{attempt.store}" == given["MLFLOW_TRACKING_URI"]
