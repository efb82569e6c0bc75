"""What stands between a recipe's packages and an environment is decided without uv: what is used as it is, and what is told."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.integrations.nearest_pins import changes, resolve_pins
from mlcockpit.integrations.python_installations import read_environment
from mlcockpit.integrations.uv_environment import UvEnvironments, _bare
from mlcockpit.integrations.uv_words import said, until
from mlcockpit.ports import Finished

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True)
VERSIONS = st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){0,2}", fullmatch=True)
LOCKS = st.dictionaries(NAMES, VERSIONS, min_size=1, max_size=5)


class NoRunner:
    """A runner that must not be asked."""

    def run(self, argv: object, **options: object) -> Finished:
        raise AssertionError(argv)


@pytest.fixture(scope="module")
def here() -> dict[str, str]:
    """Return the packages of the tests' own environment."""
    known = read_environment(Path(sys.executable))
    assert known is not None
    return dict(known.packages)


def build(tmp_path: Path, **wanted: object) -> object:
    environments = UvEnvironments(tmp_path, NoRunner(), {})
    return environments._as_it_is({"existing": sys.executable, "kind": "lock", **wanted})


def test_an_environment_that_holds_every_pin_is_used_as_it_is_and_says_what_is_more(
    tmp_path: Path, here: dict[str, str]
) -> None:
    lines = [f"{name}=={version}" for name, version in sorted(here.items())[:5]]
    found = build(tmp_path, requirements=lines)
    assert found is not None
    assert sys.executable == found.python  # type: ignore[attr-defined]
    assert "packages are installed besides those of the lock" in found.deviations[0]  # type: ignore[attr-defined]


def test_one_other_version_and_the_environment_is_not_used(tmp_path: Path, here: dict[str, str]) -> None:
    lines = [f"{name}=={version}" for name, version in sorted(here.items())[:5]]
    assert None is build(tmp_path, requirements=[*lines, "pytest==0.0.1"])
    assert None is build(tmp_path, requirements=[*lines, "no-such-package==1"])
    assert None is build(tmp_path, existing="/nowhere/bin/python", requirements=lines)
    assert None is build(tmp_path, existing="", requirements=lines)


@given(LOCKS)
def test_pins_that_were_met_are_no_change(lock: dict[str, str]) -> None:
    text = "".join(f"{name}=={version}\n" for name, version in lock.items())
    assert [] == changes(text, text)
    assert (text, []) == resolve_pins(text, "", lambda lines, day: lines, lambda: "")


@given(LOCKS, st.data())
def test_every_other_version_is_told_once(lock: dict[str, str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(lock)))
    have = {**lock, name: lock[name] + ".post1"}
    told = changes(*("".join(f"{key}=={value}\n" for key, value in one.items()) for one in (lock, have)))
    assert [f"{name} {have[name]} instead of {lock[name]}"] == told


@given(LOCKS)
def test_pins_that_nothing_meets_end_in_nothing(lock: dict[str, str]) -> None:
    text = "".join(f"{name}=={version}\n" for name, version in lock.items())
    said = "".join(f"there is no version of {name}=={version}\n" for name, version in lock.items())
    assert None is resolve_pins(text, "2024-01-01T00:00:00Z", lambda lines, day: None, lambda: said)


def test_words_of_a_lock_and_a_log_are_read_as_meant(tmp_path: Path) -> None:
    assert "1.2" == _bare("1.2 ; python_version < '3.9'")
    assert datetime(2024, 5, 1, tzinfo=UTC) == until({"as_of": "2024-05-01T00:00:00Z"})
    assert 2035 == until({"as_of": "soon"}).year == until({}).year
    (tmp_path / "log").write_bytes(b"$ uv venv\nfine\n$ uv pip sync\nbroken \xff\n")
    assert "pip sync\nbroken \ufffd\n" == said(tmp_path / "log")
