"""Label files: the same labels in every language, each with its source; the user's own file wins."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from automation.replica import build
from flows.app.state import OrgState
from flows.log_in import follow_language, page_language
from flows.pages import labels as label_files
from flows.pages.labels import Labels
from flows.pages.labels import __main__ as command

OTHERS = ["ja", "es"]

GAPS = {"scopes.sfap_api", "scopes.cdp_api"}
"""Scopes that no screenshot in these languages shows; the procedure needs neither."""


class PageIn:
    """A page in a language."""

    def __init__(self, lang: str | None) -> None:
        self._lang = lang

    def locator(self, _: str) -> PageIn:
        return self

    def get_attribute(self, _: str) -> str | None:
        return self._lang


def file_of(language: str) -> dict[str, dict[str, dict[str, object]]]:
    return tomllib.loads((label_files.FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_english_labels_but_for_the_listed_gaps(language: str) -> None:
    english, other = Labels("en"), Labels(language)
    assert {key for key in english.keys() if other.lacks(key)} == GAPS  # noqa: SIM118  a method, not a mapping's
    assert set(other.keys()) == set(english.keys())


@pytest.mark.parametrize("language", ["en", *OTHERS])
def test_every_label_says_where_it_was_seen_or_that_it_is_a_guess(language: str) -> None:
    without = [
        f"{table}.{name}" for table, entries in file_of(language).items() for name, one in entries.items() if not one.get("source")
    ]
    assert without == []


ON_SCREENSHOTS = {
    "summer26-ja-create-form-empty": {
        "manager.heading": "外部クライアントアプリケーションマネージャー",
        "create.basic_section": "基本情報",
        "create.name": "外部クライアントアプリケーション名",
        "create.api_name": "API 参照名",
        "create.contact_email": "取引先責任者 メール",
        "create.distribution_state": "配信状態",
        "create.distribution_local": "ローカル",
    },
    "summer26-ja-confirm-client-credentials": {
        "create.client_credentials": "クライアントログイン情報フローを有効化",
        "create.code_credentials": "認証コードおよびログイン情報フローを有効化",
        "create.device": "デバイスフローを有効化",
        "create.jwt_bearer": "JWT ベアラーフローを有効化",
        "create.token_exchange": "トークン交換フローを有効化",
        "create.secret_web_server": "Web サーバーフローの秘密が必要",
        "create.secret_refresh_token": "更新トークンフローの秘密が必要",
        "confirm.ok": "OK",
    },
    "summer26-ja-policies-edit-two-saves": {
        "detail.policies": "ポリシー",
        "detail.settings": "設定",
        "detail.save": "保存",
        "detail.cancel": "キャンセル",
        "detail.app_policies_section": "アプリケーションポリシー",
        "detail.oauth_policies_section": "OAuth ポリシー",
        "policies.client_credentials": "クライアントログイン情報フローを有効化",
        "policies.run_as": "(ユーザー名) として実行",
    },
}
"""Texts read off the screenshots of a Japanese org of June 2026, letter by letter."""


@pytest.mark.parametrize("screenshot", ON_SCREENSHOTS)
def test_japanese_labels_are_those_on_the_screenshots(screenshot: str) -> None:
    """Most likely first, and with the screenshot as their source."""
    labels = Labels("ja")
    for key, text in ON_SCREENSHOTS[screenshot].items():
        assert labels[key] == text
        assert screenshot in labels.label(key).source


def test_the_japanese_confirmation_is_known_by_its_sentence() -> None:
    sentence = "コンシューマーキーとコンシューマーの秘密を持つ全員が、選択されたユーザーの代理で組織にアクセスできます。"
    assert Labels("ja").containing("confirm.client_credentials").search(sentence)


@pytest.mark.parametrize("language", OTHERS)
def test_an_english_text_stands_in_only_where_it_is_marked_as_a_guess(language: str) -> None:
    """A real translation and an English text side by side would hide which one is evidence."""
    english = Labels("en")
    unmarked = [
        f"{table}.{name}"
        for table, entries in file_of(language).items()
        for name, one in entries.items()
        for text in (one["text"] if isinstance(one["text"], list) else [one["text"]])
        if text in english.label(f"{table}.{name}").texts
        and "guess" not in str(one["source"])
        and text not in {seen for texts in ON_SCREENSHOTS.values() for seen in texts.values()}
        and table not in ("login", "identity")
    ]
    assert unmarked == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_the_replica_marks_as_guessed_is_marked_here_too(language: str) -> None:
    """The evidence is one; the replica and the label files are two readings of it."""
    guessed = set(json.loads((build.HERE / "labels" / f"{language}.json").read_text(encoding="utf-8"))["_guessed"])
    pairs = {
        "manager.new": "manager.new",
        "policies.ip_bypass": "ip.Bypass",
        "detail.save": "common.save",
        "create.create": "create.create",
    }
    for ours, theirs in pairs.items():
        assert Labels(language).label(ours).source.startswith("guess") is (theirs in guessed), ours


def test_capitals_do_not_matter_in_a_label_and_words_do() -> None:
    """Which words begin with a capital is a matter of a release's style; names of apps are compared elsewhere, and exactly."""
    labels = Labels()
    for shown in ("IP Relaxation", "IP relaxation", "* IP relaxation", "ip relaxation *"):
        assert labels.same("policies.ip_relaxation", shown), shown
    for other in ("IP Relaxations", "The IP relaxation", "Relaxation", None):
        assert not labels.same("policies.ip_relaxation", other), other
    assert label_files.exactly("Service Board").match("Service board") is None


