"""The orgs file: what it means, and what is reported when it is wrong."""

from __future__ import annotations

import textwrap
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.errors import SettingsError
from automation.fleet import orgs_file as orgs_file_module
from automation.fleet.history import History
from automation.fleet.orgs import with_suffix
from automation.fleet.orgs_file import LONGEST_KEPT, OrgsFile
from automation.fleet.runner import forget
from automation.salesforce.hosts import sandbox_name
from tests.forgetting import only_own

GOOD = """
[defaults]
login_url = "https://acme--{name}.sandbox.my.salesforce.com"
username = "admin@acme.com"
password = "env:PW_{name}"

[defaults.app]
contact_email = "admin@acme.com"
callback_url = "https://acme.example/oauth"
run_as = "sync@acme.com"

[orgs.dev]
[orgs.uat]
deadline = 60
app.run_as = "other@acme.com"
"""

PRODUCTION = '[production]\nlogin_url = "https://acme.my.salesforce.com"\n'


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def read(text: str) -> OrgsFile:
    path = Path("orgs.toml")
    path.write_text(textwrap.dedent(text))
    return OrgsFile.read(path)


def test_defaults_are_shared_and_an_orgs_own_keys_win() -> None:
    """Two tables with a line each make two whole orgs."""
    dev, uat = read(GOOD).orgs
    assert dev.host == "acme--dev.sandbox.my.salesforce.com"
    assert (dev.deadline, uat.deadline) == (1800.0, 60.0)
    assert dev.texts["ECA_CALLBACK_URL"] == uat.texts["ECA_CALLBACK_URL"]


def test_usernames_take_the_sandbox_suffix_by_themselves() -> None:
    """As a refresh does it."""
    dev, uat = read(GOOD).orgs
    assert (dev.texts["ECA_RUN_AS"], uat.texts["ECA_RUN_AS"]) == ("sync@acme.com.dev", "other@acme.com.uat")
    assert dev.texts["SF_USERNAME"] == "admin@acme.com.dev"


def test_the_suffix_can_be_left_out() -> None:
    """For users that were made in the sandbox itself."""
    org = read(GOOD.replace("[orgs.dev]", "[orgs.dev]\nadd_suffix = false")).orgs[0]
    assert org.texts["ECA_RUN_AS"] == "sync@acme.com"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("acme--dev.sandbox.my.salesforce.com", "dev"),
        ("acme-co--Full1.sandbox.my.salesforce.com", "Full1"),
        ("acme.my.salesforce.com", None),
        ("acme-dev-ed.develop.my.salesforce.com", None),
    ],
)
def test_the_sandbox_is_named_by_its_host(host: str, name: str | None) -> None:
    """And by nothing else."""
    assert sandbox_name(host) == name
    assert with_suffix("a@b.com", host) == (f"a@b.com.{name.lower()}" if name else "a@b.com")


