"""The other side: who gets a letter, what looks at it, and how time goes by for what stands in rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F
from pytest_django.live_server_helper import LiveServer

from automation.models import Run
from mailkit.mime_reader import parse_message
from tests.servers.smtp_sink import ReceivedLetter
from tracking.models import Hit, Tracked

THUNDERBIRD = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.5.0"}


class World:
    """Asks our public host by a real connection. The test's server answers under its own port."""

    def __init__(self, server: LiveServer) -> None:
        self._port = urlsplit(server.url).port

    def ask(self, url: str, says: Mapping[str, str] = THUNDERBIRD, method: str = "GET") -> tuple[int, str | None]:
        """Status, and where the answer sends one."""
        assert url.startswith(f"{settings.PUBLIC_URL}/")
        host = urlsplit(url).hostname
        assert host is not None
        connection = HTTPConnection(host, self._port, timeout=30)
        connection.request(method, urlsplit(url).path, headers=dict(says))
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.getheader("Location")


def pixel_of(letter: ReceivedLetter) -> str:
    [pixel] = re.findall(r'<img src="([^"]+/t/[^"]+\.gif)"', parse_message(letter.raw).html)
    return str(pixel)


def links_of(letter: ReceivedLetter) -> list[str]:
    """Those of the HTML that lead through us, and the one that no person sees last."""
    return re.findall(r'<a\b[^>]*\shref="([^"]+/t/[^"]+)"', parse_message(letter.raw).html)


def let_pass(time: timedelta) -> None:
    """As if all that has happened had happened so much earlier."""
    Tracked.objects.filter(delivered_at__isnull=False).update(delivered_at=F("delivered_at") - time)
    Hit.objects.update(at=F("at") - time)
    Hit.objects.filter(judge_at__isnull=False).update(judge_at=F("judge_at") - time)
    Run.objects.filter(state=Run.State.WAITING, attempts=0).update(due_at=F("due_at") - time)
