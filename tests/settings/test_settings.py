"""Settings: who wins, what is refused, and that all problems are reported at once."""

from __future__ import annotations

import re
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.errors import SettingsError
from automation.secrets import Secret, known_secrets
from automation.settings import load_settings
from automation.settings.table import BY_NAME, SECRET_FILES


def test_the_least_settings_give_the_documents_app(environment: dict[str, str]) -> None:
    settings = load_settings(environment)
    assert settings.eca_name == "ServiceMax Service Board Sync"
    assert settings.eca_api_name == "ServiceMax_Service_Board_Sync"
    assert settings.eca_scopes == ("id", "api")
    assert settings.eca_ip_relaxation == "Bypass"
    assert settings.eca_distribution_state == "Local"
    assert [target.name for target in settings.credentials_to] == ["dotenv:credentials/acme--dev.sandbox.my.salesforce.com.env"]
    assert settings.host == "acme--dev.sandbox.my.salesforce.com"


def test_no_secret_shows_when_settings_are_printed(environment: dict[str, str]) -> None:
    assert "correct horse" not in repr(load_settings(environment))
    assert "correct horse battery" in known_secrets()


def test_the_command_line_wins_over_the_environment_and_that_over_dotenv(environment: dict[str, str], tmp_path: Path) -> None:
    dotenv = tmp_path / "x.env"
    dotenv.write_text("ECA_NAME=File\nECA_RUN_AS=file@acme.com\nTIMEOUT_SAVE=7\n")
    environment |= {"ECA_NAME": "Environment"}
    settings = load_settings(environment, dotenv, {"ECA_NAME": "Command line"})
    assert settings.eca_name == "Command line"
    assert settings.eca_run_as == "integration@acme.com.dev"
    assert settings.timeout_save == 7


def test_an_app_file_wins_over_the_environment(environment: dict[str, str]) -> None:
    assert load_settings(environment, app={"ECA_RUN_AS": "app@acme.com"}).eca_run_as == "app@acme.com"


def test_an_empty_value_is_no_value(environment: dict[str, str]) -> None:
    assert load_settings({**environment, "SF_TOTP_SECRET": "", "ECA_NAME": " "}).eca_name == "ServiceMax Service Board Sync"


def test_a_secret_comes_from_its_file_without_the_line_end(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "password").write_text("pass word\r\n")
    del environment["SF_PASSWORD"]
    settings = load_settings({**environment, "SF_PASSWORD_FILE": str(tmp_path / "password")})
    assert settings.sf_password == Secret("pass word")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("SF_PASSWORD", '"secret"', "is in quotes"),
        ("SF_PASSWORD", "'secret' ", "is in quotes"),
        ("SF_PASSWORD", "secret ", "ends with a blank"),
        ("SF_PASSWORD", "secret\u00a0", "ends with a blank"),
        ("SF_PASSWORD", "\u201csecret\u201d", "is in typographic quotes"),
        ("SF_PASSWORD", "${PW}", "is the name of a variable"),
        ("SF_IMAP_PASSWORD", "p\udcf6ss", "bytes that are no UTF-8"),
        ("SF_USERNAME", "j\udcf6rg@acme.example", "U\\+DCF6"),
        ("SF_IMAP_PASSWORD", "%PW%", "is the name of a variable"),
        ("ECA_NAME", '"My App"', "is in quotes"),
        ("SF_USERNAME", "'admin@acme.com.dev'", "is in quotes"),
    ],
)
def test_what_a_windows_shell_or_docker_leaves_on_a_value_is_noticed(
    name: str, text: str, reason: str, environment: dict[str, str], tmp_path: Path
) -> None:
    """A wrong password counts towards the user's lock at each scheduled run, and an app's API name can't be changed."""
    with pytest.raises(SettingsError, match=f"{name}: .*{reason}") as caught:
        load_settings({**environment, name: text})
    assert "secret" not in caught.value.message
    if name == "SF_PASSWORD":
        (tmp_path / "file").write_text(f"{text}\r\n")
        del environment[name]
        with pytest.raises(SettingsError, match=reason):
            load_settings({**environment, "SF_PASSWORD_FILE": str(tmp_path / "file")})


