"""The five ports of an instance that people and programs connect to."""

import json
import os
import socket
from dataclasses import dataclass

from crm_mail.embedded import ports
from crm_mail.embedded.console import say
from crm_mail.embedded.environment import Ports
from crm_mail.embedded.state import State, write_private

DEFAULTS = {"PORT": 8000, "EVENTS_PORT": 8001, "DEMO_IMAP_PORT": 1143, "DEMO_SMTP_PORT": 1587, "SMTPD_PORT": 2525}
PURPOSES = {
    "PORT": "the pages",
    "EVENTS_PORT": "live events",
    "DEMO_IMAP_PORT": "the demo mail server (IMAP)",
    "DEMO_SMTP_PORT": "the demo mail server (SMTP)",
    "SMTPD_PORT": "mail to the smart addresses",
}
# Connected mailboxes hold these in the database, so a next start tries to get the same ones again.
REMEMBERED = ("DEMO_IMAP_PORT", "DEMO_SMTP_PORT")


@dataclass(frozen=True)
class Listeners:
    """Sockets that already listen; the children inherit them."""

    web: socket.socket
    events: socket.socket
    imap: socket.socket
    smtp: socket.socket
    smtpd: socket.socket

    @property
    def all(self) -> tuple[socket.socket, ...]:
        return self.web, self.events, self.imap, self.smtp, self.smtpd

    @property
    def ports(self) -> Ports:
        return Ports(*map(ports.port_of, self.all))

    def close(self) -> None:
        for listener in self.all:
            listener.close()


def open_listeners(state: State) -> Listeners:
    note = state.path / "ports.json"
    defaults = DEFAULTS | (json.loads(note.read_text()) if note.exists() else {})
    # Those that the caller has named come first: a default must not move onto one of them.
    opened: dict[str, socket.socket] = {}
    for name in sorted(DEFAULTS, key=lambda name: not os.environ.get(name)):
        opened[name] = ports.open_port(name, defaults[name], os.environ)
        taken = ports.port_of(opened[name])
        if not os.environ.get(name) and taken != defaults[name]:
            say(f"Port {defaults[name]} is busy; {PURPOSES[name]} will be on port {taken}.")
            if name in REMEMBERED and note.exists():
                say(f"  Mailboxes that are connected already look for it on port {defaults[name]}: free that port.")
    write_private(note, json.dumps({name: ports.port_of(opened[name]) for name in REMEMBERED}))
    return Listeners(*(opened[name] for name in DEFAULTS))
