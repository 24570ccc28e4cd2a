"""Where people may sign in at their provider: what the environment says of it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from pytest_django import Settings

from mailboxes.oauth_clients import is_offered, oauth_client, provider_of
from mailkit.oauth_providers import MICROSOFT, PROVIDERS

SETTINGS = Path(__file__).resolve().parents[2] / "crm_mail" / "settings.py"


def test_a_client_id_comes_with_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTH_YANDEX_CLIENT_ID", "id")
    with pytest.raises(ImproperlyConfigured, match="CLIENT_SECRET"):
        runpy.run_path(str(SETTINGS))
    monkeypatch.setenv("OAUTH_YANDEX_CLIENT_SECRET", "secret")
    assert runpy.run_path(str(SETTINGS))["OAUTH_CLIENTS"]["yandex"] == ("id", "secret")


def test_the_settings_name_the_providers_that_we_know() -> None:
    assert runpy.run_path(str(SETTINGS))["OAUTH_CLIENTS"].keys() == PROVIDERS.keys()


@pytest.mark.rule("K03")
def test_a_provider_without_a_client_id_is_not_offered(settings: Settings) -> None:
    settings.OAUTH_CLIENTS = {"google": ("id", "secret"), "yandex": ("", "")}
    assert [key for key in [*PROVIDERS, "nobody"] if is_offered(key)] == ["google"]
    assert oauth_client("google").redirect_uri == settings.BASE_URL + reverse("oauth_callback")


def test_a_company_names_the_addresses_of_its_own_tenant(settings: Settings) -> None:
    token_url = "https://login.microsoftonline.com/acme/oauth2/v2.0/token"
    settings.OAUTH_OVERRIDES = {"microsoft": {"token_url": token_url}}
    provider = provider_of("microsoft")
    assert (provider.token_url, provider.authorize_url) == (token_url, MICROSOFT.authorize_url)
    assert provider.imap == MICROSOFT.imap