def test_secrets_are_looked_up_only_when_a_run_needs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check of an org needs no passwords."""
    org = read(GOOD).orgs[0]
    org.settings_to_check()
    with pytest.raises(SettingsError, match=r"env:PW_dev: there is no such variable"):
        org.settings()
    with only_own():
        monkeypatch.setenv("PW_dev", "correct horse battery")
        password = org.settings().sf_password
        assert password is not None
        assert password.reveal() == "correct horse battery"


def test_each_org_delivers_to_a_place_of_its_own_by_default() -> None:
    """The same place as a run on that org alone."""
    assert read(GOOD).orgs[0].texts["CREDENTIALS_TO"] == "dotenv:credentials/acme--dev.sandbox.my.salesforce.com.env"


WRONG = [
    ("login_url = 5", "[orgs.dev] login_url: must be text"),
    ('password = "hunter2hunter2"', "[orgs.dev] password: a secret in clear text is refused"),
    ('pasword = "env:X"', "[orgs.dev] pasword: there is no such key; did you mean password?"),
    ('https_proxy = "http://user:geheim77@proxy:3128"', "[orgs.dev] https_proxy: a secret in clear text is refused"),
    (
        'login_url = "https://acme.lightning.force.com"',
        "[orgs.dev] login_url: acme.lightning.force.com is not a Salesforce login host",
    ),
    ('login_url = "https://test.salesforce.com"', "[orgs.dev] login_url: test.salesforce.com serves every org"),
    ('login_url = "https://acme.my.salesforce.com"', 'add allow_production = "acme.my.salesforce.com"'),
    ('deliver = ["nowhere:x"]', "[orgs.dev] deliver: 'nowhere' begins no known delivery target"),
    ('deliver = ["command:/bin/true"]', "[orgs.dev] deliver: nothing there can be read again"),
    ("deadline = true", "[orgs.dev] deadline: must be a number of seconds"),
    ('app.scope = "api"', "[orgs.dev.app] scope: there is no such key; did you mean scopes?"),
    ('app.pkce = "no"', "[orgs.dev.app] pkce: must be true or false"),
    ('app.contact_email = "nobody"', "[orgs.dev] app.contact_email: 'nobody' is not an email address"),
    ('imap_url = "imaps://mail.acme.com/INBOX"', "[orgs.dev] imap_username: missing; imap_url is set and needs it"),
    ('app.run_as = "admin@acme.com"', "[orgs.dev] app.run_as: is the same user as username"),
    ('frontdoor_url = "env:X"', "[orgs.dev] frontdoor_url: there is no such key"),
]


@pytest.mark.parametrize(("line", "said"), WRONG, ids=[line.partition(" ")[0] for line, _ in WRONG])
def test_an_error_names_table_and_key(line: str, said: str) -> None:
    """And what is right, in the words of the file."""
    with only_own(), pytest.raises(SettingsError) as caught:
        read(GOOD.replace("[orgs.dev]", f"[orgs.dev]\n{line}"))
    assert said in caught.value.message
    assert caught.value.exit_code == 78
    assert "hunter2" not in caught.value.message
    assert "geheim77" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[org.dev]", "[org]: there is no such table; there are defaults, orgs"),
        ("[orgs]", "[orgs]: no org is named"),
        (GOOD + "[limits]\nlogin = 3", "[limits] login: there is no such key"),
        (GOOD + "[limits]\nlogins = 0", "[limits] logins: must be a number from 1 to 1,000,000"),
        (f"{GOOD}{PRODUCTION}", "[production]: give either access_token or"),
        (f'{GOOD}{PRODUCTION}access_token = "00Dxxxx"', "[production] access_token: a"),
        (GOOD + '[notify]\nfailed = ["command:x"]', "[notify] failed: there is no such event; did you mean failure?"),
        (GOOD + '[notify]\nfailure = ["apprise:slack://T/B/x"]', "[notify] failure: apprise: a secret in clear"),
        (GOOD + '[orgs.two]\nlogin_url = "https://acme--dev.sandbox.my.salesforce.com"', "already that of [orgs.dev]"),
        (GOOD + '[orgs.a]\ndeliver = "dotenv:1.env"\n[orgs.b]\ndeliver = "dotenv:1.env"', "deliver: dotenv:1.env is already"),
        (GOOD + '[orgs.a]\ndeliver = "dotenv:1.env"\n[orgs.b]\ndeliver = "json:./1.env"', "deliver: json:1.env is"),
        ("x = ", "is no TOML"),
    ],
)  # fmt: skip
def test_the_whole_file_is_checked(text: str, said: str) -> None:
    """Tables, limits, production access, notifications, and orgs that get in each other's way."""
    with only_own(), pytest.raises(SettingsError) as caught:
        read(text)
    assert said in str(caught.value)


def test_everything_wrong_is_reported_at_once() -> None:
    """Nobody has to run the command once per mistake."""
    with pytest.raises(SettingsError) as caught:
        read(GOOD + '[limits]\nlogin = 3\n[orgs.x]\nlogin_url = 1\n[orgs.y]\nfoo = "x"')
    assert caught.value.message.count("\n") == 3


def test_a_missing_file_says_how_to_begin() -> None:
    """The example is there to be copied."""
    with pytest.raises(SettingsError) as caught:
        OrgsFile.read(Path("orgs.toml"))
    assert "orgs.example.toml" in caught.value.next


def test_proxy_and_browser_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """They belong to the machine; who logs in where does not."""
    monkeypatch.setenv("NO_PROXY", "localhost")
    monkeypatch.setenv("SF_CLI_ORG", "somebody's")
    texts = read(GOOD).orgs[0].texts
    assert texts["NO_PROXY"] == "localhost"
    assert "SF_CLI_ORG" not in texts


def test_the_example_is_a_good_file() -> None:
    """It is meant to be copied and changed."""
    example = OrgsFile.read(Path(__file__).resolve().parents[2] / "orgs.example.toml")
    assert len(example.orgs) >= 3


@pytest.mark.parametrize("number", ["inf", "nan", "-inf", "1e400", "9" * 4000, "1_000_001", "true", '"5"', "-1"])
@pytest.mark.parametrize(
    "key", ["[limits]\nlogins", "[limits]\ndeadline", "[limits]\nkeep_days", "[orgs.x]\ndeadline", "[orgs.x]\ntimeout_page"]
)
def test_a_number_is_one_that_can_be_counted_with(number: str, key: str) -> None:
    """Named by table and key."""
    with pytest.raises(SettingsError) as caught:
        read(f"{GOOD}\n{key} = {number}")
    assert key.partition("\n")[2] in caught.value.message


