"""What is said to a mail server to sign in with an access token: XOAUTH2 and OAUTHBEARER, encoded by who sends it."""

from __future__ import annotations

from collections.abc import Collection

from mailkit.types import Login

XOAUTH2, OAUTHBEARER = "XOAUTH2", "OAUTHBEARER"


def choose_mechanism(offered: Collection[str]) -> str | None:
    """The one that the providers know best; None when the server takes no token. `offered` in capitals."""
    return next((name for name in (XOAUTH2, OAUTHBEARER) if name in offered), None)


def bearer_response(mechanism: str, login: Login) -> str:
    """What the client says first. https://developers.google.com/workspace/gmail/imap/xoauth2-protocol, RFC 7628
    section 3.1: the user name there is a saslname, in which "," and "=" are escaped (RFC 5801 section 4).
    """
    token = login.secret.value
    if mechanism == XOAUTH2:
        return f"user={login.username}\1auth=Bearer {token}\1\1"
    name = login.username.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\1auth=Bearer {token}\1\1"


def answer_to_reason(mechanism: str) -> str:
    """What the server waits for, after it has told in JSON why it refuses, before it says so in its protocol."""
    return "\1" if mechanism == OAUTHBEARER else ""  # RFC 7628 section 3.2.3


def bearer_responses(login: Login) -> tuple[str, ...]:
    """All that could have been said with this login."""
    return tuple(bearer_response(mechanism, login) for mechanism in (XOAUTH2, OAUTHBEARER))
