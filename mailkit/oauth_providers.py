"""The providers that let programs into mailboxes by OAuth 2 (rule K03). Client ids are settings of the instance.

Only Google takes a permission back from a program: Microsoft and Mail.ru leave that to the person, and so does Yandex
(https://yandex.com/dev/id/doc/en/tokens/token-invalidate) for all but tokens of devices.
"""

from __future__ import annotations

from mailkit.oauth import OAuthProvider
from mailkit.types import Security, ServerAddress

# https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
GOOGLE = OAuthProvider(
    key="google",
    name="Google",
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106  (an address)
    userinfo_url="https://openidconnect.googleapis.com/v1/userinfo",
    revoke_url="https://oauth2.googleapis.com/revoke",
    scopes=("openid", "email", "https://mail.google.com/"),
    mail_scopes=frozenset({"https://mail.google.com/"}),  # the person may take the tick away on the page
    imap=ServerAddress("imap.gmail.com", 993, Security.TLS),
    smtp=ServerAddress("smtp.gmail.com", 465, Security.TLS),
    # Without both no refresh token comes when the person has allowed it before.
    parameters={"access_type": "offline", "prompt": "consent"},
)

# https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
# The access token is for Outlook, so Microsoft Graph would not say who its owner is: the id token does.
MICROSOFT = OAuthProvider(
    key="microsoft",
    name="Microsoft",
    authorize_url="https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    token_url="https://login.microsoftonline.com/common/oauth2/v2.0/token",  # noqa: S106
    userinfo_url="",
    scopes=(
        "openid",
        "email",
        "profile",
        "offline_access",
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
    ),
    mail_scopes=frozenset({"https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send"}),
    imap=ServerAddress("outlook.office365.com", 993, Security.TLS),
    smtp=ServerAddress("smtp.office365.com", 587, Security.STARTTLS),
    parameters={"prompt": "select_account"},
)

# https://yandex.com/dev/mail/doc/  https://yandex.com/dev/id/doc/
YANDEX = OAuthProvider(
    key="yandex",
    name="Yandex",
    authorize_url="https://oauth.yandex.com/authorize",
    token_url="https://oauth.yandex.com/token",  # noqa: S106
    userinfo_url="https://login.yandex.ru/info?format=json",
    scopes=("login:email", "mail:imap_full", "mail:smtp"),
    mail_scopes=frozenset({"mail:imap_full", "mail:smtp"}),
    imap=ServerAddress("imap.yandex.com", 993, Security.TLS),
    smtp=ServerAddress("smtp.yandex.com", 465, Security.TLS),
    userinfo_word="OAuth",
    parameters={"force_confirm": "yes"},
)

# https://api.mail.ru/docs/guides/oauth/
MAILRU = OAuthProvider(
    key="mailru",
    name="Mail.ru",
    authorize_url="https://oauth.mail.ru/login",
    token_url="https://oauth.mail.ru/token",  # noqa: S106
    userinfo_url="https://oauth.mail.ru/userinfo",
    scopes=("userinfo", "mail.imap"),
    mail_scopes=frozenset({"mail.imap"}),
    imap=ServerAddress("imap.mail.ru", 993, Security.TLS),
    smtp=ServerAddress("smtp.mail.ru", 465, Security.TLS),
    parameters={"prompt_force": "1"},
)

PROVIDERS = {provider.key: provider for provider in (GOOGLE, MICROSOFT, YANDEX, MAILRU)}
