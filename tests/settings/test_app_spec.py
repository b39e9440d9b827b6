"""The wanted app: from settings, or from an app file."""

from __future__ import annotations

from pathlib import Path

import pytest

from automation.errors import SettingsError
from automation.settings import load_settings
from automation.settings.app_spec import DEFAULT_NAME, AppFile, AppSpec
from automation.settings.table import BY_NAME


def test_the_settings_give_the_documents_app(environment: dict[str, str]) -> None:
    spec = AppSpec.from_settings(load_settings(environment))
    assert spec.name == DEFAULT_NAME == BY_NAME["ECA_NAME"].default
    assert (spec.pkce, spec.require_secret_web_server, spec.require_secret_refresh_token) == (False, True, True)
    assert not spec.exact


def test_an_app_file_describes_another_app(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "orbit.toml"
    file.write_text('name = "PTC Orbit"\napi_name = "PTC_Orbit"\nscopes = ["api", "refresh_token"]\npkce = true\n')
    app = AppFile.read(file)
    spec = AppSpec.from_settings(load_settings(environment, app=app.settings), exact=True, app=app)
    assert (spec.name, spec.api_name, spec.scopes) == ("PTC Orbit", "PTC_Orbit", ("api", "refresh_token"))
    assert spec.pkce
    assert spec.exact
    assert spec.run_as == environment["ECA_RUN_AS"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nme = 'x'", "nme: there is no such key; did you mean name?"),
        ("pkce = 'yes'", "pkce: must be true or false"),
        ("name = 3", "name: must be text"),
        ("scopes = [1]", "scopes: must be text"),
        ("name = ", "is no TOML"),
    ],
)
def test_a_wrong_app_file_is_refused_with_its_key(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "app.toml").write_text(text)
    with pytest.raises(SettingsError, match=said):
        AppFile.read(tmp_path / "app.toml")


def test_a_missing_app_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read"):
        AppFile.read(tmp_path / "none.toml")


def test_values_of_an_app_file_obey_the_settings_rules(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "app.toml").write_text('api_name = "two__underscores"')
    with pytest.raises(SettingsError, match=r"ECA_API_NAME: .* \(from the app file\)"):
        load_settings(environment, app=AppFile.read(tmp_path / "app.toml").settings)
