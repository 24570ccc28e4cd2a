"""A wrong setting is a start-up error that names it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

SETTINGS = Path(__file__).resolve().parents[2] / "crm_mail" / "settings.py"


def test_the_settings_of_the_tests_start() -> None:
    assert runpy.run_path(str(SETTINGS))["DEBUG"] is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("BASE_URL", "crm.example.com"),
        ("BASE_URL", "https://crm.example.com/path"),
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "http://localhost:9000"),  # the host of BASE_URL
        ("EMBEDDED", "perhaps"),
        ("IMPORT_MESSAGES", "many"),
        ("IMPORT_MESSAGES", "0"),
        ("POLL_MAX_MINUTES", "1"),
        ("CREDENTIALS_KEYS", "k1:short"),
        ("CREDENTIALS_KEYS", "k1:%%%"),
        ("OAUTH_OVERRIDES", "no json"),
        ("OAUTH_OVERRIDES", "[1]"),
        ("OAUTH_OVERRIDES", '{"nobody": {}}'),
        ("OAUTH_OVERRIDES", '{"google": {"name": "x"}}'),
        ("OAUTH_OVERRIDES", '{"google": {"imap": {"host": "x", "port": 993, "security": "ssl"}}}'),
        ("MAIL_PORTS", "imap"),
        ("DNS_SERVERS", "dns.example.com"),
        ("WATCHER_COUNT", "0"),
        ("WATCHER_INDEX", "1"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        runpy.run_path(str(SETTINGS))


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "BASE_URL", "PUBLIC_URL", "CREDENTIALS_KEYS"]
)
def test_what_has_no_safe_default_is_asked_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(ImproperlyConfigured, match=name):
        runpy.run_path(str(SETTINGS))


def test_plain_http_is_for_the_own_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDED", "false")
    monkeypatch.setenv("BASE_URL", "http://crm.example.com")
    with pytest.raises(ImproperlyConfigured, match="https://"):
        runpy.run_path(str(SETTINGS))


def test_with_a_bucket_bytes_go_to_the_object_store_and_without_one_to_the_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert runpy.run_path(str(SETTINGS))["STORAGES"]["default"]["BACKEND"] == "crm_mail.storage.FolderStorage"
    secret = tmp_path / "secret"
    secret.write_text("shh", encoding="utf-8")
    monkeypatch.delenv("STORAGE_DIR")
    monkeypatch.setenv("STORAGE_S3_BUCKET", "mail")
    monkeypatch.setenv("STORAGE_S3_ACCESS_KEY", "id")
    with pytest.raises(ImproperlyConfigured, match="STORAGE_S3_SECRET_KEY"):
        runpy.run_path(str(SETTINGS))
    monkeypatch.setenv("STORAGE_S3_SECRET_KEY_FILE", str(secret))
    storage = runpy.run_path(str(SETTINGS))["STORAGES"]["default"]
    assert storage["BACKEND"] == "crm_mail.object_storage.ObjectStorage"
    assert (storage["OPTIONS"]["access_key"], storage["OPTIONS"]["secret_key"]) == ("id", "shh")


def test_over_https_cookies_are_of_this_host_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDED", "false")
    monkeypatch.setenv("BASE_URL", "https://crm.example.com")
    monkeypatch.setenv("PUBLIC_URL", "https://go.example.com")
    made = runpy.run_path(str(SETTINGS))
    for name in ("SESSION", "CSRF"):
        assert made[f"{name}_COOKIE_NAME"].startswith("__Host-")
        assert made[f"{name}_COOKIE_SECURE"]
        assert f"{name}_COOKIE_DOMAIN" not in made
        assert f"{name}_COOKIE_PATH" not in made
