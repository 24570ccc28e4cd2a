"""Logs are JSON lines with ids, whoever writes them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from django.conf import settings

from crm_mail.logs import configure


@pytest.fixture
def our_logs() -> Iterator[None]:
    """Configured as in the product; afterwards pytest has its handlers back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure(settings.LOGGING)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    logging.raiseExceptions = True
    structlog.reset_defaults()


@pytest.mark.parametrize("name", ["sync.mailbox_sync", "gunicorn.error", "uvicorn.error", "celery"])
def test_a_line_is_json_with_the_ids_of_its_request(
    our_logs: None, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(settings.LOGGING)  # now that the output is captured
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        logging.getLogger(name).warning("visit failed", extra={"mailbox_id": 7})
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["event"], line["mailbox_id"], line["request_id"]) == ("visit failed", 7, "r-1")


def test_an_error_carries_its_trace(our_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    configure(settings.LOGGING)
    try:
        raise ValueError
    except ValueError:
        logging.getLogger("x").exception("broke")
    assert "Traceback" in json.loads(capsys.readouterr().out.splitlines()[-1])["exception"]


def test_addresses_of_pages_are_not_logged(our_logs: None) -> None:
    """Some are secrets: an invitation, say."""
    assert logging.getLogger("django.request").level == logging.ERROR
