"""Other addresses that letters of a mailbox may come from (R16): who reads mail there has to agree first.

A link is mailed to the address, through the mailbox itself, so that no other way out has to be set up. Whoever can read
what the mailbox sends must not find the link there: the letter is never stored from the Sent folder.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import live
from accounts.audit import record
from accounts.ids import row_number
from accounts.models import Membership
from accounts.tenancy import every_account, tenant
from accounts.tokens import digest_of
from mailboxes import limits
from mailboxes.access import get_managed_mailbox_for, lock_managed_mailbox_for
from mailboxes.connections import smtp_session
from mailboxes.errors import AliasLinkInvalid, AliasNotFound, MailboxNotFound, SettingRefused
from mailboxes.models import Mailbox, SenderAlias
from mailboxes.outgoing import get_outgoing_for
from mailboxes.requests import clean_address
from mailboxes.signals import private_letter
from mailkit.addresses import domain_of, email_key
from mailkit.errors import MailError, OutcomeUnknown
from mailkit.mime_writer import build_message, new_message_id
from mailkit.types import Address, OutgoingLetter

PATH = "/aliases/"  # the link's, before its secret
LINK_HOURS = 24
MOST = 20  # of a mailbox
MAX_NAME = 150


def aliases_of(mailbox: Mailbox) -> QuerySet[SenderAlias]:
    """Those that wait for their link to be opened too."""
    return SenderAlias.objects.filter(mailbox=mailbox).order_by("address_key")


def is_expired(alias: SenderAlias) -> bool:
    return alias.confirmed_at is None and alias.expires_at <= timezone.now()


def request_alias(member: Membership, mailbox_id: int | str, *, address: str, name: str = "") -> SenderAlias:
    """Mail a link to the address; again, when it waits for that already. Raises MailboxNotFound, SettingRefused,
    TooManyTries.
    """
    mailbox = get_managed_mailbox_for(member, mailbox_id)
    carrier = _carrier(member, mailbox)
    address, name = _checked(mailbox, address, name)
    limits.check(member, "alias")
    secret, letter_id = secrets.token_urlsafe(32), new_message_id(domain_of(carrier.address))
    with transaction.atomic():
        lock_managed_mailbox_for(member, mailbox.pk)  # two at once
        alias = _store(member, mailbox, Address(address, name), secret)
        private_letter.send(Mailbox, mailbox=carrier, message_id=letter_id)
        record(member, "mailbox.alias_requested", target=mailbox, alias=alias.pk)
    _mail_link(carrier, alias, _letter(member, carrier, alias, secret, letter_id))
    return alias


def withdraw_alias(member: Membership, mailbox_id: int | str, alias_id: int | str) -> None:
    """Its link stops working, and nothing is sent from it any more. Raises MailboxNotFound, AliasNotFound."""
    mailbox = get_managed_mailbox_for(member, mailbox_id)
    with transaction.atomic():
        alias = aliases_of(mailbox).filter(pk=row_number(alias_id)).first()
        if alias is None:
            raise AliasNotFound
        record(member, "mailbox.alias_withdrawn", target=mailbox, alias=alias.pk)
        alias.delete()


def find_alias(secret: str) -> SenderAlias:
    """What the link of this secret is about. Raises AliasLinkInvalid."""
    with every_account("alias link"):
        waiting = SenderAlias.objects.filter(confirmed_at=None, expires_at__gt=timezone.now(), digest=digest_of(secret))
        staying = waiting.exclude(mailbox__state=Mailbox.State.REMOVING).filter(requested_by__is_active=True)
        alias = staying.select_related("account", "mailbox", "requested_by__user").first()
    if alias is None:
        raise AliasLinkInvalid
    return alias


def confirm_alias(secret: str) -> SenderAlias:
    """By whoever reads mail at the address, signed in or not. Raises AliasLinkInvalid."""
    alias = find_alias(secret)
    with tenant(alias.account_id), transaction.atomic():
        waiting = SenderAlias.objects.filter(pk=alias.pk, confirmed_at=None, digest=alias.digest)
        if not waiting.update(confirmed_at=timezone.now()):  # withdrawn, or asked for anew
            raise AliasLinkInvalid
        record(None, "mailbox.alias_confirmed", target=alias.mailbox, alias=alias.pk)
        live.publish("mailbox", mailbox_id=alias.mailbox_id)
    return alias


def _carrier(member: Membership, mailbox: Mailbox) -> Mailbox:
    try:
        carrier = get_outgoing_for(member, mailbox)
    except MailboxNotFound as error:
        words = _("This mailbox sends through another one that you may not send from.")
        raise SettingRefused("address", words) from error
    if carrier.is_stopped:
        words = _("%(address)s is paused or disconnected, so no link can be mailed.")
        raise SettingRefused("address", words % {"address": carrier.address})
    return carrier


def _checked(mailbox: Mailbox, address: str, name: str) -> tuple[str, str]:
    wanted = clean_address(address)
    if email_key(wanted) == mailbox.address_key:
        raise SettingRefused("address", _("This is the address of the mailbox itself."))
    if len(name.strip()) > MAX_NAME or not name.isprintable():
        raise SettingRefused("name", _("Enter a shorter name, in one line."))
    return wanted, name.strip()


def _store(member: Membership, mailbox: Mailbox, wanted: Address, secret: str) -> SenderAlias:
    known = aliases_of(mailbox)
    alias = known.filter(address_key=email_key(wanted.email)).first()
    if alias is not None and alias.confirmed_at:
        raise SettingRefused("address", _("This address is confirmed already."))
    if alias is None and known.count() >= MOST:
        words = _("A mailbox can have %(count)d other addresses. Withdraw one first.")
        raise SettingRefused("address", words % {"count": MOST})
    alias = alias or SenderAlias(mailbox=mailbox, address_key=email_key(wanted.email))
    alias.address, alias.name, alias.requested_by = wanted.email, wanted.name, member
    alias.digest, alias.expires_at = digest_of(secret), timezone.now() + timedelta(hours=LINK_HOURS)
    alias.save()
    return alias


def _letter(member: Membership, carrier: Mailbox, alias: SenderAlias, secret: str, message_id: str) -> bytes:
    """In the language of who asked: nobody knows that of the reader."""
    text = "\n\n".join(_paragraphs(member, alias, f"{settings.BASE_URL}{PATH}{secret}/"))
    letter = OutgoingLetter(
        sender=Address(carrier.address, carrier.display_name or member.name),
        to=(Address(alias.address),),
        cc=(),
        subject=_("May %(mailbox)s write as %(address)s?") % _names(alias),
        text=text,
        html="",
        message_id=message_id,
        date=timezone.now(),
        extra_headers={"Auto-Submitted": "auto-generated"},  # RFC 3834: no out-of-office answers
    )
    return build_message(letter)


def _paragraphs(member: Membership, alias: SenderAlias, link: str) -> Iterable[str]:
    facts = {**_names(alias), "person": member.name, "hours": LINK_HOURS}
    yield _("%(person)s wants to send letters from %(mailbox)s that carry the address %(address)s.") % facts
    yield _("If you agree, open this link within %(hours)d hours and confirm it there:") % facts
    yield link
    yield _("If you do not, or do not know %(person)s, do nothing.") % facts


def _names(alias: SenderAlias) -> dict[str, str]:
    return {"mailbox": alias.mailbox.address, "address": alias.address}


def _mail_link(carrier: Mailbox, alias: SenderAlias, raw: bytes) -> None:
    """At once, so that whoever waits for it learns whether it went. Raises SettingRefused: then nobody waits for it."""
    try:
        with smtp_session(carrier) as session:
            session.send(mail_from=carrier.address, recipients=[alias.address], raw=raw, on_data_accepted=lambda: None)
    except OutcomeUnknown:
        return  # it may have gone, and asking again is free
    except MailError as error:
        SenderAlias.objects.filter(pk=alias.pk, confirmed_at=None).delete()
        words = _("The link could not be mailed from %(mailbox)s. The server says: %(reply)s")
        facts = {"mailbox": carrier.address, "reply": error.reply or str(error)}
        raise SettingRefused("address", words % facts) from error
