"""Credentials of every usual shape are masked, ordinary code is not, and the mask says nothing about the value."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.domain.redaction import (
    fingerprint,
    is_secret_name,
    redact,
    redact_argv,
    without_credentials,
)

SALT = b"salt"
_40 = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12"

SECRETS = {
    "aws id": ("aws_id = '{}'", "AKIA" + "IOSFODNN7EXAMPLE"),
    "aws secret": ("aws_secret_access_key = {}\n", _40),
    "github": ("git clone with {}", "ghp_" + "a1B2" * 9),
    "gitlab": ("x={}", "glpat-" + "abcdEFGH1234ijklMNOP"),
    "slack": ("notify('{}')", "xoxb-" + "123456789012-abcdefABCDEF"),
    "slack hook": ("https://hooks.slack.com/services/{}", "T00000000/B00000000/" + "X1" * 12),
    "google": ("key {}", "AIza" + "SyA1234567890abcdefghijklmnopqrstuv"),
    "stripe": ("{}", "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc"),
    "model service": ("client = Client('{}')", "sk-" + "proj-abcdEFGH1234ijklMNOP5678"),
    "hub": ("login(token='{}')", "hf_" + "abcdefghijABCDEFGHIJ1234567890abcd"),
    "databricks": ("host {} end", "dapi" + "0123456789abcdef" * 2),
    "jwt": ("cookie: {}", "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0In0." + "dozjgNryP4J3jVmNHl0w5N"),
    "pem": ("{}", "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----"),
    "url password": ("postgresql://ana:{}@db.example.org/ml", "s3cr3tpw"),
    "bearer": ("headers = {{'Authorization': 'Bearer {}'}}", "abcdef0123456789ABCDEF"),
    "quoted": ('DB_PASSWORD = "{}"', "hunter2hunter2"),
    "dotenv": ("export API_KEY={}\n", "plainbutsecretvalue"),
    "flag": ("python train.py --api-key {} --depth 3", "Zx81Spectrum48k"),
    "azure": ("DefaultEndpointsProtocol=https;AccountKey={};x=1", "A1b2" * 20 + "=="),
}
DECOYS = (
    'tokenizer = "bert-base-uncased"',
    "max_tokens=512",
    "password = getpass.getpass()",
    'token = os.environ["API_TOKEN"]',
    "secret_key: null",
    "commit = 'd1e8a70b5ccab1dc2f56bbf7e99f064a660c08ab'",
    "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "def login(user: str, password: str) -> None:",
    "run_id = '123e4567-e89b-12d3-a456-426614174000'",
    "monkey = keyboard['author']; authors = load(path)",
)


def test_at_least_18_of_19_shapes_are_masked() -> None:
    masked = {name: redact(line.format(value), salt=SALT, where="")[0] for name, (line, value) in SECRETS.items()}
    missed = [name for name, text in masked.items() if SECRETS[name][1] in text]
    assert len(SECRETS) == 19
    assert missed == []


def test_at_most_one_decoy_is_masked() -> None:
    masked = [line for line in DECOYS if redact(line, salt=SALT, where="x")[1]]
    assert masked == []


def test_a_finding_says_where_and_never_what() -> None:
    text, found = redact("a = 1\nPASSWORD = 'hunter2hunter2'\n", salt=SALT, where="train.py")
    assert [(each.where, each.kind) for each in found] == [("train.py:2", "quoted")]
    assert text == f"a = 1\nPASSWORD = '[redacted:quoted:{fingerprint('hunter2hunter2', SALT)}]'\n"
    assert "hunter2" not in repr(found)


def test_windows_line_ends_and_very_long_lines_hide_nothing() -> None:
    assert redact("API_KEY=abcdef123456\r\nx\r\n", salt=SALT, where="")[0].endswith("]\r\nx\r\n")
    line = "ümlaut " * 9000 + "DB_PASSWORD = 'hunter2hunter2' " + "ü" * 9000
    text, found = redact(line, salt=SALT, where="one")
    assert ([each.where for each in found], "hunter2" in text, len(text)) == (["one"], False, len(line) + 16)


def test_line_numbers_stay_when_a_key_of_many_lines_is_masked() -> None:
    line, value = SECRETS["pem"]
    before = f"a\n{line.format(value)}\nlast\n"
    text, _ = redact(before, salt=SALT, where="")
    assert text.count("\n") == before.count("\n")


def test_what_is_masked_once_is_left_alone_the_second_time() -> None:
    for line, value in SECRETS.values():
        once, _ = redact(line.format(value), salt=SALT, where="")
        assert redact(once, salt=SALT, where="") == (once, ())


def test_equal_values_have_equal_fingerprints_only_under_one_salt() -> None:
    assert fingerprint("a", b"1") == fingerprint("a", b"1")
    assert len({fingerprint("a", b"1"), fingerprint("a", b"2"), fingerprint("b", b"1")}) == 3


def test_arguments_lose_the_value_that_follows_a_secret_flag() -> None:
    given_argv = ["python", "t.py", "--password", "hunter2", "--db-token=abcdef12", "--depth", "5"]
    argv, found = redact_argv(given_argv, salt=SALT)
    assert (argv[:3], argv[5:], len(found)) == (("python", "t.py", "--password"), ("--depth", "5"), 2)
    assert not any("hunter2" in word or "abcdef12" in word for word in argv)


@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "MLFLOW_TRACKING_TOKEN", "--api-key"])
def test_a_name_of_a_credential_is_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["TOKENIZERS_PARALLELISM", "MAX_TOKENS", "HOME", "KEYBOARD", "AUTHOR", "PWD", "OLDPWD", "--depth"]
)
def test_a_name_of_something_else_is_not(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://ana:pw@host/a/b.git?token=x#y", "https://host/a/b.git"),
        ("ssh://git@host:22/a", "ssh://host:22/a"),
        ("git@host:team/repo.git", "git@host:team/repo.git"),
        ("/srv/repo", "/srv/repo"),
    ],
)
def test_a_url_is_kept_without_credentials(url: str, kept: str) -> None:
    assert without_credentials(url) == kept


@given(st.text(max_size=400))
def test_any_text_keeps_its_lines(text: str) -> None:
    assert redact(text, salt=SALT, where="")[0].count("\n") == text.count("\n")


@given(st.sampled_from(sorted(SECRETS)), st.text("abc \n#=", max_size=30), st.text("xyz \n", max_size=30))
def test_a_secret_between_any_lines_is_masked(name: str, before: str, after: str) -> None:
    line, value = SECRETS[name]
    assert value not in redact(f"{before}\n{line.format(value)}\n{after}", salt=SALT, where="")[0]


def test_time_grows_with_the_length_and_not_with_its_square() -> None:
    shapes = ("a_" * 1000, "password" * 250, "A1b2" * 500, "x=" * 1000, "https://" * 250, "--api-" * 300, " \n" * 1000)
    for shape in shapes:
        spent = []
        for times in (10, 40):
            start = time.process_time()
            redact(shape * times, salt=SALT, where="")
            spent.append(time.process_time() - start)
        assert all(after < 12 * max(before, 0.005) for before, after in pairwise(spent)), shape[:10]