@pytest.mark.parametrize("text", ["it's", "'a' or 'b'", '"', "a b", "$PW", "100%", "'", "%"])
def test_other_quotes_blanks_and_signs_are_a_part_of_a_password(text: str, environment: dict[str, str]) -> None:
    assert load_settings({**environment, "SF_PASSWORD": text}).sf_password == Secret(text)


def test_a_command_line_may_be_in_quotes(environment: dict[str, str]) -> None:
    """They are the program's, as of one with a blank in its path."""
    assert load_settings({**environment, "SF_CODE_COMMAND": '"/opt/my codes/print"'}).sf_code_command == '"/opt/my codes/print"'


def test_a_secret_file_in_the_environment_wins_over_the_value_in_dotenv(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from the file")
    (tmp_path / "x.env").write_text("SF_PASSWORD=from dotenv\n")
    del environment["SF_PASSWORD"]
    settings = load_settings({**environment, "SF_PASSWORD_FILE": str(tmp_path / "password")}, tmp_path / "x.env")
    assert settings.sf_password == Secret("from the file")


def test_a_proxy_in_lower_case_is_known_too(environment: dict[str, str]) -> None:
    settings = load_settings({**environment, "https_proxy": "http://me:word@proxy:3128", "no_proxy": "localhost"})
    assert settings.https_proxy is not None
    assert settings.https_proxy.reveal() == "http://me:word@proxy:3128"
    assert "word" in known_secrets()
    assert settings.no_proxy == "localhost"


def test_a_frontdoor_link_names_the_org_by_itself(environment: dict[str, str]) -> None:
    for name in ("SF_LOGIN_URL", "SF_USERNAME", "SF_PASSWORD"):
        del environment[name]
    link = "https://acme--dev.sandbox.my.salesforce.com/secur/frontdoor.jsp?otp=one-time"
    assert load_settings({**environment, "SF_FRONTDOOR_URL": link}).host == "acme--dev.sandbox.my.salesforce.com"


def test_names_of_others_are_left_alone(environment: dict[str, str]) -> None:
    others = {
        "SF_TARGET_ORG": "x",
        "SF_LOG_LEVEL": "debug",
        "SF_ACCESS_TOKEN": "x",
        "HTTP_PROXY": "http://p",
        "SF_DISABLE_TELEMETRY": "1",
    }
    others |= {
        "NODE_PROXY": "x",
        "BROWSER": "firefox",
        "ECASH": "1",
        "SF_ORG_API_VERSION": "65.0",
        "PATH": "/bin",
        "BROWSER_PATH": "x",
    }
    load_settings({**environment, **others})


REFUSED = {
    "login over http": ("SF_LOGIN_URL", "http://acme.my.salesforce.com", "not encrypted"),
    "login on a look-alike": ("SF_LOGIN_URL", "https://acme.my.salesforce.com.evil.example", "not a Salesforce login host"),
    "login with a user in the address": ("SF_LOGIN_URL", "https://login.salesforce.com@evil.example", "username before the host"),
    "login on the Lightning host": ("SF_LOGIN_URL", "https://acme.lightning.force.com", "https://acme.my.salesforce.com"),
    "login on the Setup host": ("SF_LOGIN_URL", "https://acme.my.salesforce-setup.com", "https://acme.my.salesforce.com"),
    "login on another port": ("SF_LOGIN_URL", "https://acme.my.salesforce.com:8443", "port 8443"),
    "login without a scheme": ("SF_LOGIN_URL", "acme.my.salesforce.com", "not an https URL"),
    "login with a bad port": ("SF_LOGIN_URL", "https://acme.my.salesforce.com:x", "can be read"),
    "bare suffix": ("SF_LOGIN_URL", "https://my.salesforce.com", "not a Salesforce login host"),
    "look-alike letters": ("SF_LOGIN_URL", "https://аcme.my.salesforce.com", "not a Salesforce login host"),
    "display name as user": ("ECA_RUN_AS", "Integration User", "not a display name"),
    "email": ("ECA_CONTACT_EMAIL", "admin at acme", "not an email address"),
    "callback over http": ("ECA_CALLBACK_URL", "http://acme.example/oauth", "not an https URL"),
    "callback placeholder": ("ECA_CALLBACK_URL", "https://<your_tenant_domain>/oauth", "placeholder"),
    "Windows user of a proxy": ("HTTPS_PROXY", "http://dom\\user:word@proxy:3128", "write it as %5C"),
    "proxy with a mark": ("HTTPS_PROXY", "http://proxy\u200b:3128", "U+200B"),
    "callbacks in one": ("ECA_CALLBACK_URL", "https://a.example/x;https://b.example/y", "give one URL"),
    "callback with a mark": ("ECA_CALLBACK_URL", "https://a.example/x\u200b", "U+200B (ZERO WIDTH SPACE)"),
    "callback with a password": ("ECA_CALLBACK_URL", "https://me:word@a.example/x", "username before the host"),
    "two callbacks": ("ECA_CALLBACK_URL", "https://a.example/x https://b.example/y", "give one URL"),
    "API name with a space": ("ECA_API_NAME", "My App", "other than letters, digits and underscores"),
    "API name with a digit first": ("ECA_API_NAME", "1App", "does not start with a letter"),
    "API name with an underscore last": ("ECA_API_NAME", "App_", "ends in an underscore"),
    "API name with two underscores": ("ECA_API_NAME", "My__App", "two underscores in a row"),
    "long name": ("ECA_NAME", "x" * 81, "1 to 80"),
    "unknown scope": ("ECA_SCOPES", "id, everything", "'everything' is not a known scope"),
    "unknown relaxation": ("ECA_IP_RELAXATION", "Relax", "Relax IP restrictions"),
    "unknown distribution": ("ECA_DISTRIBUTION_STATE", "Global", "Local or Packaged"),
    "target without a kind": ("CREDENTIALS_TO", "credentials.env", "dotenv:PATH"),
    "time that is no number": ("TIMEOUT_SAVE", "soon", "not a number of seconds"),
    "time below zero": ("TIMEOUT_SAVE", "-1", "out of range"),
    "mailbox without TLS": ("SF_IMAP_URL", "imap://imap.acme.com/INBOX", "imaps://"),
    "seed": ("SF_TOTP_SECRET", "not base32!", "authenticator seed"),
    "missing CA": ("SF_CA_FILE", "/no/such/file.pem", "is not a file"),
    "proxy": ("HTTPS_PROXY", "socks5://proxy", "is not a proxy URL"),
    "browser address": ("BROWSER_WS", "ftp://x", "URL of a browser"),
    "line break": ("SF_IMAP_USERNAME", "a\nb", "line break"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_value_is_refused_with_the_settings_name_and_what_is_right(case: str, environment: dict[str, str]) -> None:
    name, value, said = REFUSED[case]
    with pytest.raises(SettingsError) as caught:
        load_settings({**environment, name: value})
    assert f"{name}: " in caught.value.message
    assert said in caught.value.message
    assert caught.value.exit_code == 78


MISSPELT = {
    "SF_PASWORD": "SF_PASSWORD",
    "SF_LOGINURL": "SF_LOGIN_URL",
    "SF_USER": "SF_USERNAME",
    "SF_USER_NAME": "SF_USERNAME",
    "SF_IMAP_USER": "SF_IMAP_USERNAME",
    "ECA_RUNAS": "ECA_RUN_AS",
    "ECA_EMAIL": "ECA_CONTACT_EMAIL",
    "ECA_IP_RELAXATIONS": "ECA_IP_RELAXATION",
    "eca_run_as": "ECA_RUN_AS",
    "CREDENTIAL_TO": "CREDENTIALS_TO",
    "TIMEOUT_SAVES": "TIMEOUT_SAVE",
    "BROWSER_CHANEL": "BROWSER_CHANNEL",
    "SF_PASSWORDFILE": "SF_PASSWORD_FILE",
}


@pytest.mark.parametrize("name", MISSPELT)
def test_a_name_that_is_nearly_ours_is_refused_with_the_right_one(name: str, environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=f"{name}: there is no such setting; did you mean {MISSPELT[name]}"):
        load_settings({**environment, name: "x"})


def test_an_unknown_eca_name_is_refused_with_the_list(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="ECA_COLOUR: there is no such setting; the ECA_ settings are ECA_API_NAME"):
        load_settings({**environment, "ECA_COLOUR": "blue"})


def test_only_secrets_can_be_files(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="ECA_NAME_FILE: only secrets can be given as files"):
        load_settings({**environment, "ECA_NAME_FILE": "x"})


def test_a_value_and_a_file_for_one_secret_contradict_each_other(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "p").write_text("x")
    with pytest.raises(SettingsError, match="both SF_PASSWORD and SF_PASSWORD_FILE"):
        load_settings({**environment, "SF_PASSWORD_FILE": str(tmp_path / "p")})


def test_a_secret_file_that_is_not_there_is_named(environment: dict[str, str]) -> None:
    del environment["SF_PASSWORD"]
    """It is the one fault: the setting that it would have filled is not called missing as well."""
    with pytest.raises(SettingsError, match="SF_PASSWORD_FILE: /no/file can't be read") as caught:
        load_settings({**environment, "SF_PASSWORD_FILE": "/no/file"})
    assert "SF_PASSWORD:" not in caught.value.message


def test_a_name_without_latin_letters_asks_for_an_api_name(environment: dict[str, str]) -> None:
    """The API name can't be changed later, so none is made up."""
    with pytest.raises(SettingsError, match="ECA_API_NAME: missing; ECA_NAME has no letters A-Z"):
        load_settings({**environment, "ECA_NAME": "サービス連携"}, None)
    named = load_settings({**environment, "ECA_NAME": "サービス連携", "ECA_API_NAME": "Service"}, None)
    assert named.eca_api_name == "Service"


def test_an_empty_proxy_does_not_hide_the_one_in_lower_case(environment: dict[str, str]) -> None:
    network = load_settings(
        {**environment, "HTTPS_PROXY": "", "https_proxy": "http://p:1", "NO_PROXY": "", "no_proxy": "a"}
    ).network
    assert (network.proxy and network.proxy.name, network.no_proxy) == ("p:1", "a")


@pytest.mark.parametrize("name", [name for name, of in SECRET_FILES.items() if of in ("SF_PASSWORD", "SF_IMAP_PASSWORD")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_a_secret(name: str, encoding: str, environment: dict[str, str], tmp_path: Path) -> None:
    """As PowerShell writes it; typed as part of a password it would be a step to the lock with each run."""
    (tmp_path / "secret.txt").write_bytes("pässwort 77\r\n".encode(encoding))
    environment.pop("SF_PASSWORD")
    mail = {"SF_IMAP_URL": "imaps://imap.acme.com", "SF_IMAP_USERNAME": "me"}
    given = {"SF_PASSWORD": "x y z", "SF_IMAP_PASSWORD": "x y z", name: str(tmp_path / "secret.txt")}
    del given[name.removesuffix("_FILE")]
    settings = load_settings({**environment, **mail, **given})
    value = getattr(settings, name.removesuffix("_FILE").lower())
    assert value == Secret("pässwort 77")


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"\xff\xfe\x00", "is no text in UTF-8"), (b"\xe9", "is no text in UTF-8"), (b"x" * 2**21, "is larger than 64 KB")],
)
def test_a_secret_file_that_is_no_secret_is_named(data: bytes, words: str, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(data)
    del environment["SF_PASSWORD"]
    with pytest.raises(SettingsError, match=words):
        load_settings({**environment, "SF_PASSWORD_FILE": str(tmp_path / "secret.txt")})


@pytest.mark.parametrize(
    "name", ["SF_STORAGE_STATE", "SF_PASSKEY_FILE", "SF_CA_FILE", "LABELS_FILE", "SF_PASSWORD_FILE", "CREDENTIALS_TO"]
)
def test_the_home_of_nobody_is_a_wrong_setting(name: str, environment: dict[str, str]) -> None:
    if name == "SF_PASSWORD_FILE":
        del environment["SF_PASSWORD"]
    with pytest.raises(
        SettingsError, match=f"{name}: .*(names the home folder of a user who has none here|determine home directory)"
    ):
        load_settings({**environment, name: "dotenv:~nosuchuser/x" if name == "CREDENTIALS_TO" else "~nosuchuser/x"}, None)


def test_a_token_of_a_browser_server_is_known_to_the_scrubber(environment: dict[str, str]) -> None:
    load_settings({**environment, "BROWSER_WS": "ws://127.0.0.1:3000/f00dcafe01", "HTTPS_PROXY": "http://me:w%C3%B6rd77@p:1"}, None)
    assert {"f00dcafe01", "wörd77", "w%C3%B6rd77"} <= known_secrets()
    assert "127.0.0.1:3000" not in known_secrets()


VALUES = st.text(alphabet=st.sampled_from("aZ0@.:/~%#?[]\\'\"-_,;\0\t\n \u200b\ufeffü²٣€"), max_size=24)
"""What people and programs may put into a variable."""


@hypothesis.settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(sorted(BY_NAME.keys() | SECRET_FILES.keys())), VALUES, max_size=6))
def test_no_value_of_any_setting_raises_anything_else(given: dict[str, str]) -> None:
    """Each problem is a SettingsError that names its setting and what to do."""
    try:
        load_settings({**LEAST, **given}, None)
    except SettingsError as error:
        _has_cause_and_fix(error)


def _has_cause_and_fix(error: SettingsError) -> None:
    assert re.search(r"\b[A-Z]{2,}_[A-Z_]+: .", error.message)
    assert error.next


LEAST = {
    "SF_LOGIN_URL": "https://acme--dev.sandbox.my.salesforce.com",
    "SF_CLI_ORG": "acme-dev",
    "ECA_CONTACT_EMAIL": "admin@acme.com",
    "ECA_CALLBACK_URL": "https://acme.example/oauth",
    "ECA_RUN_AS": "integration@acme.com.dev",
}


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"SF_PASWORD": "x", "ECA_API_NAME": "_"}, None)
    for name in ("SF_PASWORD", "ECA_API_NAME", "ECA_RUN_AS", "ECA_CONTACT_EMAIL", "ECA_CALLBACK_URL", "SF_LOGIN_URL"):
        assert f"\n  {name}: " in caught.value.message