def test_what_is_kept_longest_can_be_counted_back_from_today(tmp_path: Path) -> None:
    """More days than there are dates ended a job that had done everything, at its last step."""
    with History(tmp_path / "h.sqlite3") as history:
        forget(history, read(f"{GOOD}\n[limits]\nkeep_days = {LONGEST_KEPT}").limits.keep_days, tmp_path)
    with pytest.raises(SettingsError, match="keep_days: must be a number from 0 to 36,500"):
        read(f"{GOOD}\n[limits]\nkeep_days = {LONGEST_KEPT + 1}")


@pytest.mark.parametrize(
    "text",
    [
        f"x = {'9' * 5000}", f"x = {'[' * 5000}", f"x = {'{a=' * 3000}", "\ufeff\ufeff", "x = '\0'", "orgs = 5", "defaults = []",
        "[defaults]\napp = 3", "[orgs]\ndev = 3", '[orgs.""]', "[orgs.dev.app.x]", "[notify]\nfailure = 3", "production = []",
        '[orgs.dev]\nlogin_url = "https://[x"', '[orgs.dev]\nlogin_url = ""', "limits = 1", '[production]\nlogin_url = "https://["\ncredentials="x"',
    ],
    ids=repr,
)  # fmt: skip
def test_whatever_is_in_the_file_the_error_is_ours(text: str) -> None:
    """Nesting, numbers and types that nobody meant."""
    with only_own(), pytest.raises(SettingsError):
        read(text)


def test_a_home_folder_that_is_nobodys_is_a_problem_of_that_key() -> None:
    """With its table."""
    with pytest.raises(SettingsError) as caught:
        read(f"{GOOD}\n[orgs.x]\ndeliver = 'dotenv:~nosuchuser/x.env'\nca_file = '~nosuchuser/ca.pem'")
    assert "[orgs.x] ca_file" in caught.value.message


def test_a_file_of_notepad_is_read() -> None:
    """With its byte order mark."""
    assert len(read(f"\ufeff{GOOD}").orgs) == 2


@pytest.mark.parametrize("what", ["folder", "NUL", "latin-1", "huge"])
def test_what_can_not_be_read_says_so(tmp_path: Path, what: str) -> None:
    """As an error about the orgs file."""
    path = tmp_path / "orgs.toml"
    if what == "folder":
        path.mkdir()
    elif what == "huge":
        path.write_text("#" * 4_000_001)
    else:
        path.write_bytes("[orgs.ü]".encode("latin-1"))
    with pytest.raises(SettingsError) as caught:
        OrgsFile.read(Path("a\0b") if what == "NUL" else path)
    assert "orgs file" in caught.value.message


class TestDoubtfulUsernames:
    """Salesforce appends the sandbox's name to every username, also to one that ends so already."""

    LINES = ('username = "admin@acme.dev"', 'app.run_as = "sync@acme.dev"')

    @pytest.mark.parametrize("line", LINES)
    def test_it_is_asked_what_is_meant(self, line: str) -> None:
        """A guess would cost a wrong login at each run."""
        with pytest.raises(SettingsError) as caught:
            read(GOOD.replace("[orgs.dev]", f"[orgs.dev]\n{line}"))
        assert "acme.dev already ends like the usernames of this sandbox" in caught.value.message
        assert "acme.dev.dev" in caught.value.message

    @pytest.mark.parametrize(("switch", "username"), [("true", "admin@acme.dev.dev"), ("false", "admin@acme.dev")])
    def test_the_switch_decides(self, switch: str, username: str) -> None:
        text = GOOD.replace("[orgs.dev]", f"[orgs.dev]\n{self.LINES[0]}\nadd_suffix = {switch}")
        assert read(text).orgs[0].texts["SF_USERNAME"] == username


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["login_url", "username", "password", "deliver", "deadline", "add_suffix", "app", "https_proxy", "imap_url", "x"]
)
TABLE = st.dictionaries(
    KEYS, json_like | st.sampled_from(["https://acme--dev.sandbox.my.salesforce.com", "env:X", "dotenv:~x/y"]), max_size=4
)


@settings(max_examples=25)
@given(
    tree=st.fixed_dictionaries(
        {},
        optional={
            "defaults": TABLE | json_like, "orgs": st.dictionaries(st.text(max_size=5), TABLE | json_like, max_size=2) | json_like,
            "limits": st.dictionaries(st.sampled_from(["logins", "deadline", "checks"]), json_like, max_size=2) | json_like,
            "production": TABLE | json_like, "notify": st.dictionaries(st.sampled_from(["failure", "x"]), json_like) | json_like,
        },
    )
)  # fmt: skip
def test_no_tree_of_values_leaves_with_an_error_that_is_not_ours(tree: dict[str, Any]) -> None:
    """A checked file, or a SettingsError."""
    with only_own(), patch.object(orgs_file_module, "read_toml", lambda *_, **__: tree), suppress(SettingsError):
        assert OrgsFile.read(Path(__file__)).orgs
