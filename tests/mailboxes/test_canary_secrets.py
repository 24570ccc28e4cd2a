"""50 planted secrets are found in no row, key, file, log line, page, error page or answer of the API."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import tenant
from crm_mail.logs import configure
from mailboxes.models import Credential, Mailbox
from mailboxes.requests import ConnectRequest
from mailboxes.secrets import store_secret
from mailkit.types import Secret
from tests.api.client import ApiClient
from tests.conftest import MakeMailbox
from tests.crm_mail.canary import places_of

PREFIX = "canaryq7"  # of each of them
MAILBOXES = 25
FIELDS = (Credential.Field.IMAP_PASSWORD, Credential.Field.SMTP_PASSWORD)


@pytest.fixture
def planted(alice: Membership, make_mailbox: MakeMailbox) -> list[Mailbox]:
    """Mailboxes whose servers nobody answers for."""
    boxes = [make_mailbox(f"box{number}@acme.example", account_of=alice) for number in range(MAILBOXES)]
    with tenant(alice.account_id):
        for box in boxes:
            for field in FIELDS:
                store_secret(box, field, Secret(f"{PREFIX}-{box.pk}-{field}"))
        Mailbox.objects.update(imap_port=993, smtp_port=465)
    return boxes


@pytest.fixture
def loud_logs() -> Iterator[Callable[[], None]]:
    """Call it when the output is captured: then it is as in the product, but everything that anybody has to say."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield lambda: configure({**django_settings.LOGGING, "level": "DEBUG"})
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    logging.raiseExceptions = True
    structlog.reset_defaults()


def variants(word: str) -> list[str]:
    """As it is, and as base64 has it, wherever it begins."""
    shifted = [base64.b64encode(b"\0" * shift + word.encode()).decode()[4:-4] for shift in range(3)]
    return [word, word[::-1], word.encode().hex(), *shifted]


@pytest.mark.rule("G10")
def test_no_planted_secret_is_in_the_database_or_in_a_key_or_a_file(planted: list[Mailbox]) -> None:
    assert [place for word in variants(PREFIX) for place in places_of(word)] == []


@pytest.mark.rule("G10")
def test_no_planted_secret_is_answered_or_logged(
    alice: Membership,
    planted: list[Mailbox],
    client: Client,
    loud_logs: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    loud_logs()
    api = ApiClient(alice)
    client.force_login(alice.user)
    client.raise_request_exception = False
    answers = [api.get("mailboxes/"), client.get("/settings/mailboxes/")]
    for box in planted[:5]:
        answers += [
            api.get(f"mailboxes/{box.pk}/"),
            api.post(f"mailboxes/{box.pk}/test/"),
            api.patch(f"mailboxes/{box.pk}/", {"imap": {"host": "other.example"}}),
            client.get(f"/settings/mailboxes/{box.pk}/"),
            client.get(f"/settings/mailboxes/{box.pk}/servers/"),
            client.get(f"/settings/mailboxes/{box.pk}/disconnect/"),
        ]
    assert [word for word in variants(PREFIX) for answer in answers if word.encode() in answer.content] == []
    logs = "".join(capsys.readouterr())
    assert '"event"' in logs
    assert [word for word in variants(PREFIX) if word in logs] == []


@pytest.mark.rule("G10", "M04")
def test_a_password_that_a_server_refuses_is_not_repeated(
    bob: Membership,
    request_for: ConnectRequest,
    settings: Settings,
    loud_logs: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    loud_logs()
    settings.MAIL_PORTS = [server.port for server in (request_for.imap, request_for.smtp) if server]
    body = {
        "address": request_for.address,
        "kind": "personal",
        "password": PREFIX,
        "imap": {"host": "localhost", "port": request_for.imap.port, "security": "none"} if request_for.imap else None,
        "smtp": {"host": "localhost", "port": request_for.smtp.port, "security": "none"},
    }
    api = ApiClient(bob)
    answers = [
        api.post("mailboxes/test/", body),
        api.post("mailboxes/", body),
        api.post("mailboxes/", {"password": PREFIX}),
    ]
    assert [answer.status_code for answer in answers] == [200, 400, 400]
    assert [word for word in variants(PREFIX) for answer in answers if word.encode() in answer.content] == []
    logs = "".join(capsys.readouterr())
    assert '"event"' in logs
    assert [word for word in variants(PREFIX) if word in logs] == []
    assert [place for word in variants(PREFIX) for place in places_of(word)] == []