def test_the_message_never_repeats_a_secret(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({**environment, "SF_TOTP_SECRET": "my-secret-seed!", "SF_FRONTDOOR_URL": "https://evil.example/?otp=zzzz"})
    assert "my-secret-seed" not in caught.value.message
    assert "zzzz" not in caught.value.message


def test_the_admin_can_not_be_the_run_as_user(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="same user as SF_USERNAME"):
        load_settings({**environment, "ECA_RUN_AS": environment["SF_USERNAME"]})


@pytest.mark.parametrize(("given", "lacking"), [("SF_IMAP_URL", "SF_IMAP_USERNAME"), ("SF_IMAP_PASSWORD", "SF_IMAP_URL")])
def test_half_of_a_pair_is_refused(given: str, lacking: str, environment: dict[str, str]) -> None:
    value = "imaps://imap.acme.com/INBOX" if given.endswith("URL") else "x"
    with pytest.raises(SettingsError, match=f"{lacking}: missing; {given} is set"):
        load_settings({**environment, given: value})


def test_a_password_needs_its_user(environment: dict[str, str]) -> None:
    del environment["SF_USERNAME"]
    with pytest.raises(SettingsError, match="SF_USERNAME: missing"):
        load_settings(environment)


def test_some_login_method_is_needed(environment: dict[str, str]) -> None:
    del environment["SF_PASSWORD"]
    with pytest.raises(SettingsError, match=r"SF_PASSWORD: missing; give .* SF_CLI_ORG"):
        load_settings(environment)


def test_a_dotenv_that_is_no_text_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "x.env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="is no text in UTF-8"):
        load_settings(environment, tmp_path / "x.env")


def test_dollar_signs_in_dotenv_are_kept(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "x.env").write_text("SF_PASSWORD='pa$${HOME}s'\n")
    del environment["SF_PASSWORD"]
    assert load_settings(environment, tmp_path / "x.env").sf_password == Secret("pa$${HOME}s")


def test_no_name_is_another_names_file() -> None:
    assert not {f"{name}_FILE" for name in BY_NAME} & BY_NAME.keys()
