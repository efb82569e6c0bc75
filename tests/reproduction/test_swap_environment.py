"""Which packages an upgrade asks for, and which it keeps, are pure functions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.errors import StageFailed, UsageError
from mlcockpit.integrations.upgraded_lock import pins_in, require_asked, upgraded
from mlcockpit.reproduction.swap_environment import Wanted, moved, parse_packages, swap_environment

NAMES = ["click", "pandas", "mlflow", "numpy", "six"]
VERSIONS = st.sampled_from(["1.0", "1.1", "2.0.3"])
ENVIRONMENT = Ingredient("environment", Standing.RECORDED, {"kind": "lock", "python": "3.11"}, "")


def asked(direct: list[str], wanted: Wanted) -> tuple[Json, Json]:
    found, _ = swap_environment(ENVIRONMENT, direct, wanted, today="2026-01-01", where="tests")
    return found.field("raise"), found.field("keep")


def test_by_default_every_direct_requirement_but_mlflow_is_asked_for() -> None:
    assert asked(["click", "mlflow"], Wanted({})) == ({"click": ""}, ["mlflow"])
    assert asked(["click", "mlflow"], Wanted({}, everything=True)) == ({"click": "", "mlflow": ""}, [])
    assert asked(["click", "mlflow"], Wanted({"mlflow": "3.0"})) == ({"mlflow": "3.0"}, ["click"])
    assert asked(["click", "mlflow"], Wanted({}, "3.12")) == ({}, ["click", "mlflow"])
    with pytest.raises(UsageError, match="no package that could move"):
        asked(["mlflow"], Wanted({}))


def test_another_wish_is_another_recipe() -> None:
    values = [
        swap_environment(ENVIRONMENT, ["click"], wanted, today="2026-01-01", where="")[0].text("lock_sha256")
        for wanted in (Wanted({}), Wanted({"click": "8.0"}), Wanted({}, "3.12"), Wanted({"six": ""}))
    ]
    assert len(set(values)) == 4


@given(st.dictionaries(st.sampled_from(NAMES), VERSIONS, min_size=1), st.sets(st.sampled_from(NAMES)))
def test_what_is_not_asked_for_stays_preferred_and_nothing_of_a_whole_lock_is_lost(
    pins: dict[str, str], raised: set[str]
) -> None:
    lock = "".join(f"{name}=={version}\n" for name, version in pins.items())
    lines, prefer = upgraded(lock, {"raise": dict.fromkeys(raised, ""), "keep": ["mlflow"], "whole": True})
    names = {line.split(">")[0].split("=")[0] for line in lines.split()}
    assert set(pins) | raised | {"mlflow"} == names
    assert pins_in(prefer) == {name: version for name, version in pins.items() if name not in raised | {"mlflow"}}


def test_markers_and_extras_of_a_lock_are_kept() -> None:
    lines, _ = upgraded(
        "pywin32==306 ; sys_platform == 'win32'\nuvicorn[standard]==0.3\n", {"raise": {}, "whole": True}
    )
    assert lines.splitlines() == ["pywin32; sys_platform == 'win32'", "uvicorn[standard]"]


def test_a_named_version_that_does_not_fit_is_a_failure_and_not_another_version() -> None:
    require_asked("click==8.1\n", {"raise": {"click": "8.1"}})
    with pytest.raises(
        StageFailed, match=r"click 9 cannot be had together with the other packages: 8.1 is the nearest"
    ):
        require_asked("click==8.1\n", {"raise": {"click": "9"}})


def test_packages_that_moved_are_named_those_asked_for_first() -> None:
    before = {"a": "1", "click": "7", "pandas": "1", "tool": "5", "same": "1"}
    found = moved(before, {"a": "2", "click": "8", "pandas": "2", "new": "1", "same": "1"}, ["pandas"], ["click"])
    assert [(one.name, one.old, one.new, one.how) for one in found] == [
        ("click", "7", "8", "asked for"),
        ("pandas", "1", "2", "direct requirement"),
        ("a", "1", "2", "moved along"),
        ("new", "", "1", "moved along"),
    ]


def test_package_words_are_read_or_refused() -> None:
    assert parse_packages(["Click", "scikit_learn==1.5"]) == {"click": "", "scikit-learn": "1.5"}
    for word in ("", "a b", "a==1,<2", "a @ file:///x", "-r x"):
        with pytest.raises(UsageError):
            parse_packages([word])
