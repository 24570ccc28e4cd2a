"""A mailbox whose servers work, as it is asked for."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest, ServerRequest
from mailkit.types import Security
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink


@pytest.fixture
def request_for(settings: Settings, pymap_server: PymapServer, smtp_sink: SmtpSink) -> ConnectRequest:
    settings.EMBEDDED = True
    user = pymap_server.new_user()
    login, sink = pymap_server.login(user), smtp_sink.login()
    return ConnectRequest(
        address=user,
        display_name="Bob",
        kind=Mailbox.Kind.PERSONAL,
        imap=ServerRequest("localhost", pymap_server.port, Security.NONE, login.username, login.secret),
        smtp=ServerRequest("localhost", smtp_sink.port, Security.NONE, sink.username, sink.secret),
    )
