"""The demo mail server, a process of its own: IMAP by pymap, SMTP by aiosmtpd, letters in the state directory.

Usage: python -m crm_mail.embedded.demo_mail DIRECTORY IMAP_FD SMTP_FD SMTPD_PORT (two listening sockets, and where
the smart addresses are)
"""

import asyncio
import logging
import shutil
import signal
import socket
import sys
import warnings
from argparse import Namespace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from aiosmtpd.smtp import SMTP
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend, Identity
from pymap.backend.dict.filter import FilterSet
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pymap.user import Passwords, UserMetadata

from crm_mail.embedded.demo_letters import Letter, all_letters
from crm_mail.embedded.demo_people import COLLEAGUES, CORRESPONDENTS, CORRESPONDENTS_PASSWORD, SPARE
from crm_mail.embedded.demo_relay import DemoRelay
from crm_mail.embedded.demo_smtp import MAX_BYTES, DemoDelivery
from crm_mail.embedded.demo_store import INBOX, KeptMailbox
from crm_mail.embedded.pymap_connections import kept

PASSWORDS = {
    SPARE.email: SPARE.mailbox_password,
    **{person.email: person.mailbox_password for person in COLLEAGUES},
    **{person.email: CORRESPONDENTS_PASSWORD for person in CORRESPONDENTS},
}


class DemoServer:
    def __init__(self, backend: DictBackend, config: Config, place: Path) -> None:
        self.backend = backend
        self.config = config
        self.place = place

    async def open_mailboxes(self) -> None:
        """Letters are made at the first start only; from then on the directory is the truth."""
        self.backend.login.users_dict.clear()  # pymap's own demo user
        seeded = self.place / "seeded"
        mailboxes = self.place / "mailboxes"
        if not seeded.exists():
            shutil.rmtree(mailboxes, ignore_errors=True)  # of an interrupted first start
        hashes = {
            password: await Passwords(self.config).hash_password(password) for password in set(PASSWORDS.values())
        }
        for address, password in PASSWORDS.items():
            await self.identity(address).set(UserMetadata(self.config, address, password=hashes[password]))
            (mailboxes / address).mkdir(parents=True, exist_ok=True)
            self.config.set_cache[address] = (KeptMailbox(mailboxes / address), FilterSet())
        if not seeded.exists():
            await self.seed()
            seeded.touch()

    async def seed(self) -> None:
        for letter in all_letters(datetime.now(UTC)):
            await self.append(letter)

    async def append(self, letter: Letter) -> None:
        flags = frozenset(Flag(flag.encode()) for flag in letter.flags)
        async with self.identity(letter.owner).new_session() as session:
            await session.append_messages(letter.folder, [AppendMessage(letter.content, letter.at, flags)])

    async def deliver(self, address: str, content: bytes) -> None:
        await self.append(Letter(address, INBOX, datetime.now(UTC), (), content))

    def identity(self, address: str) -> Identity:
        return Identity(address, self.backend.login, None, frozenset())


async def serve(place: Path, imap: socket.socket, smtp: socket.socket, relay: DemoRelay) -> None:
    backend, config = await DictBackend.init(pymap_arguments())
    server = DemoServer(backend, config, place)
    await server.open_mailboxes()
    delivery = DemoDelivery(PASSWORDS, server.deliver, relay)
    loop = asyncio.get_running_loop()
    imap_protocol = ProxyProtocolReader(config.proxy_protocol).get_callback(kept(IMAPServer(backend.login, config)))
    smtp_protocol = partial(
        SMTP,
        delivery,
        authenticator=delivery.authenticate,
        auth_required=True,
        auth_require_tls=False,  # loopback only
        enable_SMTPUTF8=True,
        data_size_limit=MAX_BYTES,
        ident="CRM Mail demo",
    )
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with await asyncio.start_server(imap_protocol, sock=imap), await loop.create_server(smtp_protocol, sock=smtp):
        await stopped.wait()
        # Not waiting for clients: IMAP connections stay open for hours (IDLE).
        sys.exit(0)


def pymap_arguments() -> Namespace:
    """What pymap's own command line would have parsed."""
    return Namespace(
        demo_data=False,
        demo_user="nobody",
        demo_password="",
        debug=False,
        host=None,
        port=None,
        tls=False,
        cert=None,
        key=None,
        proxy_protocol=None,
        skip_services=[],
        no_services=[],
        passlib_cfg=None,
        inherited_sockets=None,
        logging_cfg=None,
        set_uid=None,
        set_gid=None,
    )


def main() -> None:
    # aiosmtpd warns of passwords without TLS at every connection: here they go over loopback only.
    warnings.filterwarnings("ignore", module="aiosmtpd")
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    directory, imap_number, smtp_number, smtpd_port = sys.argv[1:]
    imap, smtp = (socket.socket(fileno=int(number)) for number in (imap_number, smtp_number))
    asyncio.run(serve(Path(directory), imap, smtp, DemoRelay(int(smtpd_port))))


if __name__ == "__main__":
    main()
