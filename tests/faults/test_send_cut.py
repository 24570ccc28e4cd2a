"""The conversation with an SMTP server is cut at every byte: what may have been delivered is never sent again."""

from __future__ import annotations

import gc
import ssl
from collections import Counter
from collections.abc import Iterator

import pytest

from mailkit.errors import MailError, OutcomeUnknown
from mailkit.types import Security, ServerAddress
from tests.faults.cutproxy import CutProxy, Way
from tests.faults.faults import cut_after
from tests.mailkit.sending import connect
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # sockets of connections that were cut
SAID_BYTES = 700  # the conversation itself, with what TLS puts around each line
HANDSHAKE_STEP = 97


class Sender:
    """Sends as the outbox does: again after every failure, but never when nobody knows the outcome."""

    def __init__(self, sink: SmtpSink, tls: ssl.SSLContext, proxy: CutProxy) -> None:
        self.sink, self.tls, self.proxy = sink, tls, proxy
        self.outcomes: list[str] = []  # of each letter, which carries its number

    def send(self) -> str:
        number = len(self.outcomes)
        self.outcomes.append(self._try(number) or self._try(number))
        return self.outcomes[-1]

    def _try(self, number: int) -> str:
        """ "" when it may be tried again."""
        server = ServerAddress(self.proxy.host, self.proxy.port, self.sink.security)
        raw = b"Subject: %d\r\n\r\nhello\r\n" % number
        try:
            with connect(self.sink, self.tls, server=server) as session:
                session.send(
                    mail_from="a@x.example", recipients=["b@x.example"], raw=raw, on_data_accepted=lambda: None
                )
        except OutcomeUnknown:
            return "unknown"
        except MailError:
            return ""
        return "sent"

    def assert_each_once(self) -> None:
        """A letter of an unknown outcome may lie at the server, once; all others do."""
        delivered = Counter(int(letter.raw.split()[1]) for letter in self.sink.letters)
        for number, outcome in enumerate(self.outcomes):
            assert delivered[number] == 1 or (outcome == "unknown" and delivered[number] == 0), (number, outcome)


@pytest.fixture
def sender(sink: SmtpSink, client_tls: ssl.SSLContext) -> Iterator[Sender]:
    with CutProxy(sink.port).running() as proxy:
        yield Sender(sink, client_tls, proxy)
    gc.collect()  # here, where what a broken TLS connection leaves behind may be warned about


@pytest.fixture(params=["smtp_sink", "tls_sink", "starttls_sink"])
def sink(request: pytest.FixtureRequest) -> SmtpSink:
    """Without TLS, with TLS from the beginning, with STARTTLS."""
    sink: SmtpSink = request.getfixturevalue(request.param)
    return sink


def offsets(size: int, sink: SmtpSink) -> Iterator[int]:
    """Every byte of what is said; under TLS the handshake before it, which says nothing, in steps."""
    handshake = 0 if sink.security is Security.NONE else max(0, size - SAID_BYTES)
    yield from range(0, handshake, HANDSHAKE_STEP)
    yield from range(handshake, size + 1)


@pytest.mark.rule("G04")
@pytest.mark.parametrize("way", Way)
def test_a_conversation_cut_at_any_byte_doubles_nothing(sender: Sender, way: Way) -> None:
    assert sender.send() == "sent"
    for offset in offsets(len(sender.proxy.seen[way]), sender.sink):
        sender.proxy.break_next(way, cut_after(offset, reset=offset % 2 == 0))
        sender.send()
    sender.assert_each_once()
    outcomes = Counter(sender.outcomes)
    print(f"{sender.sink.security} {way.name}: {dict(outcomes)}")  # noqa: T201  (the figure of this proof)
    assert outcomes["sent"] > outcomes["unknown"] > 0, "the window that no client can close (RFC 1047)"
