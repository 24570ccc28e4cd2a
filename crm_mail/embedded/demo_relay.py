"""Letters of the demo to smart addresses: handed on to the product's own listener, as a provider would."""

import os
from collections.abc import Sequence

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

SMART_DOMAIN = os.environ.get("MAIL_DOMAIN", "localhost").lower()
TRY_LATER = "451 4.4.1 The smart addresses do not answer at the moment"


def is_smart(address: str) -> bool:
    domain = address.rpartition("@")[2].lower()
    return domain == SMART_DOMAIN or domain.endswith(f".{SMART_DOMAIN}")


class DemoRelay:
    """Speaks to the listener of this instance."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def answer_to(self, sender: str, address: str) -> str:
        """What the listener says of this recipient, as one line of SMTP."""
        return await self._hand_over(sender, [address], None)

    async def send(self, sender: str, addresses: Sequence[str], content: bytes) -> str:
        return await self._hand_over(sender, addresses, content)

    async def _hand_over(self, sender: str, addresses: Sequence[str], content: bytes | None) -> str:
        try:
            async with SMTP(hostname="127.0.0.1", port=self.port, start_tls=False, use_tls=False) as client:
                await client.mail(sender)
                for address in addresses:
                    response = await client.rcpt(address)
                if content is not None:
                    response = await client.data(content)
                return f"{response.code} {response.message}".replace("\n", " ")
        except SMTPResponseException as error:
            return f"{error.code} {error.message}".replace("\n", " ")
        except (SMTPException, OSError):
            return TRY_LATER
