"""No secret reaches the log, whoever writes it and however."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings
from django.test import RequestFactory

from crm_mail.log_scrubbing import scrub, scrub_text
from crm_mail.logs import configure
from mailkit.types import Secret
from tests.crm_mail.test_logs import our_logs

__all__ = ["our_logs"]  # a fixture
CANARY = "hunter2canary"


@pytest.mark.parametrize(
    "line",
    [
        f"password={CANARY}",
        f'{{"password": "{CANARY} with words"}}',
        f"smtp_password: {CANARY}",
        f"PASSWORD='{CANARY}'",
        f"refresh_token={CANARY}&grant_type=refresh_token",
        f'"access_token":"{CANARY}"',
        f"client_secret={CANARY}",
        f"Internal Server Error: /t/{CANARY:x<43}.gif",
        f"GET /unsubscribe/{CANARY:x<43} HTTP/1.1",
        f"Authorization: Bearer {CANARY}",
        f"Authorization: Basic {CANARY}==",
        f"Cookie: sessionid={CANARY}; csrftoken=x",
        f"redis://user:{CANARY}@localhost:6379/0",
        f"postgres://crm_app:{CANARY}@db/crm",
        f"a1 LOGIN bob@acme.example {CANARY}",
        f'a1 LOGIN "bob" "{CANARY}\\" more"',
        f"a2 AUTHENTICATE PLAIN {CANARY}",
        f"AUTH XOAUTH2 {CANARY}=",
    ],
)
def test_what_looks_like_a_secret_is_taken_out_of_a_text(line: str) -> None:
    assert CANARY not in scrub_text(line)
    assert CANARY not in str(scrub(None, "", {"event": line, "deep": [{"detail": (line,)}], "raw": line.encode()}))


@pytest.mark.parametrize(
    "name", ["password", "imap_password", "secret", "access_token", "Authorization", "cookie", "api_key", "verifier"]
)
def test_what_is_called_a_secret_is_taken_out(name: str) -> None:
    event = {"event": "x", name: CANARY, "inner": {name: [CANARY]}, "given": Secret(CANARY)}
    assert CANARY not in str(scrub(None, "", event))


@pytest.mark.parametrize(
    "line",
    [
        "visit failed",
        "login refused by the server",
        "password not stored yet",
        "http://localhost:8000/mail/inbox/",
        "token ended",
    ],
)
def test_plain_words_stay_as_they_are(line: str) -> None:
    event = {"event": line, "mailbox_id": 7, "lease_token": "abc", "seconds": 1.5, "error": None}
    assert scrub(None, "", event) == event


def test_a_long_line_takes_no_longer_than_its_length() -> None:
    """Strangers write into lines: with the square of this length the test would not end."""
    for line in ("a" * 300_000, "a_" * 150_000):
        assert scrub_text(line) == line


def test_the_logs_are_scrubbed_from_end_to_end(our_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    configure(settings.LOGGING)  # now that the output is captured
    try:
        raise ValueError(f"cannot sign in with password={CANARY}")
    except ValueError:
        logging.getLogger("some.library").exception("broke: token=%s", CANARY, extra={"password": CANARY})
    out = capsys.readouterr().out
    assert CANARY not in out
    assert "Traceback" in out


def test_what_was_asked_for_in_an_address_is_not_told(our_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    configure({"level": "INFO"})
    request = RequestFactory().get("/api/v1/search/", {"q": "wedding"})
    logging.getLogger("django.request").error("Service Unavailable: %s", request.path, extra={"request": request})
    told = capsys.readouterr().out
    assert "Service Unavailable: /api/v1/search/" in told
    assert "wedding" not in told