@pytest.mark.parametrize("name", ["Stage - Current Selection: New", "Stage, --None--", "*Stage, New", "Stage"])
def test_a_combobox_may_have_its_value_in_its_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[create]\ndistribution_state = "Stage"\n')
    pattern = Labels("en", tmp_path / "own.toml").with_value("create.distribution_state")
    assert pattern.search(name)
    assert not pattern.search("Stages, New")


@pytest.mark.parametrize("language", ["en", *OTHERS, "pt"])
def test_texts_of_all_languages_count_for_every_label_the_users_first(language: str) -> None:
    labels = Labels(language)
    for key in labels.keys():  # noqa: SIM118  a method, not a mapping's
        for other in ("en", *OTHERS):
            text = Labels(other)[key]
            assert labels.same(key, text), (key, text)
            assert labels.containing(key).search(f"Oh: {text}"), (key, text)
    assert labels["detail.save"] == {"ja": "保存", "es": "Guardar"}.get(language, "Save")


def test_a_label_that_a_language_lacks_has_its_english_text() -> None:
    assert Labels("es").lacks("scopes.sfap_api")
    assert Labels("es")["scopes.sfap_api"] == Labels("en")["scopes.sfap_api"]


def test_no_text_of_one_language_is_another_label_of_the_same_page_in_another() -> None:
    """Else a mixed page could be read wrong; within a language the labels differ by role and place."""
    page_of = {"scopes": "create", "confirm": "policies", "overlays": "policies"}
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    clashes = []
    for language in ("en", *OTHERS):
        for table, entries in file_of(language).items():
            for name, one in entries.items():
                for text in one["text"] if isinstance(one["text"], list) else [one["text"]]:
                    place = (page_of.get(table, table), str(text).casefold())
                    other, where = seen.setdefault(place, (f"{table}.{name}", language))
                    same_elsewhere = text in Labels(language).label(other).texts
                    if other != f"{table}.{name}" and where != language and not same_elsewhere:
                        clashes.append((other, where, f"{table}.{name}", language, text))
    assert clashes == []


def test_a_language_without_a_file_leaves_english_first(caplog: pytest.LogCaptureFixture) -> None:
    """The org may show English all the same; what is not found is named with the language."""
    labels, state = Labels("en"), OrgState(host="acme.my.salesforce.com")
    follow_language(PageIn("pt-BR"), labels, state)  # type: ignore[arg-type]
    assert not labels.known_language
    assert labels["manager.new"] == "New External Client App"
    assert "'pt', which has no label file" in caplog.text


def test_a_file_of_ones_own_comes_first_and_may_stand_in_for_a_language(tmp_path: Path) -> None:
    own = tmp_path / "pt.toml"
    own.write_text('manager.new = { text = "Novo aplicativo cliente externo", source = "PT" }\n', encoding="utf-8")
    labels = Labels("en", own)
    for language in ("en", "pt", "ja"):
        labels.speak(language)
        assert labels["manager.new"] == "Novo aplicativo cliente externo"
        assert labels.same("manager.new", "New External Client App")
    assert labels["detail.save"] == "保存"


def test_login_and_identity_pages_are_known_in_every_language_before_one_is_chosen() -> None:
    for text in ("Verification Code", "検証コード", "Código de verificación"):
        assert Labels("en").same("identity.code", text)
        assert Labels("ja").same("identity.code", text)
    assert Labels("es")["login.password"] == "Contraseña"


@pytest.mark.parametrize(
    ("named", "language"), [("ja", "ja"), ("es-MX", "es"), ("en_US", "en"), ("", "en"), (None, "en"), ("{lang}", "en")]
)
def test_the_page_names_the_language(named: str | None, language: str) -> None:
    labels, state = Labels("en"), OrgState(host="acme.my.salesforce.com")
    follow_language(PageIn(named), labels, state)  # type: ignore[arg-type]
    assert (labels.language, state.language) == (language, language)


def test_a_page_that_names_no_language_is_left_alone() -> None:
    assert page_language(PageIn("english")) is None  # type: ignore[arg-type]


def test_the_report_names_what_each_language_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 0
    printed = capsys.readouterr().out
    assert "ja: " in printed
    assert "missing: scopes.cdp_api" in printed


def test_a_label_file_with_an_unknown_label_is_refused_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[detail]\nsvae = { text = "Keep" }\n', encoding="utf-8")
    assert command.main([str(own)]) == 78
    assert "detail.svae: there is no such label; did you mean detail.save?" in capsys.readouterr().out
