"""Rules of values, as far as they accept and turn them into the product's own form."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.access.codes.totp import Authenticator
from automation.delivery import parse_target
from automation.secrets import Secret
from automation.secrets.text_files import home_expanded
from automation.settings import rules
from automation.settings import urls as addresses


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        ("id, api", ("id", "api")),
        ("api;id", ("api", "id")),
        ("id\napi\nid", ("id", "api")),
        ("Access the identity URL service (id, profile, email, address, phone), Manage user data via APIs (api)", ("id", "api")),
        ("access the identity url service (id, profile, email, address, phone)", ("id",)),
        ("REFRESH_TOKEN", ("refresh_token",)),
    ],
)
def test_scopes_are_tokens_or_whole_labels(text: str, scopes: tuple[str, ...]) -> None:
    assert rules.scopes(text) == scopes


@pytest.mark.parametrize("text", ["", " , "])
def test_no_scope_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no scope"):
        rules.scopes(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Relax IP restrictions", "Bypass"),
        ("relax ip restrictions", "Bypass"),
        ("Relax IP restrictions for activated devices", "Bypass_2factor"),
        ("Enforce", "Enforce"),
        ("enforce_relaxrefresh", "Enforce_RelaxRefresh"),
    ],
)
def test_ip_relaxation_is_the_text_or_the_api_value(text: str, value: str) -> None:
    assert rules.ip_relaxation(text) == value


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("dotenv:a.env", ("dotenv:a.env",)),
        ("dotenv:a.env, json:b.json", ("dotenv:a.env", "json:b.json")),
        ("command:store --to a,b\nkeyring:acme", ("command:store --to a,b", "keyring:acme")),
        ("dotenv:a.env,\ndotenv:b.env", ("dotenv:a.env", "dotenv:b.env")),
    ],
)
def test_targets_are_split_only_before_the_next_kind(text: str, targets: tuple[str, ...]) -> None:
    assert [one.place for one in rules.targets(text)] == [parse_target(one).place for one in targets]


@given(st.text(min_size=1, max_size=60))
def test_a_derived_api_name_obeys_the_rules(name: str) -> None:
    derived = rules.api_name_for(name)
    assert derived in ("", "X") or rules.api_name(derived) == derived


def test_the_documents_name_gives_the_documents_api_name() -> None:
    assert rules.api_name_for("ServiceMax Service Board Sync") == "ServiceMax_Service_Board_Sync"


@pytest.mark.parametrize("url", ["http://localhost:1717/oauth", "https://acme.example/oauth", "http://127.0.0.1/x"])
def test_callbacks_are_https_or_local(url: str) -> None:
    assert addresses.callback_url(url) == url


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Acme--Dev.sandbox.my.salesforce.com/", "https://acme--dev.sandbox.my.salesforce.com"),
        ("https://login.salesforce.com/?locale=de", "https://login.salesforce.com"),
        ("https://acme.my.salesforce.com:443/home", "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.mil", "https://acme.my.salesforce.mil"),
        ("https://acme.my.sfcrmproducts.cn.", "https://acme.my.sfcrmproducts.cn"),
        ("https://acme.my.salesforce.com/?login", "https://acme.my.salesforce.com/?login"),
        ("https://acme.my.salesforce.com?login=true&x=1", "https://acme.my.salesforce.com/?login"),
    ],
)
def test_a_login_url_is_cut_to_its_origin(url: str, origin: str) -> None:
    assert addresses.login_url(url) == origin


def test_a_proxy_may_be_written_without_a_scheme() -> None:
    assert addresses.proxy_url("proxy.acme.com:3128") == "http://proxy.acme.com:3128"


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("http://me:w%40rd@p:1", ("w%40rd", "w@rd")),
        ("ws://127.0.0.1:9/0123456789abcdef", ("0123456789abcdef",)),
        ("ws://127.0.0.1:9222/devtools/browser/0a1b-2c3d", ("0a1b-2c3d",)),
        ("wss://h/chromium?token=abcdef&fast=1", ("token=abcdef&fast=1", "abcdef")),
        ("http://p:1", ()),
        ("p:1", ()),
    ],
)
def test_password_token_and_query_of_an_address_are_secret(address: str, parts: tuple[str, ...]) -> None:
    assert addresses.secret_parts(address) == parts


@pytest.mark.parametrize("url", ["ws://localhost:3000/x", "http://127.0.0.2:9222", "http://[::1]:9", "wss://grid.acme.com/x"])
def test_a_browser_is_reached_encrypted_or_on_this_machine(url: str) -> None:
    assert addresses.browser_url(url) == url


@pytest.mark.parametrize(
    "url", ["ws://10.9.8.7:3000/geheimnis", "http://grid.acme.com:9222/geheimnis", "ws://localhost.evil.example"]
)
def test_a_browser_elsewhere_is_not_reached_in_the_clear(url: str) -> None:
    """The password would be readable on the way."""
    with pytest.raises(ValueError, match="not encrypted") as caught:
        addresses.browser_url(url)
    assert "geheimnis" not in str(caught.value)


@pytest.mark.parametrize("rule", [rules.username, rules.email])
@pytest.mark.parametrize("mark", ["\u200b", "\u202a", "\u2066", "\ufeff", "\u00ad", "\x07", "\x00"])
@pytest.mark.parametrize("form", ["{}admin@acme.com", "ad{}min@acme.com", "admin@acme.com{}"])
def test_an_invisible_character_is_named(rule: Callable[[str], str], mark: str, form: str) -> None:
    """It comes with a copy from a chat, and would be a wrong login with each run."""
    with pytest.raises(ValueError, match=f"U\\+{ord(mark):04X}"):
        rule(form.format(mark))


def test_a_password_has_no_invisible_ends() -> None:
    assert rules.password("pass\u200bword ") == "pass\u200bword "
    for text in ("\u200bpassword", "password\ufeff", "\x00password"):
        with pytest.raises(ValueError, match="invisible") as caught:
            rules.password(text)
        assert "password" not in str(caught.value)


@pytest.mark.parametrize("text", ["tökén", "00D\ufeff", "00D x", "00D\n", "00D\x7f"])
def test_a_token_is_visible_ascii(text: str) -> None:
    with pytest.raises(ValueError, match="no token has") as caught:
        rules.token(text)
    assert text not in str(caught.value)


def test_an_api_name_is_no_longer_than_80() -> None:
    assert rules.api_name("A" * 80)
    with pytest.raises(ValueError, match="at most 80"):
        rules.api_name("A" * 81)


@pytest.mark.parametrize("name", ["サービス連携", "Ünï", "---", "🎉"])
def test_a_name_without_latin_letters_gives_no_made_up_api_name(name: str) -> None:
    assert rules.api_name_for(name) in ("", "n")


@pytest.mark.parametrize("rule", [home_expanded, rules.existing_file, rules.pem_file])
def test_the_home_of_nobody_is_a_problem_of_the_setting(rule: Callable[[str], Path]) -> None:
    with pytest.raises(ValueError, match="names the home folder of a user who has none"):
        rule("~nosuchuser/x")


@pytest.mark.parametrize("text", ["\0", "x" * 5000, "/root/\0/x"])
def test_a_path_that_can_not_be_is_not_a_file(text: str) -> None:
    with pytest.raises(ValueError, match="is not a file"):
        rules.existing_file(text)


SEED = "JBSWY3DPEHPK3PXPJBSWY3DP"


@pytest.mark.parametrize("seed", [SEED, "jbsw y3dp ehpk 3pxp jbsw y3dp", "JBSW-Y3DP-EHPK-3PXP-JBSW-Y3DP"])
def test_a_seed_may_be_grouped(seed: str) -> None:
    assert rules.totp_seed(seed) == SEED


def test_a_seed_that_the_authenticator_library_refuses_is_refused_with_the_other_settings() -> None:
    with pytest.raises(ValueError, match="at least 23"):
        rules.totp_seed(SEED[:22])
    assert Authenticator(Secret(SEED[:23])).name


def test_an_otpauth_address_is_a_seed() -> None:
    assert rules.totp_seed(f"otpauth://totp/x?secret={SEED}").startswith("otpauth://")


@pytest.mark.parametrize("label", rules.SCOPES.values())
def test_every_scope_label_names_its_token(label: str) -> None:
    token = rules.scopes(label)[0]
    assert re.search(rf"\b{token}\b", label)
