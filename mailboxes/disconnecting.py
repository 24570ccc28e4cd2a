"""Pausing, resuming and disconnecting (K64, K65).

    paused        nothing is fetched or sent; the sign-in stays; resuming needs no question
    disconnected  the sign-in is deleted; everything stays readable; reconnecting goes on where it was
    removing      the sign-in is deleted, nobody sees the mail any more; crm_mail.removing deletes it in the background

A stopped mailbox has no time for a next visit and no lease: whoever is at work on it loses it at the next commit.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import live
from accounts.audit import record
from accounts.models import Membership
from accounts.notices import notify
from mailboxes.access import lock_managed_mailbox_for
from mailboxes.errors import MailboxNotFound, SettingRefused, WrongState
from mailboxes.grants import give_back_grant
from mailboxes.models import Credential, Mailbox, MailboxAccess, OAuthAttempt
from mailboxes.signals import mailbox_connected, mailbox_given_up, send_on_commit
from mailkit.addresses import email_key

State = Mailbox.State
# Notices to those who did not do it themselves. They name the address: the mailbox may be gone when they are read.
DISCONNECTED = "mailbox.disconnected"
MAIL_DELETED = "mailbox.mail_deleted"


class Emails(StrEnum):
    """What becomes of the mail of a disconnected mailbox."""

    KEEP = "keep"
    DELETE = "delete"


@transaction.atomic
def pause(member: Membership, mailbox_id: int | str) -> Mailbox:
    """Raises MailboxNotFound, WrongState."""
    return pause_now(member, lock_managed_mailbox_for(member, mailbox_id))


@transaction.atomic
def resume(member: Membership, mailbox_id: int | str) -> Mailbox:
    """Goes on where it was. Raises MailboxNotFound, WrongState."""
    return resume_now(member, lock_managed_mailbox_for(member, mailbox_id))


@transaction.atomic
def disconnect(member: Membership, mailbox_id: int | str, *, emails: str, confirmation: str | None = None) -> Mailbox:
    """`confirmation` is the address of the mailbox, typed by who wants its mail deleted: None for a program, which
    does not choose a wrong row by accident.

    Raises MailboxNotFound, SettingRefused, WrongState.
    """
    mailbox = lock_managed_mailbox_for(member, mailbox_id)
    if emails not in set(Emails):
        raise SettingRefused("emails", _("Say whether the emails are kept or deleted."))
    if emails == Emails.DELETE:
        check_confirmation(mailbox, confirmation)
    return disconnect_now(member, mailbox, emails=Emails(emails))


def check_confirmation(mailbox: Mailbox, typed: str | None) -> None:
    """Raises SettingRefused for another address than that of the mailbox; None: nobody was asked."""
    if typed is not None and email_key(typed.strip()) != mailbox.address_key:
        message = _("Enter the address %(address)s to delete its emails.") % {"address": mailbox.address}
        raise SettingRefused("confirm", message)


@transaction.atomic
def pause_now(actor: Membership, mailbox: Mailbox) -> Mailbox:
    """For callers who have asked whether `actor` may: a leaving user's mailboxes are nobody's to manage."""
    row = _locked(mailbox)
    if row.state == State.PAUSED:
        return row
    if row.is_stopped:
        raise WrongState(_("This mailbox is disconnected already."), state=row.state)
    _stop(row, State.PAUSED)
    _note(actor, "mailbox.paused", row)
    return row


@transaction.atomic
def resume_now(actor: Membership, mailbox: Mailbox) -> Mailbox:
    """As pause_now."""
    row = _locked(mailbox)
    if row.state == State.DISCONNECTED:
        raise WrongState(
            _("This mailbox is disconnected. Reconnect it: enter its password, or sign in again."), state=row.state
        )
    if row.state != State.PAUSED:
        return row
    row.state = _state_to_go_on(row)
    row.next_sync_at = timezone.now() if row.can_receive else None
    row.failure_count = row.refusal_count = row.crash_count = 0
    row.failing_since = None
    row.save(update_fields=["state", "next_sync_at", "failure_count", "refusal_count", "crash_count", "failing_since"])
    _note(actor, "mailbox.resumed", row)
    if row.can_receive:
        send_on_commit(mailbox_connected, row)
    return row


@transaction.atomic
def disconnect_now(actor: Membership, mailbox: Mailbox, *, emails: Emails) -> Mailbox:
    """As pause_now."""
    row = _locked(mailbox)
    if emails == Emails.KEEP and row.state == State.DISCONNECTED:
        return row
    if emails == Emails.DELETE:
        mailbox_given_up.send(Mailbox, mailbox=row)
    _stop(row, State.REMOVING if emails == Emails.DELETE else State.DISCONNECTED)
    _forget_sign_in(row)
    _note(actor, "mailbox.disconnected", row, emails=emails.value)
    notify(
        _concerned(actor, row, emails), MAIL_DELETED if emails == Emails.DELETE else DISCONNECTED, address=row.address
    )
    return row


def _concerned(actor: Membership, row: Mailbox, emails: Emails) -> QuerySet[Membership]:
    """Its owner; and when its mail goes, those whose "Mail" is narrowed to it: one day it is not there any more."""
    concerned = Q(pk=row.owner_id)
    if emails == Emails.DELETE:
        concerned |= Q(pk__in=MailboxAccess.objects.filter(mailbox=row).values("membership"))
    return Membership.objects.filter(concerned, is_active=True).exclude(pk=actor.pk)


def _locked(mailbox: Mailbox) -> Mailbox:
    """Raises MailboxNotFound for one that is gone, or on its way out: nobody can stop that any more."""
    row = Mailbox.objects.select_for_update().exclude(state=State.REMOVING).filter(pk=mailbox.pk).first()
    if row is None:
        raise MailboxNotFound
    return row


def _stop(row: Mailbox, state: Mailbox.State) -> None:
    row.state = state
    row.next_sync_at = row.lease_token = row.lease_until = None
    row.save(update_fields=["state", "next_sync_at", "lease_token", "lease_until"])


def _state_to_go_on(row: Mailbox) -> Mailbox.State:
    if not row.can_receive:
        return State.SYNCED
    return State.SYNCING if row.imported_at else State.IMPORTING


def _forget_sign_in(row: Mailbox) -> None:
    give_back_grant(row)
    Credential.objects.filter(mailbox=row).delete()
    OAuthAttempt.objects.filter(mailbox=row).delete()


def _note(actor: Membership, action: str, row: Mailbox, **facts: str) -> None:
    record(actor, action, target=row, **facts)
    live.publish("mailbox", mailbox_id=row.pk)
